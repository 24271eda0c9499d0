/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The hooks that are set, and the change from one to another.
 */
#ifndef SYSTALLY_HOOK_H
#define SYSTALLY_HOOK_H

#include "syscalls.h"

enum hook_kind {
	HOOK_NONE,
	HOOK_TRACEPOINT,
	HOOK_DIRECT, /* entries only */
	HOOK_KPROBE,
	HOOK_SITES, /* entries only */
};

/*
 * With `divided`, the tracepoint counts the targets of sessions that keep times,
 * and the hook of `kind`, a direct one, all others. Else the hook of `kind` counts
 * all.
 */
struct hook_plan {
	enum hook_kind kind;
	bool divided;
	bool time;		       /* hook exits, too */
	const struct syscall_set *set; /* calls to hook, NULL for all */
};

/*
 * systally_hook_apply - hook what the plan says, and nothing else
 *
 * Process context, under the control mutex; sleeps, for seconds when hundreds
 * of kprobes are placed or removed. While one hook replaces another, each call
 * is counted once. The one exception is a call that ptrace or seccomp's
 * supervisor holds at its entry until the replacement is complete: it is not
 * counted. Returns 0, or the error of the hook that could not be set. Then the old
 * plan is in force, or if that cannot be hooked either, the tracepoint counts all.
 *
 * When the filter changes with the plan, systally_hook_set_calls() follows.
 */
int systally_hook_apply(const struct hook_plan *plan);

/*
 * systally_hook_set_calls - count other calls
 * @set: on the heap, owned by the filter from here on; NULL: all calls
 *
 * After systally_hook_apply() has hooked them. Sets the filter, and unhooks the
 * calls that are not in @set. Process context, under the control mutex; sleeps.
 */
void systally_hook_set_calls(struct syscall_set *set);

/*
 * systally_hook_kind - the hook on entries now; under the control mutex
 * systally_hook_divided - whether the tracepoint counts some processes beside it
 */
enum hook_kind systally_hook_kind(void);
bool systally_hook_divided(void);

/*
 * systally_hook_move - change which processes are targets of sessions that keep
 * times, while each of their calls is counted once
 * @to_tracepoint: they become such; else they cease to be
 * @change: does it; may add targets that no session had before
 *
 * While the targets are divided; else calls @change only. A call that is held at
 * its entry all the time, by ptrace or by seccomp's supervisor, may be counted by
 * neither hook. Process context, under the control mutex; sleeps. Returns what
 * @change returns.
 */
int systally_hook_move(bool to_tracepoint, int (*change)(void *data),
		       void *data);

/*
 * systally_hook_exit - remove all hooks, at unload
 *
 * Process context, under the control mutex; sleeps.
 */
void systally_hook_exit(void);

#endif /* SYSTALLY_HOOK_H */
