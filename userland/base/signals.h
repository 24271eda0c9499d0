/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Waits for signals, input and time in one place. There are no signal handlers,
 * so no signal interrupts the code that counts and reports.
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
	uint64_t old_mask; /* the kernel's form: bit N - 1 is signal N */
	struct sigaction old_pipe, old_child;
};

enum systally_event {
	SYSTALLY_EVENT_ERROR,
	SYSTALLY_EVENT_TIME,
	SYSTALLY_EVENT_SIGNAL,
	SYSTALLY_EVENT_INPUT,
};

/*
 * Blocks all signals that end a process, unless they are ignored, and SIGCHLD
 * and SIGWINCH: systally_signals_wait() receives them. Ignores SIGPIPE, so that
 * a write to a closed pipe fails with EPIPE. Does not block SIGKILL and the
 * signals of a crash. Returns 0, or -1 with @error.
 */
int systally_signals_open(struct systally_signals *signals,
			  struct systally_error *error);

/* Restores the mask and the dispositions. A child calls it before its exec. */
void systally_signals_restore(const struct systally_signals *signals);

/*
 * Stops receiving signals, but keeps them blocked: a late signal must not
 * replace the exit status.
 */
void systally_signals_close(struct systally_signals *signals);

/*
 * Waits until CLOCK_MONOTONIC reaches @until_ns (0: never), a signal arrives
 * (stored in @info), or the file descriptor @input can be read (-1: none).
 */
enum systally_event
systally_signals_wait(const struct systally_signals *signals, uint64_t until_ns,
		      int input, struct signalfd_siginfo *info);

/* Returns true if the signal would have ended a process that does not block it. */
bool systally_signals_ends(const struct signalfd_siginfo *info);

/* Returns true for SIGINT, SIGTERM, SIGHUP and SIGQUIT: requests to end. */
bool systally_signals_asks(const struct signalfd_siginfo *info);

/*
 * Notes the signal that ended the command. Keeps the first one. Call it when
 * the command is about to clean up.
 */
void systally_signals_end_by(const struct signalfd_siginfo *info);

/* Returns true if a signal was noted. */
bool systally_signals_ended(void);

/*
 * Ends the process by the noted signal, so that a shell sees why it ended.
 * Returns @status if no signal was noted. main() calls it at its end.
 */
int systally_signals_raise(int status);

/* Returns CLOCK_MONOTONIC in nanoseconds. */
uint64_t systally_signals_now_ns(void);

#endif /* SYSTALLY_SIGNALS_H */
