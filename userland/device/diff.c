// SPDX-License-Identifier: GPL-2.0-only
/*
 * The difference of two snapshots. All that grows with the rows is sorting, and
 * passes over two sorted lists at once: intervals of `top` may have many rows.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "device/snapshot.h"

#define COMPARE(a, b) (((a) > (b)) - ((a) < (b)))

size_t systally_snapshot_compared;

/*
 * Compares what identifies a row. Two rows of which this returns 0 are the same
 * row at different times.
 */
static int compare_keys(const void *left, const void *right)
{
	const struct systally_row *a = left;
	const struct systally_row *b = right;
	int order = COMPARE(a->tgid, b->tgid);

	systally_snapshot_compared++;
	if (!order)
		order = COMPARE(a->tid, b->tid);
	if (!order)
		order = COMPARE(a->start_ns, b->start_ns);
	if (!order)
		order = COMPARE(a->abi, b->abi);
	if (!order)
		order = COMPARE(a->nr, b->nr);
	/* in hist rows, this is the octave */
	if (!order)
		order = COMPARE(a->error, b->error);
	/* rows of exited processes are folded by command and have no tgid */
	if (!order && !a->tgid)
		order = strncmp(a->comm, b->comm, SYSTALLY_COMM_LEN);
	return order ? order : COMPARE(a->facts, b->facts);
}

void systally_snapshot_sort(struct systally_snapshot *snapshot)
{
	const struct systally_header *header = &snapshot->header;

	qsort(snapshot->calls, header->call_rows, sizeof(*snapshot->rows),
	      compare_keys);
	qsort(snapshot->errors, header->error_rows, sizeof(*snapshot->rows),
	      compare_keys);
	qsort(snapshot->unattributed, header->unattributed_rows,
	      sizeof(*snapshot->rows), compare_keys);
	qsort(snapshot->hist, header->hist_rows, sizeof(*snapshot->rows),
	      compare_keys);
	qsort(snapshot->tls, header->tls_rows, sizeof(*snapshot->rows),
	      compare_keys);
}

static uint64_t minus(uint64_t a, uint64_t b)
{
	return a > b ? a - b : 0;
}

/*
 * How many of a row's values are sums, seen as buckets[]: count, errors and
 * total_ns, but not max_ns. In rows of histograms and of TLS all of them are.
 */
enum { SUMS = 3, ALL_SUMS = SYSTALLY_HIST_BUCKETS };

/* A row, and what its longest time may have been before: see take_out(). */
struct counted {
	struct systally_row row;
	uint64_t former_max_ns;
};

static void subtract(struct systally_row *from, const struct systally_row *what,
		     unsigned int sums)
{
	unsigned int i;

	for (i = 0; i < sums; i++)
		from->buckets[i] = minus(from->buckets[i], what->buckets[i]);
}

static bool is_empty(const struct systally_row *row, unsigned int sums)
{
	unsigned int i;

	for (i = 0; i < sums; i++) {
		if (row->buckets[i])
			return false;
	}
	return true;
}

/* Compares the calls of two rows; in hist rows, `error` is the octave. */
static int compare_calls(const struct systally_row *a,
			 const struct systally_row *b)
{
	int order = COMPARE(a->abi, b->abi);

	systally_snapshot_compared++;
	if (!order)
		order = COMPARE(a->nr, b->nr);
	return order ? order : COMPARE(a->error, b->error);
}

/* The order of folded rows: by call, by command, and by user and group. */
static int compare_folded(const void *left, const void *right)
{
	const struct systally_row *a = left;
	const struct systally_row *b = right;
	int order = compare_calls(a, b);

	if (!order)
		order = strncmp(a->comm, b->comm, SYSTALLY_COMM_LEN);
	return order ? order : COMPARE(a->facts, b->facts);
}

static int compare_calls_only(const void *left, const void *right)
{
	return compare_calls(left, right);
}

static void add(struct systally_row *to, const struct systally_row *what,
		unsigned int sums)
{
	unsigned int i;

	for (i = 0; i < sums; i++)
		to->buckets[i] = systally_sum(to->buckets[i], what->buckets[i]);
}

/*
 * Merges neighbours of which @compare returns 0: it gets pointers to rows, which
 * are the first members. Returns how many are left.
 */
static size_t merge(struct counted *rows, size_t count, unsigned int sums,
		    int (*compare)(const void *a, const void *b))
{
	struct systally_row *last;
	size_t i, used = 0;

	for (i = 0; i < count; i++) {
		last = used ? &rows[used - 1].row : NULL;
		if (!last || compare(last, &rows[i])) {
			rows[used++] = rows[i];
			continue;
		}
		add(last, &rows[i].row, sums);
		if (sums == SUMS && rows[i].row.max_ns > last->max_ns)
			last->max_ns = rows[i].row.max_ns;
	}
	return used;
}

/* Sorts rows by key and merges those of one key. Returns how many are left. */
static size_t sort_rows(struct counted *rows, size_t count, unsigned int sums)
{
	qsort(rows, count, sizeof(*rows), compare_keys);
	return merge(rows, count, sums, compare_keys);
}

/*
 * Takes @gone, which was counted before, out of @row, and leaves in @gone what
 * was too much for it. A call of @gone may have been the longest one of @row.
 */
static void take_out(struct counted *row, struct counted *gone,
		     unsigned int sums)
{
	const struct systally_row before = row->row;

	if (is_empty(&gone->row, sums))
		return;
	subtract(&row->row, &gone->row, sums);
	subtract(&gone->row, &before, sums);
	if (sums == SUMS && gone->row.max_ns > row->former_max_ns)
		row->former_max_ns = gone->row.max_ns;
}

/*
 * Takes each of @gone out of the rows of which @compare returns 0. Both lists
 * are in its order, and no two of @gone are equal.
 */
static void take_out_all(struct counted *rows, size_t count,
			 struct counted *gone, size_t gone_count,
			 unsigned int sums,
			 int (*compare)(const void *a, const void *b))
{
	size_t i = 0, g = 0;
	int order;

	while (i < count && g < gone_count) {
		order = compare(&rows[i], &gone[g]);
		if (!order)
			take_out(&rows[i], &gone[g], sums);
		if (order <= 0)
			i++;
		else
			g++;
	}
}

/*
 * @gone are rows of the old snapshot only: their processes have exited, and
 * their counts were folded into rows of commands, where they would look new.
 * Takes them out of these rows. If an exec renamed a process before it exited,
 * its counts are in the row of another command: what is left is taken out of any
 * row of the same call, so that at least the sum is right.
 */
static void subtract_folded(struct counted *rows, size_t count,
			    struct counted *gone, size_t gone_count,
			    unsigned int sums)
{
	qsort(rows, count, sizeof(*rows), compare_folded);
	qsort(gone, gone_count, sizeof(*gone), compare_folded);
	gone_count = merge(gone, gone_count, sums, compare_folded);
	take_out_all(rows, count, gone, gone_count, sums, compare_folded);
	gone_count = merge(gone, gone_count, sums, compare_calls_only);
	take_out_all(rows, count, gone, gone_count, sums, compare_calls_only);
}

/* Subtracts the rows of one part. Returns how many of @now are left. */
static size_t diff_rows(struct counted *now, size_t now_count,
			struct counted *old, size_t old_count,
			unsigned int sums)
{
	size_t i = 0, o, folded, gone = 0, used = 0;

	now_count = sort_rows(now, now_count, sums);
	old_count = sort_rows(old, old_count, sums);
	for (folded = 0; folded < now_count && !now[folded].row.tgid; folded++)
		;
	/* rows of the same key first; what is left went into folded rows */
	for (o = 0; o < old_count; o++) {
		while (i < now_count && compare_keys(&now[i], &old[o]) < 0)
			i++;
		if (i < now_count && !compare_keys(&now[i], &old[o]))
			take_out(&now[i], &old[o], sums);
		else
			old[gone++] = old[o];
	}
	if (folded && gone)
		subtract_folded(now, folded, old, gone, sums);
	for (i = 0; i < now_count; i++) {
		if (!is_empty(&now[i].row, sums))
			now[used++] = now[i];
	}
	return used;
}

static struct counted *copy_rows(const struct systally_row *rows, size_t count)
{
	struct counted *copy = calloc(count + 1, sizeof(*copy));
	size_t i;

	for (i = 0; copy && i < count; i++)
		copy[i].row = rows[i];
	return copy;
}

/* A part of a snapshot. */
struct part {
	const struct systally_row *rows;
	size_t count;
};

/*
 * Writes the difference of one part to @to, and to @max_is_former whether the
 * longest time of each row is of before, unless it is NULL. Returns 0 and how
 * many rows there are in @count, or -1 if there is no memory.
 */
static int diff_part(struct systally_row *to, bool *max_is_former,
		     struct part now, struct part old, unsigned int sums,
		     __u64 *count)
{
	struct counted *new_copy = copy_rows(now.rows, now.count);
	struct counted *old_copy = copy_rows(old.rows, old.count);
	size_t i, used = 0;
	int result = -1;

	if (new_copy && old_copy) {
		used = diff_rows(new_copy, now.count, old_copy, old.count,
				 sums);
		result = 0;
	}
	for (i = 0; i < used; i++) {
		to[i] = new_copy[i].row;
		if (max_is_former)
			max_is_former[i] =
				to[i].max_ns <= new_copy[i].former_max_ns;
	}
	*count = used;
	free(new_copy);
	free(old_copy);
	return result;
}

/* Writes all parts one after the other. Returns 0, or -1 if out of memory. */
static int diff_parts(struct systally_snapshot *diff,
		      const struct systally_snapshot *now,
		      const struct systally_snapshot *old)
{
	const struct systally_header *n = &now->header;
	const struct systally_header *o = &old->header;
	struct systally_header *d = &diff->header;
	struct systally_row *to = diff->rows;

	if (diff_part(to, diff->max_is_former,
		      (struct part){ now->calls, n->call_rows },
		      (struct part){ old->calls, o->call_rows }, SUMS,
		      &d->call_rows))
		return -1;
	to += d->call_rows;
	if (diff_part(to, NULL, (struct part){ now->errors, n->error_rows },
		      (struct part){ old->errors, o->error_rows }, SUMS,
		      &d->error_rows))
		return -1;
	to += d->error_rows;
	if (diff_part(to, NULL,
		      (struct part){ now->unattributed, n->unattributed_rows },
		      (struct part){ old->unattributed, o->unattributed_rows },
		      SUMS, &d->unattributed_rows))
		return -1;
	to += d->unattributed_rows;
	if (diff_part(to, NULL, (struct part){ now->hist, n->hist_rows },
		      (struct part){ old->hist, o->hist_rows }, ALL_SUMS,
		      &d->hist_rows))
		return -1;
	to += d->hist_rows;
	return diff_part(to, NULL, (struct part){ now->tls, n->tls_rows },
			 (struct part){ old->tls, o->tls_rows }, ALL_SUMS,
			 &d->tls_rows);
}

/* `entered` is smaller if the module was loaded again. */
static bool was_reset(const struct systally_header *now,
		      const struct systally_header *old)
{
	return now->generation != old->generation ||
	       now->discarded != old->discarded || now->entered < old->entered;
}

/* Copies the facts of processes. Returns 0, or -1 if there is no memory. */
static int copy_facts(struct systally_snapshot *to,
		      const struct systally_snapshot *from)
{
	const size_t count = from->header.processes;

	if (!count)
		return 0;
	to->facts = calloc(count, sizeof(*to->facts));
	if (!to->facts)
		return -1;
	memcpy(to->facts, from->facts, count * sizeof(*to->facts));
	return 0;
}

int systally_snapshot_diff(struct systally_snapshot *diff,
			   const struct systally_snapshot *now,
			   const struct systally_snapshot *old,
			   struct systally_error *error)
{
	const struct systally_header *n = &now->header;
	const struct systally_header *o = &old->header;
	struct systally_header *d = &diff->header;
	size_t rows = systally_snapshot_rows(n);

	memset(diff, 0, sizeof(*diff));
	*d = *n;
	d->taken_ns = minus(n->taken_ns, o->taken_ns);
	d->discarded = 0;
	/* not of the rows: a reset leaves it as it is */
	d->kprobe_missed = minus(n->kprobe_missed, o->kprobe_missed);
	diff->rows = calloc(rows + 1, sizeof(*diff->rows));
	diff->max_is_former =
		calloc(n->call_rows + 1, sizeof(*diff->max_is_former));
	diff->functions = calloc(n->functions + 1, sizeof(*diff->functions));
	if (!diff->rows || !diff->max_is_former || !diff->functions ||
	    copy_facts(diff, now))
		goto err_memory;
	if (n->functions)
		memcpy(diff->functions, now->functions,
		       n->functions * sizeof(*diff->functions));
	if (was_reset(n, o)) {
		/* what resets threw away since @old, without what @old shows */
		d->discarded =
			minus(minus(n->discarded, o->discarded), o->entered);
		/* the time of the reset is not known */
		d->taken_ns = 0;
		if (rows)
			memcpy(diff->rows, now->rows,
			       rows * sizeof(*diff->rows));
	} else {
		d->entered = minus(n->entered, o->entered);
		d->unattributed = minus(n->unattributed, o->unattributed);
		d->denied = minus(n->denied, o->denied);
		d->orphan_exits = minus(n->orphan_exits, o->orphan_exits);
		d->untimed = minus(n->untimed, o->untimed);
		if (diff_parts(diff, now, old))
			goto err_memory;
	}
	systally_snapshot_adopt(diff, diff->rows);
	return 0;

err_memory:
	systally_snapshot_free(diff);
	return systally_error_set(error, "no memory to compare two snapshots");
}
