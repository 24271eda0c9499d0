/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Starts the command of `systally needs` under a filter, and the shell commands
 * that test it.
 */
#ifndef SYSTALLY_NEEDS_START_H
#define SYSTALLY_NEEDS_START_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/error.h"
#include "needs/child.h"

/* A command that was forked. A descriptor is -1 after it was closed. */
struct systally_started {
	pid_t pid;
	int gate;      /* pipe: a byte written here opens the gate */
	int failure;   /* pipe: the errno of a failed exec; closed by exec */
	int hand_over; /* socket: the listener; -1: none is expected */
	bool listener_lost; /* the child could not send the listener */
};

/*
 * Forks the command and waits until it is prepared. It then waits at its gate;
 * behind it, it only loads @filter, if that has a program, and executes. With
 * @listener, the caller must take the filter's listener by
 * systally_start_listener(). Returns 0, or -1 with an error of this process or
 * of the child; then the child has ended.
 */
int systally_start(struct systally_started *started,
		   const struct systally_launchpad *pad,
		   const struct systally_place *place,
		   const struct systally_filter *filter, bool listener,
		   struct systally_error *error);

/* Opens the gate, so that the command is executed. */
void systally_start_release(struct systally_started *started);

/*
 * Waits for the listener. Returns its descriptor, or -1 if there is none;
 * systally_start_result() then returns why.
 */
int systally_start_listener(struct systally_started *started);

/*
 * Returns 0 if the command is executed, -1 if it is not yet, or the errno with
 * which its execution failed. SYSTALLY_START_FILTER is added if the filter
 * could not be loaded or its listener could not be sent. Does not wait.
 */
int systally_start_result(struct systally_started *started);

/*
 * Closes all descriptors. A process that still waits at its gate ends without
 * executing the command; any other process goes on.
 */
void systally_start_close(struct systally_started *started);

/*
 * Starts the shell command @text, without a filter, with @variables (NAME=VALUE,
 * ending with NULL) added to its environment. Its output goes to place->said;
 * with @figure, its standard output goes to place->figure. Returns its pid when
 * the shell is executed, or -1 with an error of this process or of the child;
 * then the child has ended.
 */
pid_t systally_start_shell(const char *text, bool figure,
			   const struct systally_place *place,
			   char *const *variables,
			   const struct systally_signals *signals,
			   struct systally_error *error);

#endif /* SYSTALLY_NEEDS_START_H */
