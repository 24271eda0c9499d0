// SPDX-License-Identifier: GPL-2.0-only
/*
 * Looks up calls in the table of subsystem_table.c, by ABI and number.
 */
#include "calls/subsystem.h"

#define NRS 1024 /* no number in the table is larger */

const struct systally_call *systally_call_find(unsigned int abi, int nr)
{
	static const struct systally_call *index[SYSTALLY_ABIS][NRS];
	static int indexed;
	unsigned int a;
	size_t i;

	for (i = 0; !indexed && i < systally_calls_count; i++) {
		for (a = 0; a < SYSTALLY_ABIS; a++) {
			if (systally_calls[i].nr[a] >= 0)
				index[a][systally_calls[i].nr[a]] =
					&systally_calls[i];
		}
	}
	indexed = 1;
	if (abi >= SYSTALLY_ABIS || nr < 0 || nr >= NRS)
		return NULL;
	return index[abi][nr];
}

enum systally_subsystem systally_subsystem_of(unsigned int abi, int nr)
{
	const struct systally_call *call = systally_call_find(abi, nr);

	if (abi == SYSTALLY_ABI_FUNCTION)
		return SYSTALLY_SUBSYSTEM_FUNCTION;
	return call ? call->subsystem : SYSTALLY_SUBSYSTEM_UNKNOWN;
}

const char *systally_subsystem_name(enum systally_subsystem subsystem)
{
	static const char *const names[SYSTALLY_SUBSYSTEMS] = {
		[SYSTALLY_SUBSYSTEM_UNKNOWN] = "Unknown",
		[SYSTALLY_SUBSYSTEM_FUNCTION] = "User functions",
		[SYSTALLY_SUBSYSTEM_BLOCK] = "Block",
		[SYSTALLY_SUBSYSTEM_BPF] = "BPF",
		[SYSTALLY_SUBSYSTEM_CAPABILITY] = "Capability",
		[SYSTALLY_SUBSYSTEM_FILESYSTEM] = "Filesystem",
		[SYSTALLY_SUBSYSTEM_FUTEX] = "Futex",
		[SYSTALLY_SUBSYSTEM_IO_URING] = "io_uring",
		[SYSTALLY_SUBSYSTEM_IPC] = "IPC",
		[SYSTALLY_SUBSYSTEM_KEYRINGS] = "Keyrings",
		[SYSTALLY_SUBSYSTEM_MEMORY_MGMT] = "Memory Mgmt.",
		[SYSTALLY_SUBSYSTEM_MODULES] = "Modules",
		[SYSTALLY_SUBSYSTEM_NETWORK] = "Network",
		[SYSTALLY_SUBSYSTEM_NONE] = "None",
		[SYSTALLY_SUBSYSTEM_PROCESS_MGMT] = "Process Mgmt.",
		[SYSTALLY_SUBSYSTEM_RANDOM] = "Random",
		[SYSTALLY_SUBSYSTEM_SCHEDULER] = "Scheduler",
		[SYSTALLY_SUBSYSTEM_SECURITY] = "Security",
		[SYSTALLY_SUBSYSTEM_SIGNAL] = "Signal",
		[SYSTALLY_SUBSYSTEM_SYSTEM] = "System",
		[SYSTALLY_SUBSYSTEM_TIME] = "Time",
		[SYSTALLY_SUBSYSTEM_TRACING] = "Tracing",
	};

	return subsystem < SYSTALLY_SUBSYSTEMS ? names[subsystem] : "Unknown";
}
