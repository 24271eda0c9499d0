// SPDX-License-Identifier: GPL-2.0-only
/*
 * The thread that does what handlers ask for.
 */
#include <linux/err.h>
#include <linux/sched.h>

#include "compat/worker.h"
#include "worker.h"

/* Written at load and unload only; read in any context. */
static struct kthread_worker *worker;

void systally_worker_queue(struct kthread_work *work)
{
	kthread_queue_work(worker, work);
}

int systally_worker_init(void)
{
	worker = compat_worker_create("systally");
	if (IS_ERR(worker))
		return PTR_ERR(worker);
	sched_set_fifo_low(worker->task);
	return 0;
}

void systally_worker_exit(void)
{
	kthread_destroy_worker(worker);
}
