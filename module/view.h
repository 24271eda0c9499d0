/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A copy of all counters of one moment, in the binary layout of
 * include/systally.h. Every file that shows counts is made from one.
 */
#ifndef SYSTALLY_VIEW_H
#define SYSTALLY_VIEW_H

#include <linux/types.h>

#include "../include/systally.h"

struct view {
	struct systally_header header;
	struct systally_row rows[];
};

/*
 * systally_view_make - copy the counters, exact even while calls are counted
 *
 * Process context, sleeps for a grace period or two. Rows are in the order of
 * their sections, and sorted by process, thread, ABI and number in each.
 * Returns the view, which the caller frees by systally_view_free(), or an
 * ERR_PTR: -ENOMEM, or -EINTR if the task is being killed.
 */
struct view *systally_view_make(void);

/* systally_view_free - free a view; process context */
void systally_view_free(struct view *view);

/* Number of rows in all sections, and bytes of the whole view; any context */
u64 systally_view_rows(const struct view *view);
size_t systally_view_bytes(const struct view *view);

#endif /* SYSTALLY_VIEW_H */
