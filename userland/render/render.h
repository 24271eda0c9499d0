/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A ranking on paper: text, JSON, CSV, as strace -c has it, and as the kernel's
 * guide has it.
 */
#ifndef SYSTALLY_RENDER_H
#define SYSTALLY_RENDER_H

#include <stdio.h>
#include <time.h>

#include "base/notes.h"
#include "stats/rank.h"

struct systally_report {
	const struct systally_ranking *ranking;
	const struct systally_header *header;
	const struct systally_notes *notes;
	bool latency;		/* text: show times */
	bool percentiles;	/* text: show these instead */
	const char *kernel;	/* json: its release; NULL: the running one's */
	const char *histogram;	/* draw it; the calls' name. NULL: none */
	bool series;		/* one of top's intervals */
	bool first;		/* of a series: csv prints its head once */
	struct timespec when;	/* of a series: CLOCK_REALTIME at its end */
	unsigned int width;	/* text: columns */
};

/*
 * Writes @report to @out. Numbers are exact in JSON and CSV; in text those
 * of 13 digits and more are shortened. JSON is one line per report.
 * Returns 0, or -1 when out of memory; a write error stays in @out.
 */
int systally_render(FILE *out, enum systally_format format,
		    const struct systally_report *report);

/*
 * The parts of it; strace's and the guide's have no place for notes, and the
 * last one is all but the notes of a histogram.
 */
int systally_render_text(FILE *out, const struct systally_report *report);
int systally_render_json(FILE *out, const struct systally_report *report);
int systally_render_csv(FILE *out, const struct systally_report *report);
int systally_render_strace(FILE *out, const struct systally_report *report);
int systally_render_workload(FILE *out, const struct systally_report *report);
void systally_render_histogram(FILE *out, const struct systally_report *report);

#endif /* SYSTALLY_RENDER_H */
