/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The ABIs of x86-64 kernels: the one table of them. module/abi.h makes numbers
 * and names of it. Compiles in userland too.
 */
#ifndef SYSTALLY_ARCH_ABI_H
#define SYSTALLY_ARCH_ABI_H

/*
 * ABI(id, name) for each, the native one first. SYSTALLY_ABI_id is its number
 * in the row format (include/systally.h), SYSCALL_NAMES_id are its calls
 * (scripts/syscall-names, arch.mk).
 */
#define ARCH_ABI_TABLE(ABI)   \
	ABI(X86_64, "x86-64") \
	ABI(I386, "i386")     \
	ABI(X32, "x32")

#endif /* SYSTALLY_ARCH_ABI_H */
