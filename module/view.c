// SPDX-License-Identifier: GPL-2.0-only
/*
 * Copies the counters out, in the binary layout of include/systally.h.
 */
#include <linux/build_bug.h>
#include <linux/err.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/sort.h>
#include <linux/timekeeping.h>

#include "abi.h"
#include "clock.h"
#include "control.h"
#include "hist.h"
#include "master.h"
#include "tally.h"
#include "view.h"

enum section {
	SECTION_CALLS,
	SECTION_ERRORS,
	SECTION_UNATTRIBUTED,
	SECTION_HIST,
	SECTIONS,
};

/* The section a row is shown in, or -1 */
static int row_section(const struct table_row *row)
{
	if (!row->key)
		return -1;
	switch (key_kind(row->key)) {
	case ROW_CALL:
	case ROW_THREAD:
	case ROW_FOLDED_CALL:
		return SECTION_CALLS;
	case ROW_ERROR:
	case ROW_FOLDED_ERROR:
		return SECTION_ERRORS;
	case ROW_UNATTRIBUTED:
		return SECTION_UNATTRIBUTED;
	case ROW_HIST:
	case ROW_FOLDED_HIST:
		return SECTION_HIST;
	default:
		return -1;
	}
}

static void row_export(struct systally_row *to, const struct table_row *from,
		       enum section section)
{
	u32 nr = key_nr(from->key);

	memset(to, 0, sizeof(*to));
	to->start_ns = from->start;
	if (section == SECTION_HIST) {
		memcpy(to->buckets, from->buckets, sizeof(to->buckets));
	} else {
		to->count = from->count;
		to->errors = from->errors;
		to->total_ns = systally_clock_to_ns(from->total);
		to->max_ns = systally_clock_to_ns(from->max);
	}
	to->tgid = key_tgid(from->key);
	to->nr = nr == KEY_NR_OUT_OF_RANGE ? SYSTALLY_NR_OUT_OF_RANGE : nr;
	to->abi = systally_abi_to_row(key_abi(from->key));
	if (section == SECTION_ERRORS)
		to->error = key_sub(from->key);
	else if (section == SECTION_HIST)
		to->octave = hist_octave(from->key);
	else if (key_kind(from->key) == ROW_THREAD)
		to->tid = key_sub(from->key);
	systally_master_comm(from, to->comm);
}

static int compare(u64 x, u64 y)
{
	return x < y ? -1 : x > y;
}

/* x->error is the octave in rows of histograms: both share the field. */
static int compare_rows(const void *a, const void *b)
{
	const struct systally_row *x = a, *y = b;

	return compare(x->tgid, y->tgid)		 ?:
		       compare(x->start_ns, y->start_ns) ?:
		       compare(x->tid, y->tid)		 ?:
		       compare(x->abi, y->abi)		 ?:
		       compare((u32)x->nr, (u32)y->nr)	 ?:
		       compare(x->error, y->error);
}

/* Under the tally's mutex. Returns the view, unsorted, or ERR_PTR(-ENOMEM). */
static struct view *copy_master(struct table *master)
{
	u64 count[SECTIONS] = {}, unattributed = master->no_row;
	struct systally_row *next[SECTIONS];
	struct view *view;
	u64 rows = 0;
	u32 i;

	for (i = 0; i < table_rows(master); i++) {
		int section = row_section(&master->rows[i]);

		if (section >= 0)
			count[section]++;
	}
	for (i = 0; i < SECTIONS; i++)
		rows += count[i];
	/* Without the OOM killer: an answer of -ENOMEM harms nobody. */
	view = kvmalloc(struct_size(view, rows, rows),
			GFP_KERNEL | __GFP_RETRY_MAYFAIL | __GFP_NOWARN);
	if (!view)
		return ERR_PTR(-ENOMEM);

	next[0] = view->rows;
	for (i = 1; i < SECTIONS; i++)
		next[i] = next[i - 1] + count[i - 1];
	for (i = 0; i < table_rows(master); i++) {
		const struct table_row *row = &master->rows[i];
		int section = row_section(row);

		if (section < 0)
			continue;
		if (section == SECTION_UNATTRIBUTED)
			unattributed += row->count;
		row_export(next[section]++, row, section);
		cond_resched();
	}

	view->header = (struct systally_header){
		.version = SYSTALLY_FORMAT_VERSION,
		.header_bytes = sizeof(view->header),
		.row_bytes = sizeof(view->rows[0]),
		.collect = systally_control_collect(),
		.call_rows = count[SECTION_CALLS],
		.error_rows = count[SECTION_ERRORS],
		.unattributed_rows = count[SECTION_UNATTRIBUTED],
		.entered = master->entered,
		.unattributed = unattributed,
		.orphan_exits = master->orphan_exits,
		.untimed = master->untimed,
		.discarded = systally_tally_discarded(),
		.generation = systally_tally_generation(),
		.taken_ns = ktime_get_ns(),
		.flags = systally_control_flags(),
		.hist_rows = count[SECTION_HIST],
		.clock_khz = systally_clock_khz(),
	};
	memcpy(view->header.magic, SYSTALLY_MAGIC, sizeof(view->header.magic));
	return view;
}

static void sort_sections(struct view *view)
{
	const u64 counts[SECTIONS] = {
		view->header.call_rows,
		view->header.error_rows,
		view->header.unattributed_rows,
		view->header.hist_rows,
	};
	struct systally_row *rows = view->rows;
	int i;

	for (i = 0; i < SECTIONS; i++) {
		sort(rows, counts[i], sizeof(*rows), compare_rows, NULL);
		rows += counts[i];
	}
}

struct view *systally_view_make(void)
{
	struct view *view;
	int err;

	/* The layout that the command reads */
	BUILD_BUG_ON(sizeof(struct systally_header) != 128);
	BUILD_BUG_ON(sizeof(struct systally_row) != 72);
	BUILD_BUG_ON(SYSTALLY_COMM_LEN != TASK_COMM_LEN);

	err = systally_tally_lock();
	if (err)
		return ERR_PTR(err);
	view = copy_master(systally_tally_flush());
	systally_tally_unlock();
	if (IS_ERR(view))
		return view;

	sort_sections(view);
	return view;
}

void systally_view_free(struct view *view)
{
	kvfree(view);
}

u64 systally_view_rows(const struct view *view)
{
	return view->header.call_rows + view->header.error_rows +
	       view->header.unattributed_rows + view->header.hist_rows;
}

size_t systally_view_bytes(const struct view *view)
{
	return sizeof(*view) + systally_view_rows(view) * sizeof(view->rows[0]);
}
