// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tallies calls of user functions.
 */
#include <linux/preempt.h>
#include <linux/sched.h>

#include "abi.h"
#include "clock.h"
#include "event.h"
#include "frame.h"
#include "function_event.h"
#include "hist.h"
#include "inflight.h"
#include "tally_rows.h"
#include "tls.h"

/* The key of current's row for a function; sets *@start to the row's start. */
static u64 function_key(u32 nr, u64 *start)
{
	const struct task_struct *owner = systally_tally_owner(current);
	bool thread = owner != current->group_leader ||
		      static_branch_unlikely(&systally_threads_key);

	*start = owner->start_boottime;
	return key_make(thread ? ROW_THREAD : ROW_CALL,
			thread ? current->pid : 0, current->tgid, ABI_FUNCTION,
			nr);
}

void systally_function_entered(struct frame *frame, bool timed)
{
	struct frames *frames;
	struct table_row *row;
	struct table *table;
	u64 key, start;

	if (timed)
		systally_inflight_make_frames();
	preempt_disable_notrace();
	key = function_key(frame->nr, &start);
	table = systally_tally_table();
	row = systally_tally_row(&table, key, start);
	table->entered++;
	if (row)
		table_count(&row->count, 1);
	else
		table->no_row++;
	frames = timed ? systally_inflight_frames() : NULL;
	if (frames) {
		frame->serial = table->serial;
		frame->entered_at = systally_clock_now();
		frames_push(frames, frame);
	}
	preempt_enable_notrace();
}

/* Adds a time to the function's row. Preemption off. */
static void count_time(struct table *table, u32 nr, u64 elapsed)
{
	struct table_row *row;
	u64 key, start;

	key = function_key(nr, &start);
	row = systally_tally_row(&table, key, start);
	if (!row) {
		table->untimed++;
		return;
	}
	table_count(&row->total, elapsed);
	if (row->max < elapsed)
		WRITE_ONCE(row->max, elapsed);
	/* Last: it may give the row's table away. */
	if (static_branch_unlikely(&systally_hist_key))
		systally_tally_hist(&table, key, hist_index(elapsed));
}

void systally_function_returned(u32 nr, struct pt_regs *regs)
{
	unsigned long taken, sp = arch_returned_sp(regs, &taken);
	struct frames *frames;
	struct frame frame = {};
	struct table *table;
	u64 now, elapsed = 0;

	preempt_disable_notrace();
	now = systally_clock_now();
	table = systally_tally_table();
	frames = systally_inflight_frames();
	/* Entered before it was probed, or before a reset */
	if (!frames || !frames_pop(frames, sp, taken, nr, &frame) ||
	    frame.serial < table->epoch) {
		table->orphan_exits++;
		frame.tls = TLS_NONE;
	} else {
		elapsed = systally_clock_elapsed(frame.entered_at, now);
		count_time(table, nr, elapsed);
	}
	preempt_enable_notrace();
	if (frame.tls != TLS_NONE)
		systally_tls_returned(&frame, elapsed, regs);
}
