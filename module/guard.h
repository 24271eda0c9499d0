/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Detects other tracers before their handlers are on sys_enter or sys_exit.
 */
#ifndef SYSTALLY_GUARD_H
#define SYSTALLY_GUARD_H

#include <linux/compiler.h>
#include <linux/types.h>

/*
 * systally_guard_arm - call @tracer_callback each time before a handler other
 * than ours is registered on sys_enter or sys_exit
 * @tracer_callback: runs in the registering task with preemption off, in a
 * kprobe's handler: it must not sleep or take a lock
 *
 * Process context, sleeps; at load. Returns 0, or the error of the probe that
 * could not be placed. Then nothing is armed, and systally_guard_blind() says
 * why.
 */
int systally_guard_arm(void (*tracer_callback)(void));

/*
 * systally_guard_disarm - remove the probes; at unload; process context, sleeps
 */
void systally_guard_disarm(void);

/*
 * systally_guard_settle - wait for registrations that may have bypassed the
 * guard
 *
 * Process context, one caller at a time. Sleeps for seconds after the guard was
 * armed or its probes were turned on again; otherwise returns at once.
 */
void systally_guard_settle(void);

/*
 * systally_guard_blind - why a registration may bypass, or may have bypassed,
 * the guard
 *
 * Process context, one caller at a time. Tests whether the probes work: they do
 * not while kprobes or ftrace are turned off. Returns a few words, or NULL if
 * no registration can have bypassed the guard.
 */
const char *systally_guard_blind(void);

/*
 * systally_guard_busy - whether a registration on sys_enter or sys_exit may be
 * in progress, its handler not yet on the list
 *
 * Any context. If this is false and the guard is not blind, all other handlers
 * are on the lists now, and later ones will be reported.
 */
bool systally_guard_busy(void);

#endif /* SYSTALLY_GUARD_H */
