/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Writes what was counted to where -o says: the end of `run` and `record`.
 */
#ifndef SYSTALLY_DELIVER_H
#define SYSTALLY_DELIVER_H

#include <stdbool.h>
#include <stdio.h>

#include "base/notes.h"
#include "base/output.h"
#include "base/signals.h"
#include "device/snapshot.h"

/* What was counted. Valid during one call of systally_launched_function. */
struct systally_launched {
	const struct systally_snapshot *snapshot;
	uint64_t missed;      /* hits that kprobes missed while counting */
	uint64_t duration_ns; /* from the command's exec or the first count
			       * to the end
			        */
	int status;	      /* the command's; -1: it has not ended yet, or
			       * there is none
			       */
	const struct systally_notes *notes; /* what is missing; NULL: none */
	FILE *out; /* where -o says (`-`: standard output), else
				 * standard error
				 */
};

/*
 * Writes what was counted. Called once, after the session has ended. Returns 0, or -1 with @error.
 */
typedef int systally_launched_function(void *context,
				       const struct systally_launched *launched,
				       struct systally_error *error);

/* How to write it, and whether that was interrupted. */
struct systally_delivery {
	systally_launched_function *write;
	void *context;
	struct systally_output output; /* prepared */
	const struct systally_signals *signals;
	bool stalls; /* @info came while the reader did not read, or before */
	struct signalfd_siginfo info;
};

/*
 * Opens the output, for which @stream stands without -o, and writes to it. Call it
 * when the session has ended: it waits for a reader. A signal that comes
 * meanwhile ends the wait, and is noted as what ended the command. The end of
 * a reader is no error: it has read what it wanted. Returns 0, or -1 with @error.
 */
int systally_deliver(struct systally_delivery *delivery,
		     struct systally_launched *launched, FILE *stream,
		     struct systally_error *error);

#endif /* SYSTALLY_DELIVER_H */
