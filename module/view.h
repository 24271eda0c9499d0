/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A copy of all counters at one moment, in the binary layout of
 * include/systally.h. Used by results.c for every file that shows counts.
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
 * their sections, and within them by process, ABI and number. Returns the view
 * for systally_view_free(), or an ERR_PTR: -ENOMEM, -EINTR.
 */
struct view *systally_view_make(void);

void systally_view_free(struct view *view);

/* Rows in all sections, and bytes of the whole. */
u64 systally_view_rows(const struct view *view);
size_t systally_view_bytes(const struct view *view);

#endif /* SYSTALLY_VIEW_H */
