// SPDX-License-Identifier: GPL-2.0-only
/*
 * The table of ABIs and what is looked up in it.
 */
#include <linux/audit.h>
#include <seccomp.h>
#include <stdio.h>
#include <string.h>

#include "calls/abi.h"

#define NAMED(word) .name = (word), .prefix = word ":"
#define ARCH(token) .arch = (token), .arch_name = #token

const struct systally_abi_info systally_abis[SYSTALLY_ABIS] = {
	[SYSTALLY_ABI_X86_64] = {
		.name = "x86-64", .prefix = "", .native = true,
		ARCH(SCMP_ARCH_X86_64), .audit_arch = AUDIT_ARCH_X86_64,
	},
	[SYSTALLY_ABI_I386] = {
		NAMED("i386"), .strace_title = "32 bit",
		ARCH(SCMP_ARCH_X86), .audit_arch = AUDIT_ARCH_I386,
		.kconfig = { "IA32_EMULATION" },
	},
	/* the mask is __X32_SYSCALL_BIT; kernels before 5.18 say X86_X32 */
	[SYSTALLY_ABI_X32] = {
		NAMED("x32"), .strace_title = "x32",
		ARCH(SCMP_ARCH_X32), .audit_arch = AUDIT_ARCH_X86_64,
		.nr_mask = 0x40000000,
		.kconfig = { "X86_X32_ABI", "X86_X32" },
	},
};

const char *systally_abi_name(unsigned int abi)
{
	if (abi == SYSTALLY_ABI_FUNCTION)
		return "function";
	return abi < SYSTALLY_ABIS ? systally_abis[abi].name : "unknown";
}

const char *systally_abi_prefix(unsigned int abi)
{
	/* the name of a function has its library's before it */
	if (abi == SYSTALLY_ABI_FUNCTION)
		return "";
	return abi < SYSTALLY_ABIS ? systally_abis[abi].prefix : "unknown:";
}

unsigned int systally_abi_native(void)
{
	unsigned int abi;

	for (abi = 0; abi < SYSTALLY_ABIS - 1; abi++) {
		if (systally_abis[abi].native)
			break;
	}
	return abi;
}

int systally_abi_find(const char *text, size_t length)
{
	int abi;

	for (abi = 0; abi < SYSTALLY_ABIS; abi++) {
		if (strlen(systally_abis[abi].name) == length &&
		    !strncmp(systally_abis[abi].name, text, length))
			return abi;
	}
	return -1;
}

const char *systally_abi_list(void)
{
	static char list[128];
	unsigned int abi;
	size_t used = 0;

	for (abi = 0; abi < SYSTALLY_ABIS && used < sizeof(list); abi++)
		used += (size_t)snprintf(list + used, sizeof(list) - used,
					 "%s%s", abi ? ", " : "",
					 systally_abis[abi].name);
	return list;
}

int systally_abi_decode(uint32_t audit_arch, int *nr)
{
	int abi, found = -1;

	/* -1, a call that was skipped, has every bit set and is not x32's */
	for (abi = 0; abi < SYSTALLY_ABIS; abi++) {
		const struct systally_abi_info *candidate = &systally_abis[abi];

		if (candidate->audit_arch == audit_arch &&
		    (!candidate->nr_mask ||
		     (*nr >= 0 && *nr & candidate->nr_mask)))
			found = abi;
	}
	if (found >= 0 && *nr >= 0)
		*nr &= ~systally_abis[found].nr_mask;
	return found;
}
