/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The ABIs of this kernel's system calls: their numbers and names, made from
 * the architecture's table (arch_abi.h). Compiles in userland too, for the
 * unit tests and fuzzers.
 *
 * Keys, sets of calls and tables of names number the ABIs from 0 on (enum abi).
 * Rows that leave the module use other numbers (enum systally_abi), which mean
 * the same on all architectures.
 *
 * All functions: any context.
 */
#ifndef SYSTALLY_ABI_H
#define SYSTALLY_ABI_H

#ifdef __KERNEL__
#include <linux/build_bug.h>
#include <linux/types.h>
#else
#include "kernel_shim.h"
#endif

#include "../include/systally.h"
#include "arch_abi.h"

/* ABI_X86_64 and so on, in the table's order, and how many there are */
#define ABI_NUMBER(id, name) ABI_##id,
enum abi { ARCH_ABI_TABLE(ABI_NUMBER) ABIS };
#undef ABI_NUMBER

/*
 * The table's first. As it is 0, it adds nothing to a key: the handlers' fast
 * path depends on that.
 */
#define ABI_NATIVE 0

/*
 * User functions: in keys beside the ABIs of system calls, but in no set or
 * table of calls.
 */
#define ABI_FUNCTION 3
static_assert(ABIS <= ABI_FUNCTION);

/* systally_abi_name - `x86-64`, `i386` and so on */
const char *systally_abi_name(u32 abi);

/* systally_abi_to_row - an ABI's number in the row format */
u16 systally_abi_to_row(u32 abi);

/*
 * systally_abi_from_row - the ABI that the row format calls @row_abi
 * @row_abi: from systally_abi_to_row()
 */
u32 systally_abi_from_row(u16 row_abi);

#endif /* SYSTALLY_ABI_H */
