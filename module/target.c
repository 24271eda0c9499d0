// SPDX-License-Identifier: GPL-2.0-only
/*
 * Changes of the targets: by the control `targets`, by fork and by exit.
 */
#include <linux/pid.h>
#include <linux/rcupdate.h>
#include <linux/sched/signal.h>
#include <linux/sort.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "inflight.h"
#include "selective.h"
#include "tally.h"
#include "target.h"
#include "target_set.h"

bool systally_target_follow;

/* Makes a process a target, unless it has exited. */
static void add(struct pid *pid, unsigned int tgid)
{
	struct task_struct *leader;

	rcu_read_lock();
	leader = pid_task(pid, PIDTYPE_TGID);
	/* If it was a target before, its slots may hold calls from then. */
	if (leader && !systally_target_has(tgid))
		systally_inflight_clear(leader);
	/* Without a leader the tgid may belong to another process by now. */
	if (leader)
		systally_target_add(tgid);
	/* It may be exiting. Either its exit handler reads the bit, or this
	 * reads live == 0: systally_target_add() is a full barrier if it sets
	 * the bit, and so is the atomic_dec_and_test() in do_exit().
	 */
	if (!leader || !atomic_read(&leader->signal->live))
		systally_target_remove(tgid);
	if (leader)
		systally_selective_update(leader);
	rcu_read_unlock();
}

/* Updates the flags of a process that was removed. */
static void removed(struct pid *pid)
{
	struct task_struct *leader;

	rcu_read_lock();
	leader = pid_task(pid, PIDTYPE_TGID);
	if (leader)
		systally_selective_update(leader);
	rcu_read_unlock();
}

/* The processes of a request's pids, and their tgids in the init namespace */
struct resolved {
	struct pid *pid[PARSE_MAX_TOKENS];
	unsigned int tgid[PARSE_MAX_TOKENS];
};

static void put_pids(struct resolved *resolved, unsigned int count)
{
	while (count)
		put_pid(resolved->pid[--count]);
}

/* Returns 0, or -ESRCH if a pid is of no process. put_pids() undoes it. */
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

	if (systally_target_is_all() && request->verb == TARGETS_EDIT)
		goto out_put; /* all are targets already */
	err = systally_inflight_prepare_pids(resolved->pid, request->pids);
	if (err)
		goto out_put;

	removes = request->verb == TARGETS_REPLACE;
	if (removes) {
		unsigned int *kept = kvmalloc_array(request->pids,
						    sizeof(*kept), GFP_KERNEL);

		if (!kept) {
			err = -ENOMEM;
			goto out_put;
		}
		memcpy(kept, resolved->tgid, request->pids * sizeof(*kept));
		sort(kept, request->pids, sizeof(*kept),
		     systally_target_compare, NULL);
		systally_target_keep(kept, request->pids);
		systally_selective_update_all();
		kvfree(kept);
	}
	raw_spin_lock(&systally_target_lock);
	for (i = 0; i < request->pids; i++) {
		if (request->pid[i] < 0) {
			systally_target_remove(resolved->tgid[i]);
			removes = true;
		}
	}
	raw_spin_unlock(&systally_target_lock);
	for (i = 0; i < request->pids; i++)
		if (request->pid[i] < 0)
			removed(resolved->pid[i]);
	/* Also waits for handlers of processes that were removed: if one is
	 * added below, its slots are emptied, and no handler may write them.
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
	for (i = 0; systally_target_is_all() && request->verb == TARGETS_EDIT &&
		    i < request->pids && !err;
	     i++)
		if (request->pid[i] < 0)
			err = -EINVAL;
	return err;
}

/* Makes all processes targets. Returns 0 or -ENOMEM. */
static int apply_all(void)
{
	int err;

	if (systally_target_is_all())
		return 0;
	if (systally_inflight_running()) {
		err = systally_inflight_prepare(true);
		if (err)
			return err;
	}
	/* The entries of some calls in flight were not seen. */
	systally_tally_new_epoch();
	systally_target_fill();
	return 0;
}

int systally_target_apply(const struct targets_request *request)
{
	int err = 0;

	systally_inflight_hold();
	switch (request->verb) {
	case TARGETS_ALL:
		err = apply_all();
		break;
	case TARGETS_NONE:
		systally_target_keep(NULL, 0);
		systally_selective_update_all();
		systally_tally_settle();
		break;
	default:
		err = apply_pids(request);
		break;
	}
	systally_inflight_release();
	return err;
}

void systally_target_forked(const struct task_struct *parent,
			    const struct task_struct *child)
{
	/* A new thread belongs to a process that is a target or not. */
	if (!READ_ONCE(systally_target_follow) || systally_target_is_all() ||
	    child->pid != child->tgid || !systally_target_has(parent->tgid))
		return;
	raw_spin_lock(&systally_target_lock);
	if (systally_target_has(parent->tgid))
		systally_target_add(child->tgid);
	raw_spin_unlock(&systally_target_lock);
}

bool systally_target_exited(const struct task_struct *task)
{
	bool was_last;

	if (systally_target_is_all() || !systally_target_has(task->tgid))
		return false;
	was_last = systally_target_remove(task->tgid);
	systally_selective_update(task->group_leader);
	return was_last;
}
