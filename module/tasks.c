// SPDX-License-Identifier: GPL-2.0-only
/*
 * Walks the ids of the initial pid namespace, some at a time.
 */
#include <linux/idr.h>
#include <linux/pid_namespace.h>
#include <linux/rcupdate.h>

#include "tasks.h"

/* Threads that are visited before other tasks may run: some microseconds */
#define TASKS_AT_ONCE 64

void systally_tasks_walk(void (*visit)(struct task_struct *task, void *data),
			 void *data)
{
	unsigned int visited;
	struct pid *pid;
	int nr = 1;

	do {
		rcu_read_lock();
		for (visited = 0; visited < TASKS_AT_ONCE; visited++, nr++) {
			struct task_struct *task;

			pid = idr_get_next(&init_pid_ns.idr, &nr);
			if (!pid)
				break;
			/* A process group may have it after its leader. */
			task = pid_task(pid, PIDTYPE_PID);
			if (task)
				visit(task, data);
		}
		rcu_read_unlock();
		cond_resched();
	} while (pid);
}

static void count(struct task_struct *task, void *data)
{
	++*(unsigned int *)data;
}

unsigned int systally_tasks_count(void)
{
	unsigned int threads = 0;

	systally_tasks_walk(count, &threads);
	return threads;
}
