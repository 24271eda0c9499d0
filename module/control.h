/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The controls: what is counted, and how. Each can be set by a file in debugfs
 * and by a module parameter of the same name, in the same words.
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
	CONTROL_FUNCTIONS,
	CONTROL_THREADS,
	CONTROL_RESET, /* no parameter; cannot be read */
	CONTROLS,
};

/* systally_control_name - the name of a control's file; any context */
const char *systally_control_name(enum control_id id);

/*
 * systally_control_set - set a control as a whole, or not at all
 * @text: NUL-terminated, at most PARSE_MAX_BYTES; this function changes it
 *
 * Process context, sleeps. Returns 0, -EINVAL malformed, -ESRCH no such
 * process, -ENOENT no such call, -EOPNOTSUPP not possible with this kernel or
 * these settings, -ENOMEM, -EINTR the task is being killed, or the error of a
 * hook.
 */
int systally_control_set(enum control_id id, char *text);

/*
 * systally_control_show - print a control in the words that would set it
 *
 * Process context, sleeps. Returns 0, or -EINTR if the task is being killed.
 */
int systally_control_show(enum control_id id, struct seq_file *seq);

/*
 * systally_control_status - print the lines of `status` about controls and
 * hooks
 *
 * Process context, sleeps. Returns 0, or -EINTR if the task is being killed.
 */
int systally_control_status(struct seq_file *seq);

/*
 * For a snapshot's header: SYSTALLY_ENABLED and so on, and enum
 * systally_collect. Any context.
 */
u32 systally_control_flags(void);
u32 systally_control_collect(void);

/*
 * systally_control_missed - calls that kprobes did not see, since load
 *
 * Process context, sleeps. Returns 0 and the number in *@missed, or -EINTR if
 * the task is being killed.
 */
int systally_control_missed(u64 *missed);

/*
 * systally_control_exit - remove all hooks for good
 *
 * Process context, sleeps; at unload, after systally_debugfs_exit().
 */
void systally_control_exit(void);

#endif /* SYSTALLY_CONTROL_H */
