// SPDX-License-Identifier: GPL-2.0-only
/*
 * Changes of a session's targets by its control `targets`.
 */
#include <linux/pid.h>
#include <linux/pid_namespace.h>
#include <linux/rcupdate.h>
#include <linux/sched/signal.h>
#include <linux/sort.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "inflight.h"
#include "memory.h"
#include "rules.h"
#include "selective.h"
#include "tally.h"
#include "target.h"
#include "target_set.h"
#include "tasks.h"

/*
 * Makes a process a target, unless it has exited; then it is none. Under RCU.
 * Returns whether it is a target of another session already: its rows do not have
 * this session yet.
 */
static bool make_target(struct session *session, struct task_struct *leader,
			bool by_rule)
{
	struct target_set *set = &session->targets;
	unsigned int tgid = leader->tgid;
	bool known;

	if (!systally_target_traced(tgid))
		systally_inflight_clear(leader);
	raw_spin_lock(&systally_target_lock);
	known = systally_target_has(tgid) && !target_set_has(set, tgid);
	if (known)
		systally_tally_widen(session);
	if (by_rule)
		target_set_match(set, tgid, true);
	else
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
	return known;
}

/*
 * The same for the process of a pid. Without a leader the tgid may belong to another
 * process by now: then it is no target, also if target_set_keep() has made it one.
 */
static bool add(struct session *session, struct pid *pid, unsigned int tgid)
{
	struct target_set *set = &session->targets;
	struct task_struct *leader;
	bool known = false;

	rcu_read_lock();
	leader = pid_task(pid, PIDTYPE_TGID);
	if (leader) {
		known = make_target(session, leader, false);
	} else {
		raw_spin_lock(&systally_target_lock);
		target_set_remove(set, tgid);
		raw_spin_unlock(&systally_target_lock);
	}
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

/* The rules of a set; under the control mutex */
static const struct rules *rules_of(const struct target_set *set)
{
	return rcu_dereference_protected(
		set->rules, lockdep_is_held(&systally_control_mutex));
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

/* A change of the rules, on its way, and of the pids beside them */
struct rules_change {
	struct session *session;
	const struct targets_request *request;
	const struct resolved *resolved;
	bool adds; /* this step makes processes targets; else it removes some */
	bool known; /* one of these is a target of another session already */
};

/* Whether a process is to be a target */
static bool is_wanted(const struct target_set *set,
		      const struct task_struct *leader)
{
	const struct rules_subject subject = rules_subject(leader);

	return test_bit(leader->tgid, set->listed_bits ?: set->bits) ||
	       rules_match(rcu_dereference(set->rules), &subject);
}

/* Lists the pids that are asked for, and no others if they replace all. */
static void list_pids(const struct rules_change *change)
{
	const struct targets_request *request = change->request;
	struct target_set *set = &change->session->targets;
	unsigned int i;

	raw_spin_lock(&systally_target_lock);
	if (request->verb == TARGETS_REPLACE && set->listed_bits)
		target_set_unlist_all(set);
	for (i = 0; i < request->pids; i++) {
		unsigned int tgid = change->resolved->tgid[i];

		if (request->pid[i] < 0)
			target_set_unlist(set, tgid);
		else if (set->listed_bits)
			__set_bit(tgid, set->listed_bits);
	}
	raw_spin_unlock(&systally_target_lock);
}

/* Makes a process that lives a target, or none, as it is wanted now. */
static void match_one(struct task_struct *task, void *data)
{
	struct rules_change *change = data;
	struct target_set *set = &change->session->targets;
	bool wanted, is;

	if (!thread_group_leader(task))
		return;
	is = target_set_has(set, task->tgid);
	wanted = is_wanted(set, task);
	if (wanted == is || wanted != change->adds)
		return;
	if (wanted) {
		change->known |= make_target(change->session, task, true);
		return;
	}
	raw_spin_lock(&systally_target_lock);
	target_set_match(set, task->tgid, false);
	raw_spin_unlock(&systally_target_lock);
	systally_selective_update(task);
}

static int match_all(void *data)
{
	struct rules_change *change = data;

	systally_tasks_walk(match_one, change);
	if (!change->adds)
		systally_tally_settle(NULL);
	else if (change->known)
		systally_tally_settle(change->session);
	return 0;
}

/* Whose new targets get slots; under the control mutex */
static struct session *ruled;

static bool is_ruled(unsigned long tgid)
{
	const struct task_struct *leader =
		pid_task(find_pid_ns(tgid, &init_pid_ns), PIDTYPE_TGID);

	return leader && is_wanted(&ruled->targets, leader);
}

/* Changes targets by rules, or from rules to pids. */
static int apply_rules(struct session *session,
		       const struct targets_request *request,
		       const struct resolved *resolved, struct rules *rules,
		       target_mover *move)
{
	struct rules_change change = { .session = session,
				       .request = request,
				       .resolved = resolved };
	struct target_set *set = &session->targets;
	unsigned long *listed = NULL;
	struct rules *old;
	int err = 0;

	if (!set->listed_bits) {
		listed = systally_memory_alloc(TARGET_SET_BYTES, NUMA_NO_NODE);
		if (!listed) {
			rules_free(rules);
			return -ENOMEM;
		}
	}
	if (set->all)
		target_set_keep(set, NULL, 0);
	/* Handlers follow the new rules from here on. */
	old = target_set_rule(set, rules, listed);
	list_pids(&change);
	ruled = session;
	if (systally_inflight_running())
		err = systally_inflight_prepare(is_ruled);
	/* Without memory, calls of these are counted and not timed. */
	err = move(false, match_all, &change) ?: err;
	change.adds = true;
	err = move(true, match_all, &change) ?: err;
	synchronize_rcu();
	rules_free(old);
	if (!rules)
		target_set_drop_rules(set);
	return err;
}

/* Changes targets that are all listed. */
static int apply_listed(struct session *session,
			const struct targets_request *request,
			struct resolved *resolved, target_mover *move)
{
	struct pids_change change = { .session = session,
				      .request = request,
				      .resolved = resolved };
	bool removes = request->verb == TARGETS_REPLACE, adds = false;
	unsigned int i;
	int err;

	change.kept =
		kvmalloc_array(request->pids, sizeof(*change.kept), GFP_KERNEL);
	if (!change.kept)
		return -ENOMEM;
	memcpy(change.kept, resolved->tgid,
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
	kvfree(change.kept);
	return err;
}

static int apply_pids(struct session *session,
		      const struct targets_request *request, target_mover *move)
{
	struct target_set *set = &session->targets;
	struct resolved *resolved;
	struct rules *rules;
	int err;

	resolved = kvmalloc(sizeof(*resolved), GFP_KERNEL);
	if (!resolved)
		return -ENOMEM;
	err = resolve(request, resolved);
	if (err)
		goto out_free;
	if (set->all && request->verb == TARGETS_EDIT)
		goto out_put; /* all are targets already */
	err = systally_inflight_prepare_pids(resolved->pid, request->pids) ?:
		      rules_make(rules_of(set), request, &rules);
	if (err)
		goto out_put;
	if (rules || set->listed_bits)
		err = apply_rules(session, request, resolved, rules, move);
	else
		err = apply_listed(session, request, resolved, move);
out_put:
	put_pids(resolved, request->pids);
out_free:
	kvfree(resolved);
	return err;
}

static bool removes_any(const struct targets_request *request)
{
	unsigned int i;

	for (i = 0; i < request->pids; i++)
		if (request->pid[i] < 0)
			return true;
	for (i = 0; i < request->rules; i++)
		if (request->rule[i].removes)
			return true;
	return false;
}

int systally_target_check(const struct session *session,
			  const struct targets_request *request)
{
	struct resolved *resolved;
	struct rules *rules;
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
	if (err)
		return err;
	if (session->targets.all && request->verb == TARGETS_EDIT)
		return removes_any(request) ? -EINVAL : 0;
	err = rules_make(rules_of(&session->targets), request, &rules);
	if (!err)
		rules_free(rules);
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
		if (!err)
			target_set_drop_rules(&session->targets);
		break;
	case TARGETS_NONE:
		target_set_drop_rules(&session->targets);
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
