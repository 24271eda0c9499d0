/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The ABIs: the only place in the command that lists them.
 */
#ifndef SYSTALLY_ABI_H
#define SYSTALLY_ABI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "systally.h"

struct systally_abi_info {
	const char *name;	  /* as -e, JSON and CSV have it */
	const char *prefix;	  /* of a call, see systally_abi_prefix() */
	uint32_t arch;		  /* libseccomp's, SCMP_ARCH_* */
	const char *arch_name;	  /* libseccomp's word, also OCI's */
	uint32_t audit_arch;	  /* seccomp_data.arch, AUDIT_ARCH_* */
	int nr_mask;		  /* set in each number of this ABI */
	const char *strace_title; /* strace -c: "... for %s mode"; or NULL */
	const char *kconfig[2];	  /* enabled by any of these; NULL: none */
	bool native;		  /* the one that needs no prefix */
};

/* Index: enum systally_abi */
extern const struct systally_abi_info systally_abis[SYSTALLY_ABIS];

/* Returns the name of @abi, or `unknown` if there is no such ABI. */
const char *systally_abi_name(unsigned int abi);

/*
 * Returns what stands before a call's name, so that -e takes the two together:
 * `i386:`, or nothing for the native ABI.
 */
const char *systally_abi_prefix(unsigned int abi);

/* Returns the ABI that a call without a prefix belongs to. */
unsigned int systally_abi_native(void);

/* Returns the ABI whose name the first @length bytes of @text are, or -1. */
int systally_abi_find(const char *text, size_t length);

/* Returns the names of all ABIs for a message: `x86-64, i386, x32`. */
const char *systally_abi_list(void);

/*
 * Returns the ABI of a call that seccomp or ptrace reported with @audit_arch
 * and *@nr, and removes the ABI's mask from *@nr. Returns -1 if there is none.
 */
int systally_abi_decode(uint32_t audit_arch, int *nr);

#endif /* SYSTALLY_ABI_H */
