// SPDX-License-Identifier: GPL-2.0-only
/*
 * Forks the command and what tests it. Called by needs_run.c and
 * needs_phases.c.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "needs_start.h"
#include "process.h"

/*
 * Not used by any program: far from where mmap and heaps begin, and its low
 * half, which is all that filters see of a 32-bit call, is no address in a
 * 32-bit program.
 */
#define PAGE_ADDRESS	0x2badfffff000ULL

#define HEAR_LIMIT_MS	60000	/* for what takes less than one */

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
	/* elsewhere if it must be: that address will do as well */
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
		munmap(pad->page, page_bytes(count_words(pad->page->arguments)));
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

/* --- in the child --- */

static int redirect(const char *path, int flags, int to,
		    struct systally_error *error)
{
	int fd = open(path, flags | O_CLOEXEC, 0644);

	if (fd >= 0 && dup2(fd, to) >= 0)
		return 0;
	return systally_error_set(error, "cannot open %s: %s", path,
				  strerror(errno));
}

static int set_variable(const char *name, const char *value,
			struct systally_error *error)
{
	return setenv(name, value, 1) ?
	       systally_error_set(error, "cannot set %s: %s", name,
				  strerror(errno)) : 0;
}

/*
 * The first steps of any child: a session of its own, so that it has no
 * terminal to wait for, and that Ctrl-C is ours alone. It goes when we go.
 */
static int leave(pid_t parent, const struct systally_place *place,
		 const struct systally_signals *signals,
		 struct systally_error *error)
{
	setsid();
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(SYSTALLY_NOT_EXECUTABLE);
	systally_signals_restore(signals);
	if (redirect("/dev/null", O_RDONLY, STDIN_FILENO, error))
		return -1;
	return set_variable("SYSTALLY_RUN_DIR", place->run, error);
}

/*
 * All that the command needs before its gate, so that nothing is left then.
 * Only the command, not TEST and the like, is without new privileges.
 */
static int prepare_command(pid_t parent, const struct systally_launchpad *pad,
			   const struct systally_place *place,
			   struct systally_error *error)
{
	const int flags = O_WRONLY | O_CREAT | O_APPEND;

	if (leave(parent, place, pad->signals, error) ||
	    redirect(place->output, flags, STDOUT_FILENO, error) ||
	    redirect(place->error, flags, STDERR_FILENO, error))
		return -1;
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ?
	       systally_error_set(error, "cannot set no_new_privs: %s",
				  strerror(errno)) : 0;
}

static int prepare_shell(pid_t parent, bool figure,
			 const struct systally_place *place,
			 char *const *variables,
			 const struct systally_signals *signals,
			 struct systally_error *error)
{
	const int flags = O_WRONLY | O_CREAT | O_TRUNC;

	if (leave(parent, place, signals, error) ||
	    redirect(place->said, flags, STDERR_FILENO, error))
		return -1;
	if (figure && redirect(place->figure, flags, STDOUT_FILENO, error))
		return -1;
	if (!figure && dup2(STDERR_FILENO, STDOUT_FILENO) < 0)
		return systally_error_set(error, "cannot open %s: %s",
					  place->said, strerror(errno));
	if (set_variable("SYSTALLY_OUTPUT", place->output, error) ||
	    set_variable("SYSTALLY_ERROR", place->error, error))
		return -1;
	for (; *variables; variables++) {
		if (putenv(*variables))
			return systally_error_set(error, "cannot set %s: %s",
						  *variables, strerror(errno));
	}
	return 0;
}

static void exec_shell(const char *text, struct systally_error *error)
{
	execl("/bin/sh", "sh", "-c", text, NULL);
	systally_error_set(error, "cannot run /bin/sh: %s", strerror(errno));
}

/*
 * Tells the parent how it went, at one go: nothing but the text's end if all
 * is well, else what is in the way; then this process ends.
 */
static void tell(int failure, const struct systally_error *error)
{
	size_t length = strlen(error->text) + 1;

	if (write(failure, error->text, length) != (ssize_t)length ||
	    error->text[0])
		_exit(SYSTALLY_NOT_EXECUTABLE);
}

/*
 * Hands the listener over, by the only call that is not notified. If that
 * fails, this process ends without a call: nobody could answer an _exit.
 */
static void hand_over(struct systally_launchpad_page *page, int fd, int listener)
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
 * Between the read that ends when the gate opens, and the exec, there is no
 * other call where there is no filter: by then it may be counted. Nor is there
 * one once the filter is loaded.
 */
static void filter_and_exec(int gate, int failure, int socket,
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

/* --- in the parent --- */

static int make_pipes(int gate[2], int failure[2], int sockets[2],
		      bool listener)
{
	sockets[0] = -1;
	sockets[1] = -1;
	if (systally_process_pipes(gate, failure))
		return -1;
	if (!listener ||
	    !socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets))
		return 0;
	close(failure[0]);
	close(failure[1]);
	close(gate[0]);
	close(gate[1]);
	return -1;
}

/*
 * Waits for what a child tells about its preparations. Returns how many bytes
 * that was: 1 if all is well, 0 if the pipe was closed without; or -1 with
 * @error, which is what it has told, or that it hangs.
 */
static int hear(int failure, struct systally_error *error)
{
	struct pollfd told_by = { .fd = failure, .events = POLLIN };
	struct systally_error told = { "" };
	ssize_t got;

	do {
		got = poll(&told_by, 1, HEAR_LIMIT_MS);
	} while (got < 0 && errno == EINTR);
	if (!got)
		return systally_error_set(error,
			"cannot start a process: it does not get ready");
	do {
		got = read(failure, told.text, sizeof(told.text) - 1);
	} while (got < 0 && errno == EINTR);
	if (got < 0)
		return systally_error_set(error, "cannot read a pipe: %s",
					  strerror(errno));
	return told.text[0] ? systally_error_set(error, "%s", told.text) :
			      (int)got;
}

static void drop(pid_t pid)
{
	kill(pid, SIGKILL);
	systally_process_reap(pid);
}

/* Waits until the command stands at its gate. Returns 0, or -1 with @error. */
static int wait_for_command(struct systally_started *started,
			    struct systally_error *error)
{
	int heard = hear(started->failure, error);

	if (heard < 0)
		return -1;
	if (!heard)
		return systally_error_set(error,
			"cannot start a process: it was killed at once");
	/* from now on it is only looked at */
	return fcntl(started->failure, F_SETFL, O_NONBLOCK) ?
	       systally_error_set(error, "cannot make a pipe: %s",
				  strerror(errno)) : 0;
}

int systally_start(struct systally_started *started,
		   const struct systally_launchpad *pad,
		   const struct systally_place *place,
		   const struct systally_filter *filter, bool listener,
		   struct systally_error *error)
{
	struct systally_error trouble = { "" };
	int gate[2], failure[2], sockets[2];
	pid_t parent = getpid();

	if (make_pipes(gate, failure, sockets, listener))
		return systally_error_set(error, "cannot make a pipe: %s",
					  strerror(errno));
	fflush(NULL);
	started->pid = fork();
	if (!started->pid) {
		close(gate[1]);
		close(failure[0]);
		prepare_command(parent, pad, place, &trouble);
		tell(failure[1], &trouble);
		filter_and_exec(gate[0], failure[1], sockets[1], pad, filter);
	}
	if (started->pid < 0)
		systally_error_set(error, "cannot start a process: %s",
				   strerror(errno));
	close(gate[0]);
	close(failure[1]);
	if (sockets[1] >= 0)
		close(sockets[1]);
	started->gate = gate[1];
	started->failure = failure[0];
	started->hand_over = sockets[0];
	started->deaf = false;
	if (started->pid > 0 && !wait_for_command(started, error))
		return 0;
	systally_start_close(started);
	if (started->pid > 0)
		drop(started->pid);
	return -1;
}

static void close_one(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

void systally_start_release(struct systally_started *started)
{
	/* an end that came first is seen by the wait for it */
	if (write(started->gate, "", 1) < 0)
		errno = 0;
	close_one(&started->gate);
}

int systally_start_listener(struct systally_started *started)
{
	union {
		struct cmsghdr header;
		char room[CMSG_SPACE(sizeof(int))];
	} control;
	char byte;
	struct iovec part = { .iov_base = &byte, .iov_len = 1 };
	struct msghdr message = {
		.msg_iov = &part, .msg_iovlen = 1, .msg_control = &control,
		.msg_controllen = sizeof(control),
	};
	struct cmsghdr *header;
	int listener = -1;
	ssize_t got;

	do {
		got = recvmsg(started->hand_over, &message, MSG_CMSG_CLOEXEC);
	} while (got < 0 && errno == EINTR);
	header = got == 1 ? CMSG_FIRSTHDR(&message) : NULL;
	if (header && header->cmsg_level == SOL_SOCKET &&
	    header->cmsg_type == SCM_RIGHTS)
		memcpy(&listener, CMSG_DATA(header), sizeof(int));
	close_one(&started->hand_over);
	started->deaf = listener < 0;
	return listener;
}

int systally_start_result(struct systally_started *started)
{
	int why = 0;
	ssize_t got;

	if (started->failure < 0)
		return 0;
	got = read(started->failure, &why, sizeof(why));
	/* nobody answers it, so there is nothing to wait for */
	if (got != sizeof(why) && started->deaf)
		return SYSTALLY_START_FILTER + ECOMM;
	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return -1;
	close_one(&started->failure);
	return got == sizeof(why) ? why : 0;
}

void systally_start_close(struct systally_started *started)
{
	close_one(&started->gate);
	close_one(&started->failure);
	close_one(&started->hand_over);
}

pid_t systally_start_shell(const char *text, bool figure,
			   const struct systally_place *place,
			   char *const *variables,
			   const struct systally_signals *signals,
			   struct systally_error *error)
{
	struct systally_error trouble = { "" };
	pid_t parent = getpid();
	int failure[2], heard;
	pid_t pid;

	if (pipe2(failure, O_CLOEXEC))
		return systally_error_set(error, "cannot make a pipe: %s",
					  strerror(errno));
	fflush(NULL);
	pid = fork();
	if (!pid) {
		if (!prepare_shell(parent, figure, place, variables, signals,
				   &trouble))
			exec_shell(text, &trouble);
		tell(failure[1], &trouble);
		_exit(SYSTALLY_NOT_FOUND);
	}
	if (pid < 0)
		systally_error_set(error, "cannot start a process: %s",
				   strerror(errno));
	close(failure[1]);
	heard = pid > 0 ? hear(failure[0], error) : -1;
	close(failure[0]);
	if (heard >= 0)
		return pid;
	if (pid > 0)
		drop(pid);
	return -1;
}
