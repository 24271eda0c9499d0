// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sets and removes hooks, and replaces one by another without losing a call.
 * All functions run under the control mutex.
 *
 * Exits are seen by the tracepoint with every hook. A kretprobe would need an
 * instance for each call in flight: blocked calls would use up any number of
 * them, and each call that it missed would be lost.
 */
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "event.h"
#include "filter.h"
#include "hook.h"
#include "hook_direct.h"
#include "hook_kprobe.h"
#include "hook_sites.h"
#include "hook_tracepoint.h"
#include "selective.h"
#include "tally.h"
#include "target_set.h"
#include "tracepoint.h"

/* What is hooked now. Under the control mutex. */
static enum hook_kind kind_now;
static bool divided_now; /* the tracepoint is hooked beside it */
static bool time_now;
static bool pairs_now; /* systally_event_set_pairs() was called */

static int hook_entry(enum hook_kind kind, const struct syscall_set *set)
{
	switch (kind) {
	case HOOK_TRACEPOINT:
		return systally_hook_tracepoint_entry();
	case HOOK_DIRECT:
		return systally_hook_direct_entry();
	case HOOK_KPROBE:
		return systally_hook_kprobe_entry(set);
	case HOOK_SITES:
		return systally_hook_sites_entry(set);
	default:
		return 0;
	}
}

static void unhook_entry(enum hook_kind kind)
{
	switch (kind) {
	case HOOK_TRACEPOINT:
		systally_unhook_tracepoint_entry();
		break;
	case HOOK_DIRECT:
		systally_unhook_direct_entry();
		break;
	case HOOK_KPROBE:
		systally_unhook_kprobe_entry(NULL);
		break;
	case HOOK_SITES:
		systally_unhook_sites_entry();
		break;
	default:
		break;
	}
}

/* Which targets the tracepoints count with a hook on entries */
static enum target_part traced_part(enum hook_kind kind, bool divided)
{
	if (divided)
		return TARGETS_TIMED;
	/* With a kprobe they see the exits. */
	return kind == HOOK_DIRECT || kind == HOOK_SITES ? TARGETS_NO :
							   TARGETS_OF_ALL;
}

/* And which ones another hook counts */
static enum target_part direct_part(enum hook_kind kind, bool divided)
{
	if (divided)
		return TARGETS_REST;
	return kind == HOOK_TRACEPOINT ? TARGETS_NO : TARGETS_OF_ALL;
}

/* The name that handlers have for a kind of hook */
static enum event_hook event_hook(enum hook_kind kind)
{
	switch (kind) {
	case HOOK_DIRECT:
		return EVENT_DIRECT;
	case HOOK_KPROBE:
		return EVENT_KPROBE;
	case HOOK_SITES:
		return EVENT_SITES;
	default:
		return EVENT_TRACEPOINT;
	}
}

static void set_owner(union event_owner *now, enum event_hook owner,
		      enum event_hook unmarked)
{
	now->owner = owner;
	now->unmarked = unmarked;
	WRITE_ONCE(systally_event_owner, now->word);
}

/* Waits until no task is between two hooks; see move(). */
static void wait_for_passing(void)
{
	systally_tracepoint_synchronize();
	synchronize_rcu_tasks();
}

static void set_pairs(void);

static void end_pairs(void)
{
	pairs_now = false;
	systally_event_set_pairs(EVENT_PAIRS_NEVER);
}

/*
 * Lets processes go from one hook to another while calls enter. Both hooks are in
 * place for a while. The hook that a call passes first leaves a mark that says
 * which of the two counts the call. A task may be preempted between the two hooks.
 * So each step waits until all tasks that had passed the first hook have passed the
 * second: until every task was in user space or slept, which
 * synchronize_rcu_tasks() waits for. Only other tracers' handlers may sleep
 * between the hooks (from 6.13 on); these are waited for first.
 *
 * A call without a mark means one of two things. If the old hook comes first,
 * the call passed it before this function began. If the new hook comes first,
 * the call has not passed it and never will: the call was beyond that place
 * before the hook was set, or its task slept (in ptrace, or for seccomp's
 * supervisor) after the entry code had looked for a hook there. If such a task
 * sleeps until the old hook is removed, neither hook counts its call.
 *
 * Processes that only one of the hooks counts, before and after, are in one of the
 * handlers' bitmaps all the time: their calls need no mark.
 * @change: has the processes that go counted by both hooks, and hooks the new one.
 * Their threads have slots.
 * @finish: called before only the new hook counts them; NULL: there is nothing to
 * do then
 */
static int move(enum event_hook old, enum event_hook new,
		int (*change)(void *data), void (*finish)(void *data),
		void *data)
{
	static union event_owner now;
	int err;

	now.replacement++;
	now.first = min(old, new);
	set_owner(&now, old, old);
	systally_selective_divide(true);
	systally_event_set_switching(true);
	systally_target_begin_move();
	err = change(data);
	if (err)
		goto out;
	wait_for_passing();
	set_owner(&now, new, max(old, new));
	wait_for_passing();
	if (old < new) {
		/* The first hook soon leaves no more marks for these
		 * processes. A mark of a call that never reached the second hook must not be
		 * taken for one of the thread's next call.
		 */
		now.replacement++;
		set_owner(&now, new, new);
	}
	if (finish)
		finish(data);
out:
	systally_target_end_move();
	/* Handlers that saw the old bits have ended before the marks do. */
	synchronize_rcu();
	systally_event_set_switching(false);
	/* While they moved, the tracepoint had to see all of them. */
	systally_selective_update_all();
	systally_selective_divide(divided_now);
	return err;
}

int systally_hook_move(bool to_tracepoint, int (*change)(void *data),
		       void *data)
{
	enum event_hook direct = event_hook(kind_now);

	if (!divided_now)
		return change(data);
	return move(to_tracepoint ? direct : EVENT_TRACEPOINT,
		    to_tracepoint ? EVENT_TRACEPOINT : direct, change, NULL,
		    data);
}

/* A change of the hooks: from what is hooked now to this */
struct change {
	enum hook_kind kind;
	bool divided;
	const struct syscall_set *set;
};

static void divide(enum hook_kind kind, bool divided)
{
	systally_target_divide(traced_part(kind, divided),
			       direct_part(kind, divided));
}

/* Hooks what is new. The move keeps each process in its old bitmap, too. */
static int begin_change(void *data)
{
	const struct change *change = data;
	int err = 0;

	if (change->kind != kind_now &&
	    !(divided_now && change->kind == HOOK_TRACEPOINT))
		err = hook_entry(change->kind, change->set);
	else if (change->divided)
		err = hook_entry(HOOK_TRACEPOINT, NULL);
	if (err)
		return err;
	systally_inflight_clear_untraced();
	divide(change->kind, change->divided);
	/* The kernel flags tasks with the first handler only. */
	systally_selective_update_all();
	return 0;
}

/* Unhooks what is no longer needed. */
static void finish_change(void *data)
{
	const struct change *change = data;

	if (divided_now && !change->divided && change->kind != HOOK_TRACEPOINT)
		unhook_entry(HOOK_TRACEPOINT);
	if (kind_now != change->kind &&
	    !(change->divided && kind_now == HOOK_TRACEPOINT))
		unhook_entry(kind_now);
	kind_now = change->kind;
	divided_now = change->divided;
}

/*
 * Changes the hooks while calls enter, in one move. One of the hooks before and
 * after is the tracepoint, or the targets are divided neither before nor after.
 */
static int change_hooks(enum hook_kind kind, bool divided,
			const struct syscall_set *set)
{
	struct change change = { .kind = kind, .divided = divided, .set = set };
	enum event_hook old = event_hook(kind_now), new = event_hook(kind);
	int err;

	systally_inflight_hold();
	err = systally_inflight_prepare(systally_target_has);
	if (err)
		goto out;
	if (divided && kind == kind_now)
		new = EVENT_TRACEPOINT; /* those with times go there */
	else if (divided_now && kind == kind_now)
		old = EVENT_TRACEPOINT; /* they come from there */
	err = move(old, new, begin_change, finish_change, &change);
	if (err)
		divide(kind_now, divided_now);
out:
	systally_inflight_release();
	return err;
}

/*
 * Hooks the sites of another set of calls. ftrace cannot change the sites of a
 * direct call while it is made, so the tracepoint counts meanwhile. After an
 * error the old sites are hooked, or if that fails the tracepoint.
 */
static int replace_sites(const struct syscall_set *set, bool divided)
{
	/* Not what the filter has: a divided plan has calls of its own. */
	const struct syscall_set *old = systally_hook_sites_last();
	int err;

	if (systally_hook_sites_are(set))
		return 0;
	err = change_hooks(HOOK_TRACEPOINT, false, NULL);
	if (err)
		return err;
	err = change_hooks(HOOK_SITES, divided, set);
	if (err && change_hooks(HOOK_SITES, divided, old))
		pr_err("hook=direct: %s\n", systally_hook_sites_why());
	return err;
}

/* From no hook to some, or the other way round */
static int start_or_stop(const struct hook_plan *plan)
{
	int err;

	if (kind_now == HOOK_NONE) {
		/* The entries of calls that are in flight now were not seen. */
		systally_tally_new_epoch();
		divide(plan->kind, plan->divided);
	}
	/* Until the last of two hooks is removed, too */
	systally_selective_divide(plan->divided || divided_now);
	err = hook_entry(plan->kind, plan->set);
	if (err)
		goto out;
	if (plan->divided)
		err = hook_entry(HOOK_TRACEPOINT, NULL);
	if (err) {
		unhook_entry(plan->kind);
		goto out;
	}
	if (divided_now)
		unhook_entry(HOOK_TRACEPOINT);
	unhook_entry(kind_now);
	kind_now = plan->kind;
	divided_now = plan->divided;
out:
	divide(kind_now, divided_now);
	systally_selective_divide(divided_now);
	return err;
}

static int apply_entry(const struct hook_plan *plan)
{
	int err = 0;

	if (plan->kind == HOOK_NONE || kind_now == HOOK_NONE)
		return plan->kind == kind_now ? 0 : start_or_stop(plan);
	if (plan->kind == kind_now && plan->divided == divided_now) {
		if (plan->kind == HOOK_KPROBE)
			return systally_hook_kprobe_entry(plan->set);
		if (plan->kind == HOOK_SITES)
			return replace_sites(plan->set, plan->divided);
		return 0;
	}
	/* By the tracepoint, unless one of the two hooks stays. */
	if ((plan->divided || divided_now) && kind_now != HOOK_TRACEPOINT &&
	    (plan->kind != kind_now ||
	     (plan->kind == HOOK_SITES && !systally_hook_sites_are(plan->set))))
		err = change_hooks(HOOK_TRACEPOINT, false, NULL);
	if (err || (plan->kind == kind_now && plan->divided == divided_now))
		return err;
	return change_hooks(plan->kind, plan->divided, plan->set);
}

static int start_time(void)
{
	int err;

	err = systally_inflight_prepare(systally_target_traced);
	if (err)
		return err;
	systally_tally_new_epoch();
	err = systally_hook_tracepoint_exit();
	if (err)
		return err;
	systally_event_set_time(true);
	time_now = true;
	return 0;
}

static void stop_time(void)
{
	systally_event_set_time(false);
	systally_unhook_tracepoint_exit();
	time_now = false;
}

/*
 * Says whether an exit without an entry means a denied call. Only the tracepoint
 * sees the entries of all calls that get beyond seccomp. A call that is in
 * flight when that begins, or that entered between the two hooks, has no entry
 * either: its thread's last exit is of a table from before the flush.
 */
static void set_pairs(void)
{
	bool pairs = time_now && (kind_now == HOOK_TRACEPOINT || divided_now);

	if (pairs == pairs_now)
		return;
	pairs_now = pairs;
	systally_event_set_pairs(pairs ? systally_tally_next_serial() :
					 EVENT_PAIRS_NEVER);
	if (pairs)
		systally_tally_settle(NULL);
}

int systally_hook_apply(const struct hook_plan *plan)
{
	bool time = plan->time && plan->kind != HOOK_NONE;
	bool started = time && !time_now;
	int err;

	/* First: entries are unhooked before exits. */
	if (!time || (plan->kind != HOOK_TRACEPOINT && !plan->divided))
		end_pairs();
	if (started) {
		err = start_time();
		if (err)
			return err;
	}
	err = apply_entry(plan);
	if (err) {
		if (started)
			stop_time();
		set_pairs();
		return err;
	}
	if (!time && time_now)
		stop_time();
	set_pairs();
	return 0;
}

static void unhook_others(const struct syscall_set *set)
{
	if (kind_now == HOOK_KPROBE && set)
		systally_unhook_kprobe_entry(set);
	/* If it fails, too many calls are hooked; the filter leaves them out. A
	 * divided plan had its own calls.
	 */
	if (kind_now == HOOK_SITES && !divided_now)
		replace_sites(set, false);
}

/* Whether the filter is this set already */
static bool filter_is(const struct syscall_set *set)
{
	const struct syscall_set *now = systally_filter_get();

	return now && set ? !memcmp(now, set, sizeof(*set)) : now == set;
}

void systally_hook_set_calls(struct syscall_set *set)
{
	if (filter_is(set)) {
		kfree(set);
		return;
	}
	/* A call that entered before this and returns after it has no entry. */
	end_pairs();
	systally_filter_replace(set);
	systally_tally_settle(NULL);
	unhook_others(set);
	set_pairs();
}

enum hook_kind systally_hook_kind(void)
{
	return kind_now;
}

bool systally_hook_divided(void)
{
	return divided_now;
}

void systally_hook_exit(void)
{
	end_pairs();
	if (divided_now)
		unhook_entry(HOOK_TRACEPOINT);
	unhook_entry(kind_now);
	kind_now = HOOK_NONE;
	divided_now = false;
	if (time_now)
		stop_time();
}
