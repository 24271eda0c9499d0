// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reads the module's binary snapshot and finds the difference of two. A
 * snapshot comes from the kernel, yet nothing in it is trusted: module and
 * command may be of different builds.
 */
#include <endian.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "calls/names.h"
#include "device/snapshot.h"

#if __BYTE_ORDER != __LITTLE_ENDIAN
#error "a snapshot is little endian, and its bytes are not swapped here"
#endif

/* A newer module may write longer rows and headers, but not longer than this. */
#define ROW_BYTES_MAX	 65536
#define HEADER_BYTES_MAX 65536

#define REMEDY \
	"; the loaded module may be of another build, `systally doctor` compares it"

static int check_header(const struct systally_header *header, size_t size,
			struct systally_error *error)
{
	uint64_t room, rows;

	if (header->header_bytes < SYSTALLY_HEADER_BYTES_MIN ||
	    header->header_bytes > HEADER_BYTES_MAX)
		return systally_error_set(
			error,
			"the snapshot's header has an impossible size, %u bytes" REMEDY,
			header->header_bytes);
	if (header->row_bytes < sizeof(struct systally_row) ||
	    header->row_bytes > ROW_BYTES_MAX)
		return systally_error_set(
			error,
			"the snapshot's rows have an impossible size, %u bytes" REMEDY,
			header->row_bytes);
	if (header->header_bytes > size)
		return systally_error_set(
			error,
			"the snapshot is cut short: it has %zu bytes, and its header alone has %u" REMEDY,
			size, header->header_bytes);
	room = (size - header->header_bytes) / header->row_bytes;
	rows = header->call_rows;
	if (__builtin_add_overflow(rows, header->error_rows, &rows) ||
	    __builtin_add_overflow(rows, header->unattributed_rows, &rows) ||
	    __builtin_add_overflow(rows, header->hist_rows, &rows) ||
	    rows > room)
		return systally_error_set(
			error,
			"the snapshot is cut short: its %zu bytes hold %llu rows, and its header promises more" REMEDY,
			size, (unsigned long long)room);
	/* a longer header is of a newer module: more parts may follow */
	if (header->header_bytes <= sizeof(*header) &&
	    header->header_bytes + rows * header->row_bytes != size)
		return systally_error_set(
			error,
			"the snapshot is longer than its header says" REMEDY);
	if (header->hist_rows && !header->clock_khz)
		return systally_error_set(
			error,
			"the snapshot has histograms, but no clock_khz" REMEDY);
	return 0;
}

static int check_row(struct systally_row *row, size_t index,
		     struct systally_error *error)
{
	if (row->abi >= SYSTALLY_ABIS)
		return systally_error_set(
			error,
			"row %zu of the snapshot has an unknown ABI (%u)" REMEDY,
			index, row->abi);
	row->comm[SYSTALLY_COMM_LEN - 1] = '\0';
	row->nr = systally_names_nr(row->nr);
	return 0;
}

static void set_parts(struct systally_snapshot *snapshot)
{
	snapshot->calls = snapshot->rows;
	snapshot->errors = snapshot->calls + snapshot->header.call_rows;
	snapshot->unattributed = snapshot->errors + snapshot->header.error_rows;
	snapshot->hist =
		snapshot->unattributed + snapshot->header.unattributed_rows;
}

size_t systally_snapshot_rows(const struct systally_header *header)
{
	return header->call_rows + header->error_rows +
	       header->unattributed_rows + header->hist_rows;
}

int systally_snapshot_parse(struct systally_snapshot *snapshot,
			    const void *data, size_t size,
			    struct systally_error *error)
{
	struct systally_header *header = &snapshot->header;
	const unsigned char *from;
	size_t i, rows;

	memset(snapshot, 0, sizeof(*snapshot));
	if (size < sizeof(header->magic) ||
	    memcmp(data, SYSTALLY_MAGIC, sizeof(header->magic)))
		return systally_error_set(
			error,
			size ? "this is not a systally snapshot: it does not start with '" SYSTALLY_MAGIC
			       "'" :
			       "the snapshot is empty");
	memcpy(header, data, size < sizeof(*header) ? size : sizeof(*header));
	if (size >= sizeof(header->magic) + sizeof(header->version) &&
	    header->version != SYSTALLY_FORMAT_VERSION)
		return systally_error_set(
			error,
			"the module writes snapshots of version %u, this command reads version %u; use the command that was built with the module",
			header->version, SYSTALLY_FORMAT_VERSION);
	if (size < SYSTALLY_HEADER_BYTES_MIN)
		return systally_error_set(
			error,
			"the snapshot is cut short: it has %zu bytes, a header has %d" REMEDY,
			size, SYSTALLY_HEADER_BYTES_MIN);
	/* an older header ends before these fields: rows were copied there */
	if (header->header_bytes < sizeof(*header))
		header->hist_rows = header->clock_khz = 0;
	if (check_header(header, size, error))
		return -1;
	rows = systally_snapshot_rows(header);
	snapshot->rows = calloc(rows ? rows : 1, sizeof(*snapshot->rows));
	if (!snapshot->rows)
		return systally_error_set(
			error, "no memory for %zu rows of the snapshot", rows);
	from = (const unsigned char *)data + header->header_bytes;
	for (i = 0; i < rows; i++, from += header->row_bytes) {
		memcpy(&snapshot->rows[i], from, sizeof(*snapshot->rows));
		if (check_row(&snapshot->rows[i], i, error)) {
			systally_snapshot_free(snapshot);
			return -1;
		}
	}
	set_parts(snapshot);
	for (i = 0; i < header->hist_rows; i++) {
		if (snapshot->hist[i].octave < SYSTALLY_HIST_OCTAVES)
			continue;
		systally_error_set(
			error,
			"row %zu of the snapshot's histograms has an unknown octave (%u)" REMEDY,
			i, snapshot->hist[i].octave);
		systally_snapshot_free(snapshot);
		return -1;
	}
	return 0;
}

void systally_snapshot_adopt(struct systally_snapshot *snapshot,
			     struct systally_row *rows)
{
	snapshot->rows = rows;
	set_parts(snapshot);
}

void systally_snapshot_free(struct systally_snapshot *snapshot)
{
	free(snapshot->rows);
	memset(snapshot, 0, sizeof(*snapshot));
}

uint64_t systally_snapshot_tallied(const struct systally_snapshot *snapshot)
{
	uint64_t sum = 0;
	size_t i;

	for (i = 0; i < snapshot->header.call_rows; i++)
		sum = systally_sum(sum, snapshot->calls[i].count);
	return sum;
}

#define COMPARE(a, b) (((a) > (b)) - ((a) < (b)))

/*
 * Compares what identifies a row. Two rows of which this returns 0 are the same
 * row at different times.
 */
static int compare_keys(const void *left, const void *right)
{
	const struct systally_row *a = left;
	const struct systally_row *b = right;
	int order = COMPARE(a->tgid, b->tgid);

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
	return order;
}

static uint64_t minus(uint64_t a, uint64_t b)
{
	return a > b ? a - b : 0;
}

/*
 * How many of a row's values are sums, seen as buckets[]: count, errors and
 * total_ns, but not max_ns. In hist rows all of them are.
 */
enum { SUMS = 3, HIST_SUMS = SYSTALLY_HIST_BUCKETS };

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

/*
 * @gone is in the old snapshot only: its process has exited, and its counts
 * were folded into the row of its command, where they would look new. Subtracts
 * them from that row. If an exec renamed the process before it exited, they are
 * in the row of another command: the second pass subtracts what is left from
 * any row of the same call, so that at least the sum is right.
 */
static void subtract_folded(struct systally_row *rows, size_t count,
			    const struct systally_row *gone, unsigned int sums)
{
	struct systally_row left = *gone;
	int pass;
	size_t i;

	for (pass = 0; pass < 2 && !is_empty(&left, sums); pass++) {
		for (i = 0; i < count && !is_empty(&left, sums); i++) {
			struct systally_row before = rows[i];

			if (rows[i].abi != gone->abi ||
			    rows[i].nr != gone->nr ||
			    rows[i].error != gone->error ||
			    (!pass && strncmp(rows[i].comm, gone->comm,
					      SYSTALLY_COMM_LEN)))
				continue;
			subtract(&rows[i], &left, sums);
			subtract(&before, &rows[i], sums);
			subtract(&left, &before, sums);
		}
	}
}

/* Sorts rows by key and merges those of one key. Returns how many are left. */
static size_t sort_rows(struct systally_row *rows, size_t count,
			unsigned int sums)
{
	struct systally_row *last;
	unsigned int sum;
	size_t i, used = 0;

	qsort(rows, count, sizeof(*rows), compare_keys);
	for (i = 0; i < count; i++) {
		if (!used || compare_keys(&rows[used - 1], &rows[i])) {
			rows[used++] = rows[i];
			continue;
		}
		last = &rows[used - 1];
		for (sum = 0; sum < sums; sum++)
			last->buckets[sum] = systally_sum(last->buckets[sum],
							  rows[i].buckets[sum]);
		if (sums == SUMS && rows[i].max_ns > last->max_ns)
			last->max_ns = rows[i].max_ns;
	}
	return used;
}

/*
 * Writes the difference of one part to @to. @now and @old are the caller's
 * copies; they are sorted and changed. Returns the number of rows written.
 */
static size_t diff_rows(struct systally_row *to, struct systally_row *now,
			size_t now_count, struct systally_row *old,
			size_t old_count, unsigned int sums)
{
	struct systally_row *match;
	size_t i, folded, used = 0;

	now_count = sort_rows(now, now_count, sums);
	old_count = sort_rows(old, old_count, sums);
	for (folded = 0; folded < now_count && !now[folded].tgid; folded++)
		;
	/* rows of the same key first; what is left went into folded rows */
	for (i = 0; i < old_count; i++) {
		match = bsearch(&old[i], now, now_count, sizeof(*now),
				compare_keys);
		if (match)
			subtract(match, &old[i], sums);
	}
	for (i = 0; folded && i < old_count; i++) {
		if (!bsearch(&old[i], now, now_count, sizeof(*now),
			     compare_keys))
			subtract_folded(now, folded, &old[i], sums);
	}
	for (i = 0; i < now_count; i++) {
		if (!is_empty(&now[i], sums))
			to[used++] = now[i];
	}
	return used;
}

static struct systally_row *copy_rows(const struct systally_snapshot *snapshot)
{
	size_t rows = systally_snapshot_rows(&snapshot->header);
	struct systally_row *copy = calloc(rows ? rows : 1, sizeof(*copy));

	if (copy && rows)
		memcpy(copy, snapshot->rows, rows * sizeof(*copy));
	return copy;
}

int systally_snapshot_diff(struct systally_snapshot *diff,
			   const struct systally_snapshot *now,
			   const struct systally_snapshot *old,
			   struct systally_error *error)
{
	const struct systally_header *n = &now->header;
	const struct systally_header *o = &old->header;
	struct systally_header *d = &diff->header;
	struct systally_snapshot new_copy = *now;
	struct systally_snapshot old_copy = *old;
	struct systally_row *to;

	memset(diff, 0, sizeof(*diff));
	*d = *n;
	d->taken_ns = minus(n->taken_ns, o->taken_ns);
	d->discarded = 0;
	diff->rows = copy_rows(now);
	new_copy.rows = copy_rows(now);
	old_copy.rows = copy_rows(old);
	if (!diff->rows || !new_copy.rows || !old_copy.rows) {
		free(new_copy.rows);
		free(old_copy.rows);
		systally_snapshot_free(diff);
		return systally_error_set(error,
					  "no memory to compare two snapshots");
	}
	/* `entered` is smaller if the module was loaded again */
	if (n->generation != o->generation || n->discarded != o->discarded ||
	    n->entered < o->entered) {
		/* what resets threw away since @old, without what @old shows */
		d->discarded =
			minus(minus(n->discarded, o->discarded), o->entered);
		set_parts(diff);
		goto out;
	}
	set_parts(&new_copy);
	set_parts(&old_copy);
	d->entered = minus(n->entered, o->entered);
	d->unattributed = minus(n->unattributed, o->unattributed);
	d->orphan_exits = minus(n->orphan_exits, o->orphan_exits);
	d->untimed = minus(n->untimed, o->untimed);
	to = diff->rows;
	d->call_rows = diff_rows(to, new_copy.calls, n->call_rows,
				 old_copy.calls, o->call_rows, SUMS);
	to += d->call_rows;
	d->error_rows = diff_rows(to, new_copy.errors, n->error_rows,
				  old_copy.errors, o->error_rows, SUMS);
	to += d->error_rows;
	d->unattributed_rows =
		diff_rows(to, new_copy.unattributed, n->unattributed_rows,
			  old_copy.unattributed, o->unattributed_rows, SUMS);
	to += d->unattributed_rows;
	d->hist_rows = diff_rows(to, new_copy.hist, n->hist_rows, old_copy.hist,
				 o->hist_rows, HIST_SUMS);
	set_parts(diff);
out:
	free(new_copy.rows);
	free(old_copy.rows);
	return 0;
}
