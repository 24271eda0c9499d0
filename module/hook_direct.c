// SPDX-License-Identifier: GPL-2.0-only
/*
 * The hook on the functions that hand each call to its own function
 * (arch_direct.h).
 *
 * Only calls with a number that is in the kernel's table get here, and none
 * that ptrace or seccomp had skipped.
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

/* Called there, in the context of a call, preemptible. */
asmlinkage void systally_direct_handler(const struct pt_regs *regs);

/* Under the control mutex. A kernel's functions do not change. */
static unsigned long sites[ARRAY_SIZE(arch_direct_functions)];
static enum { UNKNOWN, THERE, MISSING } places;
static char why[64] = "not tried";

/*
 * x32_sys_call() gets the number without x32's bit, so it is taken from where
 * all ABIs have it. Tasks may be preempted before and after, but not between
 * finding this CPU's table and counting in it.
 */
asmlinkage void notrace systally_direct_handler(const struct pt_regs *regs)
{
	preempt_disable_notrace();
	systally_event_entry(EVENT_DIRECT, arch_call_nr(regs));
	preempt_enable_notrace();
}

/*
 * As kallsyms_lookup_name() is not exported, a kprobe that is never armed
 * finds the function, and says whether it begins with an ftrace site.
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

	if (places == UNKNOWN) {
		for (i = 0; i < ARRAY_SIZE(arch_direct_functions) && !err; i++)
			err = find(arch_direct_functions[i], &sites[i]);
		if (err == -ENOMEM)
			return err;
		places = err ? MISSING : THERE;
	}
	return places == THERE ? 0 : -EOPNOTSUPP;
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
 * A task may have been preempted in the entry or its handler. It has left them
 * when it has been to user space or slept, which is what
 * synchronize_rcu_tasks() waits for; neither of them sleeps.
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
