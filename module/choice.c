// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which hook the settings ask for. Called by control.c, under its mutex, which
 * protects what is kept here.
 */
#include <linux/bitmap.h>

#include "choice.h"
#include "hook.h"
#include "hook_tracepoint.h"
#include "selective.h"

/* Up to so many calls, a kprobe on each is better than one on all calls. */
#define AUTO_KPROBE_NRS	24	/* about 8 names in 3 ABIs */

static const char *reason_now = "no targets";

static unsigned int set_weight(const struct syscall_set *set)
{
	unsigned int weight = 0, abi;

	for (abi = 0; abi < SYSTALLY_ABIS; abi++)
		weight += bitmap_weight(set->nr[abi], SYSCALL_NRS);
	return weight;
}

/* A kprobe costs only those who make the call, a tracepoint everyone. */
static enum hook_kind auto_kind(const struct settings *settings,
				const char **reason)
{
	bool count = settings->collect == SYSTALLY_COLLECT_COUNT;

	if (settings->all && settings->set && count &&
	    set_weight(settings->set) <= AUTO_KPROBE_NRS) {
		*reason = "few calls, of every process";
		return HOOK_KPROBE;
	}
	if (!settings->all)
		*reason = "targets are set";
	else if (count)
		*reason = "many calls, of every process";
	else
		*reason = "times need the tracepoint on exit anyway";
	return HOOK_TRACEPOINT;
}

/* Why not only targets need to pass the tracepoints, or NULL */
static const char *why_not_selective(const struct settings *settings)
{
	if (!systally_hook_tracepoint_on())
		return "no hook on sys_enter or sys_exit";
	return settings->all ? "targets are all" : NULL;
}

static enum hook_kind choose(const struct settings *settings,
			     const char **reason)
{
	*reason = "asked for";
	if (!settings->enabled) {
		*reason = "enabled is 0";
		return HOOK_NONE;
	}
	if (!settings->any) {
		*reason = "no targets";
		return HOOK_NONE;
	}
	switch (settings->hook) {
	case HOOK_WORD_TRACEPOINT:
		return HOOK_TRACEPOINT;
	case HOOK_WORD_KPROBE:
		return HOOK_KPROBE;
	default:
		return auto_kind(settings, reason);
	}
}

int systally_choice_apply(const struct settings *settings)
{
	struct hook_plan plan = {
		.time = settings->collect >= SYSTALLY_COLLECT_TIME,
		.set = settings->set,
	};
	const char *reason;
	int err;

	plan.kind = choose(settings, &reason);
	err = systally_hook_apply(&plan);
	if (err && settings->hook == HOOK_WORD_AUTO &&
	    plan.kind == HOOK_KPROBE) {
		reason = "kprobes cannot be placed";
		plan.kind = HOOK_TRACEPOINT;
		err = systally_hook_apply(&plan);
	}
	if (err)
		return err;
	reason_now = reason;
	systally_selective_want(why_not_selective(settings));
	return 0;
}

const char *systally_choice_reason(void)
{
	return reason_now;
}
