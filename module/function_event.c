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
#include "session.h"
#include "tally_rows.h"
#include "tls.h"

/* Counts a call that has no row in this CPU's table yet, or two rows. */
static noinline u32 count_first(struct table **table, u32 nr)
{
	const struct tally_call call = systally_tally_find(ABI_FUNCTION, nr);
	u64 key, start;

	if (call.sessions)
		systally_tally_entered(table, &call, &key, &start);
	return call.sessions;
}

/* Counts a call. Returns its sessions, and sets *@table to that of its row. */
static u32 count_call(struct table **table, u32 nr)
{
	struct table_row *row;
	u64 key, start;

	*table = systally_tally_table();
	row = systally_tally_known(*table, ABI_FUNCTION, nr, &key, &start);
	if (!row)
		return count_first(table, nr);
	(*table)->entered++;
	table_count(&row->count, 1);
	return table_row_sessions(row);
}

void systally_function_entered(struct frame *frame, bool timed)
{
	struct frames *frames;
	struct table *table;
	u32 sessions;

	if (timed)
		systally_inflight_make_frames();
	preempt_disable_notrace();
	sessions = count_call(&table, frame->nr);
	frames = timed && sessions ? systally_inflight_frames() : NULL;
	if (frames) {
		frame->serial = table->serial;
		frame->sessions = sessions;
		frame->entered_at = systally_clock_now();
		frames_push(frames, frame);
	}
	preempt_enable_notrace();
}

/* Counts the time of a call. Preemption off. */
static void count_time(const struct frame *frame, u64 elapsed)
{
	struct table *table = systally_tally_table();
	struct tally_call call;
	struct table_row *row;
	u64 key, start;

	row = systally_tally_known(table, ABI_FUNCTION, frame->nr, &key,
				   &start);
	if (!row || frame->serial != table->serial) {
		call = systally_tally_find(ABI_FUNCTION, frame->nr);
		systally_tally_timed(table, &call, frame->sessions,
				     frame->serial, elapsed, 0);
		return;
	}
	table_count(&row->total, elapsed);
	if (row->max < elapsed)
		WRITE_ONCE(row->max, elapsed);
	if (static_branch_unlikely(&systally_hist_key))
		systally_tally_hist(&table, row, key, table_row_sessions(row),
				    hist_index(elapsed));
}

/* Counts a return whose entry was not seen. Preemption off. */
static void count_orphan(u32 nr)
{
	struct tally_call call = systally_tally_find(ABI_FUNCTION, nr);

	systally_tally_orphan(systally_tally_table(),
			      call.sessions &
				      READ_ONCE(systally_sessions_timed));
}

void systally_function_returned(u32 nr, struct pt_regs *regs)
{
	unsigned long taken, sp = arch_returned_sp(regs, &taken);
	struct frames *frames;
	struct frame frame = {};
	u64 now, elapsed = 0;

	preempt_disable_notrace();
	now = systally_clock_now();
	frames = systally_inflight_frames();
	/* Entered before it was probed */
	if (!frames || !frames_pop(frames, sp, taken, nr, &frame) ||
	    frame.serial < systally_tally_table()->epoch) {
		count_orphan(nr);
		frame.tls = TLS_NONE;
	} else {
		elapsed = systally_clock_elapsed(frame.entered_at, now);
		count_time(&frame, elapsed);
	}
	preempt_enable_notrace();
	if (frame.tls != TLS_NONE)
		systally_tls_returned(&frame, elapsed, regs);
}
