/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The facts of a process that its rows are told apart by: its user and its
 * control group; and what is shown with them: its executable and its parent.
 */
#ifndef SYSTALLY_FACTS_H
#define SYSTALLY_FACTS_H

#include <linux/sched.h>

#include "table.h"

/*
 * systally_facts_read - the facts of a process that makes calls now
 * @task: current, any of its threads
 *
 * Handlers only, preemption off. In a process that exits, exe is NULL. Facts of the
 * group leader, as ps shows them: threads may have other users and groups.
 */
void systally_facts_read(struct task_struct *task, struct table_who *facts);

/*
 * systally_facts_stale - whether the user or group of a process is another one
 * than in @facts; as systally_facts_read()
 */
bool systally_facts_stale(const struct task_struct *task,
			  const struct table_who *facts);

/*
 * systally_facts_changed - close the rows of a process whose group or user has
 * changed, or is about to
 * @leader: of the process
 * @uid: its user, then
 *
 * Process context, preemption off; takes systally_move_lock. Rows that have these
 * facts already stay.
 */
void systally_facts_changed(struct task_struct *leader, u32 uid);

/*
 * systally_facts_close - close the rows of a process, whatever its facts are: what is
 * counted later gets new rows; as systally_facts_changed()
 */
void systally_facts_close(struct task_struct *leader);

#endif /* SYSTALLY_FACTS_H */
