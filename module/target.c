// SPDX-License-Identifier: GPL-2.0-only
/*
 * Changes of a session's targets by its control `targets`.
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

/*
 * Makes a process a target, unless it has exited; then it is none, also if
 * target_set_keep() has made it one. Returns whether it is a target of another
 * session already: its rows do not have this session yet.
 */
static bool add(struct session *session, struct pid *pid, unsigned int tgid)
{
	struct target_set *set = &session->targets;
	struct task_struct *leader;
	bool known = false;

	rcu_read_lock();
	leader = pid_task(pid, PIDTYPE_TGID);
	/* Without a leader the tgid may belong to another process by now. */
	if (!leader) {
		raw_spin_lock(&systally_target_lock);
		target_set_remove(set, tgid);
		raw_spin_unlock(&systally_target_lock);
		goto out;
	}
	if (!systally_target_traced(tgid))
		systally_inflight_clear(leader);
	raw_spin_lock(&systally_target_lock);
	known = systally_target_has(tgid) && !target_set_has(set, tgid);
	if (known)
		systally_tally_widen(session);
	target_set_add(set, tgid);
	raw_spin_unlock(&systally_target_lock);
	/* It may be exiting. Either its exit handler reads the bit, or this
	 * reads live == 0. The atomic_dec_and_test() in do_exit() is a full
	 * barrier, too.
	 */
	smp_mb();
	if (!atomic_read(&leader->signal->live)) {
		raw_spin_lock(&systally_target_lock);
		target_set_remove(set, tgid);
		raw_spin_unlock(&systally_target_lock);
	}
	systally_selective_update(leader);
out:
	rcu_read_unlock();
	return known;
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

/* A change of the targets by pids, on its way */
struct pids_change {
	struct session *session;
	const struct targets_request *request;
	struct resolved *resolved;
	unsigned int *kept; /* of TARGETS_REPLACE, sorted */
};

/* Removes those that are to be targets no more. */
static int remove_pids(void *data)
{
	const struct pids_change *change = data;
	const struct targets_request *request = change->request;
	struct target_set *set = &change->session->targets;
	unsigned int i;

	if (request->verb == TARGETS_REPLACE) {
		target_set_keep(set, change->kept, request->pids);
		systally_selective_update_all();
	}
	raw_spin_lock(&systally_target_lock);
	for (i = 0; i < request->pids; i++) {
		if (request->pid[i] < 0)
			target_set_remove(set, change->resolved->tgid[i]);
	}
	raw_spin_unlock(&systally_target_lock);
	for (i = 0; i < request->pids; i++)
		if (request->pid[i] < 0)
			removed(change->resolved->pid[i]);
	/* Also waits for handlers of processes that were removed: if one is
	 * added below, its slots are emptied, and no handler may write them.
	 */
	systally_tally_settle(NULL);
	return 0;
}

/* Adds those that are to be targets. */
static int add_pids(void *data)
{
	const struct pids_change *change = data;
	const struct targets_request *request = change->request;
	bool known = false;
	unsigned int i;

	for (i = 0; i < request->pids; i++)
		if (request->pid[i] > 0)
			known |= add(change->session, change->resolved->pid[i],
				     change->resolved->tgid[i]);
	if (known)
		systally_tally_settle(change->session);
	return 0;
}

static int apply_pids(struct session *session,
		      const struct targets_request *request, target_mover *move)
{
	struct pids_change change = { .session = session, .request = request };
	bool removes = request->verb == TARGETS_REPLACE, adds = false;
	unsigned int i;
	int err = -ENOMEM;

	change.resolved = kvmalloc(sizeof(*change.resolved), GFP_KERNEL);
	change.kept =
		kvmalloc_array(request->pids, sizeof(*change.kept), GFP_KERNEL);
	if (!change.resolved || !change.kept)
		goto out_free;
	err = resolve(request, change.resolved);
	if (err)
		goto out_free;
	if (session->targets.all && request->verb == TARGETS_EDIT)
		goto out_put; /* all are targets already */
	err = systally_inflight_prepare_pids(change.resolved->pid,
					     request->pids);
	if (err)
		goto out_put;
	memcpy(change.kept, change.resolved->tgid,
	       request->pids * sizeof(*change.kept));
	sort(change.kept, request->pids, sizeof(*change.kept),
	     systally_target_compare, NULL);
	for (i = 0; i < request->pids; i++) {
		removes |= request->pid[i] < 0;
		adds |= request->pid[i] > 0;
	}
	err = removes ? move(false, remove_pids, &change) : 0;
	if (!err && adds)
		err = move(true, add_pids, &change);
out_put:
	put_pids(change.resolved, request->pids);
out_free:
	kvfree(change.kept);
	kvfree(change.resolved);
	return err;
}

int systally_target_check(const struct session *session,
			  const struct targets_request *request)
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
	for (i = 0; session->targets.all && request->verb == TARGETS_EDIT &&
		    i < request->pids && !err;
	     i++)
		if (request->pid[i] < 0)
			err = -EINVAL;
	return err;
}

/* Makes all processes targets. */
static int add_all(void *data)
{
	struct session *session = data;
	struct target_set *set = &session->targets;
	bool others = systally_target_any();
	int err;

	if (set->all)
		return 0;
	if (systally_inflight_running() &&
	    (set->timed || !systally_target_divided())) {
		err = systally_inflight_prepare(NULL);
		if (err)
			return err;
	}
	systally_inflight_clear_untraced();
	if (others)
		systally_tally_widen(session);
	target_set_fill(set);
	/* Rows that are there do not have this session yet. */
	if (others)
		systally_tally_settle(session);
	return 0;
}

static int remove_all(void *data)
{
	struct session *session = data;

	target_set_keep(&session->targets, NULL, 0);
	systally_selective_update_all();
	systally_tally_settle(NULL);
	return 0;
}

int systally_target_apply(struct session *session,
			  const struct targets_request *request,
			  target_mover *move)
{
	int err;

	systally_inflight_hold();
	switch (request->verb) {
	case TARGETS_ALL:
		err = move(true, add_all, session);
		break;
	case TARGETS_NONE:
		err = move(false, remove_all, session);
		break;
	default:
		err = apply_pids(session, request, move);
		break;
	}
	systally_inflight_release();
	return err;
}

/* Whose targets begin or cease to be timed; under the mutex */
static struct session *retimed;

static bool is_retimed(unsigned long tgid)
{
	return target_set_has(&retimed->targets, tgid);
}

static int retime(void *unused)
{
	bool timed = retimed->collect != SYSTALLY_COLLECT_COUNT;
	int err = 0;

	/* Else they have slots, or a fork has found no memory for one. */
	if (timed && systally_target_divided())
		err = systally_inflight_prepare(is_retimed);

	if (err)
		return err;
	if (timed)
		systally_inflight_clear_untraced();
	target_set_time(&retimed->targets, timed);
	systally_selective_update_all();
	return 0;
}

int systally_target_time(struct session *session, target_mover *move)
{
	bool timed = session->collect != SYSTALLY_COLLECT_COUNT;
	int err;

	if (timed == session->targets.timed)
		return 0;
	if (!target_set_any(&session->targets)) {
		target_set_time(&session->targets, timed);
		return 0;
	}
	retimed = session;
	systally_inflight_hold();
	err = move(timed, retime, NULL);
	systally_inflight_release();
	return err;
}
