/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The controls: what is watched, and how. Each can be set by a debugfs file
 * and by a module parameter of the same name, in the same words. Used by
 * debugfs.c and main.c.
 */
#ifndef SYSTALLY_CONTROL_H
#define SYSTALLY_CONTROL_H

#include <linux/seq_file.h>

enum control_id {
	CONTROL_ENABLED,
	CONTROL_COLLECT,
	CONTROL_HOOK,
	CONTROL_TARGETS,
	CONTROL_FOLLOW,
	CONTROL_SYSCALLS,
	CONTROL_THREADS,
	CONTROL_RESET,		/* not a parameter; nothing to read */
	CONTROLS,
};

/* The name of a control's file. */
const char *systally_control_name(enum control_id id);

/*
 * systally_control_set - do what @text says, whole or not at all
 * @text: NUL-terminated, at most PARSE_MAX_BYTES; is changed
 *
 * Process context, sleeps. Returns 0 or -EINVAL malformed, -ESRCH no such pid,
 * -ENOENT no such call, -EOPNOTSUPP not with this kernel or these settings,
 * -ENOMEM, -EINTR, or what stopped the hooks.
 */
int systally_control_set(enum control_id id, char *text);

/* systally_control_show - what would set it as it is; process context */
int systally_control_show(enum control_id id, struct seq_file *seq);

/* The lines of `status` that tell of controls and hooks; process context. */
int systally_control_status(struct seq_file *seq);

/* For a snapshot's header: SYSTALLY_ENABLED etc., and enum systally_collect. */
u32 systally_control_flags(void);
u32 systally_control_collect(void);

/* systally_control_idle - the last target has gone: unhook soon; any context */
void systally_control_idle(void);

/* systally_control_exit - unhook, for good; after debugfs has gone */
void systally_control_exit(void);

#endif /* SYSTALLY_CONTROL_H */
