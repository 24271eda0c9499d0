// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who is watched. Called by control.c (changes), lifecycle.c (forks, exits)
 * and the hooks' handlers (tests).
 */
#include <linux/pid.h>
#include <linux/rcupdate.h>
#include <linux/sched/signal.h>
#include <linux/sort.h>
#include <linux/bsearch.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/threads.h>

#include "inflight.h"
#include "selective.h"
#include "tally.h"
#include "target.h"

/* A part of the module, so that a handler finds it without a pointer. */
unsigned long systally_target_bits[BITS_TO_LONGS(PID_MAX_LIMIT)];
bool systally_target_follow;

/* Written under the control mutex, read by the fork and exit handlers. */
static bool is_all;

/* A raw lock: forks take it with preemption off. Never taken from irq. */
static DEFINE_RAW_SPINLOCK(removal_lock);

/* Processes in the list, unless it is all. Changed by who changes a bit. */
static atomic_t listed;

static void watch(unsigned int tgid)
{
	if (!test_and_set_bit(tgid, systally_target_bits))
		atomic_inc(&listed);
}

/* Returns true if that was the last one. */
static bool unwatch(unsigned int tgid)
{
	return test_and_clear_bit(tgid, systally_target_bits) &&
	       atomic_dec_and_test(&listed);
}

static void add(struct pid *pid, unsigned int tgid)
{
	struct task_struct *leader;

	rcu_read_lock();
	leader = pid_task(pid, PIDTYPE_TGID);
	/* Calls it made when it was a target before are not timed. */
	if (leader && !test_bit(tgid, systally_target_bits))
		systally_inflight_forget(leader);
	/* The number may be another's already. */
	if (leader)
		watch(tgid);
	/* It may have just exited: either its exit handler sees the bit, or
	 * we see that nobody lives. watch() is a full barrier if it sets the
	 * bit, as is do_exit()'s atomic_dec_and_test().
	 */
	if (!leader || !atomic_read(&leader->signal->live))
		unwatch(tgid);
	if (leader)
		systally_selective_update(leader);
	rcu_read_unlock();
}

/* After the bit of a process was cleared */
static void removed(struct pid *pid)
{
	struct task_struct *leader;

	rcu_read_lock();
	leader = pid_task(pid, PIDTYPE_TGID);
	if (leader)
		systally_selective_update(leader);
	rcu_read_unlock();
}

static int compare_tgids(const void *a, const void *b)
{
	const unsigned int *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

/* Remove all but the sorted @kept, which are counted without a gap. */
static void keep_only(const unsigned int *kept, unsigned int count)
{
	unsigned int tgid, from = 0, i;

	if (!is_all) {
		raw_spin_lock(&removal_lock);
		for_each_set_bit(tgid, systally_target_bits, PID_MAX_LIMIT)
			if (!bsearch(&tgid, kept, count, sizeof(*kept),
				     compare_tgids))
				unwatch(tgid);
		raw_spin_unlock(&removal_lock);
		return;
	}
	/* As long as it is all, nobody else changes a bit. */
	for (i = 0; i < count; i++) {
		if (kept[i] > from)
			bitmap_clear(systally_target_bits, from,
				     kept[i] - from);
		from = kept[i] + 1;
	}
	bitmap_clear(systally_target_bits, from, PID_MAX_LIMIT - from);
	atomic_set(&listed, bitmap_weight(systally_target_bits, PID_MAX_LIMIT));
	WRITE_ONCE(is_all, false);
}

/* What the pids stand for: struct pids of processes, and init-ns tgids. */
struct resolved {
	struct pid *pid[PARSE_MAX_TOKENS];
	unsigned int tgid[PARSE_MAX_TOKENS];
};

static void put_pids(struct resolved *resolved, unsigned int count)
{
	while (count)
		put_pid(resolved->pid[--count]);
}

static int resolve(const struct targets_request *request,
		   struct resolved *resolved)
{
	unsigned int i;

	for (i = 0; i < request->pids; i++) {
		struct task_struct *task;
		struct pid *pid = NULL;

		rcu_read_lock();
		task = pid_task(find_vpid(abs(request->pid[i])), PIDTYPE_PID);
		if (task) {
			pid = get_pid(task_tgid(task));
			resolved->tgid[i] = task->tgid;
		}
		rcu_read_unlock();
		resolved->pid[i] = pid;
		if (!pid) {
			put_pids(resolved, i);
			return -ESRCH;
		}
	}
	return 0;
}

static int apply_pids(const struct targets_request *request)
{
	struct resolved *resolved;
	unsigned int i;
	bool removes;
	int err;

	resolved = kvmalloc(sizeof(*resolved), GFP_KERNEL);
	if (!resolved)
		return -ENOMEM;
	err = resolve(request, resolved);
	if (err)
		goto out_free;

	if (is_all && request->verb == TARGETS_EDIT)
		goto out_put;	/* all are targets already */

	removes = request->verb == TARGETS_REPLACE;
	if (removes) {
		unsigned int *kept = kvmalloc_array(request->pids,
						    sizeof(*kept), GFP_KERNEL);

		if (!kept) {
			err = -ENOMEM;
			goto out_put;
		}
		memcpy(kept, resolved->tgid, request->pids * sizeof(*kept));
		sort(kept, request->pids, sizeof(*kept), compare_tgids, NULL);
		keep_only(kept, request->pids);
		systally_selective_update_all();
		kvfree(kept);
	}
	raw_spin_lock(&removal_lock);
	for (i = 0; i < request->pids; i++) {
		if (request->pid[i] < 0) {
			unwatch(resolved->tgid[i]);
			removes = true;
		}
	}
	raw_spin_unlock(&removal_lock);
	for (i = 0; i < request->pids; i++)
		if (request->pid[i] < 0)
			removed(resolved->pid[i]);
	/* Also, no handler still works for one that was removed: it may be
	 * added again, and its slots are emptied then.
	 */
	if (removes)
		systally_tally_settle();
	for (i = 0; i < request->pids; i++)
		if (request->pid[i] > 0)
			add(resolved->pid[i], resolved->tgid[i]);
out_put:
	put_pids(resolved, request->pids);
out_free:
	kvfree(resolved);
	return err;
}

int systally_target_check(const struct targets_request *request)
{
	struct resolved *resolved;
	unsigned int i;
	int err;

	if (request->verb == TARGETS_ALL || request->verb == TARGETS_NONE)
		return 0;
	resolved = kvmalloc(sizeof(*resolved), GFP_KERNEL);
	if (!resolved)
		return -ENOMEM;
	err = resolve(request, resolved);
	if (!err)
		put_pids(resolved, request->pids);
	kvfree(resolved);
	for (i = 0; is_all && request->verb == TARGETS_EDIT &&
	     i < request->pids && !err; i++)
		if (request->pid[i] < 0)
			err = -EINVAL;
	return err;
}

int systally_target_apply(const struct targets_request *request)
{
	switch (request->verb) {
	case TARGETS_ALL:
		if (is_all)
			return 0;
		/* Calls in flight were not all seen to enter. */
		systally_tally_new_epoch();
		WRITE_ONCE(is_all, true);
		/* From here on no fork or exit changes a bit. */
		synchronize_rcu();
		bitmap_fill(systally_target_bits, PID_MAX_LIMIT);
		return 0;
	case TARGETS_NONE:
		keep_only(NULL, 0);
		systally_selective_update_all();
		systally_tally_settle();
		return 0;
	default:
		return apply_pids(request);
	}
}

bool systally_target_is_all(void)
{
	return READ_ONCE(is_all);
}

bool systally_target_any(void)
{
	return READ_ONCE(is_all) || atomic_read(&listed);
}

unsigned int systally_target_count(void)
{
	return atomic_read(&listed);
}

unsigned int systally_target_next(unsigned int tgid)
{
	return find_next_bit(systally_target_bits, PID_MAX_LIMIT, tgid);
}

void systally_target_forked(const struct task_struct *parent,
			    const struct task_struct *child)
{
	/* A thread is watched with its process. */
	if (!READ_ONCE(systally_target_follow) || READ_ONCE(is_all) ||
	    child->pid != child->tgid ||
	    !test_bit(parent->tgid, systally_target_bits))
		return;
	raw_spin_lock(&removal_lock);
	if (test_bit(parent->tgid, systally_target_bits))
		watch(child->tgid);
	raw_spin_unlock(&removal_lock);
}

bool systally_target_exited(const struct task_struct *task)
{
	bool was_last;

	if (READ_ONCE(is_all) || !systally_target_has(task->tgid))
		return false;
	was_last = unwatch(task->tgid);
	systally_selective_update(task->group_leader);
	return was_last;
}
