/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The thread that does what handlers ask for and cannot do themselves: fold
 * full tables, and make slots.
 *
 * Until it has run, new rows may find no room. So it has the lowest real-time
 * priority: it runs before all ordinary tasks, and the scheduler moves it at
 * once from a CPU that a real-time task uses to another one. The work queues of
 * the kernel do neither. One that is bound to a CPU waits for as long as a
 * real-time task runs there.
 */
#ifndef SYSTALLY_WORKER_H
#define SYSTALLY_WORKER_H

#include <linux/kthread.h>

/*
 * systally_worker_queue - run a work soon, once, however often it is queued
 *
 * Any context but NMI; takes raw locks only. From systally_worker_init() on,
 * until systally_worker_exit().
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
