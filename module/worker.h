/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kernel threads for what handlers cannot do themselves. One folds full
 * tables and makes slots. The other one allocates large memory for it, which
 * can take longer than CPUs need to fill their tables.
 *
 * Until they have run, there may be no room for new rows. So they have the
 * lowest real-time priority: they run before all ordinary tasks, and if a
 * real-time task uses their CPU, the scheduler moves them to another CPU at
 * once. Work queues of the kernel have neither property. A work that is bound to
 * a CPU waits as long as a real-time task runs there.
 */
#ifndef SYSTALLY_WORKER_H
#define SYSTALLY_WORKER_H

#include <linux/kthread.h>

/*
 * systally_worker_queue - run a work soon
 *
 * A work that is queued again before it has begun runs once. Any context but
 * NMI; takes raw locks only. Call it only between systally_worker_init() and
 * systally_worker_exit().
 */
void systally_worker_queue(struct kthread_work *work);

/* systally_worker_queue_allocation - the same, in the thread that allocates */
void systally_worker_queue_allocation(struct kthread_work *work);

/*
 * systally_worker_init - start the threads, at load
 *
 * Process context, sleeps. Returns 0 or the error of starting a thread.
 */
int __must_check systally_worker_init(void);

/*
 * systally_worker_exit - run what is queued and end the threads; at unload,
 * after all handlers have ended; process context, sleeps
 */
void systally_worker_exit(void);

#endif /* SYSTALLY_WORKER_H */
