/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The controls: what is counted, and how. Each can be set by a file in debugfs,
 * and for the default session by a module parameter of the same name, in the same
 * words. `enabled` and `hook` are for all sessions; each session has its own of
 * the others.
 */
#ifndef SYSTALLY_CONTROL_H
#define SYSTALLY_CONTROL_H

#include <linux/seq_file.h>

#include "session.h"

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

/* systally_control_is_global - whether it is for all sessions; any context */
bool systally_control_is_global(enum control_id id);

/*
 * systally_control_set - set a control as a whole, or not at all
 * @text: NUL-terminated, at most PARSE_MAX_BYTES; this function changes it
 *
 * Process context, sleeps. Returns 0, -EINVAL malformed, -ESRCH no such
 * process, -ENOENT no such call, -EOPNOTSUPP not possible with this kernel or
 * these settings, -EUSERS too many sessions have targets, -ENOMEM, -EINTR the
 * task is being killed, or the error of a hook.
 */
int systally_control_set(struct session *session, enum control_id id,
			 char *text);

/*
 * systally_control_show - print a control in the words that would set it
 *
 * Process context, sleeps. Returns 0, or -EINTR if the task is being killed.
 */
int systally_control_show(const struct session *session, enum control_id id,
			  struct seq_file *seq);

/*
 * systally_control_status - print the lines of `status` about controls and
 * hooks
 *
 * Process context, sleeps. Returns 0, or -EINTR if the task is being killed.
 */
int systally_control_status(const struct session *session,
			    struct seq_file *seq);

/* For a snapshot's header: SYSTALLY_ENABLED and so on. Any context. */
u32 systally_control_flags(const struct session *session);

/*
 * systally_control_missed - calls that kprobes did not see, since load
 *
 * Process context, sleeps. Returns 0 and the number in *@missed, or -EINTR if
 * the task is being killed.
 */
int systally_control_missed(u64 *missed);

/*
 * systally_control_begin - make a session, whose settings are those of a module
 * that was loaded without parameters
 *
 * Process context, sleeps. Returns it, or an ERR_PTR: -EUSERS there are as many
 * as may be, -ENOMEM, -EINTR the task is being killed.
 */
struct session *systally_control_begin(void);

/*
 * systally_control_end - end it, and forget what it has counted
 *
 * No file shows it any more. Process context, sleeps; also in a task that is
 * being killed.
 */
void systally_control_end(struct session *session);

/*
 * The module's parameter `sessions_max`: how many sessions there may be beside
 * the default session. Written at load only.
 */
extern unsigned int systally_control_sessions_max;

/* systally_control_init - make the default session, at load; 0 or -ENOMEM */
int __must_check systally_control_init(void);

/*
 * systally_control_exit - remove all hooks for good
 * systally_control_free - free the default session, after the tally
 *
 * Process context, sleeps; at unload, after systally_debugfs_exit().
 */
void systally_control_exit(void);
void systally_control_free(void);

#endif /* SYSTALLY_CONTROL_H */
