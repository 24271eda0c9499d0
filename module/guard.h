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
 * handler: must not sleep or take a lock
 *
 * Process context, sleeps; at load. Returns 0, or an error, and then it is as
 * if this had not been called: systally_guard_blind() tells why.
 */
int systally_guard_arm(void (*newcomer)(void));

/* systally_guard_disarm - at unload; process context, sleeps */
void systally_guard_disarm(void);

/*
 * systally_guard_settle - wait for those who passed the guard before it saw
 *
 * Process context, sleeps; for seconds when the guard has been armed, or
 * turned on again, else it returns at once. One caller at a time.
 */
void systally_guard_settle(void);

/*
 * systally_guard_blind - why the guard may not see, or not have seen, somebody
 *
 * Process context, one caller at a time. Tries whether the guard works, which
 * it does not while kprobes or ftrace are turned off. Returns a few words, or
 * NULL if nobody can come to the tracepoints unseen, or has in the past.
 */
const char *systally_guard_blind(void);

/*
 * systally_guard_busy - whether a handler may be on its way to sys_enter or
 * sys_exit that is not to be found there yet
 *
 * Any context. If it is not and the guard is not blind, those who are there
 * can be found, and all others will be announced.
 */
bool systally_guard_busy(void);

#endif /* SYSTALLY_GUARD_H */
