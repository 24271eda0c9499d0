/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which hook sees the calls, and the change from one to another. Used by
 * control.c.
 */
#ifndef SYSTALLY_HOOK_H
#define SYSTALLY_HOOK_H

#include "syscalls.h"

enum hook_kind {
	HOOK_NONE,
	HOOK_TRACEPOINT,
	HOOK_DIRECT,		/* entries only */
	HOOK_KPROBE,
};

struct hook_plan {
	enum hook_kind kind;
	bool time;			/* exits too */
	const struct syscall_set *set;	/* calls, NULL for all */
};

/*
 * systally_hook_apply - hook what the plan says, and nothing else
 *
 * Process context, under the control mutex; sleeps, for seconds where hundreds
 * of kprobes come or go. While one hook replaces another, each call is counted
 * once, but for one that ptrace or seccomp's supervisor holds at its entry until
 * that is over. Returns 0, or an error, and then the old plan is in force.
 *
 * Where the plan's set differs from the filter in force, call it before the
 * filter gets larger and systally_hook_trim() after it has become smaller.
 */
int systally_hook_apply(const struct hook_plan *plan);

/* systally_hook_trim - remove kprobes that the plan in force does not need */
void systally_hook_trim(const struct syscall_set *set);

/* The kind in force; under the control mutex. */
enum hook_kind systally_hook_kind(void);

/* systally_hook_exit - unhook everything, at unload */
void systally_hook_exit(void);

#endif /* SYSTALLY_HOOK_H */
