/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Changes of a session's targets by its control `targets`. target_set.h has the
 * sets, and the changes by fork and exit.
 */
#ifndef SYSTALLY_TARGET_H
#define SYSTALLY_TARGET_H

#include "parse.h"
#include "session.h"

/*
 * systally_target_check - whether systally_target_apply() can succeed
 *
 * Process context, under the control mutex; sleeps. Returns what
 * systally_target_apply() would, which may still fail for want of memory.
 */
int systally_target_check(const struct session *session,
			  const struct targets_request *request);

/*
 * Calls @change(@data), which makes processes targets, or removes some if not @adds:
 * systally_hook_move() if the targets are timed
 */
typedef int target_mover(bool adds, int (*change)(void *data), void *data);

/*
 * systally_target_apply - change the targets as asked, whole or not at all
 * @move: makes each part of the change
 *
 * The session has a bit. Process context, under the control mutex; sleeps. pids
 * are looked up in current's pid namespace, and any thread's id stands for its
 * process. Returns 0, -ESRCH if a pid is of no process, -EINVAL if a process is
 * removed while the targets are `all`, or -ENOMEM.
 */
int systally_target_apply(struct session *session,
			  const struct targets_request *request,
			  target_mover *move);

/*
 * systally_target_time - have a session's targets be timed, or only counted, as its
 * level asks for
 * @move: makes the change
 *
 * As above. Returns 0 or -ENOMEM; then nothing has changed.
 */
int systally_target_time(struct session *session, target_mover *move);

#endif /* SYSTALLY_TARGET_H */
