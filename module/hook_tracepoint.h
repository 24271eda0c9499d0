/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The tracepoint hook, on sys_enter and sys_exit.
 *
 * All functions: process context, under the control mutex. Those that hook and
 * unhook sleep. Hooking returns 0 or the error of tracepoint_probe_register().
 * Unhooking returns when no handler is running.
 */
#ifndef SYSTALLY_HOOK_TRACEPOINT_H
#define SYSTALLY_HOOK_TRACEPOINT_H

#include <linux/types.h>

int __must_check systally_hook_tracepoint_entry(void);
void systally_unhook_tracepoint_entry(void);

int __must_check systally_hook_tracepoint_exit(void);
void systally_unhook_tracepoint_exit(void);

/* systally_hook_tracepoint_on - whether a handler of ours is on either */
bool systally_hook_tracepoint_on(void);

#endif /* SYSTALLY_HOOK_TRACEPOINT_H */
