/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kernel thread for what handlers cannot do themselves: fold full tables,
 * and make slots.
 *
 * Until it has run, there may be no room for new rows. So it has the lowest
 * real-time priority: it runs before all ordinary tasks, and if a real-time
 * task uses its CPU, the scheduler moves it to another CPU at once. Work queues
 * of the kernel have neither property. A work that is bound to a CPU waits as
 * long as a real-time task runs there.
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

/*
 * systally_worker_init - start the thread, at load
 *
 * Process context, sleeps. Returns 0 or the error of starting a thread.
 */
int __must_check systally_worker_init(void);

/*
 * systally_worker_exit - run what is queued and end the thread; at unload,
 * after all handlers have ended; process context, sleeps
 */
void systally_worker_exit(void);

#endif /* SYSTALLY_WORKER_H */
