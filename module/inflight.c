// SPDX-License-Identifier: GPL-2.0-only
/*
 * Slots for calls in flight: their making ahead of need, and their going.
 * Called by the hooks' handlers, lifecycle.c, hook.c and results.c.
 *
 * No handler may allocate, so a slot must be there before its thread makes a
 * call. Thread ids are given out in a circle (idr_alloc_cyclic() in
 * kernel/pid.c), so the next threads come right after the last one: each fork
 * sees that the blocks ahead of it exist, a few thousand ids early.
 */
#include <linux/jiffies.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

#include "inflight.h"
#include "memory.h"
#include "tally.h"
#include "target_set.h"

#define BLOCKS_AHEAD	32	/* 4,096 thread ids */
#define TRIM_BLOCKS	32	/* look for unused blocks after so many new */

DEFINE_STATIC_KEY_FALSE(systally_time_key);
struct slot_block __rcu **systally_inflight_blocks;

/* Protects the making and freeing of blocks. */
static DEFINE_MUTEX(blocks_mutex);
static u32 made_since_trim;

static u32 last_tid;	/* a recent fork's; racy, any recent one will do */
static u32 wanted_tid;	/* a thread without a slot; racy, it asks again */

static void make_wanted(struct work_struct *work);
static DECLARE_WORK(make_work, make_wanted);

static struct slot_block *block_at(u32 nr)
{
	return rcu_dereference_protected(systally_inflight_blocks[nr],
					 lockdep_is_held(&blocks_mutex));
}

static int make_block(u32 nr)
{
	struct slot_block *block;

	lockdep_assert_held(&blocks_mutex);
	if (block_at(nr))
		return 0;
	block = systally_memory_alloc(sizeof(*block), NUMA_NO_NODE);
	if (!block)
		return -ENOMEM;
	rcu_assign_pointer(systally_inflight_blocks[nr], block);
	made_since_trim++;
	return 0;
}

static int make_ahead(u32 tid)
{
	u32 first = tid >> BLOCK_SHIFT, i;
	int err = 0;

	/* The circle closes at pid_max, which no module can read, and begins
	 * again at the front: that is always there.
	 */
	for (i = 0; i < BLOCKS_AHEAD && !err; i++)
		err = make_block(i);
	for (i = 0; i < BLOCKS_AHEAD && first + i < BLOCKS && !err; i++)
		err = make_block(first + i);
	return err;
}

/* Mark the blocks of all live threads in a bitmap of BLOCKS bits. */
static void mark_live(unsigned long *live)
{
	struct task_struct *leader, *task;

	rcu_read_lock();
	for_each_process_thread(leader, task)
		__set_bit(task->pid >> BLOCK_SHIFT, live);
	rcu_read_unlock();
}

/* Free blocks without a live thread. New ones come only after last_tid. */
static void trim(void)
{
	u32 cursor = READ_ONCE(last_tid) >> BLOCK_SHIFT, i, unused = 0;
	struct slot_block **gone;
	unsigned long *live;

	lockdep_assert_held(&blocks_mutex);
	made_since_trim = 0;
	live = bitmap_zalloc(BLOCKS, GFP_KERNEL);
	gone = kvcalloc(BLOCKS, sizeof(*gone), GFP_KERNEL);
	if (!live || !gone)
		goto out;
	mark_live(live);
	for (i = BLOCKS_AHEAD; i < BLOCKS; i++) {
		if (!block_at(i) || test_bit(i, live) ||
		    (i + BLOCKS_AHEAD >= cursor && i <= cursor + BLOCKS_AHEAD))
			continue;
		gone[unused++] = block_at(i);
		RCU_INIT_POINTER(systally_inflight_blocks[i], NULL);
	}
	synchronize_rcu();
	while (unused)
		systally_memory_free(gone[--unused], sizeof(**gone));
out:
	kvfree(gone);
	bitmap_free(live);
}

static void make_wanted(struct work_struct *work)
{
	static unsigned long futile_until;	/* under the mutex */
	u32 wanted = READ_ONCE(wanted_tid) >> BLOCK_SHIFT;

	mutex_lock(&blocks_mutex);
	if (made_since_trim >= TRIM_BLOCKS)
		trim();
	if ((make_block(wanted) || make_ahead(READ_ONCE(last_tid))) &&
	    !time_before(jiffies, futile_until)) {
		/* The cap is reached: make do with what others left. */
		futile_until = jiffies + HZ;
		trim();
		make_block(wanted);
		make_ahead(READ_ONCE(last_tid));
	}
	mutex_unlock(&blocks_mutex);
}

void systally_inflight_want(u32 tid)
{
	WRITE_ONCE(wanted_tid, tid);
	queue_work(system_highpri_wq, &make_work);
}

int systally_inflight_prepare(void)
{
	struct slot_block __rcu **blocks;
	unsigned long *live;
	int err = -ENOMEM;
	u32 i;

	live = bitmap_zalloc(BLOCKS, GFP_KERNEL);
	if (!live)
		return -ENOMEM;

	mutex_lock(&blocks_mutex);
	if (!systally_inflight_blocks) {
		blocks = systally_memory_alloc(BLOCKS * sizeof(*blocks),
					       NUMA_NO_NODE);
		if (!blocks)
			goto out;
		/* From now on forks see to their slots themselves: what is
		 * born after this and before the walk is covered by either.
		 */
		smp_store_release(&systally_inflight_blocks, blocks);
		synchronize_rcu();
	}
	mark_live(live);
	err = make_ahead(max_t(u32, READ_ONCE(last_tid), current->pid));
	for_each_set_bit(i, live, BLOCKS) {
		if (err)
			break;
		err = make_block(i);
	}
out:
	mutex_unlock(&blocks_mutex);
	bitmap_free(live);
	return err;
}

void systally_inflight_forked(u32 tid)
{
	u32 ahead = (tid >> BLOCK_SHIFT) + BLOCKS_AHEAD / 2;

	WRITE_ONCE(last_tid, tid);
	/* Pairs with the release in systally_inflight_prepare(). */
	if (!smp_load_acquire(&systally_inflight_blocks))
		return;
	if (!rcu_access_pointer(systally_inflight_blocks[tid >> BLOCK_SHIFT]) ||
	    (ahead < BLOCKS &&
	     !rcu_access_pointer(systally_inflight_blocks[ahead])))
		systally_inflight_want(tid);
}

/* A slot if there is one: no demand for it. Under RCU. */
static struct slot *slot_peek(u32 tid)
{
	struct slot_block __rcu **blocks;
	struct slot_block *block;

	/* Pairs with the release in systally_inflight_prepare(). */
	blocks = smp_load_acquire(&systally_inflight_blocks);
	if (!blocks)
		return NULL;
	block = rcu_dereference_sched(blocks[tid >> BLOCK_SHIFT]);
	return block ? &block->slots[tid & (BLOCK_SLOTS - 1)] : NULL;
}

void systally_inflight_execed(u32 old_tid)
{
	struct slot *old = slot_peek(old_tid), *new;

	if (old_tid == current->pid || !old || !old->entered_at)
		return;
	new = slot_peek(current->pid);
	if (new) {
		new->serial = old->serial;
		new->row = old->row;
		new->key = old->key;
		new->start = old->start;
		/* Pairs with the acquire in slot_copy(). */
		smp_store_release(&new->entered_at, old->entered_at);
	}
	WRITE_ONCE(old->entered_at, 0);
}

void systally_inflight_exited(u32 tid)
{
	struct slot *slot = slot_peek(tid);

	if (!slot)
		return;
	WRITE_ONCE(slot->entered_at, 0);
	slot->mark = 0;
}

void systally_inflight_forget(struct task_struct *leader)
{
	struct task_struct *task;
	struct slot *slot;

	preempt_disable();
	for_each_thread(leader, task) {
		slot = slot_peek(task->pid);
		if (slot)
			WRITE_ONCE(slot->entered_at, 0);
	}
	preempt_enable();
}

/* Copy a slot as one moment had it; false if it is empty or changing. */
static bool slot_copy(const struct slot *slot, struct slot *copy)
{
	/* Pairs with the release in event.h: what it holds is complete. */
	u64 entered_at = smp_load_acquire(&slot->entered_at);

	if (!entered_at)
		return false;
	/* Its thread may change it meanwhile: checked below. */
	*copy = data_race(*slot);
	/* If it was emptied and filled meanwhile, the time differs. */
	smp_rmb();
	copy->entered_at = READ_ONCE(slot->entered_at);
	return copy->entered_at == entered_at;
}

bool systally_inflight_next(u32 *tid, struct slot *call)
{
	u32 i;

	for (i = *tid; i < PID_MAX_LIMIT; i++) {
		struct slot *slot;
		bool found;

		preempt_disable();
		slot = slot_peek(i);
		if (!slot)
			i |= BLOCK_SLOTS - 1;
		found = slot && slot_copy(slot, call) &&
			call->serial >= systally_tally_epoch() &&
			systally_target_has(key_tgid(call->key));
		preempt_enable();
		if (found) {
			*tid = i;
			return true;
		}
		cond_resched();
	}
	return false;
}

void systally_inflight_exit(void)
{
	u32 i;

	cancel_work_sync(&make_work);
	if (!systally_inflight_blocks)
		return;
	mutex_lock(&blocks_mutex);
	for (i = 0; i < BLOCKS; i++)
		systally_memory_free(block_at(i), sizeof(struct slot_block));
	mutex_unlock(&blocks_mutex);
	systally_memory_free(systally_inflight_blocks,
			     BLOCKS * sizeof(*systally_inflight_blocks));
}
