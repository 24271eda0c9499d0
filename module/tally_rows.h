/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The rows of this CPU's table that handlers count in: the row of a call, of an
 * errno, of a histogram, and the note that a process has exited. cpu_tables.h
 * says which code may write a table.
 */
#ifndef SYSTALLY_TALLY_ROWS_H
#define SYSTALLY_TALLY_ROWS_H

#include <linux/jump_label.h>
#include <linux/sched.h>

#include "cpu_tables.h"

/* Whether rows are kept per thread. Written under the control mutex. */
DECLARE_STATIC_KEY_FALSE(systally_threads_key);

/*
 * Returns the task that owns the rows of @task's calls: the leader of its
 * process, or @task itself if rows are kept per thread. The owner's start time
 * distinguishes processes that had the same pid. Any context, for current or
 * under RCU.
 */
static __always_inline const struct task_struct *
systally_tally_owner(const struct task_struct *task)
{
	if (static_branch_unlikely(&systally_threads_key))
		return task;
	return task->group_leader;
}

/*
 * systally_tally_row - the row of current's calls
 * @table: in: this CPU's table, as the handler read it; out: the row's table,
 * which is another one if the first was full
 *
 * Handlers only: preemption off since @table was read; never sleeps or
 * allocates. The caller must add everything about this call to the same table,
 * because a flush may replace this CPU's table at any moment. If there is no
 * room, returns the row of unattributed calls with this number, or NULL if
 * there is no room for that row either.
 */
struct table_row *systally_tally_row(struct table **table, u64 key, u64 start);

/*
 * systally_tally_denied - the row of denied calls of one number, by any process
 * @table: as in systally_tally_row()
 * @key: key_common(ROW_DENIED, ...)
 *
 * Handlers only, preemption off. Returns NULL if there is no room.
 */
struct table_row *systally_tally_denied(struct table **table, u64 key);

/*
 * systally_tally_error - count a failed call by its errno
 * @table: in: the table of the call's row; out: as in systally_tally_row(). If
 * it has changed, rows that were found before must not be written any more.
 * @key: of the call's row
 * @error: 1 to 4095
 *
 * Handlers only, preemption off; for current. Without room the call is missing
 * from the breakdown by errno, but not from its own row; it counts as untimed.
 */
void systally_tally_error(struct table **table, u64 key, u32 error);

/*
 * systally_tally_hist - count a call in its process's histogram
 * @table: in: the table of the call's row; out: as in systally_tally_row(). If
 * it has changed, rows that were found before must not be written any more.
 * @key: of the call's row
 * @index: from hist_index()
 *
 * Handlers only, preemption off; for current. Without room the call is missing
 * from the histogram; it counts as untimed.
 */
void systally_tally_hist(struct table **table, u64 key, u32 index);

/*
 * systally_tally_tls - the row of current's process for a descriptor
 * @table: in: this CPU's; out: as in systally_tally_row()
 * @fd: TLS_NO_FD if it is not known
 *
 * Handlers only, preemption off. Without room, returns NULL and counts the call
 * as untimed.
 */
struct table_row *systally_tally_tls(struct table **table,
				     enum systally_tls what, u32 fd);

/*
 * systally_tally_exited - keep the last comm of a process (or thread) that
 * exits
 * @task: current
 * @last: whether it is the last thread of its process
 *
 * In the sched_process_exit handler, preemption off. Its rows are shown and
 * folded with this comm.
 */
void systally_tally_exited(const struct task_struct *task, bool last);

#endif /* SYSTALLY_TALLY_ROWS_H */
