/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a handler does with a call's entry and exit, whichever hook saw it:
 * target filter, call filter, tally. Included by the hooks, so that each
 * compiles to one straight piece of code.
 *
 * Entry and exit do not pair (a fork's child exits a call it never entered,
 * exit never returns), and the number at exit is not to be trusted (sigreturn
 * wipes it, exec may change the ABI): an exit is only ever put down to what
 * the entry left in the thread's slot.
 */
#ifndef SYSTALLY_EVENT_H
#define SYSTALLY_EVENT_H

#include <linux/jump_label.h>
#include <asm/syscall.h>
#include <asm/unistd.h>

#include "clock.h"
#include "filter.h"
#include "inflight.h"
#include "tally.h"
#include "target.h"

/* One hook is replacing another. Flipped by hook.c, as systally_time_key is. */
DECLARE_STATIC_KEY_FALSE(systally_switch_key);

enum event_hook {
	EVENT_TRACEPOINT,
	EVENT_KPROBE,
};

/*
 * While one hook replaces the other: which counts calls that enter now, in bit
 * 0 (enum event_hook), and the number of this replacement above. Written by
 * hook.c under the control mutex, read by handlers. A slot's mark is a copy of
 * it; one of another replacement means nothing.
 */
extern u32 systally_event_owner;

/*
 * The ABI that a call was made by, and its number in that ABI. TS_COMPAT is
 * set by both 32-bit entries, also for int 0x80 from 64-bit code
 * (arch/x86/entry/common.c); in_compat_syscall() would mix x32 in.
 */
static __always_inline u32 systally_event_abi(const struct task_struct *task,
					      u32 *nr)
{
	u32 abi = SYSTALLY_ABI_X86_64;

	if (READ_ONCE(task->thread_info.status) & TS_COMPAT) {
		abi = SYSTALLY_ABI_I386;
	} else if (unlikely(*nr & __X32_SYSCALL_BIT) && (s32)*nr >= 0) {
		abi = SYSTALLY_ABI_X32;
		*nr &= ~__X32_SYSCALL_BIT;
	}
	if (unlikely(*nr > KEY_NR_OUT_OF_RANGE))
		*nr = KEY_NR_OUT_OF_RANGE;
	return abi;
}

/*
 * While one hook replaces the other, a call may pass both, one, or each
 * before or after the change. The tracepoint comes first (in the entry path,
 * kernel/entry/common.c) and decides; the kprobe does what the mark says.
 */
static __always_inline bool systally_event_is_ours(enum event_hook hook,
						   struct slot *slot)
{
	u32 owner = READ_ONCE(systally_event_owner);

	if (slot && hook == EVENT_TRACEPOINT) {
		slot->mark = owner;
	} else if (slot) {
		if (slot->mark >> 1 == owner >> 1)
			owner = slot->mark;
		slot->mark = 0;
	}
	return (owner & 1) == hook;
}

/*
 * systally_event_entry - current enters call @nr, seen by @hook
 *
 * Handlers only: preemption off, no irq or NMI.
 */
static __always_inline void systally_event_entry(enum event_hook hook, u32 nr)
{
	const struct task_struct *task = current;
	struct table_row *row;
	struct table *table;
	struct slot *slot;
	u64 key, start;
	u32 abi;

	if (!systally_target_has(task->tgid))
		return;
	/* A tracer had the call skipped. */
	if (unlikely((s32)nr == -1))
		return;
	abi = systally_event_abi(task, &nr);
	if (static_branch_unlikely(&systally_filter_key) &&
	    !systally_filter_has(abi, nr))
		return;
	if (static_branch_unlikely(&systally_switch_key) &&
	    !systally_event_is_ours(hook, systally_inflight_slot(task->pid)))
		return;

	key = systally_tally_key(task, abi, nr);
	start = systally_tally_owner(task)->start_boottime;
	table = systally_tally_table();
	table->entered++;
	row = systally_tally_row(table, key, start);
	if (likely(row))
		row->count++;
	else
		systally_tally_table()->nameless++;

	if (!static_branch_unlikely(&systally_time_key))
		return;
	slot = systally_inflight_slot(task->pid);
	if (unlikely(!slot))
		return;
	WRITE_ONCE(slot->active, 0);
	slot->task = task;
	slot->key = key;
	slot->start = start;
	slot->table = table;
	slot->row = row;
	slot->epoch = table->epoch;
	WRITE_ONCE(slot->entered_at, systally_clock_now());
	/* Pairs with the acquire in slot_copy(). */
	smp_store_release(&slot->active, 1);
}

/*
 * systally_event_exit - current leaves a call with @ret
 *
 * Handlers only: preemption off, no irq or NMI.
 */
static __always_inline void systally_event_exit(struct pt_regs *regs, long ret)
{
	const struct task_struct *task = current;
	struct table_row *row;
	struct table *table;
	struct slot *slot;
	u64 elapsed, now;

	if (!systally_target_has(task->tgid) ||
	    !static_branch_likely(&systally_time_key))
		return;
	now = systally_clock_now();
	table = systally_tally_table();
	slot = systally_inflight_slot(task->pid);
	if (unlikely(!slot)) {
		table->untimed++;
		return;
	}
	if (unlikely(!slot->active)) {
		u32 nr = syscall_get_nr(current, regs);
		u32 abi = systally_event_abi(task, &nr);

		/* Of a call that nobody asked for, no entry is kept. */
		if (!static_branch_unlikely(&systally_filter_key) ||
		    systally_filter_has(abi, nr))
			table->orphan_exits++;
		return;
	}
	WRITE_ONCE(slot->active, 0);
	if (unlikely(slot->task != task || slot->epoch != table->epoch)) {
		table->orphan_exits++;
		return;
	}

	row = slot->row;
	/* Another CPU's table, or cleaned and in use again since the entry */
	if (unlikely(slot->table != table || !row || row->key != slot->key ||
		     row->start != slot->start))
		row = systally_tally_row(table, slot->key, slot->start);
	if (unlikely(!row)) {
		systally_tally_table()->untimed++;
		return;
	}
	elapsed = systally_clock_elapsed(slot->entered_at, now);
	row->total += elapsed;
	if (row->max < elapsed)
		row->max = elapsed;
	if (unlikely((unsigned long)ret >= (unsigned long)-MAX_ERRNO)) {
		row->errors++;
		systally_tally_error(slot->key, -ret);
	}
}

#endif /* SYSTALLY_EVENT_H */
