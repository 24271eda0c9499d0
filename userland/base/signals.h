/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Waiting for signals, input and time in one place, without handlers.
 */
#ifndef SYSTALLY_SIGNALS_H
#define SYSTALLY_SIGNALS_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/signalfd.h>

#include "base/error.h"

struct systally_signals {
	int fd;
	sigset_t old_mask;
	struct sigaction old_pipe, old_child;
};

enum systally_event {
	SYSTALLY_EVENT_ERROR,
	SYSTALLY_EVENT_TIME,
	SYSTALLY_EVENT_SIGNAL,
	SYSTALLY_EVENT_INPUT,
};

/*
 * Blocks SIGINT, SIGTERM, SIGHUP, SIGQUIT (those that are not ignored),
 * SIGCHLD and SIGWINCH to receive them by systally_signals_wait(); ignores
 * SIGPIPE, so that a closed pipe is an error of the write. Returns 0, or -1
 * with @error.
 */
int systally_signals_open(struct systally_signals *signals,
			  struct systally_error *error);

/* Puts mask and dispositions back; in a child before its exec, too. */
void systally_signals_restore(const struct systally_signals *signals);
void systally_signals_close(struct systally_signals *signals);

/*
 * Waits until CLOCK_MONOTONIC is @until_ns (0: for ever), a signal comes
 * (then it is in @info), or @input can be read (-1: none).
 */
enum systally_event systally_signals_wait(const struct systally_signals *signals,
					  uint64_t until_ns, int input,
					  struct signalfd_siginfo *info);

/* Is this a signal that asks to end? */
bool systally_signals_ends(const struct signalfd_siginfo *info);

/* Returns CLOCK_MONOTONIC in nanoseconds. */
uint64_t systally_signals_now_ns(void);

#endif /* SYSTALLY_SIGNALS_H */
