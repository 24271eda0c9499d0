/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Starts the command of `systally needs` under a filter, and shell commands
 * beside it.
 */
#ifndef SYSTALLY_NEEDS_START_H
#define SYSTALLY_NEEDS_START_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/error.h"
#include "needs/child.h"

struct systally_started {
	pid_t pid;
	int gate;	/* a byte written here lets it go on */
	int failure;	/* gives the errno of a failed exec, or its end */
	int hand_over;	/* gives the listener; -1: none was asked for */
	bool deaf;	/* the listener has not come */
};

/*
 * Forks the command, and waits until it stands at a gate, after which it only
 * loads @filter, if there is anything in that, and executes. With @listener
 * the filter's listener comes by systally_start_listener(). Returns 0, or -1
 * with @error, by which the child, too, says what it cannot do; then nothing
 * is left of it.
 */
int systally_start(struct systally_started *started,
		   const struct systally_launchpad *pad,
		   const struct systally_place *place,
		   const struct systally_filter *filter, bool listener,
		   struct systally_error *error);

/* Opens the gate. */
void systally_start_release(struct systally_started *started);

/*
 * Waits for the listener. Returns its descriptor, or -1 if there is none; why,
 * is told by systally_start_result().
 */
int systally_start_listener(struct systally_started *started);

/*
 * Tells whether the exec has been done: 0 yes, -1 not yet, else the errno
 * that it failed with, plus SYSTALLY_START_FILTER if it was the filter that
 * could not be loaded, or its listener that did not come. Does not wait.
 */
int systally_start_result(struct systally_started *started);

/* Closes what is still open; ends the process only if it is at its gate. */
void systally_start_close(struct systally_started *started);

/*
 * Starts the shell command @text beside it, outside of any filter, with
 * @variables (NAME=VALUE, ending with NULL) in its environment. What it prints
 * goes to place->said; with @figure its standard output to place->figure.
 * Returns its pid once the shell is executed, or -1 with @error, by which the
 * child, too, says what it cannot do; then nothing is left of it.
 */
pid_t systally_start_shell(const char *text, bool figure,
			   const struct systally_place *place,
			   char *const *variables,
			   const struct systally_signals *signals,
			   struct systally_error *error);

#endif /* SYSTALLY_NEEDS_START_H */
