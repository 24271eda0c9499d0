// SPDX-License-Identifier: GPL-2.0-only
/*
 * The tracepoint hook: handlers on sys_enter and sys_exit.
 */
#include <trace/events/syscalls.h>

#include "event.h"
#include "hook_tracepoint.h"
#include "selective.h"
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

/* Whether our handlers are registered. Under the control mutex. */
static bool entry_on, exit_on;

int systally_hook_tracepoint_entry(void)
{
	int err;

	/* Compiles only if the kernel calls it with these arguments. */
	check_trace_callback_type_sys_enter(on_entry);
	err = systally_tracepoint_register(TRACEPOINT_SYS_ENTER, on_entry);
	if (!err)
		entry_on = true;
	return err;
}

void systally_unhook_tracepoint_entry(void)
{
	entry_on = false;
	if (!exit_on)
		systally_selective_release();
	systally_tracepoint_unregister(TRACEPOINT_SYS_ENTER, on_entry);
	systally_tracepoint_synchronize();
}

int systally_hook_tracepoint_exit(void)
{
	int err;

	check_trace_callback_type_sys_exit(on_exit);
	err = systally_tracepoint_register(TRACEPOINT_SYS_EXIT, on_exit);
	if (!err)
		exit_on = true;
	return err;
}

void systally_unhook_tracepoint_exit(void)
{
	exit_on = false;
	if (!entry_on)
		systally_selective_release();
	systally_tracepoint_unregister(TRACEPOINT_SYS_EXIT, on_exit);
	systally_tracepoint_synchronize();
}

bool systally_hook_tracepoint_on(void)
{
	return entry_on || exit_on;
}
