// SPDX-License-Identifier: GPL-2.0-only
/*
 * Starts the guardian: a process that restores the controls if this one is
 * killed.
 *
 * This process sends messages to the guardian. `FILE\0TEXT\0` is a note, and an
 * empty FILE says that the controls are restored. If this process is killed,
 * the channel closes without the latter.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "device/guardian.h"

/* The guardian's files */
enum { CHANNEL, LOCK, FILES };

/* Not `systally...`: `pkill -KILL systally` must not end it, too. */
#define NAME "tally-guard"

/* All that was received until the channel closed. */
struct messages {
	char *text;
	size_t used, room;
};

static int receive_all(struct messages *messages)
{
	ssize_t got;

	for (;;) {
		if (messages->room - messages->used < BUFSIZ) {
			char *grown = realloc(messages->text,
					      messages->room + 4 * BUFSIZ);

			if (!grown)
				return -1;
			messages->text = grown;
			messages->room += 4 * BUFSIZ;
		}
		got = read(CHANNEL, messages->text + messages->used,
			   messages->room - messages->used);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return 0;
		messages->used += (size_t)got;
	}
}

/* Returns the start of the string whose NUL is just before @end. */
static size_t find_begin(const struct messages *messages, size_t end)
{
	size_t begin = end - 1; /* its NUL */

	while (begin && messages->text[begin - 1])
		begin--;
	return begin;
}

/*
 * Returns where the last whole message ends. A note is sent before its control
 * is changed, so nothing has to be restored for a message that was cut short.
 */
static size_t find_end(const struct messages *messages)
{
	size_t i, end = 0, strings = 0;

	for (i = 0; i < messages->used; i++) {
		if (!messages->text[i] && !(++strings % 2))
			end = i + 1;
	}
	return end;
}

/* Writes the notes, the last one first, unless the controls are restored. */
static void restore(const struct messages *messages,
		    const struct systally_control *control)
{
	struct systally_error ignored = { "" };
	size_t file, text, end;

	for (end = find_end(messages); end; end = file) {
		text = find_begin(messages, end);
		file = find_begin(messages, text);
		if (!messages->text[file])
			return;
		systally_control_write(control, messages->text + file,
				       messages->text + text, &ignored);
	}
}

static void guard(const struct systally_control *control, int channel, int lock)
	__attribute__((noreturn));

static void guard(const struct systally_control *control, int channel, int lock)
{
	struct messages messages = { 0 };
	sigset_t all;
	int fds[FILES];

	/* no signal of the terminal or to the process group may reach it */
	setsid();
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	prctl(PR_SET_NAME, NAME);
	/* keeps no other file: a reader of the output must see its end */
	fds[CHANNEL] = fcntl(channel, F_DUPFD_CLOEXEC, FILES);
	fds[LOCK] = fcntl(lock, F_DUPFD_CLOEXEC, FILES);
	if (dup2(fds[CHANNEL], CHANNEL) < 0 || dup2(fds[LOCK], LOCK) < 0)
		_exit(1);
	syscall(SYS_close_range, FILES, ~0U, 0);
	if (receive_all(&messages))
		_exit(1);
	restore(&messages, control);
	_exit(0);
}

/*
 * Forks twice, so that the guardian becomes a child of init. Then no wait() of
 * this process finds it, and `needs` does not end it with its own children.
 */
static pid_t fork_guardian(const struct systally_control *control,
			   const int channel[2], int lock)
{
	int reaper = 0;
	pid_t pid;

	prctl(PR_GET_CHILD_SUBREAPER, &reaper, 0, 0, 0);
	prctl(PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0);
	pid = fork();
	if (!pid) {
		close(channel[0]);
		pid = fork();
		if (!pid)
			guard(control, channel[1], lock);
		_exit(pid < 0);
	}
	if (pid > 0) {
		int status = 1;

		while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
			;
		if (status) {
			errno = EAGAIN;
			pid = -1;
		}
	}
	prctl(PR_SET_CHILD_SUBREAPER, reaper, 0, 0, 0);
	return pid;
}

int systally_guardian_start(struct systally_guardian *guardian,
			    const struct systally_control *control, int lock,
			    struct systally_error *error)
{
	int channel[2];
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, channel))
		return systally_error_set(error, "cannot make a socket: %s",
					  systally_error_meaning(errno));
	pid = fork_guardian(control, channel, lock);
	close(channel[1]);
	if (pid < 0) {
		systally_error_set(
			error,
			"cannot start the process that restores the controls: %s",
			systally_error_meaning(errno));
		close(channel[0]);
		return -1;
	}
	guardian->channel = channel[0];
	return 0;
}

/*
 * Sends @text. Ignores errors: if the guardian was killed, this process
 * restores the controls without it.
 */
static void say(const struct systally_guardian *guardian, const char *text)
{
	size_t left = strlen(text) + 1;
	ssize_t sent;

	while (left && guardian->channel >= 0) {
		sent = send(guardian->channel, text, left, MSG_NOSIGNAL);
		if (sent < 0 && errno != EINTR)
			return;
		if (sent > 0) {
			text += sent;
			left -= (size_t)sent;
		}
	}
}

void systally_guardian_note(const struct systally_guardian *guardian,
			    const char *file, const char *text)
{
	say(guardian, file);
	say(guardian, text);
}

void systally_guardian_end(struct systally_guardian *guardian)
{
	char byte;

	if (guardian->channel < 0)
		return;
	systally_guardian_note(guardian, "", "");
	shutdown(guardian->channel, SHUT_WR);
	/* the guardian sends nothing: this returns when it has ended */
	while (read(guardian->channel, &byte, 1) < 0 && errno == EINTR)
		;
	close(guardian->channel);
	guardian->channel = -1;
}
