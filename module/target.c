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
#include <linux/slab.h>
#include <linux/threads.h>

#include "inflight.h"
#include "memory.h"
#include "tally.h"
#include "target.h"

#define BITS_BYTES	(BITS_TO_LONGS(PID_MAX_LIMIT) * sizeof(long))

DEFINE_STATIC_KEY_FALSE(systally_target_all_key);
unsigned long *systally_target_bits;
bool systally_target_follow;

/* Bits set. Changed by whoever changes a bit. */
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

static void add(struct pid *pid)
{
	struct task_struct *leader;

	rcu_read_lock();
	leader = pid_task(pid, PIDTYPE_TGID);
	if (leader && !test_bit(leader->tgid, systally_target_bits)) {
		/* Calls it made when it was a target before are not timed. */
		systally_inflight_forget(leader);
		watch(leader->tgid);
		/* It may have just exited: either its exit handler sees the
		 * bit, or we see that nobody lives. watch() is a full
		 * barrier, as is do_exit()'s atomic_dec_and_test().
		 */
		if (!atomic_read(&leader->signal->live))
			unwatch(leader->tgid);
	}
	rcu_read_unlock();
}

static int compare_tgids(const void *a, const void *b)
{
	const unsigned int *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

/* Remove all but the sorted @kept. */
static void keep_only(unsigned int *kept, unsigned int count)
{
	unsigned int tgid;

	for_each_set_bit(tgid, systally_target_bits, PID_MAX_LIMIT)
		if (!count || !bsearch(&tgid, kept, count, sizeof(*kept),
				       compare_tgids))
			unwatch(tgid);
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
	bool all = static_key_enabled(&systally_target_all_key);
	struct resolved *resolved;
	unsigned int i;
	int err;

	resolved = kvmalloc(sizeof(*resolved), GFP_KERNEL);
	if (!resolved)
		return -ENOMEM;
	err = resolve(request, resolved);
	if (err)
		goto out_free;

	if (request->verb == TARGETS_EDIT && all) {
		for (i = 0; i < request->pids && !err; i++)
			if (request->pid[i] < 0)
				err = -EINVAL;
		goto out_put;	/* all are targets already */
	}

	if (request->verb == TARGETS_REPLACE) {
		unsigned int *kept = kvmalloc_array(request->pids,
						    sizeof(*kept), GFP_KERNEL);

		if (!kept) {
			err = -ENOMEM;
			goto out_put;
		}
		memcpy(kept, resolved->tgid, request->pids * sizeof(*kept));
		sort(kept, request->pids, sizeof(*kept), compare_tgids, NULL);
		keep_only(kept, request->pids);
		kvfree(kept);
	}
	for (i = 0; i < request->pids; i++)
		if (request->pid[i] < 0)
			unwatch(resolved->tgid[i]);
	/* No handler still works for one that was removed: it may be added
	 * again, and its slots are emptied then.
	 */
	synchronize_rcu();
	for (i = 0; i < request->pids; i++)
		if (request->pid[i] > 0)
			add(resolved->pid[i]);
	if (all) {
		static_branch_disable(&systally_target_all_key);
		/* Calls of the others, seen to enter, are not seen to exit. */
		systally_tally_new_epoch();
	}
out_put:
	put_pids(resolved, request->pids);
out_free:
	kvfree(resolved);
	return err;
}

int systally_target_apply(const struct targets_request *request)
{
	switch (request->verb) {
	case TARGETS_ALL:
		if (static_key_enabled(&systally_target_all_key))
			return 0;
		systally_tally_new_epoch();
		static_branch_enable(&systally_target_all_key);
		keep_only(NULL, 0);
		return 0;
	case TARGETS_NONE:
		keep_only(NULL, 0);
		if (static_key_enabled(&systally_target_all_key))
			static_branch_disable(&systally_target_all_key);
		synchronize_rcu();
		return 0;
	default:
		return apply_pids(request);
	}
}

bool systally_target_any(void)
{
	return static_key_enabled(&systally_target_all_key) ||
	       atomic_read(&listed);
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
	if (READ_ONCE(systally_target_follow) && child->pid == child->tgid &&
	    test_bit(parent->tgid, systally_target_bits))
		watch(child->tgid);
}

bool systally_target_exited(const struct task_struct *task)
{
	return test_bit(task->tgid, systally_target_bits) &&
	       unwatch(task->tgid);
}

int systally_target_init(void)
{
	systally_target_bits = systally_memory_alloc(BITS_BYTES, NUMA_NO_NODE);
	return systally_target_bits ? 0 : -ENOMEM;
}

void systally_target_exit(void)
{
	systally_memory_free(systally_target_bits, BITS_BYTES);
}
