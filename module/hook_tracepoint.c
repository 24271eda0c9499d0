// SPDX-License-Identifier: GPL-2.0-only
/*
 * The hook on sys_enter and sys_exit. Called by hook.c.
 */
#include "event.h"
#include "hook_tracepoint.h"
#include "tracepoint.h"

static void notrace on_entry(void *data, struct pt_regs *regs, long id)
{
	compat_handler_begin();
	systally_event_entry(EVENT_TRACEPOINT, id);
	compat_handler_end();
}

static void notrace on_exit(void *data, struct pt_regs *regs, long ret)
{
	compat_handler_begin();
	systally_event_exit(regs, ret);
	compat_handler_end();
}

int systally_hook_tracepoint_entry(void)
{
	return systally_tracepoint_register(TRACEPOINT_SYS_ENTER, on_entry);
}

void systally_unhook_tracepoint_entry(void)
{
	systally_tracepoint_unregister(TRACEPOINT_SYS_ENTER, on_entry);
	systally_tracepoint_synchronize();
}

int systally_hook_tracepoint_exit(void)
{
	return systally_tracepoint_register(TRACEPOINT_SYS_EXIT, on_exit);
}

void systally_unhook_tracepoint_exit(void)
{
	systally_tracepoint_unregister(TRACEPOINT_SYS_EXIT, on_exit);
	systally_tracepoint_synchronize();
}

unsigned int systally_hook_tracepoint_foreign(void)
{
	return systally_tracepoint_foreign(TRACEPOINT_SYS_ENTER, on_entry) +
	       systally_tracepoint_foreign(TRACEPOINT_SYS_EXIT, on_exit);
}
