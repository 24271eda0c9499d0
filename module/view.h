/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A copy of a session's counters of one moment, in the binary layout of
 * include/systally.h. Every file that shows counts is made from one.
 */
#ifndef SYSTALLY_VIEW_H
#define SYSTALLY_VIEW_H

#include <linux/types.h>

#include "../include/systally.h"

struct session;

/* Which rows a view has. Those of unattributed calls are in each. */
enum view_rows {
	VIEW_SUMS,   /* and those of denied calls follow them */
	VIEW_CALLS,  /* of calls, sorted */
	VIEW_ERRORS, /* of errnos, sorted */
	VIEW_ALL,    /* all, in the order of the layout's sections */
};

struct view {
	const struct session *session;
	u64 tallied;	 /* sum of count over all call rows of the tally */
	u64 denied_rows; /* VIEW_SUMS: at the end of rows */
	/* VIEW_CALLS, VIEW_ERRORS: pointers to these rows, sorted by process,
	 * thread, ABI, number and errno; else NULL
	 */
	const struct systally_row **sorted;
	struct systally_header header; /* its numbers of rows: those here */
	struct systally_row rows[];
};

/*
 * systally_view_make - copy the counters of a session, exact even while calls are
 * counted
 *
 * Process context, sleeps for a grace period or two. VIEW_SUMS does not look at
 * the rows of the tally. Returns the view, which the caller frees by
 * systally_view_free(), or an ERR_PTR: -ENOMEM, or -EINTR if the task is being
 * killed.
 */
struct view *systally_view_make(struct session *session, enum view_rows what);

/* systally_view_free - free a view; process context */
void systally_view_free(struct view *view);

/* Bytes of header and rows: a snapshot. Any context. */
size_t systally_view_bytes(const struct view *view);

#endif /* SYSTALLY_VIEW_H */
