// SPDX-License-Identifier: GPL-2.0-only
/*
 * Receives signals through a signalfd.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <stddef.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/signals.h"

int systally_signals_open(struct systally_signals *signals,
			  struct systally_error *error)
{
	static const int ends[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };
	struct sigaction action;
	sigset_t mask;
	size_t i;

	sigemptyset(&mask);
	sigaddset(&mask, SIGCHLD);
	sigaddset(&mask, SIGWINCH);
	for (i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		/* nohup, and a shell's &, ignore signals on purpose */
		if (!sigaction(ends[i], NULL, &action) &&
		    action.sa_handler != SIG_IGN)
			sigaddset(&mask, ends[i]);
	}
	signals->fd = signalfd(-1, &mask, SFD_CLOEXEC | SFD_NONBLOCK);
	if (signals->fd < 0)
		return systally_error_set(error, "cannot wait for signals: %s",
					  strerror(errno));
	sigprocmask(SIG_BLOCK, &mask, &signals->old_mask);
	memset(&action, 0, sizeof(action));
	action.sa_handler = SIG_IGN;
	sigaction(SIGPIPE, &action, &signals->old_pipe);
	/* if it were ignored, waitpid() would not find ended children */
	action.sa_handler = SIG_DFL;
	sigaction(SIGCHLD, &action, &signals->old_child);
	return 0;
}

void systally_signals_restore(const struct systally_signals *signals)
{
	sigaction(SIGPIPE, &signals->old_pipe, NULL);
	sigaction(SIGCHLD, &signals->old_child, NULL);
	sigprocmask(SIG_SETMASK, &signals->old_mask, NULL);
}

void systally_signals_close(struct systally_signals *signals)
{
	close(signals->fd);
	signals->fd = -1;
}

uint64_t systally_signals_now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

enum systally_event
systally_signals_wait(const struct systally_signals *signals, uint64_t until_ns,
		      int input, struct signalfd_siginfo *info)
{
	struct pollfd fds[2] = {
		{ .fd = signals->fd, .events = POLLIN },
		{ .fd = input, .events = POLLIN },
	};
	struct timespec left = { 0 };
	uint64_t now;

	for (;;) {
		now = systally_signals_now_ns();
		left.tv_sec = until_ns > now ?
				      (time_t)((until_ns - now) / 1000000000) :
				      0;
		left.tv_nsec = until_ns > now ?
				       (long)((until_ns - now) % 1000000000) :
				       0;
		if (ppoll(fds, input < 0 ? 1 : 2, until_ns ? &left : NULL,
			  NULL) < 0 &&
		    errno != EINTR)
			return SYSTALLY_EVENT_ERROR;
		if (read(signals->fd, info, sizeof(*info)) == sizeof(*info))
			return SYSTALLY_EVENT_SIGNAL;
		if (input >= 0 && fds[1].revents)
			return SYSTALLY_EVENT_INPUT;
		if (until_ns && systally_signals_now_ns() >= until_ns)
			return SYSTALLY_EVENT_TIME;
	}
}

bool systally_signals_ends(const struct signalfd_siginfo *info)
{
	return info->ssi_signo == SIGINT || info->ssi_signo == SIGTERM ||
	       info->ssi_signo == SIGHUP || info->ssi_signo == SIGQUIT;
}
