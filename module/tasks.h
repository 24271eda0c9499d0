/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A walk over all threads that lets other tasks run meanwhile.
 */
#ifndef SYSTALLY_TASKS_H
#define SYSTALLY_TASKS_H

#include <linux/sched.h>

/*
 * systally_tasks_walk - call a function for each thread of all processes
 * @visit: called under rcu_read_lock(); must not sleep
 *
 * Process context, sleeps. Visits each thread that exists from begin to end,
 * but for one: a thread that execs meanwhile, and so takes the id of its leader,
 * may be missed. A thread that starts or ends meanwhile may be visited or not.
 */
void systally_tasks_walk(void (*visit)(struct task_struct *task, void *data),
			 void *data);

/* systally_tasks_count - the number of threads; process context, sleeps */
unsigned int systally_tasks_count(void);

#endif /* SYSTALLY_TASKS_H */
