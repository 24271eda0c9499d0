// SPDX-License-Identifier: GPL-2.0-only
/*
 * The hook on the functions that hand each call to its own function
 * (arch_direct.h).
 *
 * Only calls with a number that is in the kernel's table reach these functions,
 * and no call that ptrace or seccomp skips.
 */
#include <linux/kernel.h>
#include <linux/preempt.h>
#include <linux/rcupdate.h>

#include "arch_call.h"
#include "arch_direct.h"
#include "compat/ftrace_direct.h"
#include "event.h"
#include "hook_direct.h"
#include "site.h"
#include "stay.h"

/* Called by arch_direct_stub(), in the context of a call, preemptible. */
asmlinkage void systally_direct_handler(const struct pt_regs *regs);

/*
 * Under the control mutex. The addresses are looked up once: a kernel's
 * functions do not move.
 */
static const char *const functions[] = { ARCH_DIRECT_FUNCTIONS };
static unsigned long sites[ARRAY_SIZE(functions)];
static enum { SITES_UNKNOWN, SITES_FOUND, SITES_MISSING } lookup;
static struct compat_direct direct;
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

int systally_hook_direct_check(void)
{
	const char *missing = NULL;
	unsigned int i;
	int err;

	if (systally_stays()) {
		snprintf(why, sizeof(why), "ftrace has disabled itself");
		return -EOPNOTSUPP;
	}
	if (lookup == SITES_UNKNOWN) {
		err = systally_site_find(functions, ARRAY_SIZE(functions),
					 sites, &missing);
		if (err == -ENOMEM)
			return err;
		for (i = 0; i < ARRAY_SIZE(functions) && !missing; i++)
			if (!sites[i])
				missing = functions[i];
		if (missing)
			snprintf(why, sizeof(why),
				 "%s is not a function with an ftrace site",
				 missing);
		lookup = missing ? SITES_MISSING : SITES_FOUND;
	}
	return lookup == SITES_FOUND ? 0 : -EOPNOTSUPP;
}

int systally_hook_direct_entry(void)
{
	int err = systally_hook_direct_check();

	if (err)
		return err;
	err = compat_direct_register(&direct, sites, ARRAY_SIZE(sites),
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
	int err = compat_direct_unregister(&direct,
					   (unsigned long)arch_direct_stub);

	if (err)
		systally_stay(err);
	synchronize_rcu_tasks();
}

const char *systally_hook_direct_why(void)
{
	return why;
}
