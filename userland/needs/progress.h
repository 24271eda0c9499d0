/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How far it is: a bar on a terminal, with the time that is left.
 */
#ifndef SYSTALLY_NEEDS_PROGRESS_H
#define SYSTALLY_NEEDS_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct systally_progress {
	bool terminal;		/* standard error is one */
	size_t done, total;	/* runs */
	size_t timed;		/* of them, done here and not resumed */
	uint64_t spent_ns;	/* in these */
	bool shown;
};

void systally_progress_init(struct systally_progress *progress, size_t total);

/* Shows that the run called @label begins. */
void systally_progress_begin(struct systally_progress *progress,
			     const char *label);

/* A run has ended; it took @ns, or 0 if it had been done before. */
void systally_progress_end(struct systally_progress *progress, uint64_t ns);

/* Writes how long the runs left will take, or nothing if nobody knows. */
void systally_progress_left(const struct systally_progress *progress,
			    char text[32]);

/* Takes the bar away, so that something else can be written. */
void systally_progress_clear(struct systally_progress *progress);

#endif /* SYSTALLY_NEEDS_PROGRESS_H */
