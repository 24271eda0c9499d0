// SPDX-License-Identifier: GPL-2.0-only
/*
 * Chooses the hook that the settings ask for. All functions run under the
 * control mutex, which protects the data here.
 */
#include <linux/bitmap.h>
#include <linux/kernel.h>

#include "arch_entry.h"
#include "choice.h"
#include "hook.h"
#include "hook_direct.h"
#include "hook_sites.h"
#include "hook_tracepoint.h"
#include "selective.h"

static char reason_now[192] = "no targets";

static unsigned int set_weight(const struct syscall_set *set)
{
	unsigned int weight = 0, abi;

	for (abi = 0; abi < ABIS; abi++)
		weight += bitmap_weight(set->nr[abi], SYSCALL_NRS);
	return weight;
}

/*
 * The hook in all calls, or in the chosen ones: in the functions that hand each
 * call to its own function, where these have ftrace sites and all calls are
 * counted, else in the calls' own functions.
 */
static enum hook_kind direct_kind(const struct syscall_set *set)
{
	if (set || systally_hook_direct_check())
		return HOOK_SITES;
	return HOOK_DIRECT;
}

/*
 * Whether one session counts all processes, and another one keeps times of some:
 * then the direct hook counts the first, and the tracepoint the others.
 */
static bool is_divided(const struct settings *settings)
{
	return settings->enabled && settings->any &&
	       settings->hook == HOOK_WORD_AUTO && settings->all &&
	       !settings->all_timed &&
	       settings->collect != SYSTALLY_COLLECT_COUNT;
}

/*
 * The cheapest hook. The tracepoint is free for bystanders and sees exits. The
 * direct hooks cost every process that makes a hooked call, but least per call.
 */
static enum hook_kind auto_kind(const struct settings *settings,
				const char **reason)
{
	if (!settings->all) {
		*reason = "targets are set";
		return HOOK_TRACEPOINT;
	}
	if (is_divided(settings)) {
		*reason = "every process, and times of some by the tracepoint";
		return direct_kind(settings->untimed_set);
	}
	if (settings->collect != SYSTALLY_COLLECT_COUNT) {
		*reason = "times need the tracepoint on exit anyway";
		return HOOK_TRACEPOINT;
	}
	*reason = settings->set ? "chosen calls, of every process" :
				  "all calls, of every process";
	return direct_kind(settings->set);
}

/* Why all processes have to pass the tracepoints, or NULL if targets suffice */
static const char *why_not_selective(const struct settings *settings)
{
	if (!systally_hook_tracepoint_on())
		return "no hook on sys_enter or sys_exit";
	return settings->all && !systally_hook_divided() ? "targets are all" :
							   NULL;
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
	case HOOK_WORD_DIRECT:
		return direct_kind(settings->set);
	default:
		return auto_kind(settings, reason);
	}
}

/* Why the last try of a direct hook failed */
static const char *direct_why(enum hook_kind kind, int err)
{
	if (err == -ENOMEM)
		return "no memory";
	return kind == HOOK_SITES ? systally_hook_sites_why() :
				    systally_hook_direct_why();
}

/* Whether hook=direct is possible, also while nothing is hooked */
static int check_direct(const struct settings *settings)
{
	int err = 0;

	if (settings->collect != SYSTALLY_COLLECT_COUNT) {
		pr_info("hook=direct sees no exits: set collect=count, or another hook\n");
		return -EOPNOTSUPP;
	}
	if (direct_kind(settings->set) == HOOK_SITES)
		err = systally_hook_sites_check();
	if (err)
		pr_info("hook=direct: %s\n", systally_hook_sites_why());
	return err;
}

static int apply(const struct settings *settings, enum hook_kind kind)
{
	const bool divided = is_divided(settings) && kind != HOOK_TRACEPOINT &&
			     kind != HOOK_KPROBE;
	const struct hook_plan plan = {
		.kind = kind,
		.divided = divided,
		.time = settings->collect >= SYSTALLY_COLLECT_TIME,
		.set = divided ? settings->untimed_set : settings->set,
	};

	return systally_hook_apply(&plan);
}

/*
 * Sets another hook where a direct one is not possible, and *@reason to why it
 * is that one. Returns 0 or an error.
 */
static int apply_second(const struct settings *settings, const char **reason)
{
	if (settings->set && settings->collect == SYSTALLY_COLLECT_COUNT &&
	    set_weight(settings->set) <= ARCH_ENTRY_KPROBES_MAX) {
		*reason = "few calls, of every process";
		if (!apply(settings, HOOK_KPROBE))
			return 0;
		*reason = "kprobes cannot be placed";
	}
	return apply(settings, HOOK_TRACEPOINT);
}

int systally_choice_apply(const struct settings *settings)
{
	const char *reason, *why = NULL;
	enum hook_kind kind;
	int err;

	if (settings->hook == HOOK_WORD_DIRECT) {
		err = check_direct(settings);
		if (err)
			return err;
	}
	kind = choose(settings, &reason);
	err = apply(settings, kind);
	if (err && (kind == HOOK_DIRECT || kind == HOOK_SITES))
		why = direct_why(kind, err);
	if (why && settings->hook == HOOK_WORD_AUTO)
		err = apply_second(settings, &reason);
	else if (why)
		pr_info("hook=direct: %s\n", why);
	if (err)
		return err;
	snprintf(reason_now, sizeof(reason_now), "%s%s%s", reason,
		 why ? "; no direct hook: " : "", why ?: "");
	systally_selective_want(why_not_selective(settings));
	return 0;
}

const char *systally_choice_reason(void)
{
	return reason_now;
}
