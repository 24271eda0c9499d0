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

/* Whether a session keeps rows per thread. Written under the control mutex. */
DECLARE_STATIC_KEY_FALSE(systally_threads_key);
/* Whether that is so for one session and not for another: calls have two rows */
DECLARE_STATIC_KEY_FALSE(systally_two_rows_key);
/* Whether a session counts times in histograms, too; likewise */
DECLARE_STATIC_KEY_FALSE(systally_hist_key);

/* The rows that current's calls of one number are counted in */
struct tally_call {
	u32 abi;
	u32 nr;
	u32 sessions;  /* of all its rows */
	u32 by_thread; /* of these, those that keep rows per thread */
};

/*
 * systally_tally_known - the row of current's calls of a number, if this CPU's
 * table has it and they have only one
 * @key: set to the row's key, also if it is not there
 * @start: set to its start
 *
 * Handlers only, preemption off. The row of a call says to which sessions the
 * call belongs.
 */
static __always_inline struct table_row *
systally_tally_known(struct table *table, u32 abi, u32 nr, u64 *key, u64 *start)
{
	const struct task_struct *task = current;

	/* The key is read once, so that key and start are of the same kind. */
	if (static_branch_unlikely(&systally_threads_key)) {
		*key = key_make(ROW_THREAD, task->pid, task->tgid, abi, nr);
		*start = task->start_boottime;
	} else {
		*key = key_make(ROW_CALL, 0, task->tgid, abi, nr);
		*start = task->group_leader->start_boottime;
	}
	if (static_branch_unlikely(&systally_two_rows_key))
		return NULL;
	return table_lookup(table, *key, *start);
}

/*
 * systally_tally_find - say which rows current's calls of a number have now
 *
 * Handlers only, preemption off. Without a session, sessions is 0.
 */
struct tally_call systally_tally_find(u32 abi, u32 nr);

/*
 * systally_tally_entered - count a call of current
 * @table: in: this CPU's table, as the handler read it; out: the row's table,
 * which is another one if the first was full
 * @call: sessions is not 0
 * @key: set to the key of the row that is returned
 * @start: set to its start
 *
 * Handlers only: preemption off since @table was read; never sleeps or
 * allocates. The caller must add everything about this call to the same table,
 * because a flush may replace this CPU's table at any moment. Counts the call as
 * unattributed if there is no room for a row. Returns the row in which it was
 * counted, also of unattributed calls; or NULL if there is no room for that
 * either, or if it was counted in two rows: one by thread, one by process.
 */
struct table_row *systally_tally_entered(struct table **table,
					 const struct tally_call *call,
					 u64 *key, u64 *start);

/*
 * systally_tally_timed - count the time of a call of current that has no row in
 * this CPU's table any more, or two
 * @table: this CPU's
 * @call: as systally_tally_find() says now
 * @sessions: those to which the call belonged when it was entered
 * @serial: of the CPU's table then
 * @elapsed: in clock units
 * @error: errno, or 0
 *
 * Handlers only, preemption off. Sessions that did not time the call from its
 * entry on count it as an exit without an entry.
 */
void systally_tally_timed(struct table *table, const struct tally_call *call,
			  u32 sessions, u64 serial, u64 elapsed, u32 error);

/*
 * systally_tally_denied - count a denied call of one number, by any process
 * @table: this CPU's
 *
 * Handlers only, preemption off. Without room, it counts as an exit without an
 * entry.
 */
void systally_tally_denied(struct table *table, u32 sessions, u32 abi, u32 nr);

/*
 * systally_tally_orphan - count an exit without an entry
 * systally_tally_untimed - count a call whose time is not known
 *
 * Handlers only, preemption off; for the writer of @table.
 */
void systally_tally_orphan(struct table *table, u32 sessions);
void systally_tally_untimed(struct table *table, u32 sessions);

/*
 * systally_tally_error - count a failed call by its errno
 * @table: in: the table of the call's row; out: as in systally_tally_entered().
 * If it has changed, rows that were found before must not be written any more.
 * @of: the call's row, as it was found, or NULL
 * @key: of the call's row
 * @sessions: of the call's row
 * @error: 1 to 4095
 *
 * Handlers only, preemption off; for current. Without room the call is missing
 * from the breakdown by errno, but not from its own row; it counts as untimed.
 */
void systally_tally_error(struct table **table, const struct table_row *of,
			  u64 key, u32 sessions, u32 error);

/*
 * systally_tally_hist - count a call in its process's histogram
 * @table: in: the table of the call's row; out: as in systally_tally_entered().
 * If it has changed, rows that were found before must not be written any more.
 * @of: the call's row, as it was found, or NULL
 * @key: of the call's row
 * @sessions: of the call's row
 * @index: from hist_index()
 *
 * Handlers only, preemption off; for current. Without room the call is missing
 * from the histogram; it counts as untimed.
 */
void systally_tally_hist(struct table **table, const struct table_row *of,
			 u64 key, u32 sessions, u32 index);

/*
 * systally_tally_tls - the row of current's process for a descriptor
 * @table: in: this CPU's; out: the row's table
 * @sessions: of the function
 * @fd: TLS_NO_FD if it is not known
 *
 * Handlers only, preemption off. Without room, returns NULL and counts the call
 * as untimed.
 */
struct table_row *systally_tally_tls(struct table **table, u32 sessions,
				     enum systally_tls what, u32 fd);

/*
 * systally_tally_exited - keep the last comm and facts of a process (or thread)
 * that exits
 * @task: current, of a target
 * @last: whether it is the last thread of its process
 *
 * In the sched_process_exit handler, preemption off. Its rows are shown and
 * folded with this comm.
 */
void systally_tally_exited(const struct task_struct *task, bool last);

/*
 * systally_tally_execed - keep the new comm and executable of a process
 * @task: current, of a target
 *
 * In the sched_process_exec handler, preemption off.
 */
void systally_tally_execed(const struct task_struct *task);

#endif /* SYSTALLY_TALLY_ROWS_H */
