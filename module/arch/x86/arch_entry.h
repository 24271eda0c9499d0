/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kernel functions that carry out the calls, for the kprobe hook.
 *
 * Each takes the user's registers as its only argument
 * (arch/x86/include/asm/syscall_wrapper.h).
 */
#ifndef SYSTALLY_ARCH_ENTRY_H
#define SYSTALLY_ARCH_ENTRY_H

#include <linux/types.h>

#include "abi.h"

/*
 * A kprobe on the function of each call costs less than the tracepoint up to so
 * many names (doc/overhead), each of which may be a call of every ABI.
 */
#define ARCH_ENTRY_KPROBES_MAX (8 * ABIS)

/*
 * arch_entry_symbol - the function that carries out a call
 *
 * Any context. Returns NULL if the kernel has no such call. The function may
 * be missing all the same, where the kernel is built without it.
 */
const char *arch_entry_symbol(u32 abi, u32 nr);

/*
 * arch_entry_no_call - the function that carries out numbers in the gaps of an
 * ABI's table; any context
 */
const char *arch_entry_no_call(u32 abi);

/*
 * arch_entry_alias - the only other symbol that may have a symbol's address
 * @alias: set to it, or to "" where no two symbols share an address
 * @bytes: KSYM_NAME_LEN
 *
 * Any context. A call without arguments has one stub for 64 and 32 bits
 * (SYSCALL_DEFINE0 in arch/x86/include/asm/syscall_wrapper.h).
 */
void arch_entry_alias(const char *symbol, char *alias, size_t bytes);

#endif /* SYSTALLY_ARCH_ENTRY_H */
