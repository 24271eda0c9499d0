/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the handlers of all hooks do with a call's entry and exit: check the
 * target, check the filter, tally. The hooks include this, so that each handler
 * compiles to one straight piece of code.
 *
 * Entry and exit do not pair: a fork's child returns from a call that it never
 * entered, and exit() never returns. The number at exit cannot be trusted:
 * sigreturn overwrites it, and exec may change the ABI. So an exit is only
 * counted for the call that the entry left in the thread's slot.
 */
#ifndef SYSTALLY_EVENT_H
#define SYSTALLY_EVENT_H

#include <linux/jump_label.h>

#include "abi.h"
#include "arch_call.h"
#include "clock.h"
#include "filter.h"
#include "hist.h"
#include "inflight.h"
#include "selective.h"
#include "tally_rows.h"
#include "target_set.h"

/* All keys are written under the control mutex and read by handlers. */

/*
 * Each entry needs the slow path: rows are kept per thread, or one hook is
 * replacing another.
 */
DECLARE_STATIC_KEY_FALSE(systally_special_key);
/*
 * The same, or times are kept: one test for both in the kprobe hook, whose
 * processes may be timed
 */
DECLARE_STATIC_KEY_FALSE(systally_kprobe_special_key);
/* One hook is replacing another. */
DECLARE_STATIC_KEY_FALSE(systally_switch_key);
/*
 * Each exit needs the slow path: the clock is not the architecture's, what
 * system calls read and write for TLS is counted, or calls are counted in two
 * rows because some sessions keep rows per thread.
 */
DECLARE_STATIC_KEY_FALSE(systally_slow_exit_key);

/* The hooks on entries, in the order in which a call passes them */
enum event_hook {
	EVENT_TRACEPOINT,
	EVENT_DIRECT,
	EVENT_KPROBE,
	EVENT_SITES,
};

/*
 * Which of two hooks counts a call, while one replaces the other. Written as
 * one word by hook.c under the control mutex, read by handlers. The hook that a
 * call passes first leaves a copy in the thread's slot, the mark, for the other
 * hook. A mark of another replacement is ignored. 0 is no mark: slots start
 * with it.
 */
union event_owner {
	u32 word;
	struct {
		u32 owner : 2;	      /* counts calls that pass the first now */
		u32 first : 2;	      /* which of the two leaves marks */
		u32 unmarked : 2;     /* counts calls without a mark */
		u32 replacement : 26; /* its number, from 1 */
	};
};

extern u32 systally_event_owner;

/*
 * systally_event_set_pairs - say from when on each entry of a call is seen
 * whose exit is seen
 * @since: the serial of the first such table; EVENT_PAIRS_NEVER: none
 *
 * An exit without an entry means a denied call then, if its thread has left
 * another call since. Under the control mutex; any context.
 */
#define EVENT_PAIRS_NEVER U64_MAX
void systally_event_set_pairs(u64 since);

/*
 * systally_event_special - all of systally_event_entry(), for calls and
 * settings that its fast path leaves out
 * @task: current
 *
 * Same context. Out of line, so that the fast path saves no registers. The
 * arguments are in registers in which the fast path has them: @nr is the third
 * one, as it is of the tracepoint's handler.
 */
void systally_event_special(const struct task_struct *task,
			    enum event_hook hook, u32 nr);

/*
 * systally_event_unpaired - an exit whose slot holds no call, or a call whose
 * row is no longer in this CPU's table
 *
 * Same context as systally_event_exit().
 */
void systally_event_unpaired(struct pt_regs *regs, long ret, u64 now);

/*
 * systally_event_exit_slow - all of systally_event_exit(), for clocks and
 * settings that its fast path leaves out
 *
 * Same context.
 */
void systally_event_exit_slow(struct pt_regs *regs, long ret);

/*
 * systally_event_hist - the rest of an exit: count it in the histogram, and its
 * error
 * @table: has the call's row
 * @key: of the call's row
 * @index: from hist_index()
 *
 * Same context as systally_event_exit().
 */
void systally_event_hist(struct table *table, struct table_row *row, u64 key,
			 long ret, u32 index);

/*
 * systally_event_failed - count a call and its errno if it has failed
 * @table: has the call's row
 * @key: of the call's row
 *
 * Same context as systally_event_exit().
 */
void systally_event_failed(struct table *table, struct table_row *row, u64 key,
			   long ret);

/*
 * The setters of the keys: process context, under the control mutex; they
 * sleep.
 */

/* systally_event_set_switching - one hook begins or ends replacing another */
void systally_event_set_switching(bool switching);

/* systally_event_set_time - keep times from now on, or no longer */
void systally_event_set_time(bool time);

/* systally_event_set_hist - keep histograms while times are kept, or not */
void systally_event_set_hist(bool hist);

/*
 * systally_event_set_tls - count what system calls read and write for TLS, or
 * not; also once at load, after the choice of the clock
 */
void systally_event_set_tls(bool tls);

/*
 * systally_event_set_threads - keep rows per thread, or per process
 * @both: for one session that, for another one this
 */
void systally_event_set_threads(bool threads, bool both);

/*
 * Fills the slot of a thread that enters a call. @row is NULL if the call has
 * none, or two. Handlers only.
 * @serial: of the row's table, or SLOT_NO_ROW
 */
static __always_inline void systally_event_keep(const struct task_struct *task,
						u64 serial,
						struct table_row *row, u64 key,
						u64 start, u32 sessions)
{
	struct slot *slot = systally_inflight_slot(task->pid);

	if (unlikely(!slot))
		return;
	/* Readers of `inflight` must not take new fields for an old call. */
	WRITE_ONCE(slot->entered_at, 0);
	barrier();
	slot->serial = serial;
	slot->sessions = sessions;
	slot->row = row;
	slot->key = key;
	slot->start = start;
	/* Pairs with the acquire in slot_copy(). */
	smp_store_release(&slot->entered_at, systally_clock_now());
}

/*
 * systally_event_entry - current enters call @nr, seen by @hook
 * @nr: an unsigned 32-bit number; of the tracepoint an int (syscall_get_nr() in
 * kernel/entry/common.c)
 *
 * Handlers only: preemption off, no irq or NMI. If this CPU's table has a row
 * for the call, its process is a target and the filter includes the call:
 * removing a target or a call folds all rows away (systally_tally_settle()).
 */
static __always_inline void systally_event_entry(enum event_hook hook, long nr)
{
	const struct task_struct *task = current;
	unsigned long tgid = task->tgid;
	struct table_row *row;
	struct table *table;
	u64 key, start;

	/* Keeps the compiler from a second copy for the key. */
	OPTIMIZER_HIDE_VAR(tgid);
	/* The look-up of the row turns bystanders away, too. This test is
	 * faster where they can be: the kprobe hook is mostly used when all
	 * processes are targets, and while tracing is selective, only targets
	 * pass the tracepoint.
	 */
	if (hook == EVENT_TRACEPOINT) {
		if (static_branch_likely(&systally_bystanders_key) &&
		    !systally_target_traced(tgid))
			return;
	} else if (hook != EVENT_KPROBE && !systally_target_direct(tgid)) {
		return;
	}
	if (unlikely(arch_call_is_compat(task)))
		goto special;
	if (hook != EVENT_KPROBE) {
		if (static_branch_unlikely(&systally_special_key))
			goto special;
	} else {
		if (static_branch_unlikely(&systally_kprobe_special_key))
			goto special;
	}

	/* A number that does not exist, is too large, is negative, or has
	 * another ABI's bit finds no row.
	 */
	start = task->group_leader->start_boottime;
	key = key_make(ROW_CALL, 0, tgid, ABI_NATIVE, 0) + nr;
	table = systally_tally_table();
	row = table_lookup(table, key, start);
	if (unlikely(!row))
		goto special;
	table->entered++;
	table_count(&row->count, 1);
	if (hook == EVENT_TRACEPOINT &&
	    static_branch_unlikely(&systally_time_key))
		systally_event_keep(task, table->serial, row, key, start,
				    table_row_sessions(row));
	return;

special:
	systally_event_special(task, hook, nr);
}

/*
 * systally_event_exit - current leaves a call with @ret
 *
 * Handlers only: preemption off, no irq or NMI. Functions are called last, so
 * that the fast path saves no registers.
 */
static __always_inline void systally_event_exit(struct pt_regs *regs, long ret)
{
	const struct task_struct *task = current;
	struct table_row *row, *hist;
	u64 elapsed, key, now;
	struct table *table;
	struct slot *slot;
	u32 index;

	if (!systally_target_traced(task->tgid))
		return;
	if (static_branch_unlikely(&systally_slow_exit_key)) {
		systally_event_exit_slow(regs, ret);
		return;
	}
	now = arch_clock_now();
	table = systally_tally_table();
	slot = systally_inflight_peek(task->pid);
	if (unlikely(!slot || !slot->entered_at ||
		     slot->serial != table->serial)) {
		systally_event_unpaired(regs, ret, now);
		return;
	}
	row = slot->row;
	elapsed = systally_clock_elapsed(slot->entered_at, now);
	WRITE_ONCE(slot->entered_at, 0);
	table_count(&row->total, elapsed);
	if (unlikely(row->max < elapsed))
		WRITE_ONCE(row->max, elapsed);
	key = slot->key;
	if (static_branch_unlikely(&systally_hist_key)) {
		index = hist_index(elapsed);
		/* With a thread's row, this finds none. */
		hist = table_lookup(table, hist_key(key, index), slot->start);
		if (unlikely(!hist)) {
			systally_event_hist(table, row, key, ret, index);
			return;
		}
		hist->buckets[hist_bucket(index)]++;
	}
	if (unlikely(arch_call_may_have_failed(ret)))
		systally_event_failed(table, row, key, ret);
}

#endif /* SYSTALLY_EVENT_H */
