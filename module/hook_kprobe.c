// SPDX-License-Identifier: GPL-2.0-only
/*
 * The hook on the functions that carry out the calls. Called by hook.c.
 *
 * One function may serve several numbers and ABIs (calls without arguments
 * share one stub, all unimplemented ones another), so there is one probe for
 * each, and the handler looks at the number that the task called.
 */
#include <linux/kprobes.h>
#include <linux/list.h>
#include <linux/slab.h>

#include "compat/entry_points.h"
#include "event.h"
#include "hook_kprobe.h"

struct probe {
	struct list_head list;
	struct kprobe kp;
	const char *symbol;
	char alias[KSYM_NAME_LEN];	/* another symbol of the address, or "" */
	struct syscall_set calls;	/* that the function carries out */
	bool is_new;
};

/* Both under the control mutex. */
static LIST_HEAD(probes);
static unsigned long missed_before;	/* by probes that are gone */

/*
 * The stubs take the user's registers as their only argument
 * (arch/x86/include/asm/syscall_wrapper.h). Called with preemption off.
 */
static int notrace on_entry(struct kprobe *kp, struct pt_regs *regs)
{
	const struct pt_regs *user = (const struct pt_regs *)regs->di;

	systally_event_entry(EVENT_KPROBE, (u32)user->orig_ax);
	return 0;
}
NOKPROBE_SYMBOL(on_entry);

static const char *entry_point(u32 abi, u32 nr)
{
	static const struct {
		const char *const *symbols;
		u32 count;
	} tables[SYSTALLY_ABIS] = {
		{ entry_points_64, ARRAY_SIZE(entry_points_64) },
		{ entry_points_32, ARRAY_SIZE(entry_points_32) },
		{ entry_points_x32, ARRAY_SIZE(entry_points_x32) },
	};

	return nr < tables[abi].count ? tables[abi].symbols[nr] : NULL;
}

static struct probe *find_symbol(const char *symbol)
{
	struct probe *probe;

	list_for_each_entry(probe, &probes, list)
		if (!strcmp(probe->symbol, symbol) ||
		    !strcmp(probe->alias, symbol))
			return probe;
	return NULL;
}

/*
 * The only other symbol that may be of the same address: a call without
 * arguments has one stub for 64 and 32 bits (SYSCALL_DEFINE0 in
 * arch/x86/include/asm/syscall_wrapper.h).
 */
static void other_symbol(const char *symbol, char *other, size_t bytes)
{
	bool is_32 = str_has_prefix(symbol, "__ia32_");

	snprintf(other, bytes, "%s%s", is_32 ? "__x64_" : "__ia32_",
		 symbol + strlen(is_32 ? "__ia32_" : "__x64_"));
}

/*
 * Where a symbol is. kallsyms_lookup_name() is not exported; a kprobe that is
 * never armed finds it just as well. 0 if this kernel has none.
 */
static kprobe_opcode_t *find_address(const char *symbol)
{
	struct kprobe kp = {
		.symbol_name = symbol,
		.flags = KPROBE_FLAG_DISABLED,
	};

	if (register_kprobe(&kp))
		return NULL;
	unregister_kprobe(&kp);
	return kp.addr;
}

/*
 * Place a probe, or find the one that stands there. Two probes on one address
 * would count a call twice, and once there were two, the kernel keeps going
 * through a list: so the other symbol is looked up before anything is armed.
 */
static int place(const char *symbol, struct probe **placed)
{
	kprobe_opcode_t *other = NULL;
	struct probe *probe;
	int err;

	*placed = find_symbol(symbol);
	if (*placed)
		return 0;

	probe = kzalloc(sizeof(*probe), GFP_KERNEL);
	if (!probe)
		return -ENOMEM;
	other_symbol(symbol, probe->alias, sizeof(probe->alias));
	/* If it has a probe, whose alias we are not, it is elsewhere. */
	if (!find_symbol(probe->alias))
		other = find_address(probe->alias);
	probe->symbol = symbol;
	probe->kp.symbol_name = symbol;
	probe->kp.pre_handler = on_entry;
	probe->is_new = true;
	err = register_kprobe(&probe->kp);
	if (err) {
		kfree(probe);
		return err;
	}
	if (other != probe->kp.addr)
		probe->alias[0] = '\0';
	list_add_tail(&probe->list, &probes);
	*placed = probe;
	return 0;
}

/* Remove the probes that @gone picks, all in one grace period. */
static void remove_probes(bool (*gone)(const struct probe *probe,
				       const struct syscall_set *keep),
			  const struct syscall_set *keep)
{
	struct probe *probe, *next;
	struct kprobe **kps;
	unsigned int count = 0;
	LIST_HEAD(removed);

	list_for_each_entry_safe(probe, next, &probes, list) {
		if (gone(probe, keep)) {
			list_move_tail(&probe->list, &removed);
			count++;
		}
	}
	if (!count)
		return;

	/* Without memory for the batch, one grace period for each. */
	kps = kvmalloc_array(count, sizeof(*kps), GFP_KERNEL);
	count = 0;
	list_for_each_entry(probe, &removed, list) {
		if (kps)
			kps[count++] = &probe->kp;
		else
			unregister_kprobe(&probe->kp);
	}
	if (kps)
		unregister_kprobes(kps, count);
	kvfree(kps);

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

	for (abi = 0; keep && abi < SYSTALLY_ABIS; abi++)
		if (bitmap_intersects(probe->calls.nr[abi], keep->nr[abi],
				      SYSCALL_NRS))
			return false;
	return true;
}

int systally_hook_kprobe_entry(const struct syscall_set *set)
{
	struct probe *probe;
	u32 abi, nr;
	int err;

	for (abi = 0; abi < SYSTALLY_ABIS; abi++) {
		for (nr = 0; nr < SYSCALL_NRS; nr++) {
			const char *symbol = entry_point(abi, nr);

			if (!symbol || (set && !test_bit(nr, set->nr[abi])))
				continue;
			err = place(symbol, &probe);
			if (err == -ENOENT)
				continue;
			if (err)
				goto err_remove;
			__set_bit(nr, probe->calls.nr[abi]);
			cond_resched();
		}
	}
	list_for_each_entry(probe, &probes, list)
		probe->is_new = false;
	return 0;

err_remove:
	pr_err("no kprobe on %s: error %d\n", entry_point(abi, nr), err);
	remove_probes(is_new, NULL);
	return err;
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
