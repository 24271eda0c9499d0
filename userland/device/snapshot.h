/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A snapshot of the counters, as debugfs has it (systally.h), and the
 * difference of two.
 */
#ifndef SYSTALLY_SNAPSHOT_H
#define SYSTALLY_SNAPSHOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "systally.h"
#include "units/scope.h"

struct systally_snapshot {
	struct systally_header header;
	struct systally_row *calls;	   /* header.call_rows of them */
	struct systally_row *errors;	   /* header.error_rows */
	struct systally_row *unattributed; /* header.unattributed_rows */
	struct systally_row *hist;	   /* header.hist_rows */
	struct systally_row *tls;	   /* header.tls_rows */
	struct systally_row *rows;	   /* the five above, in turn */
	/*
	 * Of a difference, for each call row: max_ns was reached before the
	 * older snapshot, or may have been; the longest time since then is not
	 * known, but not longer. NULL: of none.
	 */
	bool *max_is_former;
	/* header.functions names of user functions, sorted by nr */
	struct systally_function *functions;
	/* header.processes facts; rows have their numbers from 1 on */
	struct systally_facts *facts;
};

/*
 * Returns the facts of a row's process, NULL if they are not known. They live as
 * long as @snapshot.
 */
static inline const struct systally_facts *
systally_snapshot_facts(const struct systally_snapshot *snapshot,
			const struct systally_row *row)
{
	return row->process && row->process <= snapshot->header.processes ?
		       &snapshot->facts[row->process - 1] :
		       NULL;
}

/*
 * Copies a snapshot from @size bytes at @data, and checks it. Returns 0, and the
 * caller frees @snapshot; or -1 with @error: there is no memory, or the bytes
 * are not a snapshot, are cut short, are of another version, or are not
 * consistent.
 */
int systally_snapshot_parse(struct systally_snapshot *snapshot,
			    const void *data, size_t size,
			    struct systally_error *error);

/*
 * Makes a snapshot of @rows and of snapshot->header, which the caller has filled
 * in and checked. The rows are as many as the header says, in the order of its
 * parts. The snapshot owns them from here on and frees them with free().
 */
void systally_snapshot_adopt(struct systally_snapshot *snapshot,
			     struct systally_row *rows);

/* Frees the rows and clears @snapshot. It may be all zero already. */
void systally_snapshot_free(struct systally_snapshot *snapshot);

/*
 * Fills @diff with what was counted after @old and up to @now. Rows that did
 * not change are left out. kprobe_missed becomes the number of that time.
 * taken_ns becomes the time between the two. max_ns is the longest time since
 * the last reset; diff->max_is_former says of which rows that was before @old.
 *
 * If the counters were reset in between, @diff has all that was counted since,
 * and diff->header.discarded is the number of calls that the reset threw away
 * and that are not in @old. Its taken_ns is 0: how long that took is not known.
 *
 * Returns 0, and the caller frees @diff; or -1 with @error if there is no
 * memory.
 */
int systally_snapshot_diff(struct systally_snapshot *diff,
			   const struct systally_snapshot *now,
			   const struct systally_snapshot *old,
			   struct systally_error *error);

/* How many rows were compared for that so far: a test limits it. */
extern size_t systally_snapshot_compared;

/*
 * Sorts the rows of each part: by process, thread, start, ABI, number, and errno
 * or octave. The module has them in no order. max_is_former is not sorted along.
 */
void systally_snapshot_sort(struct systally_snapshot *snapshot);

/*
 * Keeps only the rows of processes in @scope, and those of calls in no row.
 * header.entered becomes the number of calls that are left.
 */
void systally_snapshot_keep(struct systally_snapshot *snapshot,
			    const struct systally_scope *scope);

/* Is the process of a row, or of a row of TLS, in @scope? */
static inline bool
systally_snapshot_has(const struct systally_snapshot *snapshot,
		      const struct systally_row *row,
		      const struct systally_scope *scope)
{
	return systally_scope_has(scope, row->tgid, row->comm,
				  systally_snapshot_facts(snapshot, row));
}

/*
 * Gives the functions of @b the numbers that functions of the same name have in
 * @a, so that rows of the two can be compared. Functions that @a lacks are added
 * to it. Returns 0, or -1 with @error: there is no memory, or the two have more
 * functions than there are numbers.
 */
int systally_snapshot_unify(struct systally_snapshot *a,
			    struct systally_snapshot *b,
			    struct systally_error *error);

/* Returns the sum of `count` of all call rows. */
uint64_t systally_snapshot_tallied(const struct systally_snapshot *snapshot);

/* Returns the number of rows of all parts, by a header that was checked. */
size_t systally_snapshot_rows(const struct systally_header *header);

/* Returns a + b, or UINT64_MAX if that does not fit. */
static inline uint64_t systally_sum(uint64_t a, uint64_t b)
{
	return a + b < a ? UINT64_MAX : a + b;
}

#endif /* SYSTALLY_SNAPSHOT_H */
