/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kernel's system calls: their names, and sets of them. The names are
 * generated from the headers of the kernel that the module is built for.
 * Compiles in userland too, for the unit tests.
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

#define SYSCALL_NRS	(1 << KEY_NR_BITS)

static_assert(ABIS <= 1 << KEY_ABI_BITS);

struct syscall_set {
	unsigned long nr[ABIS][BITS_TO_LONGS(SYSCALL_NRS)];
};

/* systally_syscall_name - a number's name in this kernel, or NULL */
const char *systally_syscall_name(u32 abi, u32 nr);

#define SYSCALL_LABEL_LEN	32

/*
 * systally_syscall_label - what to call a number: its name, `syscall_600` if
 * it has none, `out_of_range`
 * @label: SYSCALL_LABEL_LEN bytes, which may or may not be used
 */
const char *systally_syscall_label(u32 abi, u32 nr, char *label);

/*
 * systally_syscall_add - add what one token stands for to a set
 * @token: a name (in every ABI that has it) or x86-64's number; `ABI:name` or
 * `ABI:number` for one ABI
 *
 * Returns 0, or -ENOENT if there is no such call, -EINVAL for no such ABI.
 */
int systally_syscall_add(struct syscall_set *set, const char *token);

/*
 * systally_syscall_token - the token that names a member of a set
 * @token: SYSCALL_LABEL_LEN + 8 bytes
 *
 * Returns false if an earlier member's token, a bare name, stands for it.
 */
bool systally_syscall_token(const struct syscall_set *set, u32 abi, u32 nr,
			    char *token);

#endif /* SYSTALLY_SYSCALLS_H */
