/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Sees other tracers come to sys_enter and sys_exit, before they are there.
 * Used by selective.c.
 */
#ifndef SYSTALLY_GUARD_H
#define SYSTALLY_GUARD_H

#include <linux/compiler.h>
#include <linux/types.h>

/*
 * systally_guard_arm - call @newcomer each time before a handler other than
 * ours is registered on sys_enter or sys_exit
 * @newcomer: runs with preemption off in the registering task, in a kprobe's
 * handler: must not sleep
 *
 * Process context, sleeps; not beside another call of these three functions.
 * Does nothing if it is armed. Returns 0, or an error: why() tells.
 */
int __must_check systally_guard_arm(void (*newcomer)(void));

/* systally_guard_disarm - at unload; process context, sleeps */
void systally_guard_disarm(void);

/*
 * systally_guard_works - try whether an armed guard sees what it should
 *
 * Process context. False while someone has turned kprobes or ftrace off:
 * /sys/kernel/debug/kprobes/enabled, kernel.ftrace_enabled.
 */
bool systally_guard_works(void);

/*
 * systally_guard_busy - whether a handler may be on its way to sys_enter or
 * sys_exit that is not to be found there yet
 *
 * Any context. Once false, those that are there can be counted, and those that
 * are not are yet to be announced to @newcomer.
 */
bool systally_guard_busy(void);

/* Why the last arming failed, or NULL */
const char *systally_guard_why(void);

#endif /* SYSTALLY_GUARD_H */
