/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kernel's system calls: their names, and sets of them. The names are
 * generated from the headers of the kernel that the module is built for.
 * Compiles in userland too, for the unit tests and fuzzers.
 *
 * All functions: any context.
 */
#ifndef SYSTALLY_SYSCALLS_H
#define SYSTALLY_SYSCALLS_H

#ifdef __KERNEL__
#include <linux/bitmap.h>
#include <linux/bitops.h>
#include <linux/build_bug.h>
#include <linux/types.h>
#else
#include "kernel_shim.h"
#endif

#include "abi.h"
#include "table.h"

#define SYSCALL_NRS (1 << KEY_NR_BITS)

static_assert(ABIS <= 1 << KEY_ABI_BITS);

struct syscall_set {
	unsigned long nr[ABIS][BITS_TO_LONGS(SYSCALL_NRS)];
};

extern const u16 systally_syscall_limits[ABIS];

/*
 * systally_syscall_limit - one more than the highest number with a row of its own
 *
 * Numbers that this kernel lacks have rows of their own as well, if a newer
 * kernel may have them: 64 above the highest name. All others share the row of
 * KEY_NR_OUT_OF_RANGE, so that a process which tries all numbers cannot fill the
 * tables with them.
 */
static inline u32 systally_syscall_limit(u32 abi)
{
	return systally_syscall_limits[abi];
}

/* systally_syscall_name - the name of a call in this kernel, or NULL */
const char *systally_syscall_name(u32 abi, u32 nr);

#define SYSCALL_LABEL_LEN 32

/*
 * systally_syscall_label - the name to show for a number
 * @label: SYSCALL_LABEL_LEN bytes for a name that has to be made
 *
 * Returns the call's name, `syscall_600` if it has none, or `out_of_range`; in
 * @label or constant.
 */
const char *systally_syscall_label(u32 abi, u32 nr, char *label);

/*
 * systally_syscall_add - add the calls that a token stands for to a set
 * @token: a name (in every ABI that has it) or a number of the native ABI;
 * `ABI:name` or `ABI:number` for one ABI
 *
 * Returns 0, -ENOENT if there is no such call, or -EINVAL if there is no such
 * ABI. The set is unchanged after an error.
 */
int systally_syscall_add(struct syscall_set *set, const char *token);

/*
 * systally_syscall_token - the token that names a member of a set
 * @token: SYSCALL_LABEL_LEN + 8 bytes
 *
 * Returns false if the token of an earlier member, a bare name, includes it.
 */
bool systally_syscall_token(const struct syscall_set *set, u32 abi, u32 nr,
			    char *token);

#endif /* SYSTALLY_SYSCALLS_H */
