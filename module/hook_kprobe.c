// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kprobe hook: a kprobe on the function of each call.
 *
 * One function may serve several numbers and ABIs: calls without arguments
 * share a stub between ABIs, and all calls that the kernel lacks share another.
 * So there is one probe for each function, and the handler reads the number
 * that the task called.
 */
#include <linux/kprobes.h>
#include <linux/list.h>
#include <linux/slab.h>

#include "arch_call.h"
#include "arch_entry.h"
#include "event.h"
#include "hook_kprobe.h"

struct probe {
	struct list_head list;
	struct kprobe kp;
	const char *symbol;	   /* of arch_entry.h; constant */
	char alias[KSYM_NAME_LEN]; /* another symbol of the address, or "" */
	struct kprobe alias_kp;	   /* never armed: looks alias up */
	struct syscall_set calls;  /* that the function carries out */
	bool is_new;		   /* placed by the change in progress */
};

/* Both under the control mutex. */
static LIST_HEAD(probes);
static unsigned long missed_before; /* by probes that were removed */

/*
 * The probed functions take the user's registers as their only argument
 * (arch_entry.h). Runs in the context of a call, with preemption off.
 */
static int notrace on_entry(struct kprobe *kp, struct pt_regs *regs)
{
	const void *user = (void *)regs_get_kernel_argument(regs, 0);

	systally_event_entry(EVENT_KPROBE, arch_call_nr(user));
	return 0;
}
NOKPROBE_SYMBOL(on_entry);

/* The probe on a symbol's address, or NULL */
static struct probe *find_symbol(const char *symbol)
{
	struct probe *probe;

	list_for_each_entry(probe, &probes, list)
		if (!strcmp(probe->symbol, symbol) ||
		    !strcmp(probe->alias, symbol))
			return probe;
	return NULL;
}

/* Whether the list of prepared probes has one for a symbol */
static bool is_prepared(const struct list_head *fresh, const char *symbol)
{
	const struct probe *probe;

	list_for_each_entry(probe, fresh, list)
		if (!strcmp(probe->symbol, symbol))
			return true;
	return false;
}

/*
 * Prepares a probe, to be placed later. Two probes on one address would count a
 * call twice. And once an address has had two, the kernel keeps a list there,
 * which makes each hit slower for good. So the other symbol of the address is
 * looked up before anything is armed. kallsyms_lookup_name() is not exported,
 * so a kprobe that is never armed looks it up; an error means that this kernel
 * has no such symbol.
 */
static int prepare(const char *symbol, struct list_head *fresh)
{
	struct probe *probe = kzalloc(sizeof(*probe), GFP_KERNEL);

	if (!probe)
		return -ENOMEM;
	probe->symbol = symbol;
	probe->kp.symbol_name = symbol;
	probe->kp.pre_handler = on_entry;
	probe->is_new = true;
	arch_entry_alias(symbol, probe->alias, sizeof(probe->alias));
	/* If the alias has a probe that does not name this symbol as its own
	 * alias, the two symbols have different addresses.
	 */
	if (find_symbol(probe->alias)) {
		probe->alias[0] = '\0';
	} else {
		probe->alias_kp.symbol_name = probe->alias;
		probe->alias_kp.flags = KPROBE_FLAG_DISABLED;
		if (register_kprobe(&probe->alias_kp))
			probe->alias[0] = '\0';
	}
	list_add_tail(&probe->list, fresh);
	return 0;
}

/*
 * Removes the kprobes of a list in one grace period, or one by one if there is
 * no memory for the array.
 */
static void unregister_all(struct list_head *list, bool aliases)
{
	unsigned int count = 0;
	struct probe *probe;
	struct kprobe **kps;

	list_for_each_entry(probe, list, list)
		count++;
	kps = kvmalloc_array(count, sizeof(*kps), GFP_KERNEL);
	count = 0;
	list_for_each_entry(probe, list, list) {
		struct kprobe *kp = aliases ? &probe->alias_kp : &probe->kp;

		if (aliases && !probe->alias[0])
			continue;
		if (kps)
			kps[count++] = kp;
		else
			unregister_kprobe(kp);
	}
	if (kps && count)
		unregister_kprobes(kps, count);
	kvfree(kps);
}

/*
 * Places a prepared probe, unless its address has one, and takes it off its
 * list. Frees the probe if it was not placed. Returns 0, also if the kernel has
 * no such function, or the error of register_kprobe().
 */
static int place(struct probe *probe)
{
	int err = 0;

	list_del(&probe->list);
	if (!find_symbol(probe->symbol)) {
		err = register_kprobe(&probe->kp);
		if (!err) {
			if (probe->alias_kp.addr != probe->kp.addr)
				probe->alias[0] = '\0';
			list_add_tail(&probe->list, &probes);
			return 0;
		}
	}
	kfree(probe);
	return err == -ENOENT ? 0 : err;
}

/* Removes the probes for which @gone returns true. */
static void remove_probes(bool (*gone)(const struct probe *probe,
				       const struct syscall_set *keep),
			  const struct syscall_set *keep)
{
	struct probe *probe, *next;
	LIST_HEAD(removed);

	list_for_each_entry_safe(probe, next, &probes, list)
		if (gone(probe, keep))
			list_move_tail(&probe->list, &removed);
	if (list_empty(&removed))
		return;
	unregister_all(&removed, false);
	list_for_each_entry_safe(probe, next, &removed, list) {
		missed_before += probe->kp.nmissed;
		kfree(probe);
	}
}

static bool is_new(const struct probe *probe, const struct syscall_set *keep)
{
	return probe->is_new;
}

static bool is_unwanted(const struct probe *probe,
			const struct syscall_set *keep)
{
	u32 abi;

	for (abi = 0; keep && abi < ABIS; abi++)
		if (bitmap_intersects(probe->calls.nr[abi], keep->nr[abi],
				      SYSCALL_NRS))
			return false;
	return true;
}

/* The next symbol of @set's calls after (*abi, *nr), or NULL */
static const char *next_symbol(const struct syscall_set *set, u32 *abi, u32 *nr)
{
	const char *symbol;

	for (; *abi < ABIS; (*abi)++, *nr = 0) {
		while (*nr < SYSCALL_NRS) {
			symbol = arch_entry_symbol(*abi, (*nr)++);
			if (symbol &&
			    (!set || test_bit(*nr - 1, set->nr[*abi])))
				return symbol;
		}
	}
	return NULL;
}

int systally_hook_kprobe_entry(const struct syscall_set *set)
{
	struct probe *probe, *next;
	u32 abi = 0, nr = 0;
	const char *symbol;
	LIST_HEAD(fresh);
	int err = 0;

	while (!err && (symbol = next_symbol(set, &abi, &nr))) {
		if (!find_symbol(symbol) && !is_prepared(&fresh, symbol))
			err = prepare(symbol, &fresh);
		cond_resched();
	}
	unregister_all(&fresh, true);
	list_for_each_entry_safe(probe, next, &fresh, list) {
		symbol = probe->symbol;
		if (err) {
			list_del(&probe->list);
			kfree(probe);
			continue;
		}
		err = place(probe);
		if (err)
			pr_err("cannot place a kprobe on %s: error %d\n",
			       symbol, err);
		cond_resched();
	}
	if (err) {
		remove_probes(is_new, NULL);
		return err;
	}

	for (abi = 0, nr = 0; (symbol = next_symbol(set, &abi, &nr));) {
		probe = find_symbol(symbol);
		if (probe)
			__set_bit(nr - 1, probe->calls.nr[abi]);
	}
	list_for_each_entry(probe, &probes, list)
		probe->is_new = false;
	return 0;
}

void systally_unhook_kprobe_entry(const struct syscall_set *keep)
{
	remove_probes(is_unwanted, keep);
}

unsigned long systally_hook_kprobe_missed(void)
{
	unsigned long missed = missed_before;
	struct probe *probe;

	list_for_each_entry(probe, &probes, list)
		missed += probe->kp.nmissed;
	return missed;
}

unsigned int systally_hook_kprobe_count(void)
{
	unsigned int count = 0;
	struct probe *probe;

	list_for_each_entry(probe, &probes, list)
		count++;
	return count;
}
