// SPDX-License-Identifier: GPL-2.0-only
/*
 * The hook on the functions that carry out the calls, by ftrace's direct calls.
 *
 * One function may carry out several calls, of several ABIs, under several
 * names. Each address is hooked once, and the handler reads the number that the
 * task called. For a number in a gap of the kernel's table, the kernel runs the
 * function of calls that do not exist. ptrace or seccomp can skip a call before
 * it reaches its function.
 */
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/preempt.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include <linux/string.h>

#include "arch_call.h"
#include "arch_direct.h"
#include "arch_entry.h"
#include "compat/ftrace_direct.h"
#include "event.h"
#include "hook_sites.h"
#include "site.h"
#include "stay.h"

/* Called by arch_direct_sites_stub(), in the context of a call, preemptible. */
asmlinkage void systally_sites_handler(const struct pt_regs *regs);

/* All under the control mutex. */
static struct compat_direct direct;
static unsigned int hooked;	      /* functions; 0: none is hooked */
static bool hooked_all;		      /* the functions of all calls */
static struct syscall_set hooked_set; /* of these calls, unless hooked_all */
static char why[96] = "not tried";

asmlinkage void notrace systally_sites_handler(const struct pt_regs *regs)
{
	preempt_disable_notrace();
	systally_event_entry(EVENT_SITES, arch_call_nr(regs));
	preempt_enable_notrace();
}

static int compare_symbols(const void *a, const void *b)
{
	const char *const *x = a, *const *y = b;

	return strcmp(*x, *y);
}

static int compare_sites(const void *a, const void *b)
{
	const unsigned long *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

/* The names of the calls' functions, sorted, each once. Returns their number. */
static unsigned int list_symbols(const struct syscall_set *set,
				 const char **symbols)
{
	unsigned int count = 0, kept = 0, i;
	const char *symbol;
	u32 abi, nr;

	for (abi = 0; abi < ABIS; abi++) {
		for (nr = 0; nr < SYSCALL_NRS; nr++) {
			symbol = arch_entry_symbol(abi, nr);
			if (symbol && (!set || test_bit(nr, set->nr[abi])))
				symbols[count++] = symbol;
		}
		symbol = arch_entry_no_call(abi);
		if (!set && symbol)
			symbols[count++] = symbol;
	}
	sort(symbols, count, sizeof(*symbols), compare_symbols, NULL);
	for (i = 0; i < count; i++)
		if (!kept || strcmp(symbols[kept - 1], symbols[i]))
			symbols[kept++] = symbols[i];
	return kept;
}

/* Sorts sites and keeps each once, without 0. Returns how many are left. */
static unsigned int sort_sites(unsigned long *sites, unsigned int count)
{
	unsigned int kept = 0, i;

	sort(sites, count, sizeof(*sites), compare_sites, NULL);
	for (i = 0; i < count; i++)
		if (sites[i] && (!kept || sites[kept - 1] != sites[i]))
			sites[kept++] = sites[i];
	return kept;
}

/*
 * Finds the sites of the calls' functions. Returns their number, or an error.
 * If it is -EOPNOTSUPP, `why` says what is missing.
 */
static int find_sites(const struct syscall_set *set, unsigned long *sites)
{
	const char **symbols, *missing = NULL;
	unsigned int count;
	int err;

	symbols = kvmalloc_array(ABIS * (SYSCALL_NRS + 1), sizeof(*symbols),
				 GFP_KERNEL);
	if (!symbols)
		return -ENOMEM;
	count = list_symbols(set, symbols);
	err = systally_site_find(symbols, count, sites, &missing);
	if (err == -ENODEV) {
		snprintf(why, sizeof(why), "%s is no ftrace site", missing);
		err = -EOPNOTSUPP;
	}
	kvfree(symbols);
	return err ?: sort_sites(sites, count);
}

int systally_hook_sites_check(void)
{
	if (COMPAT_DIRECT && !systally_stays())
		return 0;
	snprintf(why, sizeof(why), "%s",
		 COMPAT_DIRECT ? "ftrace has disabled itself" :
				 "this kernel's ftrace has no direct calls");
	return -EOPNOTSUPP;
}

int systally_hook_sites_entry(const struct syscall_set *set)
{
	unsigned long *sites;
	int count, err;

	err = systally_hook_sites_check();
	if (err)
		return err;

	sites = kvmalloc_array(ABIS * (SYSCALL_NRS + 1), sizeof(*sites),
			       GFP_KERNEL);
	if (!sites)
		return -ENOMEM;
	count = find_sites(set, sites);
	if (count > 0)
		err = compat_direct_register(
			&direct, sites, count,
			(unsigned long)arch_direct_sites_stub);
	kvfree(sites);
	if (count < 0)
		return count;
	if (err == -EBUSY)
		snprintf(
			why, sizeof(why),
			"another tracer has one of the calls' functions, or ftrace is switched off");
	else if (err)
		snprintf(why, sizeof(why), "ftrace: error %d", err);
	if (err)
		return err == -ENODEV ? -EOPNOTSUPP : err;
	hooked = count;
	hooked_all = !set;
	if (set)
		hooked_set = *set;
	return 0;
}

/* As in systally_unhook_direct_entry(): neither stub nor handler sleeps. */
void systally_unhook_sites_entry(void)
{
	int err = 0;

	if (hooked)
		err = compat_direct_unregister(
			&direct, (unsigned long)arch_direct_sites_stub);
	if (err)
		systally_stay(err);
	hooked = 0;
	synchronize_rcu_tasks();
}

bool systally_hook_sites_are(const struct syscall_set *set)
{
	if (!set || hooked_all)
		return !set && hooked_all;
	return !memcmp(set, &hooked_set, sizeof(*set));
}

const struct syscall_set *systally_hook_sites_last(void)
{
	return hooked_all ? NULL : &hooked_set;
}

unsigned int systally_hook_sites_count(void)
{
	return hooked;
}

const char *systally_hook_sites_why(void)
{
	return why;
}
