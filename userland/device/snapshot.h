/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A snapshot of the counters, read from debugfs and checked; and what
 * happened between two of them.
 */
#ifndef SYSTALLY_SNAPSHOT_H
#define SYSTALLY_SNAPSHOT_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "systally.h"

struct systally_snapshot {
	struct systally_header header;
	struct systally_row *calls;		/* header.call_rows of them */
	struct systally_row *errors;		/* header.error_rows */
	struct systally_row *unattributed;	/* header.unattributed_rows */
	struct systally_row *hist;		/* header.hist_rows */
	struct systally_row *rows;		/* owns the four above */
};

/*
 * Reads a snapshot from @size bytes at @data, and believes none of them.
 * Returns 0, and the caller frees it; or -1 with @error for what is not a
 * snapshot, is cut short, is of another version, or contradicts itself.
 */
int systally_snapshot_parse(struct systally_snapshot *snapshot,
			    const void *data, size_t size,
			    struct systally_error *error);

/*
 * Makes a snapshot of a header that is filled in and @rows that have been
 * checked: as many as the header says, in the order of its parts. The
 * snapshot owns them from here on.
 */
void systally_snapshot_adopt(struct systally_snapshot *snapshot,
			     struct systally_row *rows);

/* Frees what parse or diff allocated. An all-zero one is fine. */
void systally_snapshot_free(struct systally_snapshot *snapshot);

/*
 * Fills @diff with what happened after @old was taken, up to @now: rows that
 * did not change are left out. After a reset in between, that is everything
 * since the reset, and diff->header.discarded tells how many calls the reset
 * threw away that no snapshot saw. taken_ns becomes the time between the two.
 * max_ns remains the longest call since the last reset.
 * Returns 0, and the caller frees it; -1 with @error when out of memory.
 */
int systally_snapshot_diff(struct systally_snapshot *diff,
			   const struct systally_snapshot *now,
			   const struct systally_snapshot *old,
			   struct systally_error *error);

/* Returns the sum of `count` over all call rows. */
uint64_t systally_snapshot_tallied(const struct systally_snapshot *snapshot);

/* a + b, or UINT64_MAX if that is too large */
static inline uint64_t systally_sum(uint64_t a, uint64_t b)
{
	return a + b < a ? UINT64_MAX : a + b;
}

#endif /* SYSTALLY_SNAPSHOT_H */
