/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A comparison on paper: text, JSON, CSV.
 */
#ifndef SYSTALLY_RENDER_CHANGE_H
#define SYSTALLY_RENDER_CHANGE_H

#include <stdio.h>

#include "stats/change.h"
#include "base/notes.h"
#include "cli/options.h"
#include "stats/record.h"

struct systally_change_report {
	const struct systally_changes *changes;
	const char *files[2];
	const struct systally_record *records;	/* of these two */
	const struct systally_notes *notes;
	bool latency;		/* text: times, too */
	unsigned int width;	/* text: columns */
};

/*
 * Writes @report to @out, in any format but strace's. CSV has no place for
 * notes. Returns 0, or -1 when out of memory; a write error stays in @out.
 */
int systally_change_render(FILE *out, enum systally_format format,
			   const struct systally_change_report *report);

/* The parts of it. */
void systally_change_text(FILE *out,
			  const struct systally_change_report *report);
int systally_change_json(FILE *out,
			 const struct systally_change_report *report);
void systally_change_csv(FILE *out,
			 const struct systally_change_report *report);

#endif /* SYSTALLY_RENDER_CHANGE_H */
