// SPDX-License-Identifier: GPL-2.0-only
/*
 * The slow paths of the hooks' handlers: other ABIs, first calls, filters, and
 * calls whose row has moved. All handlers run in the context of a call, with
 * preemption off.
 */
#include <asm/syscall.h>

#include "event.h"
#include "session.h"
#include "tls.h"

DEFINE_STATIC_KEY_FALSE(systally_special_key);
DEFINE_STATIC_KEY_FALSE(systally_kprobe_special_key);
DEFINE_STATIC_KEY_FALSE(systally_switch_key);
DEFINE_STATIC_KEY_FALSE(systally_slow_exit_key);
u32 systally_event_owner;

/* See systally_event_set_pairs(). Written under the control mutex. */
static u64 pairs_since = EVENT_PAIRS_NEVER;

/* The ABI of current's call, and in *@nr the number for a row's key. */
static u32 call_abi(const struct task_struct *task, u32 *nr)
{
	u32 abi = arch_call_abi(task, nr);

	if (*nr >= systally_syscall_limit(abi))
		*nr = KEY_NR_OUT_OF_RANGE;
	return abi;
}

/* Whether the exits of a task's calls are seen. Any context. */
static __always_inline bool is_timed(const struct task_struct *task)
{
	return static_branch_unlikely(&systally_time_key) &&
	       systally_target_traced(task->tgid);
}

/* The processes that a hook counts */
static __always_inline const unsigned long *bits_of(enum event_hook hook)
{
	return hook == EVENT_TRACEPOINT ? systally_traced_bits :
					  systally_direct_bits;
}

/*
 * Whether this hook counts the call, while one hook replaces another. A call
 * may pass both hooks or one of them, each before or after a step of the
 * change. The hook that it passes first decides and leaves a mark, which the
 * other obeys. (The tracepoint comes first, in kernel/entry/common.c. The
 * direct hook follows at the end of the entry path. At the start of the call's
 * function ftrace calls the kprobe before it makes the direct call of the site.)
 */
static bool is_ours(const struct task_struct *task, enum event_hook hook)
{
	union event_owner now = { .word = READ_ONCE(systally_event_owner) };
	struct slot *slot;
	union event_owner mark;

	/* A process that is in only one of the two bitmaps does not move: its hook
	 * counts the call. Hooks other than the tracepoint share a bitmap.
	 */
	if (now.first == EVENT_TRACEPOINT &&
	    !test_bit(task->tgid,
		      bits_of(hook == EVENT_TRACEPOINT ? EVENT_DIRECT :
							 EVENT_TRACEPOINT)))
		return true;
	slot = systally_inflight_slot(task->pid);
	if (!slot)
		return now.owner == hook;
	if (now.first == hook) {
		slot->mark = now.word;
		return now.owner == hook;
	}
	mark.word = slot->mark;
	slot->mark = 0;
	if (mark.replacement == now.replacement)
		return mark.owner == hook;
	return now.unmarked == hook;
}

/*
 * Counts a call that has no row in this CPU's table yet, or two rows. Out of line,
 * so that the rest of the slow path saves few registers.
 */
static noinline void count_first(struct table *table, u32 abi, u32 nr)
{
	const struct tally_call call = systally_tally_find(abi, nr);
	struct table_row *row;
	u64 key, start;
	bool two;

	if (!call.sessions)
		return;
	row = systally_tally_entered(&table, &call, &key, &start);
	if (!is_timed(current))
		return;
	two = call.by_thread && call.by_thread != call.sessions;
	systally_event_keep(current, row || two ? table->serial : SLOT_NO_ROW,
			    row, key, start, call.sessions);
}

void systally_event_special(const struct task_struct *task,
			    enum event_hook hook, u32 nr)
{
	struct table_row *row;
	struct table *table;
	u64 key, start;
	u32 abi;

	/* -1: ptrace or seccomp skips the call. */
	if (!test_bit(task->tgid, bits_of(hook)) || (s32)nr == -1)
		return;
	abi = call_abi(task, &nr);
	if (static_branch_unlikely(&systally_filter_key) &&
	    !systally_filter_has(abi, nr))
		return;
	if (static_branch_unlikely(&systally_switch_key) &&
	    !is_ours(task, hook))
		return;

	table = systally_tally_table();
	row = systally_tally_known(table, abi, nr, &key, &start);
	if (!row) {
		count_first(table, abi, nr);
		return;
	}
	table->entered++;
	table_count(&row->count, 1);
	if (is_timed(task))
		systally_event_keep(task, table->serial, row, key, start,
				    table_row_sessions(row));
}

void systally_event_set_pairs(u64 since)
{
	WRITE_ONCE(pairs_since, since);
}

/*
 * Counts an exit whose entry was not seen. After a fork, and while counting
 * begins, that happens to each thread once. A thread that has left a call since
 * did not enter this one: seccomp or a tracer has answered it.
 */
static void count_unpaired(struct table *table, const struct slot *slot,
			   const struct tally_call *call, bool moving)
{
	u32 timed = call->sessions & READ_ONCE(systally_sessions_timed);
	u32 denied = 0;

	if (!slot) {
		systally_tally_untimed(table, timed);
		return;
	}
	/* After the look at the calls to count, which change after pairs_since. */
	smp_rmb();
	if (!moving &&
	    slot->serial >= max(table->epoch, READ_ONCE(pairs_since)))
		denied = systally_session_paired(timed, slot->serial);
	systally_tally_orphan(table, timed & ~denied);
	if (denied)
		systally_tally_denied(table, denied, call->abi, call->nr);
}

/* The same for an exit whose slot is empty, or that has no slot */
static void exit_unpaired(struct table *table, struct slot *slot,
			  struct pt_regs *regs)
{
	u32 nr = syscall_get_nr(current, regs), abi = call_abi(current, &nr);
	/* The other hook may have counted the call, now or when it was entered. */
	bool moving = systally_target_direct(current->tgid);
	struct tally_call call = {};

	/* Calls that no session counts have no entry. */
	if (!static_branch_unlikely(&systally_filter_key) ||
	    systally_filter_has(abi, nr))
		call = systally_tally_find(abi, nr);
	if (call.sessions)
		count_unpaired(table, slot, &call, moving);
	/* Nor is the next exit without an entry a denied call after a move. */
	if (slot)
		slot->serial = moving ? SLOT_NO_ROW : table->serial;
}

/* Counts the exit of the call in a slot whose row is not where it was. */
static void exit_moved(struct table *table, struct slot *slot, u64 elapsed,
		       long ret)
{
	u32 abi = key_abi(slot->key), nr = key_nr(slot->key), gone;
	struct tally_call call = systally_tally_find(abi, nr);
	bool failed = arch_call_failed(abi, &ret);

	/* There was no room for a row when it was entered. */
	if (slot->serial == SLOT_NO_ROW) {
		systally_tally_untimed(table, call.sessions & slot->sessions);
		return;
	}
	/* Entered while entries or exits were not seen */
	if (slot->serial < table->epoch) {
		systally_tally_orphan(
			table,
			call.sessions & READ_ONCE(systally_sessions_timed));
		slot->serial = table->serial;
		return;
	}
	/* Of these sessions, the call was counted, and has no row any more. */
	gone = slot->sessions & systally_session_targets(current->tgid) &
	       ~call.sessions;
	if (gone)
		systally_tally_untimed(
			table, systally_session_timing(gone, slot->serial));
	systally_tally_timed(table, &call, slot->sessions, slot->serial,
			     elapsed, failed ? -ret : 0);
	slot->serial = table->serial;
}

void systally_event_unpaired(struct pt_regs *regs, long ret, u64 now)
{
	struct table *table = systally_tally_table();
	struct slot *slot = systally_inflight_slot(current->pid);
	struct table_row *row;
	u64 elapsed;

	if (!slot || !slot->entered_at) {
		exit_unpaired(table, slot, regs);
		return;
	}
	elapsed = systally_clock_elapsed(slot->entered_at, now);
	WRITE_ONCE(slot->entered_at, 0);
	row = slot->row;
	if (!row || slot->serial != table->serial) {
		exit_moved(table, slot, elapsed, ret);
		return;
	}
	table_count(&row->total, elapsed);
	if (row->max < elapsed)
		WRITE_ONCE(row->max, elapsed);
	if (static_branch_unlikely(&systally_hist_key))
		systally_event_hist(table, row, slot->key, ret,
				    hist_index(elapsed));
	else
		systally_event_failed(table, row, slot->key, ret);
}

void systally_event_exit_slow(struct pt_regs *regs, long ret)
{
	u64 now = systally_clock_now();

	if (static_branch_unlikely(&systally_tls_key))
		systally_tls_system_call(regs, ret, now);
	systally_event_unpaired(regs, ret, now);
}

void systally_event_hist(struct table *table, struct table_row *row, u64 key,
			 long ret, u32 index)
{
	bool failed = arch_call_failed(key_abi(key), &ret);
	u32 sessions = table_row_sessions(row);

	/* First: counting in the histogram may give the row's table away. */
	if (failed)
		table_count(&row->errors, 1);
	systally_tally_hist(&table, row, key, sessions, index);
	if (failed)
		systally_tally_error(&table, row, key, sessions, -ret);
}

void systally_event_failed(struct table *table, struct table_row *row, u64 key,
			   long ret)
{
	u32 sessions = table_row_sessions(row);

	if (!arch_call_failed(key_abi(key), &ret))
		return;
	table_count(&row->errors, 1);
	systally_tally_error(&table, row, key, sessions, -ret);
}

static void set_key(struct static_key_false *key, bool value)
{
	if (value)
		static_branch_enable(key);
	else
		static_branch_disable(key);
}

static void update_special(void)
{
	bool special = static_key_enabled(&systally_threads_key) ||
		       static_key_enabled(&systally_switch_key);

	set_key(&systally_special_key, special);
	set_key(&systally_kprobe_special_key,
		special || static_key_enabled(&systally_time_key));
}

void systally_event_set_switching(bool switching)
{
	set_key(&systally_switch_key, switching);
	update_special();
}

void systally_event_set_time(bool time)
{
	set_key(&systally_time_key, time);
	update_special();
}

void systally_event_set_hist(bool hist)
{
	set_key(&systally_hist_key, hist);
}

static void update_slow_exit(void)
{
	set_key(&systally_slow_exit_key,
		static_key_enabled(&systally_two_rows_key) ||
			static_key_enabled(&systally_tls_key) ||
			!static_key_enabled(&systally_clock_arch_key));
}

void systally_event_set_tls(bool tls)
{
	set_key(&systally_tls_key, tls);
	update_slow_exit();
}

void systally_event_set_threads(bool threads, bool both)
{
	set_key(&systally_two_rows_key, both);
	set_key(&systally_threads_key, threads);
	update_special();
	update_slow_exit();
}
