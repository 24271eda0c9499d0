/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Direct calls from the start of kernel functions, by ftrace.
 *
 * Both functions: process context; they sleep. The entry is called in place of
 * the functions' ftrace call. It must preserve the registers of their
 * arguments, and return to them. While it is registered, ftrace cannot be
 * turned off (kernel.ftrace_enabled).
 */
#ifndef SYSTALLY_COMPAT_FTRACE_DIRECT_H
#define SYSTALLY_COMPAT_FTRACE_DIRECT_H

#include <linux/errno.h>
#include <linux/ftrace.h>
#include <linux/string.h>
#include <linux/version.h>

/* COMPAT_DIRECT - whether this kernel supports direct calls; 0 or 1 */

/* The sites of one entry. Zeroed at first; the caller serialises the calls. */
struct compat_direct {
	struct ftrace_ops ops;
	struct ftrace_ops guard;
};

/*
 * compat_direct_register - call @entry at all of @sites, or at none
 *
 * Returns 0, -EBUSY if another tracer uses a site or ftrace is turned off,
 * -ENODEV if an address is no site or ftrace has disabled itself after an
 * error, or -ENOMEM.
 */
static inline int compat_direct_register(struct compat_direct *direct,
					 unsigned long *sites,
					 unsigned int count,
					 unsigned long entry);

/*
 * compat_direct_unregister - stop calling @entry
 *
 * Tasks may still be in @entry until the caller's synchronize_rcu_tasks()
 * returns. Returns 0, or an error if ftrace has disabled itself: then the sites
 * still call @entry.
 */
static inline int __must_check
compat_direct_unregister(struct compat_direct *direct, unsigned long entry);

/*
 * Before 5.16 each site was registered on its own. If several sites had the
 * same entry, the kernel leaked the memory of all but one. So direct calls are
 * not used there.
 */
#if !defined(CONFIG_DYNAMIC_FTRACE_WITH_DIRECT_CALLS) || \
	LINUX_VERSION_CODE < KERNEL_VERSION(5, 16, 0)

#define COMPAT_DIRECT 0

static inline int compat_direct_register(struct compat_direct *direct,
					 unsigned long *sites,
					 unsigned int count,
					 unsigned long entry)
{
	return -ENODEV;
}

static inline int compat_direct_unregister(struct compat_direct *direct,
					   unsigned long entry)
{
	return 0;
}

#else

#define COMPAT_DIRECT 1

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 4, 0)
#define compat_direct_ops_register(ops, entry) \
	register_ftrace_direct(ops, entry)
#define compat_direct_ops_unregister(ops, entry) \
	unregister_ftrace_direct(ops, entry, true)
#else
#define compat_direct_ops_register(ops, entry) \
	register_ftrace_direct_multi(ops, entry)

static inline int compat_direct_ops_unregister(struct ftrace_ops *ops,
					       unsigned long entry)
{
	int err = unregister_ftrace_direct_multi(ops, entry);

	if (!err)
		ftrace_free_filter(ops);
	return err;
}
#endif

/*
 * From 5.18 on, one call sets all sites. Before, each site needs a call, which
 * copies the whole set.
 */
static inline int compat_direct_filter(struct ftrace_ops *ops,
				       unsigned long *sites, unsigned int count)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(5, 18, 0)
	return ftrace_set_filter_ips(ops, sites, count, 0, 0);
#else
	unsigned int i;
	int err = 0;

	for (i = 0; i < count && !err; i++)
		err = ftrace_set_filter_ip(ops, sites[i], 0, 0);
	return err;
#endif
}

/*
 * While ftrace is turned off, a direct call can be registered, but is not made.
 * So a permanent ftrace_ops is registered as well, on a function that is never
 * called. ftrace refuses a permanent one while it is turned off, and cannot be
 * turned off while one is registered.
 */
static noinline __used void compat_guard_site(void)
{
	barrier();
}

static inline void notrace compat_guard_func(unsigned long ip,
					     unsigned long parent,
					     struct ftrace_ops *ops,
					     struct ftrace_regs *regs)
{
}

static inline int compat_guard_register(struct ftrace_ops *ops)
{
	int err;

	memset(ops, 0, sizeof(*ops));
	ops->func = compat_guard_func;
	ops->flags = FTRACE_OPS_FL_PERMANENT;
	err = ftrace_set_filter_ip(ops, (unsigned long)compat_guard_site, 0, 0);
	if (!err)
		err = register_ftrace_function(ops);
	if (err)
		ftrace_free_filter(ops);
	return err;
}

static inline void compat_guard_unregister(struct ftrace_ops *ops)
{
	unregister_ftrace_function(ops);
	ftrace_free_filter(ops);
}

static inline int compat_direct_register(struct compat_direct *direct,
					 unsigned long *sites,
					 unsigned int count,
					 unsigned long entry)
{
	struct ftrace_ops *ops = &direct->ops;
	int err = compat_guard_register(&direct->guard);

	if (err)
		return err;
	/* A registration that failed before may have changed it. */
	memset(ops, 0, sizeof(*ops));
	err = compat_direct_filter(ops, sites, count);
	if (!err)
		err = compat_direct_ops_register(ops, entry);
	if (err) {
		ftrace_free_filter(ops);
		compat_guard_unregister(&direct->guard);
	}
	return err;
}

static inline int compat_direct_unregister(struct compat_direct *direct,
					   unsigned long entry)
{
	int err = compat_direct_ops_unregister(&direct->ops, entry);

	if (!err)
		compat_guard_unregister(&direct->guard);
	return err;
}

#endif

#endif /* SYSTALLY_COMPAT_FTRACE_DIRECT_H */
