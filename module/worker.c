// SPDX-License-Identifier: GPL-2.0-only
/*
 * The threads that do what handlers ask for.
 */
#include <linux/err.h>
#include <linux/sched.h>

#include "compat/worker.h"
#include "worker.h"

/* Written at load and unload only; read in any context. */
static struct kthread_worker *worker, *allocator;

void systally_worker_queue(struct kthread_work *work)
{
	kthread_queue_work(worker, work);
}

void systally_worker_queue_allocation(struct kthread_work *work)
{
	kthread_queue_work(allocator, work);
}

static struct kthread_worker *create(const char *name)
{
	struct kthread_worker *new = compat_worker_create(name);

	if (!IS_ERR(new))
		sched_set_fifo_low(new->task);
	return new;
}

int systally_worker_init(void)
{
	worker = create("systally");
	if (IS_ERR(worker))
		return PTR_ERR(worker);
	allocator = create("systally_alloc");
	if (IS_ERR(allocator)) {
		kthread_destroy_worker(worker);
		return PTR_ERR(allocator);
	}
	return 0;
}

void systally_worker_exit(void)
{
	/* In this order: the first thread's last works may need the second. */
	kthread_destroy_worker(worker);
	kthread_destroy_worker(allocator);
}
