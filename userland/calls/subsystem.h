/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kernel's subsystems: which one a system call belongs to, and the function
 * that implements it. scripts/subsystem-table generates the table from the
 * kernel's sources.
 */
#ifndef SYSTALLY_SUBSYSTEM_H
#define SYSTALLY_SUBSYSTEM_H

#include <stddef.h>

#include "systally.h"

/* NONE: calls that none of the kernels in the table implements */
enum systally_subsystem {
	SYSTALLY_SUBSYSTEM_UNKNOWN,
	SYSTALLY_SUBSYSTEM_FUNCTION, /* user functions */
	SYSTALLY_SUBSYSTEM_BLOCK,
	SYSTALLY_SUBSYSTEM_BPF,
	SYSTALLY_SUBSYSTEM_CAPABILITY,
	SYSTALLY_SUBSYSTEM_FILESYSTEM,
	SYSTALLY_SUBSYSTEM_FUTEX,
	SYSTALLY_SUBSYSTEM_IO_URING,
	SYSTALLY_SUBSYSTEM_IPC,
	SYSTALLY_SUBSYSTEM_KEYRINGS,
	SYSTALLY_SUBSYSTEM_MEMORY_MGMT,
	SYSTALLY_SUBSYSTEM_MODULES,
	SYSTALLY_SUBSYSTEM_NETWORK,
	SYSTALLY_SUBSYSTEM_NONE,
	SYSTALLY_SUBSYSTEM_PROCESS_MGMT,
	SYSTALLY_SUBSYSTEM_RANDOM,
	SYSTALLY_SUBSYSTEM_SCHEDULER,
	SYSTALLY_SUBSYSTEM_SECURITY,
	SYSTALLY_SUBSYSTEM_SIGNAL,
	SYSTALLY_SUBSYSTEM_SYSTEM,
	SYSTALLY_SUBSYSTEM_TIME,
	SYSTALLY_SUBSYSTEM_TRACING,
	SYSTALLY_SUBSYSTEMS,
};

struct systally_call {
	const char *name;
	enum systally_subsystem subsystem;
	int nr[SYSTALLY_ABIS];		     /* -1: the ABI has no such call */
	const char *function[SYSTALLY_ABIS]; /* `sys_read`; NULL: no call */
};

/* All of them, sorted by name: subsystem_table.c */
extern const struct systally_call systally_calls[];
extern const size_t systally_calls_count;

/*
 * Returns the call with that number, or NULL if there is none. @abi and @nr may
 * have any value. The first use makes an index, so only one thread may call it.
 */
const struct systally_call *systally_call_find(unsigned int abi, int nr);

/* Returns the subsystem of that call, or SYSTALLY_SUBSYSTEM_UNKNOWN. */
enum systally_subsystem systally_subsystem_of(unsigned int abi, int nr);

/* Returns the name that is shown: `Filesystem`, `Memory Mgmt.`, ... */
const char *systally_subsystem_name(enum systally_subsystem subsystem);

#endif /* SYSTALLY_SUBSYSTEM_H */
