/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Shows the progress on a terminal: a bar, and the time that is left.
 */
#ifndef SYSTALLY_NEEDS_PROGRESS_H
#define SYSTALLY_NEEDS_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct systally_progress {
	bool terminal;	    /* standard error is a terminal */
	size_t done, total; /* runs; the total is an estimate */
	size_t timed;	    /* runs that were not taken from the state */
	uint64_t spent_ns;  /* in timed runs */
	bool shown;	    /* the bar is on the screen */
};

void systally_progress_init(struct systally_progress *progress, size_t total);

/* Shows that the run @label begins. */
void systally_progress_begin(struct systally_progress *progress,
			     const char *label);

/* Counts a run that took @ns, or 0 if it was taken from the state. */
void systally_progress_end(struct systally_progress *progress, uint64_t ns);

/* Writes how long the other runs will take; nothing if that is not known. */
void systally_progress_left(const struct systally_progress *progress,
			    char text[32]);

/* Removes the bar, so that something else can be written. */
void systally_progress_clear(struct systally_progress *progress);

#endif /* SYSTALLY_NEEDS_PROGRESS_H */
