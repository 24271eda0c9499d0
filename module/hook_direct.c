// SPDX-License-Identifier: GPL-2.0-only
/*
 * The hook on the functions that hand each call to its own function
 * (arch_direct.h).
 *
 * Only calls with a number that is in the kernel's table reach these functions,
 * and no call that ptrace or seccomp skips.
 */
#include <linux/kernel.h>
#include <linux/kprobes.h>
#include <linux/preempt.h>
#include <linux/rcupdate.h>

#include "arch_call.h"
#include "arch_direct.h"
#include "compat/ftrace_direct.h"
#include "event.h"
#include "hook_direct.h"

/* Called by arch_direct_stub(), in the context of a call, preemptible. */
asmlinkage void systally_direct_handler(const struct pt_regs *regs);

/*
 * Under the control mutex. The addresses are looked up once: a kernel's
 * functions do not move.
 */
static unsigned long sites[ARRAY_SIZE(arch_direct_functions)];
static enum { SITES_UNKNOWN, SITES_FOUND, SITES_MISSING } lookup;
static char why[64] = "not tried";

/*
 * The number is read from the user's registers: the functions' own argument may
 * lack the bit that tells the ABI (x32_sys_call()). Preemption is off while
 * this CPU's table is in use.
 */
asmlinkage void notrace systally_direct_handler(const struct pt_regs *regs)
{
	preempt_disable_notrace();
	systally_event_entry(EVENT_DIRECT, arch_call_nr(regs));
	preempt_enable_notrace();
}

/*
 * Looks a function's ftrace site up. kallsyms_lookup_name() is not exported, so
 * a kprobe that is never armed finds the function. On an error `why` says what
 * is missing.
 */
static int find(const char *function, unsigned long *site)
{
	struct kprobe kp = {
		.symbol_name = function,
		.flags = KPROBE_FLAG_DISABLED,
	};
	int err = register_kprobe(&kp);
	bool found = !err;

	if (found)
		err = arch_direct_site(&kp, site);
	if (err == -ENOENT)
		snprintf(why, sizeof(why), "this kernel has no %s", function);
	else if (err == -ENOMEM)
		snprintf(why, sizeof(why), "no memory");
	else if (err)
		snprintf(why, sizeof(why), "%s is no ftrace site", function);
	if (found)
		unregister_kprobe(&kp);
	return err;
}

int systally_hook_direct_check(void)
{
	unsigned int i;
	int err = 0;

	if (lookup == SITES_UNKNOWN) {
		for (i = 0; i < ARRAY_SIZE(arch_direct_functions) && !err; i++)
			err = find(arch_direct_functions[i], &sites[i]);
		if (err == -ENOMEM)
			return err;
		lookup = err ? SITES_MISSING : SITES_FOUND;
	}
	return lookup == SITES_FOUND ? 0 : -EOPNOTSUPP;
}

int systally_hook_direct_entry(void)
{
	int err = systally_hook_direct_check();

	if (err)
		return err;
	err = compat_direct_register(sites, ARRAY_SIZE(sites),
				     (unsigned long)arch_direct_stub);
	if (err == -EBUSY)
		snprintf(why, sizeof(why),
			 "another tracer has it, or ftrace is switched off");
	else if (err)
		snprintf(why, sizeof(why), "ftrace: error %d", err);
	return err == -ENODEV ? -EOPNOTSUPP : err;
}

/*
 * A task may have been preempted in the stub or the handler. Neither of them
 * sleeps. So a task has left them once it was in user space or slept, which
 * synchronize_rcu_tasks() waits for.
 */
void systally_unhook_direct_entry(void)
{
	compat_direct_unregister(sites, ARRAY_SIZE(sites),
				 (unsigned long)arch_direct_stub);
	synchronize_rcu_tasks();
}

const char *systally_hook_direct_why(void)
{
	return why;
}
