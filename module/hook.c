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
#include "tally.h"
#include "tracepoint.h"

/* What is hooked now. Under the control mutex. */
static enum hook_kind kind_now;
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

/* Waits until no task is between two hooks; see replace(). */
static void wait_for_passing(void)
{
	systally_tracepoint_synchronize();
	synchronize_rcu_tasks();
}

static void end_pairs(void)
{
	pairs_now = false;
	systally_event_set_pairs(EVENT_PAIRS_NEVER);
}

/*
 * Replaces one hook by another while calls enter. Both hooks are in place for a
 * while. The hook that a call passes first leaves a mark that says which of the
 * two counts the call. A task may be preempted between the two hooks. So each
 * step waits until all tasks that had passed the first hook have passed the
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
 */
static int replace(enum hook_kind to, const struct syscall_set *set)
{
	static union event_owner now;
	enum event_hook old = event_hook(kind_now), new = event_hook(to);
	int err = systally_inflight_prepare(false);

	if (err)
		return err;
	end_pairs();
	now.replacement++;
	now.first = min(old, new);
	set_owner(&now, old, old);
	systally_event_set_switching(true);
	err = hook_entry(to, set);
	if (err)
		goto out;
	wait_for_passing();
	set_owner(&now, new, max(old, new));
	wait_for_passing();
	if (old < new) {
		/* The hook that leaves marks is removed next. A mark of a call
		 * that never reached the second hook must not be taken for one
		 * of the thread's next call.
		 */
		now.replacement++;
		set_owner(&now, new, new);
	}
	unhook_entry(kind_now);
	kind_now = to;
out:
	systally_event_set_switching(false);
	return err;
}

/*
 * Hooks the sites of another set of calls. ftrace cannot change the sites of a
 * direct call while it is made, so the tracepoint counts meanwhile. After an
 * error the old sites are hooked, or if that fails the tracepoint.
 */
static int replace_sites(const struct syscall_set *set)
{
	const struct syscall_set *old = systally_filter_get();
	int err;

	if (systally_hook_sites_are(set))
		return 0;
	err = replace(HOOK_TRACEPOINT, NULL);
	if (err)
		return err;
	err = replace(HOOK_SITES, set);
	if (err && replace(HOOK_SITES, old))
		pr_err("hook=direct: %s\n", systally_hook_sites_why());
	return err;
}

static int apply_entry(const struct hook_plan *plan)
{
	int err;

	if (plan->kind == kind_now) {
		if (plan->kind == HOOK_KPROBE)
			return systally_hook_kprobe_entry(plan->set);
		if (plan->kind == HOOK_SITES)
			return replace_sites(plan->set);
		return 0;
	}
	if (plan->kind != HOOK_NONE && kind_now != HOOK_NONE)
		return replace(plan->kind, plan->set);

	/* The entries of calls that are in flight now were not seen. */
	if (kind_now == HOOK_NONE)
		systally_tally_new_epoch();
	err = hook_entry(plan->kind, plan->set);
	if (err)
		return err;
	unhook_entry(kind_now);
	kind_now = plan->kind;
	return 0;
}

static int start_time(void)
{
	int err;

	err = systally_inflight_prepare(false);
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
	bool pairs = time_now && kind_now == HOOK_TRACEPOINT;

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
	if (!time || plan->kind != HOOK_TRACEPOINT)
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
	/* If it fails, too many calls are hooked; the filter leaves them out. */
	if (kind_now == HOOK_SITES)
		replace_sites(set);
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

void systally_hook_exit(void)
{
	end_pairs();
	unhook_entry(kind_now);
	kind_now = HOOK_NONE;
	if (time_now)
		stop_time();
}
