/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What differs between kernels for uprobes (include/linux/uprobes.h).
 */
#ifndef SYSTALLY_COMPAT_UPROBE_H
#define SYSTALLY_COMPAT_UPROBE_H

#include <linux/err.h>
#include <linux/fs.h>
#include <linux/uprobes.h>
#include <linux/version.h>

/* A consumer, and what it needs to be removed again. */
struct compat_uprobe {
	struct uprobe_consumer consumer;
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 12, 0)
	struct uprobe *uprobe;
#endif
};

/* From 6.13 on, handlers have one more argument. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 13, 0)
#define COMPAT_UPROBE_DATA , __u64 *data
#else
#define COMPAT_UPROBE_DATA
#endif

/* Before 6.12, filters have one more argument. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 12, 0)
#define COMPAT_UPROBE_FILTER_CONTEXT
#else
#define COMPAT_UPROBE_FILTER_CONTEXT enum uprobe_filter_ctx context,
#endif

/*
 * compat_uprobe_register - call a consumer's handlers at an offset of a file
 * @inode: stays referenced until compat_uprobe_sync()
 *
 * Process context, sleeps. Returns 0 or the kernel's error.
 */
static inline int compat_uprobe_register(struct inode *inode, loff_t offset,
					 struct compat_uprobe *probe)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 12, 0)
	probe->uprobe = uprobe_register(inode, offset, 0, &probe->consumer);
	return PTR_ERR_OR_ZERO(probe->uprobe);
#else
	return uprobe_register(inode, offset, &probe->consumer);
#endif
}

/*
 * compat_uprobe_unregister - begin to remove a consumer
 * compat_uprobe_sync - no handler of such consumers runs after this
 *
 * Process context; they sleep.
 */
static inline void compat_uprobe_unregister(struct inode *inode, loff_t offset,
					    struct compat_uprobe *probe)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 12, 0)
	uprobe_unregister_nosync(probe->uprobe, &probe->consumer);
#else
	uprobe_unregister(inode, offset, &probe->consumer);
#endif
}

static inline void compat_uprobe_sync(void)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 12, 0)
	uprobe_unregister_sync();
#endif
}

#endif /* SYSTALLY_COMPAT_UPROBE_H */
