// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which hook sees the calls. Called by control.c, under its mutex.
 *
 * Exits are seen by the tracepoint with either hook: a kretprobe needs an
 * instance for each call in flight, so that blocked calls would use up any
 * number of them, and what it misses would be lost.
 */
#include <linux/rcupdate.h>
#include <linux/sched.h>

#include "event.h"
#include "hook.h"
#include "hook_kprobe.h"
#include "hook_tracepoint.h"

/* In force. Under the control mutex. */
static enum hook_kind kind_now;
static bool time_now;

static int hook_entry(enum hook_kind kind, const struct syscall_set *set)
{
	switch (kind) {
	case HOOK_TRACEPOINT:
		return systally_hook_tracepoint_entry();
	case HOOK_KPROBE:
		return systally_hook_kprobe_entry(set);
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
	case HOOK_KPROBE:
		systally_unhook_kprobe_entry(NULL);
		break;
	default:
		break;
	}
}

/*
 * From one hook to the other, with calls entering all the time. Both stand
 * for a while, and the tracepoint, which comes first, marks each call with
 * the hook that is to count it. Tasks may be preempted between the two, so
 * each step waits until all that passed one before it have passed the other:
 * until every task has been to user space or slept, which is what
 * synchronize_rcu_tasks() waits for.
 */
static int replace(enum hook_kind to, const struct syscall_set *set)
{
	static u32 replacements;
	u32 from_owner, to_owner;
	int err = systally_inflight_prepare();

	if (err)
		return err;
	/* Marks are never 0, which is what a slot begins with. */
	to_owner = ++replacements << 1 |
		   (to == HOOK_TRACEPOINT ? EVENT_TRACEPOINT : EVENT_KPROBE);
	from_owner = to_owner ^ 1;
	WRITE_ONCE(systally_event_owner, from_owner);
	systally_event_set_switching(true);
	err = hook_entry(to, set);
	if (err)
		goto out;
	synchronize_rcu_tasks();
	WRITE_ONCE(systally_event_owner, to_owner);
	synchronize_rcu_tasks();
	/* All marks are void from here on: one of a call that has no kprobe
	 * must not be taken for the thread's next call's.
	 */
	WRITE_ONCE(systally_event_owner,
		   ++replacements << 1 | (to_owner & 1));
	unhook_entry(kind_now);
	kind_now = to;
out:
	systally_event_set_switching(false);
	return err;
}

static int apply_entry(const struct hook_plan *plan)
{
	int err;

	if (plan->kind == kind_now) {
		if (plan->kind == HOOK_KPROBE)
			return systally_hook_kprobe_entry(plan->set);
		return 0;
	}
	if (plan->kind != HOOK_NONE && kind_now != HOOK_NONE)
		return replace(plan->kind, plan->set);

	/* Calls in flight now were not seen to enter, or to exit. */
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

	err = systally_inflight_prepare();
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

int systally_hook_apply(const struct hook_plan *plan)
{
	bool time = plan->time && plan->kind != HOOK_NONE;
	bool started = time && !time_now;
	int err;

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
	return 0;
}

void systally_hook_trim(const struct syscall_set *set)
{
	if (kind_now == HOOK_KPROBE && set)
		systally_unhook_kprobe_entry(set);
}

enum hook_kind systally_hook_kind(void)
{
	return kind_now;
}

void systally_hook_exit(void)
{
	unhook_entry(kind_now);
	kind_now = HOOK_NONE;
	if (time_now)
		stop_time();
}
