/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * compat_unbound_wq is the workqueue whose workers run on any CPU. It has a new
 * name from 6.18 on, and 7.x warns about the old one.
 */
#ifndef SYSTALLY_COMPAT_WORKQUEUE_H
#define SYSTALLY_COMPAT_WORKQUEUE_H

#include <linux/version.h>
#include <linux/workqueue.h>

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 18, 0)
#define compat_unbound_wq system_dfl_wq
#else
#define compat_unbound_wq system_unbound_wq
#endif

#endif /* SYSTALLY_COMPAT_WORKQUEUE_H */
