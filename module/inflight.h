/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Calls entered and not left: one slot per thread, found by its global tid.
 * The entry handler fills a thread's slot, its exit handler empties it.
 *
 * Concurrency: a slot is written by its own thread, in handlers with
 * preemption off, and by its exit handler. Other threads only read
 * (`inflight`), and take what they read as a guess until they read the same
 * again. One exception: when a process becomes a target, its threads' old
 * slots are emptied while they are not watched. Blocks of slots are made and
 * freed by the worker under a mutex, and looked up under RCU.
 */
#ifndef SYSTALLY_INFLIGHT_H
#define SYSTALLY_INFLIGHT_H

#include <linux/jump_label.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/threads.h>

#include "table.h"

/* A slot's serial that is no table's: the call found no room for a row. */
#define SLOT_NO_ROW	0

struct slot {
	u64 entered_at;		/* clock units; 0: nothing in flight */
	u64 serial;		/* of the table that the row is in */
	struct table_row *row;	/* only while the table's serial is this */
	u64 key;		/* of the call's row, see table.h */
	u64 start;
	u32 mark;		/* see event.h; independent of the rest */
} ____cacheline_aligned;

#define BLOCK_SHIFT	7
#define BLOCK_SLOTS	(1 << BLOCK_SHIFT)
#define BLOCKS		(PID_MAX_LIMIT >> BLOCK_SHIFT)

struct slot_block {
	struct slot slots[BLOCK_SLOTS];
};

/* BLOCKS pointers, or NULL as long as nobody wants times. Set once. */
extern struct slot_block __rcu **systally_inflight_blocks;

/*
 * systally_inflight_slot - a thread's slot
 *
 * Under RCU or with preemption off. Returns NULL, and has it made, if the
 * thread's block is missing: its calls are then counted, but not timed.
 */
static __always_inline struct slot *systally_inflight_slot(u32 tid);

/* systally_inflight_peek - the same, but none is made */
static __always_inline struct slot *systally_inflight_peek(u32 tid);

/* systally_inflight_want - have a thread's slot made soon; any context */
void systally_inflight_want(u32 tid);

/* Whether entry times are kept now; hook.c says when. */
DECLARE_STATIC_KEY_FALSE(systally_time_key);

static inline bool systally_inflight_running(void)
{
	return static_key_enabled(&systally_time_key);
}

/*
 * systally_inflight_prepare - make slots for all threads, and from now on for
 * those to come
 *
 * Process context, sleeps. Returns 0, or -ENOMEM (memory, or the cap).
 */
int __must_check systally_inflight_prepare(void);

/* systally_inflight_forked - in the sched_process_fork handler */
void systally_inflight_forked(u32 tid);

/*
 * systally_inflight_execed - in the sched_process_exec handler: current's tid
 * was @old_tid when it entered the call
 */
void systally_inflight_execed(u32 old_tid);

/* systally_inflight_exited - in the sched_process_exit handler: empty a slot */
void systally_inflight_exited(u32 tid);

/* Empty the slots of a process that is not watched; under RCU. */
void systally_inflight_forget(struct task_struct *leader);

/*
 * systally_inflight_next - the next call in flight of a watched process
 * @tid: in: where to begin; out: whose call it is
 * @call: a copy of the slot
 *
 * Process context. Returns false if there is no further one.
 */
bool systally_inflight_next(u32 *tid, struct slot *call);

/* After all handlers have ended. */
void systally_inflight_exit(void);

static __always_inline struct slot *systally_inflight_peek(u32 tid)
{
	struct slot_block *block;
	struct slot *slot;

	block = rcu_dereference_sched(systally_inflight_blocks
				      [tid >> BLOCK_SHIFT]);
	if (unlikely(!block))
		return NULL;
	slot = &block->slots[tid & (BLOCK_SLOTS - 1)];
	/* Spares the handlers' fast paths another test for NULL. */
	if (!slot)
		__builtin_unreachable();
	return slot;
}

static __always_inline struct slot *systally_inflight_slot(u32 tid)
{
	struct slot *slot = systally_inflight_peek(tid);

	if (unlikely(!slot))
		systally_inflight_want(tid);
	return slot;
}

#endif /* SYSTALLY_INFLIGHT_H */
