/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Direct calls from the start of kernel functions, by ftrace. As it defines
 * data, only one file (hook_direct.c) may include it.
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

/*
 * compat_direct_register - call @entry at all of @sites, or at none
 *
 * Returns 0, -EBUSY if another tracer uses a site or ftrace is turned off,
 * -ENODEV if an address is no site or ftrace has disabled itself after an
 * error, or -ENOMEM.
 */
static int compat_direct_register(const unsigned long *sites,
				  unsigned int count, unsigned long entry);

/*
 * compat_direct_unregister - stop calling @entry
 *
 * Tasks may still be in @entry until the caller's synchronize_rcu_tasks()
 * returns.
 */
static void compat_direct_unregister(const unsigned long *sites,
				     unsigned int count, unsigned long entry);

/*
 * Before 5.16 each site was registered on its own. If several sites had the
 * same entry, the kernel leaked the memory of all but one: not supported.
 */
#if !defined(CONFIG_DYNAMIC_FTRACE_WITH_DIRECT_CALLS) || \
	LINUX_VERSION_CODE < KERNEL_VERSION(5, 16, 0)

static int compat_direct_register(const unsigned long *sites,
				  unsigned int count, unsigned long entry)
{
	return -ENODEV;
}

static void compat_direct_unregister(const unsigned long *sites,
				     unsigned int count, unsigned long entry)
{
}

#else

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 4, 0)
#define compat_direct_ops_register(ops, entry) \
	register_ftrace_direct(ops, entry)
#define compat_direct_ops_unregister(ops, entry) \
	unregister_ftrace_direct(ops, entry, true)
#else
#define compat_direct_ops_register(ops, entry) \
	register_ftrace_direct_multi(ops, entry)

static void compat_direct_ops_unregister(struct ftrace_ops *ops,
					 unsigned long entry)
{
	unregister_ftrace_direct_multi(ops, entry);
	ftrace_free_filter(ops);
}
#endif

static struct ftrace_ops compat_direct_ops;

/*
 * While ftrace is turned off, a direct call can be registered, but is not made.
 * So a permanent ftrace_ops is registered with it, on a function that nobody
 * calls: ftrace refuses that one if it is turned off, and cannot be turned off
 * as long as it is there.
 */
static noinline __used void compat_guard_site(void)
{
	barrier();
}

static void notrace compat_guard_func(unsigned long ip, unsigned long parent,
				      struct ftrace_ops *ops,
				      struct ftrace_regs *regs)
{
}

static struct ftrace_ops compat_guard_ops;

static int compat_guard_register(void)
{
	struct ftrace_ops *ops = &compat_guard_ops;
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

static void compat_guard_unregister(void)
{
	unregister_ftrace_function(&compat_guard_ops);
	ftrace_free_filter(&compat_guard_ops);
}

static int compat_direct_register(const unsigned long *sites,
				  unsigned int count, unsigned long entry)
{
	struct ftrace_ops *ops = &compat_direct_ops;
	int err = compat_guard_register();
	unsigned int i;

	if (err)
		return err;
	/* A registration that failed may have changed it. */
	memset(ops, 0, sizeof(*ops));
	for (i = 0; i < count && !err; i++)
		err = ftrace_set_filter_ip(ops, sites[i], 0, 0);
	if (!err)
		err = compat_direct_ops_register(ops, entry);
	if (err) {
		ftrace_free_filter(ops);
		compat_guard_unregister();
	}
	return err;
}

static void compat_direct_unregister(const unsigned long *sites,
				     unsigned int count, unsigned long entry)
{
	compat_direct_ops_unregister(&compat_direct_ops, entry);
	compat_guard_unregister();
}

#endif

#endif /* SYSTALLY_COMPAT_FTRACE_DIRECT_H */
