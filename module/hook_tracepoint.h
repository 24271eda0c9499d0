/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The hook on sys_enter and sys_exit. Used by hook.c, which see for when.
 *
 * All: process context, under the control mutex; they sleep. An unhook returns
 * when no handler is under way.
 */
#ifndef SYSTALLY_HOOK_TRACEPOINT_H
#define SYSTALLY_HOOK_TRACEPOINT_H

#include <linux/types.h>

int __must_check systally_hook_tracepoint_entry(void);
void systally_unhook_tracepoint_entry(void);

int __must_check systally_hook_tracepoint_exit(void);
void systally_unhook_tracepoint_exit(void);

/* Whether a handler of ours is on either */
bool systally_hook_tracepoint_on(void);

#endif /* SYSTALLY_HOOK_TRACEPOINT_H */
