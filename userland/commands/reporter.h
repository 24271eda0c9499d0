/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Ranks the rows of a snapshot, adds notes, and renders the report.
 */
#ifndef SYSTALLY_REPORT_H
#define SYSTALLY_REPORT_H

#include <stdio.h>

#include "calls/names.h"
#include "base/notes.h"
#include "base/request.h"
#include "calls/set.h"
#include "device/snapshot.h"

/* How a subcommand makes its reports. All pointers are borrowed. */
struct systally_reporter {
	const struct systally_request *request;
	const struct systally_names *names;
	const struct systally_set *set;
	struct systally_scope scope; /* whose calls to show; borrowed */
	const char *file;     /* the recording to report on; NULL: live */
	const char *kernel;   /* its release; NULL: the running one's */
	const char *date;     /* when it ended; NULL: live */
	uint64_t duration_ns; /* how long it was counted; 0: not known */
	bool difference;      /* snapshots are differences of two */
	bool series;	      /* one of several, each with its time */
	bool first;	      /* the next one is the first of the series */
	unsigned int width;
	FILE *notes; /* where formats do not show them; NULL: stderr */
};

/*
 * Writes the report on @snapshot to @out, in the format of the request. Adds to
 * @notes what the snapshot has to say; @nothing is the note for a snapshot
 * without any call. Notes go to standard error if the format does not show them.
 * The caller flushes @out. Returns 0, or -1 with @error: no memory, or the
 * counters lack what was asked for, such as times under collect=count.
 */
int systally_report_write(struct systally_reporter *reporter,
			  const struct systally_snapshot *snapshot,
			  struct systally_notes *notes, const char *nothing,
			  FILE *out, struct systally_error *error);

/* Adds the note on kprobes that missed hits; none if @missed is 0. */
void systally_report_note_missed(struct systally_notes *notes, uint64_t missed);

#endif /* SYSTALLY_REPORT_H */
