// SPDX-License-Identifier: GPL-2.0-only
/*
 * Prepares the command, or a shell command such as TEST, in the child after a
 * fork. The child inherits one thread, so it may allocate memory.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/process.h"
#include "needs/child.h"

/*
 * The page of the argument list. A filter allows any execve with this address,
 * so the command itself should have nothing there: the kernel places mappings
 * and heaps far away from it. A filter sees only the low half of a 32-bit
 * program's arguments; no such program has memory at this low half.
 */
#define PAGE_ADDRESS 0x2badfffff000ULL

struct systally_launchpad_page {
	struct msghdr message;
	struct iovec part;
	union {
		struct cmsghdr header;
		char room[CMSG_SPACE(sizeof(int))];
	} control;
	char byte;
	char *arguments[];
};

static size_t page_bytes(size_t words)
{
	return sizeof(struct systally_launchpad_page) +
	       (words + 1) * sizeof(char *);
}

static size_t count_words(char **words)
{
	size_t count = 0;

	while (words[count])
		count++;
	return count;
}

int systally_launchpad_prepare(struct systally_launchpad *pad, char **command,
			       const struct systally_signals *signals,
			       struct systally_error *error)
{
	size_t words = count_words(command);
	void *page;

	memset(pad, 0, sizeof(*pad));
	if (systally_process_find(command[0], pad->path, error))
		return -1;
	/* this is a hint: any other address works, too */
	page = mmap((void *)PAGE_ADDRESS, page_bytes(words),
		    PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (page == MAP_FAILED)
		return systally_error_set(error, "out of memory");
	pad->page = page;
	pad->signals = signals;
	memcpy(pad->page->arguments, command, (words + 1) * sizeof(char *));
	return 0;
}

void systally_launchpad_free(struct systally_launchpad *pad)
{
	if (pad->page)
		munmap(pad->page,
		       page_bytes(count_words(pad->page->arguments)));
	pad->page = NULL;
}

const void *systally_launchpad_arguments(const struct systally_launchpad *pad)
{
	return pad->page->arguments;
}

const void *systally_launchpad_message(const struct systally_launchpad *pad)
{
	return &pad->page->message;
}

static int redirect(const char *path, int flags, int to,
		    struct systally_error *error)
{
	int fd = open(path, flags | O_CLOEXEC, 0644);

	if (fd >= 0 && dup2(fd, to) >= 0)
		return 0;
	return systally_error_set(error, "cannot open %s: %s", path,
				  systally_error_meaning(errno));
}

static int set_variable(const char *name, const char *value,
			struct systally_error *error)
{
	return setenv(name, value, 1) ?
		       systally_error_set(error, "cannot set %s: %s", name,
					  systally_error_meaning(errno)) :
		       0;
}

/*
 * The first steps of every child. It gets a session of its own: without a
 * terminal it cannot wait for input there, and Ctrl-C reaches only systally.
 */
static int prepare(pid_t parent, const struct systally_place *place,
		   const struct systally_signals *signals,
		   struct systally_error *error)
{
	struct rlimit core;

	setsid();
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	/* a program that crashes must not leave a core in the current folder */
	if (!getrlimit(RLIMIT_CORE, &core)) {
		core.rlim_cur = 0;
		setrlimit(RLIMIT_CORE, &core);
	}
	/* the parent may have ended before the prctl() */
	if (getppid() != parent)
		_exit(SYSTALLY_NOT_EXECUTABLE);
	systally_signals_restore(signals);
	if (redirect("/dev/null", O_RDONLY, STDIN_FILENO, error))
		return -1;
	return set_variable("SYSTALLY_RUN_DIR", place->run, error);
}

/*
 * Everything that the command needs is done before the gate, so that no call is
 * left to make after it. The command may not gain privileges, as otherwise only
 * root could load a filter. TEST, BENCH and the others may.
 */
static int prepare_command(pid_t parent, const struct systally_launchpad *pad,
			   const struct systally_place *place,
			   struct systally_error *error)
{
	const int flags = O_WRONLY | O_CREAT | O_APPEND;

	if (prepare(parent, place, pad->signals, error) ||
	    redirect(place->output, flags, STDOUT_FILENO, error) ||
	    redirect(place->error, flags, STDERR_FILENO, error))
		return -1;
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ?
		       systally_error_set(error, "cannot set no_new_privs: %s",
					  systally_error_meaning(errno)) :
		       0;
}

static int prepare_shell(pid_t parent, bool figure,
			 const struct systally_place *place,
			 char *const *variables,
			 const struct systally_signals *signals,
			 struct systally_error *error)
{
	const int flags = O_WRONLY | O_CREAT | O_TRUNC;

	if (prepare(parent, place, signals, error) ||
	    redirect(place->said, flags, STDERR_FILENO, error))
		return -1;
	if (figure && redirect(place->figure, flags, STDOUT_FILENO, error))
		return -1;
	if (!figure && dup2(STDERR_FILENO, STDOUT_FILENO) < 0)
		return systally_error_set(error, "cannot open %s: %s",
					  place->said,
					  systally_error_meaning(errno));
	if (set_variable("SYSTALLY_OUTPUT", place->output, error) ||
	    set_variable("SYSTALLY_ERROR", place->error, error))
		return -1;
	for (; *variables; variables++) {
		if (putenv(*variables))
			return systally_error_set(
				error, "cannot set %s: %s", *variables,
				systally_error_meaning(errno));
	}
	return 0;
}

static void exec_shell(const char *text, struct systally_error *error)
{
	execl("/bin/sh", "sh", "-c", text, NULL);
	systally_error_set(error, "cannot run /bin/sh: %s",
			   systally_error_meaning(errno));
}

/*
 * Reports to the parent in one write(). If there is an error, or if nobody reads
 * the report, this process ends.
 */
static void report(int failure, const struct systally_error *error)
{
	size_t length = strlen(error->text) + 1;

	if (write(failure, error->text, length) != (ssize_t)length ||
	    error->text[0])
		_exit(SYSTALLY_NOT_EXECUTABLE);
}

/*
 * Sends the listener to the parent, by the only call that is not notified. If
 * that fails, nobody can answer a notification, not even that of an _exit(). So
 * this process ends by an invalid instruction.
 */
static void hand_over(struct systally_launchpad_page *page, int fd,
		      int listener)
{
	struct cmsghdr *header;

	page->part.iov_base = &page->byte;
	page->part.iov_len = 1;
	page->message.msg_iov = &page->part;
	page->message.msg_iovlen = 1;
	page->message.msg_control = &page->control;
	page->message.msg_controllen = sizeof(page->control);
	header = CMSG_FIRSTHDR(&page->message);
	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(header), &listener, sizeof(int));
	if (sendmsg(fd, &page->message, 0) < 0)
		__builtin_trap();
}

/*
 * Without a filter, there is no call between the read() from the gate and the
 * exec: the module or ptrace would count it as the command's. With a filter,
 * there is none between the load and the exec except the sendmsg().
 */
static _Noreturn void filter_and_exec(int gate, int failure, int socket,
				      const struct systally_launchpad *pad,
				      const struct systally_filter *filter)
{
	int result = 0;

	systally_process_wait(gate);
	if (filter->program.filter)
		result = systally_filter_load(filter, socket >= 0);
	if (result < 0)
		systally_process_fail(failure, errno + SYSTALLY_START_FILTER);
	if (socket >= 0)
		hand_over(pad->page, socket, result);
	execv(pad->path, pad->page->arguments);
	systally_process_fail(failure, errno);
}

void systally_child_command(pid_t parent, int gate, int failure, int socket,
			    const struct systally_launchpad *pad,
			    const struct systally_place *place,
			    const struct systally_filter *filter)
{
	struct systally_error trouble = { "" };

	prepare_command(parent, pad, place, &trouble);
	report(failure, &trouble);
	filter_and_exec(gate, failure, socket, pad, filter);
}

void systally_child_shell(pid_t parent, int failure, const char *text,
			  bool figure, const struct systally_place *place,
			  char *const *variables,
			  const struct systally_signals *signals)
{
	struct systally_error trouble = { "" };

	if (!prepare_shell(parent, figure, place, variables, signals, &trouble))
		exec_shell(text, &trouble);
	report(failure, &trouble);
	_exit(SYSTALLY_NOT_FOUND);
}
