// SPDX-License-Identifier: GPL-2.0-only
/*
 * Preallocates and frees in-flight slots.
 *
 * No handler may allocate, so a slot must exist before its thread makes a call.
 * The kernel gives thread ids out in ascending order and starts again at the
 * front (idr_alloc_cyclic() in kernel/pid.c). So the ids of the next threads
 * follow the last one, and each fork makes sure that the blocks for the next
 * two thousand ids exist. Beyond these, only threads of targets have slots, so
 * other processes cannot use up the memory.
 */
#include <linux/idr.h>
#include <linux/jiffies.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/pid_namespace.h>
#include <linux/rcupdate.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>

#include "frame.h"
#include "inflight.h"
#include "memory.h"
#include "session.h"
#include "tally.h"
#include "target_set.h"
#include "tasks.h"
#include "worker.h"

#define BLOCKS_AHEAD (2048 >> BLOCK_SHIFT) /* of the next thread ids */
/* New blocks after which unused ones are freed */
#define TRIM_BLOCKS BLOCKS_AHEAD

DEFINE_STATIC_KEY_FALSE(systally_time_key);
struct slot_block __rcu **systally_inflight_blocks;

/* Protects the allocation and freeing of blocks, and made_since_trim. */
static DEFINE_MUTEX(blocks_mutex);
static u32 made_since_trim;
static unsigned int held; /* no slots may be freed; under blocks_mutex */

/*
 * Both are written by handlers on any CPU and read by the worker, without a
 * lock. For last_tid any recent value is good enough. A thread whose
 * requested_tid is overwritten requests again with its next call.
 */
static u32 last_tid;	  /* of a recent fork */
static u32 requested_tid; /* of a thread without a slot */

static void make_requested(struct kthread_work *work);
static DEFINE_KTHREAD_WORK(make_work, make_requested);

static struct slot_block *block_at(u32 nr)
{
	return rcu_dereference_protected(systally_inflight_blocks[nr],
					 lockdep_is_held(&blocks_mutex));
}

/* Returns 0, also if the block exists, or -ENOMEM (memory, or the cap). */
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

/* Frees a block that no handler finds any more. */
static void free_block(struct slot_block *block)
{
	u32 i;

	for (i = 0; block && i < BLOCK_SLOTS; i++)
		systally_memory_free(block->slots[i].frames,
				     sizeof(struct frames));
	systally_memory_free(block, sizeof(*block));
}

/* Makes the blocks for the threads that will follow @tid. */
static int make_ahead(u32 tid)
{
	u32 first = tid >> BLOCK_SHIFT, i;
	int err = 0;

	/* After pid_max, which a module cannot read, ids start again at the
	 * front. So the first blocks are always made.
	 */
	for (i = 0; i < BLOCKS_AHEAD && !err; i++)
		err = make_block(i);
	for (i = 0; i < BLOCKS_AHEAD && first + i < BLOCKS && !err; i++)
		err = make_block(first + i);
	return err;
}

static void mark_thread(struct task_struct *task, void *live)
{
	__set_bit(task->pid >> BLOCK_SHIFT, live);
}

/* Marks the blocks of a process's threads in @live, BLOCKS bits. Under RCU. */
static void mark_process(struct task_struct *leader, unsigned long *live)
{
	struct task_struct *task;

	for_each_thread(leader, task)
		mark_thread(task, live);
}

/* Which blocks to mark, and for which processes */
struct marking {
	unsigned long *live; /* BLOCKS bits */
	bool (*is_for)(unsigned long tgid);
};

static void mark_some(struct task_struct *task, void *data)
{
	const struct marking *marking = data;

	if (marking->is_for(task->tgid))
		mark_thread(task, marking->live);
}

/*
 * Marks the blocks of the threads of some processes, or of all. A thread that
 * execs meanwhile, and is missed, takes the id of its leader, which is not.
 */
static void mark_live(unsigned long *live, bool (*is_for)(unsigned long tgid))
{
	struct marking marking = { .live = live, .is_for = is_for };

	if (is_for)
		systally_tasks_walk(mark_some, &marking);
	else
		systally_tasks_walk(mark_thread, live);
}

/* Threads whose exits are seen need slots. */
static bool needs_slots(unsigned long tgid)
{
	return systally_target_traced(tgid);
}

/* Makes the blocks that are marked. Returns 0 or -ENOMEM. */
static int make_marked(const unsigned long *live)
{
	int err = 0;
	u32 i;

	for_each_set_bit(i, live, BLOCKS) {
		err = make_block(i);
		if (err)
			break;
	}
	return err;
}

/*
 * Frees blocks without a live thread of a target, except those near last_tid:
 * new threads will use them.
 */
static void trim(void)
{
	u32 cursor = READ_ONCE(last_tid) >> BLOCK_SHIFT, i, count = 0;
	struct slot_block **unused_blocks;
	unsigned long *live;

	lockdep_assert_held(&blocks_mutex);
	if (held)
		return;
	made_since_trim = 0;
	live = bitmap_zalloc(BLOCKS, GFP_KERNEL);
	unused_blocks = kvcalloc(BLOCKS, sizeof(*unused_blocks), GFP_KERNEL);
	if (!live || !unused_blocks)
		goto out;
	mark_live(live, needs_slots);
	for (i = BLOCKS_AHEAD; i < BLOCKS; i++) {
		if (!block_at(i) || test_bit(i, live) ||
		    (i + BLOCKS_AHEAD >= cursor && i <= cursor + BLOCKS_AHEAD))
			continue;
		unused_blocks[count++] = block_at(i);
		RCU_INIT_POINTER(systally_inflight_blocks[i], NULL);
	}
	synchronize_rcu();
	while (count)
		free_block(unused_blocks[--count]);
out:
	kvfree(unused_blocks);
	bitmap_free(live);
}

static void make_requested(struct kthread_work *work)
{
	static unsigned long futile_until; /* jiffies; blocks_mutex */
	u32 requested = READ_ONCE(requested_tid) >> BLOCK_SHIFT;

	mutex_lock(&blocks_mutex);
	if (made_since_trim >= TRIM_BLOCKS)
		trim();
	if ((make_block(requested) || make_ahead(READ_ONCE(last_tid))) &&
	    !time_before(jiffies, futile_until)) {
		/* The cap is reached: free unused blocks and try again. At
		 * most once a second, since it may free none.
		 */
		futile_until = jiffies + HZ;
		trim();
		make_block(requested);
		make_ahead(READ_ONCE(last_tid));
	}
	mutex_unlock(&blocks_mutex);
}

void systally_inflight_request(u32 tid)
{
	WRITE_ONCE(requested_tid, tid);
	systally_worker_queue(&make_work);
}

int systally_inflight_prepare(bool (*is_for)(unsigned long tgid))
{
	struct slot_block __rcu **blocks;
	unsigned long *live;
	int err = -ENOMEM;

	live = bitmap_zalloc(BLOCKS, GFP_KERNEL);
	if (!live)
		return -ENOMEM;

	mutex_lock(&blocks_mutex);
	if (!systally_inflight_blocks) {
		blocks = systally_memory_alloc(BLOCKS * sizeof(*blocks),
					       NUMA_NO_NODE);
		if (!blocks)
			goto out;
		/* From now on each fork makes its own slots. Threads that are
		 * forked between this and the walk get a slot from either.
		 */
		smp_store_release(&systally_inflight_blocks, blocks);
		synchronize_rcu();
	}
	mark_live(live, is_for);
	err = make_ahead(READ_ONCE(last_tid)) ?: make_marked(live);
out:
	mutex_unlock(&blocks_mutex);
	bitmap_free(live);
	return err;
}

void systally_inflight_hold(void)
{
	mutex_lock(&blocks_mutex);
	held++;
	mutex_unlock(&blocks_mutex);
}

void systally_inflight_release(void)
{
	mutex_lock(&blocks_mutex);
	held--;
	mutex_unlock(&blocks_mutex);
}

int systally_inflight_prepare_pids(struct pid *const *pids, unsigned int count)
{
	struct task_struct *leader;
	unsigned long *live;
	unsigned int i;
	int err;

	if (!systally_inflight_running())
		return 0;
	live = bitmap_zalloc(BLOCKS, GFP_KERNEL);
	if (!live)
		return -ENOMEM;
	for (i = 0; i < count; i++) {
		rcu_read_lock();
		leader = pid_task(pids[i], PIDTYPE_TGID);
		if (leader)
			mark_process(leader, live);
		rcu_read_unlock();
	}
	/* systally_inflight_forked() serves threads that are forked meanwhile. */
	mutex_lock(&blocks_mutex);
	err = make_marked(live);
	mutex_unlock(&blocks_mutex);
	bitmap_free(live);
	return err;
}

/* A thread's slot, or NULL; requests none. Under RCU or with preemption off. */
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

static void drop_frames(struct slot *slot)
{
	if (slot->frames)
		slot->frames->depth = 0;
}

void systally_inflight_exited(u32 tid)
{
	struct slot *slot = slot_peek(tid);

	if (!slot)
		return;
	WRITE_ONCE(slot->entered_at, 0);
	slot->serial = SLOT_NO_ROW;
	slot->mark = 0;
	drop_frames(slot);
}

void systally_inflight_forks_seen(void)
{
	WRITE_ONCE(last_tid, idr_get_cursor(&init_pid_ns.idr));
}

void systally_inflight_forked(u32 tid)
{
	u32 ahead = (tid >> BLOCK_SHIFT) + BLOCKS_AHEAD / 2;

	WRITE_ONCE(last_tid, tid);
	/* Pairs with the release in systally_inflight_prepare(). */
	if (!smp_load_acquire(&systally_inflight_blocks))
		return;
	/* The exit of the last thread with this id may not have been seen. */
	systally_inflight_exited(tid);
	if (!rcu_access_pointer(systally_inflight_blocks[tid >> BLOCK_SHIFT]) ||
	    (ahead < BLOCKS &&
	     !rcu_access_pointer(systally_inflight_blocks[ahead])))
		systally_inflight_request(tid);
}

void systally_inflight_execed(u32 old_tid)
{
	struct slot *old = slot_peek(old_tid), *new;

	/* The program whose functions were entered is gone. */
	new = slot_peek(current->pid);
	if (new)
		drop_frames(new);
	if (old)
		drop_frames(old);
	if (old_tid == current->pid || !old || !old->entered_at)
		return;
	if (new) {
		new->serial = old->serial;
		new->sessions = old->sessions;
		new->row = old->row;
		new->key = old->key;
		new->start = old->start;
		/* Pairs with the acquire in slot_copy(). */
		smp_store_release(&new->entered_at, old->entered_at);
	}
	WRITE_ONCE(old->entered_at, 0);
}

void systally_inflight_clear(struct task_struct *leader)
{
	struct task_struct *task;
	struct slot *slot;

	preempt_disable();
	for_each_thread(leader, task) {
		slot = slot_peek(task->pid);
		if (!slot)
			continue;
		WRITE_ONCE(slot->entered_at, 0);
		WRITE_ONCE(slot->serial, SLOT_NO_ROW);
		drop_frames(slot);
	}
	preempt_enable();
}

static void clear_untraced(struct task_struct *task, void *unused)
{
	if (task == task->group_leader && !systally_target_traced(task->tgid))
		systally_inflight_clear(task);
}

void systally_inflight_clear_untraced(void)
{
	systally_tasks_walk(clear_untraced, NULL);
}

struct frames *systally_inflight_frames(void)
{
	const struct slot *slot = slot_peek(current->pid);

	return slot ? slot->frames : NULL;
}

void systally_inflight_make_frames(void)
{
	struct frames *frames;
	struct slot *slot;
	bool have;

	preempt_disable();
	slot = slot_peek(current->pid);
	have = slot && slot->frames;
	preempt_enable();
	if (!slot)
		systally_inflight_request(current->pid);
	if (!slot || have)
		return;
	frames = systally_memory_alloc(sizeof(*frames), NUMA_NO_NODE);
	preempt_disable();
	/* The block may have been freed meanwhile. */
	slot = slot_peek(current->pid);
	if (slot && frames) {
		slot->frames = frames;
		frames = NULL;
	}
	preempt_enable();
	systally_memory_free(frames, sizeof(*frames));
}

/*
 * Copies a slot consistently. Returns false if it is empty, or changed during
 * the copy.
 */
static bool slot_copy(const struct slot *slot, struct slot *copy)
{
	/* The other fields are complete. Pairs with the release in
	 * systally_event_keep().
	 */
	u64 entered_at = smp_load_acquire(&slot->entered_at);

	if (!entered_at)
		return false;
	/* Its thread may change it during the copy: checked below. */
	*copy = data_race(*slot);
	/* If it was emptied and filled again, the time differs. */
	smp_rmb();
	copy->entered_at = READ_ONCE(slot->entered_at);
	return copy->entered_at == entered_at;
}

/* Whether a session times the call in a slot. Preemption off. */
static bool is_of_session(const struct session *session,
			  const struct slot *call)
{
	int bit = READ_ONCE(session->bit);

	return bit >= 0 && call->sessions & BIT(bit) &&
	       call->serial >= max(systally_cpu_tables_epoch(),
				   READ_ONCE(session->time_since)) &&
	       target_set_has(&session->targets, key_tgid(call->key));
}

bool systally_inflight_next(const struct session *session, u32 *tid,
			    struct slot *call)
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
			is_of_session(session, call);
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

	if (!systally_inflight_blocks)
		return;
	mutex_lock(&blocks_mutex);
	for (i = 0; i < BLOCKS; i++)
		free_block(block_at(i));
	mutex_unlock(&blocks_mutex);
	systally_memory_free(systally_inflight_blocks,
			     BLOCKS * sizeof(*systally_inflight_blocks));
}
