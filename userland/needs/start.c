// SPDX-License-Identifier: GPL-2.0-only
/*
 * Forks the command, and the shell commands that test it.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/process.h"
#include "needs/start.h"

/* To prepare a child takes less than 1 ms; more than this is a failure. */
#define REPORT_LIMIT_S 60

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
 * Waits for a child's report on its preparation. Returns the number of bytes: 1
 * if it succeeded, 0 if the pipe was closed without a report. Returns -1 with
 * the child's error, or with an error if there is no report in time.
 */
static int read_report(int failure, struct systally_error *error)
{
	struct pollfd waiting = { .fd = failure, .events = POLLIN };
	struct systally_error report = { "" };
	ssize_t got;

	do {
		got = poll(&waiting, 1, REPORT_LIMIT_S * 1000);
	} while (got < 0 && errno == EINTR);
	if (!got)
		return systally_error_set(
			error,
			"cannot start a process: it was not ready after %d seconds",
			REPORT_LIMIT_S);
	do {
		got = read(failure, report.text, sizeof(report.text) - 1);
	} while (got < 0 && errno == EINTR);
	if (got < 0)
		return systally_error_set(error, "cannot read a pipe: %s",
					  systally_error_meaning(errno));
	return report.text[0] ? systally_error_set(error, "%s", report.text) :
				(int)got;
}

static void kill_child(pid_t pid)
{
	kill(pid, SIGKILL);
	systally_process_reap(pid);
}

/* Waits until the command is at its gate. Returns 0, or -1 with @error. */
static int wait_for_command(struct systally_started *started,
			    struct systally_error *error)
{
	int got = read_report(started->failure, error);

	if (got < 0)
		return -1;
	if (!got)
		return systally_error_set(
			error,
			"cannot start a process: it was killed before it was ready");
	/* systally_start_result() must not wait */
	return fcntl(started->failure, F_SETFL, O_NONBLOCK) ?
		       systally_error_set(error, "cannot make a pipe: %s",
					  systally_error_meaning(errno)) :
		       0;
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
					  systally_error_meaning(errno));
	fflush(NULL);
	started->pid = fork();
	if (!started->pid) {
		close(gate[1]);
		close(failure[0]);
		systally_child_command(parent, gate[0], failure[1], sockets[1],
				       pad, place, filter);
	}
	if (started->pid < 0)
		systally_error_set(error, "cannot start a process: %s",
				   systally_error_meaning(errno));
	close(gate[0]);
	close(failure[1]);
	if (sockets[1] >= 0)
		close(sockets[1]);
	started->gate = gate[1];
	started->failure = failure[0];
	started->hand_over = sockets[0];
	started->listener_lost = false;
	if (started->pid > 0 && !wait_for_command(started, error))
		return 0;
	systally_start_close(started);
	if (started->pid > 0)
		kill_child(started->pid);
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
	/* if the child has ended already, the caller's wait() finds that */
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
		.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = &control,
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
	started->listener_lost = listener < 0;
	return listener;
}

int systally_start_result(struct systally_started *started)
{
	int why = 0;
	ssize_t got;

	if (started->failure < 0)
		return 0;
	got = read(started->failure, &why, sizeof(why));
	/* the child has ended, or waits for an answer that nobody can give */
	if (got != sizeof(why) && started->listener_lost)
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
	pid_t parent = getpid();
	int failure[2], got;
	pid_t pid;

	if (pipe2(failure, O_CLOEXEC))
		return systally_error_set(error, "cannot make a pipe: %s",
					  systally_error_meaning(errno));
	fflush(NULL);
	pid = fork();
	if (!pid)
		systally_child_shell(parent, failure[1], text, figure, place,
				     variables, signals);
	if (pid < 0)
		systally_error_set(error, "cannot start a process: %s",
				   systally_error_meaning(errno));
	close(failure[1]);
	/* the exec closes the pipe without a report */
	got = pid > 0 ? read_report(failure[0], error) : -1;
	close(failure[0]);
	if (got >= 0)
		return pid;
	if (pid > 0)
		kill_child(pid);
	return -1;
}
