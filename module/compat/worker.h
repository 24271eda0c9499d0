/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * compat_worker_create - start a thread that runs works
 * @name: of the thread
 *
 * Process context, sleeps. Returns the worker or an ERR_PTR. From 6.14 on
 * kthread_create_worker() only creates the thread.
 */
#ifndef SYSTALLY_COMPAT_WORKER_H
#define SYSTALLY_COMPAT_WORKER_H

#include <linux/kthread.h>
#include <linux/version.h>

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 14, 0)
#define compat_worker_create(name) kthread_run_worker(0, "%s", (name))
#else
#define compat_worker_create(name) kthread_create_worker(0, "%s", (name))
#endif

#endif /* SYSTALLY_COMPAT_WORKER_H */
