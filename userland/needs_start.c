// SPDX-License-Identifier: GPL-2.0-only
/*
 * Forks the command and what tests it. Called by needs_run.c and
 * needs_phases.c.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <mntent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
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

int systally_place_make(struct systally_place *place,
			struct systally_error *error)
{
	memset(place, 0, sizeof(*place));
	/* short, since sockets' paths have to fit in 108 bytes */
	strcpy(place->directory, "/tmp/systally-needs-XXXXXX");
	if (!mkdtemp(place->directory))
		return systally_error_set(error,
			"cannot make a folder in /tmp: %s", strerror(errno));
	sprintf(place->run, "%.60s/run", place->directory);
	sprintf(place->output, "%.60s/output", place->directory);
	sprintf(place->error, "%.60s/error", place->directory);
	sprintf(place->said, "%.60s/said", place->directory);
	sprintf(place->figure, "%.60s/figure", place->directory);
	/* what gives up root must still get at its files */
	if (chmod(place->directory, 0711) || mkdir(place->run, 0755)) {
		systally_error_set(error, "cannot make %s: %s", place->run,
				   strerror(errno));
		rmdir(place->directory);
		return -1;
	}
	return 0;
}

static int remove_one(const char *path, const struct stat *status, int type,
		      struct FTW *ftw)
{
	(void)status;
	(void)type;
	(void)ftw;
	remove(path);
	return 0;
}

/* Folders that were left without rights are in the way; counts them. */
static unsigned int opened;

static int open_one(const char *path, const struct stat *status, int type,
		    struct FTW *ftw)
{
	(void)status;
	(void)ftw;
	if ((type == FTW_D || type == FTW_DNR) &&
	    access(path, R_OK | W_OK | X_OK) && !chmod(path, 0700))
		opened++;
	return 0;
}

/* Finds what is mounted below @directory, the last first. */
static bool find_mount(const char *directory, char path[PATH_MAX])
{
	FILE *mounts = setmntent("/proc/self/mounts", "re");
	size_t length = strlen(directory);
	struct mntent entry;
	char line[3 * PATH_MAX];
	bool found = false;

	if (!mounts)
		return false;
	while (getmntent_r(mounts, &entry, line, sizeof(line))) {
		if (strncmp(entry.mnt_dir, directory, length) ||
		    entry.mnt_dir[length] != '/' ||
		    strlen(entry.mnt_dir) >= PATH_MAX)
			continue;
		strcpy(path, entry.mnt_dir);
		found = true;
	}
	endmntent(mounts);
	return found;
}

/*
 * What is mounted there must not be taken for the run's own files: a bind
 * mount may be of the same file system.
 */
static int unmount_all(const struct systally_place *place,
		       struct systally_error *error)
{
	char path[PATH_MAX];

	while (find_mount(place->directory, path)) {
		if (umount2(path, MNT_DETACH | UMOUNT_NOFOLLOW))
			return systally_error_set(error,
				"the command has left %s mounted, which cannot be undone: %s; unmount it, and remove %s",
				path, strerror(errno), place->directory);
	}
	return 0;
}

int systally_place_remove(const struct systally_place *place,
			  struct systally_error *error)
{
	if (unmount_all(place, error))
		return -1;
	/* what a folder holds is seen only once it is open */
	do {
		opened = 0;
		nftw(place->directory, open_one, 16, FTW_PHYS | FTW_MOUNT);
	} while (opened);
	nftw(place->directory, remove_one, 16,
	     FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
	return 0;
}

static void redirect(const char *path, int flags, int to)
{
	int fd = open(path, flags | O_CLOEXEC, 0644);

	if (fd < 0 || dup2(fd, to) < 0)
		_exit(SYSTALLY_NOT_EXECUTABLE);
}

/*
 * The first steps of any child: a session of its own, so that it has no
 * terminal to wait for, and that Ctrl-C is ours alone. It goes when we go.
 */
static void leave(pid_t parent, const struct systally_place *place,
		  const struct systally_signals *signals)
{
	setsid();
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(SYSTALLY_NOT_EXECUTABLE);
	systally_signals_restore(signals);
	redirect("/dev/null", O_RDONLY, STDIN_FILENO);
	setenv("SYSTALLY_RUN_DIR", place->run, 1);
}

/* Hands the listener over, by the only call that is not notified. */
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
		_exit(SYSTALLY_NOT_EXECUTABLE);
}

/* Once the filter is loaded, there is no other call until the exec. */
static void filter_and_exec(int gate, int failure, int socket,
			    const struct systally_launchpad *pad,
			    const struct systally_filter *filter)
{
	int result, why;
	char byte;

	while (read(gate, &byte, 1) < 0 && errno == EINTR)
		;
	result = systally_filter_load(filter, socket >= 0);
	if (result >= 0) {
		if (socket >= 0)
			hand_over(pad->page, socket, result);
		execv(pad->path, pad->page->arguments);
	}
	why = result < 0 ? errno + SYSTALLY_START_FILTER : errno;
	if (write(failure, &why, sizeof(why)) < 0)
		_exit(SYSTALLY_NOT_FOUND);
	_exit(SYSTALLY_NOT_EXECUTABLE);
}

static int make_pipes(int gate[2], int failure[2], int sockets[2],
		      bool listener)
{
	sockets[0] = -1;
	sockets[1] = -1;
	if (pipe2(gate, O_CLOEXEC))
		return -1;
	if (pipe2(failure, O_CLOEXEC))
		goto err_gate;
	fcntl(failure[0], F_SETFL, O_NONBLOCK);
	if (!listener ||
	    !socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets))
		return 0;
	close(failure[0]);
	close(failure[1]);
err_gate:
	close(gate[0]);
	close(gate[1]);
	return -1;
}

int systally_start(struct systally_started *started,
		   const struct systally_launchpad *pad,
		   const struct systally_place *place,
		   const struct systally_filter *filter, bool listener,
		   struct systally_error *error)
{
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
		leave(parent, place, pad->signals);
		redirect(place->output, O_WRONLY | O_CREAT | O_APPEND,
			 STDOUT_FILENO);
		redirect(place->error, O_WRONLY | O_CREAT | O_APPEND,
			 STDERR_FILENO);
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
	if (started->pid > 0)
		return 0;
	systally_start_close(started);
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
	return listener;
}

int systally_start_result(struct systally_started *started)
{
	int why = 0;
	ssize_t got;

	if (started->failure < 0)
		return 0;
	got = read(started->failure, &why, sizeof(why));
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
	pid_t parent = getpid();
	pid_t pid;

	fflush(NULL);
	pid = fork();
	if (pid < 0)
		systally_error_set(error, "cannot start a process: %s",
				   strerror(errno));
	if (pid)
		return pid;
	leave(parent, place, signals);
	redirect(place->said, O_WRONLY | O_CREAT | O_TRUNC, STDERR_FILENO);
	if (figure)
		redirect(place->figure, O_WRONLY | O_CREAT | O_TRUNC,
			 STDOUT_FILENO);
	else
		dup2(STDERR_FILENO, STDOUT_FILENO);
	setenv("SYSTALLY_OUTPUT", place->output, 1);
	setenv("SYSTALLY_ERROR", place->error, 1);
	for (; *variables; variables++)
		putenv(*variables);
	execl("/bin/sh", "sh", "-c", text, NULL);
	_exit(SYSTALLY_NOT_FOUND);
}
