// SPDX-License-Identifier: GPL-2.0-only
/*
 * Looks up the ftrace sites of kernel functions.
 *
 * kallsyms_lookup_name() is not exported. So each function is found by
 * registering a disabled kprobe on it.
 */
#include <linux/kprobes.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include "arch_direct.h"
#include "site.h"

/*
 * Looks up one function. Sets *@found if the kernel has it; then @kp stays
 * registered.
 */
static int find(const char *symbol, struct kprobe *kp, bool *found,
		unsigned long *site)
{
	int err;

	*kp = (struct kprobe){
		.symbol_name = symbol,
		.flags = KPROBE_FLAG_DISABLED,
	};
	*site = 0;
	err = register_kprobe(kp);
	*found = !err;
	if (!err)
		return arch_direct_site(kp, site);
	return err == -ENOMEM ? err : 0;
}

int systally_site_find(const char *const *symbols, unsigned int count,
		       unsigned long *sites, const char **missing)
{
	struct kprobe *probes;
	struct kprobe **found;
	unsigned int i, placed = 0;
	bool is_placed;
	int err = 0;

	probes = kvmalloc_array(count, sizeof(*probes), GFP_KERNEL);
	found = kvmalloc_array(count, sizeof(*found), GFP_KERNEL);
	if (!probes || !found)
		err = -ENOMEM;
	for (i = 0; i < count && !err; i++) {
		err = find(symbols[i], &probes[i], &is_placed, &sites[i]);
		if (is_placed)
			found[placed++] = &probes[i];
		if (err == -ENODEV)
			*missing = symbols[i];
		cond_resched();
	}
	if (placed)
		unregister_kprobes(found, placed);
	kvfree(found);
	kvfree(probes);
	return err;
}
