/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Calls in flight (entered, not returned): one slot per thread of a target,
 * found by its tid in the initial pid namespace. The entry handler fills the
 * thread's slot, the exit handler empties it.
 *
 * Concurrency: a slot is written by its own thread only, in handlers with
 * preemption off (system calls, exec and the thread's exit). Other threads read
 * it for the file `inflight`: entered_at is written last with release and read
 * first with acquire, and a copy is valid only if entered_at has not changed
 * during it. Two exceptions: before the exits of a process are seen, the old slots of
 * its threads are emptied under the control mutex, while no handler writes
 * them; and the parent empties the slot of a new thread before that runs.
 * Blocks of slots are made and freed in process context under a mutex, and
 * looked up under RCU.
 */
#ifndef SYSTALLY_INFLIGHT_H
#define SYSTALLY_INFLIGHT_H

#include <linux/jump_label.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/threads.h>

#include "table.h"

struct session;

/* The serial of a slot whose call found no room for a row. No table has it. */
#define SLOT_NO_ROW 0

struct slot {
	u64 entered_at;	       /* clock units; 0: nothing in flight */
	u64 serial;	       /* of the table that the row is in; with nothing
				* in flight: when the thread left a call, or
				* SLOT_NO_ROW if that is not known
				*/
	struct table_row *row; /* valid while the table has this serial; NULL
				* if the call has two rows
				*/
	u64 key;	       /* of the call's row, see table.h */
	u64 start;	       /* of the call's row */
	u32 mark;	       /* union event_owner; separate from the rest */
	u32 sessions;	       /* that the call belonged to; bits */
	struct frames *frames; /* of user functions (frame.h), or NULL; stays
				* with the slot, for its next thread
				*/
} ____cacheline_aligned;

/* A block is a page. A thread whose id is far from all others needs its own. */
#define BLOCK_SHIFT 6
#define BLOCK_SLOTS (1 << BLOCK_SHIFT)
#define BLOCKS	    (PID_MAX_LIMIT >> BLOCK_SHIFT)

struct slot_block {
	struct slot slots[BLOCK_SLOTS];
};

/* BLOCKS pointers; NULL until times are kept for the first time. Set once. */
extern struct slot_block __rcu **systally_inflight_blocks;

/*
 * systally_inflight_slot - a thread's slot
 *
 * Under RCU or with preemption off. If the thread's block does not exist,
 * requests it and returns NULL: the call is counted then, but not timed.
 */
static __always_inline struct slot *systally_inflight_slot(u32 tid);

/* systally_inflight_peek - the same, but requests no block */
static __always_inline struct slot *systally_inflight_peek(u32 tid);

/*
 * systally_inflight_request - ask the worker for a thread's slot; any context
 */
void systally_inflight_request(u32 tid);

/*
 * Whether entry times are kept now. Written under the control mutex (hook.c).
 */
DECLARE_STATIC_KEY_FALSE(systally_time_key);

/* systally_inflight_running - the same, outside of handlers; any context */
static inline bool systally_inflight_running(void)
{
	return static_key_enabled(&systally_time_key);
}

/*
 * systally_inflight_prepare - make slots for the threads of some processes, and
 * for each new thread from now on
 * @is_for: tells for which processes, by tgid; called under rcu_read_lock(). NULL:
 * for all
 *
 * Process context, under the control mutex; sleeps. Returns 0, or -ENOMEM if
 * there is no memory or the cap is reached.
 */
int __must_check systally_inflight_prepare(bool (*is_for)(unsigned long tgid));

/*
 * systally_inflight_hold - free no slots until systally_inflight_release()
 *
 * From before slots are made for processes that are no targets yet until they
 * are targets: else the worker could free these slots in between. Holds add up.
 * Process context, under the control mutex; may sleep.
 */
void systally_inflight_hold(void);
void systally_inflight_release(void);

/*
 * systally_inflight_prepare_pids - make slots for processes that will be
 * targets
 * @pids: of the processes; NULL entries are skipped
 *
 * Process context, under the control mutex; sleeps. Does nothing while no times
 * are kept. Returns 0 or -ENOMEM, as above.
 */
int __must_check systally_inflight_prepare_pids(struct pid *const *pids,
						unsigned int count);

/*
 * systally_inflight_forks_seen - from now on systally_inflight_forked() is
 * called for each fork; any context
 */
void systally_inflight_forks_seen(void);

/*
 * systally_inflight_forked - empty the slot of a new thread, and make sure that
 * the next threads have slots
 * @tid: of a thread that has not run yet
 *
 * In the sched_process_fork handler, preemption off.
 */
void systally_inflight_forked(u32 tid);

/*
 * systally_inflight_execed - move the slot of a thread whose tid has changed
 * @old_tid: current's tid when it entered the call
 *
 * In the sched_process_exec handler, preemption off.
 */
void systally_inflight_execed(u32 old_tid);

/*
 * systally_inflight_exited - empty the slot of a thread that exits
 *
 * In the sched_process_exit handler, preemption off.
 */
void systally_inflight_exited(u32 tid);

/*
 * systally_inflight_clear - empty the slots of a process whose exits are not seen:
 * they may hold calls from an earlier time
 * systally_inflight_clear_untraced - the same of all such processes
 *
 * Before their exits are seen. The first in any context, under RCU; the second
 * in process context, sleeps.
 */
void systally_inflight_clear(struct task_struct *leader);
void systally_inflight_clear_untraced(void);

/*
 * systally_inflight_next - the next call in flight that a session times
 * @tid: in: the first tid to look at; out: the tid of the call's thread
 * @call: set to a copy of the slot
 *
 * Process context, may sleep. Returns false if there is no further call.
 */
bool systally_inflight_next(const struct session *session, u32 *tid,
			    struct slot *call);

/*
 * systally_inflight_make_frames - make sure that current's slot has frames
 *
 * Process context, may sleep. Does nothing if current has no slot, or if there
 * is no memory.
 */
void systally_inflight_make_frames(void);

/*
 * systally_inflight_frames - current's frames, or NULL; preemption off
 */
struct frames *systally_inflight_frames(void);

/* systally_inflight_exit - free everything; after all handlers have ended */
void systally_inflight_exit(void);

static __always_inline struct slot *systally_inflight_peek(u32 tid)
{
	struct slot_block *block;
	struct slot *slot;

	block = rcu_dereference_sched(
		systally_inflight_blocks[tid >> BLOCK_SHIFT]);
	if (unlikely(!block))
		return NULL;
	slot = &block->slots[tid & (BLOCK_SLOTS - 1)];
	/* Saves the fast paths another test for NULL. */
	if (!slot)
		__builtin_unreachable();
	return slot;
}

static __always_inline struct slot *systally_inflight_slot(u32 tid)
{
	struct slot *slot = systally_inflight_peek(tid);

	if (unlikely(!slot))
		systally_inflight_request(tid);
	return slot;
}

#endif /* SYSTALLY_INFLIGHT_H */
