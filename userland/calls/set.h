/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A set of system calls over all ABIs: what `-e` names.
 */
#ifndef SYSTALLY_SET_H
#define SYSTALLY_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "calls/names.h"

/* One bit per number; the last one is the out-of-range bucket. */
struct systally_set {
	bool all;	/* everything: the bits are not looked at */
	uint64_t bits[SYSTALLY_ABIS][(SYSTALLY_NR_MAX + 1) / 64];
};

/*
 * Reads what `-e` takes: names, numbers, %classes, `all`, `none`, `syscall_N`
 * and `out_of_range`, separated by commas or white space, each with an
 * optional ABI prefix (`i386:poll`); a `!` in front negates the whole set.
 * Returns 0, or -1 with @error.
 */
int systally_set_parse(struct systally_set *set,
		       const struct systally_names *names, const char *text,
		       struct systally_error *error);

/* Takes all of @what out of @set. */
void systally_set_remove(struct systally_set *set,
			 const struct systally_set *what);

/* Takes all but @what out of @set. */
void systally_set_keep(struct systally_set *set,
		       const struct systally_set *what);

bool systally_set_is_empty(const struct systally_set *set);

bool systally_set_has(const struct systally_set *set, unsigned int abi,
		      int nr);

/*
 * Writes the set as tokens for the module's `syscalls`: numbers with their
 * ABI, because the kernel's names are not always libseccomp's.
 * Returns 0, or -1 when they do not fit in @size bytes or nothing is in the
 * set: then the rows are to be filtered when they are shown.
 */
int systally_set_filter(const struct systally_set *set, char *text,
			size_t size);

#endif /* SYSTALLY_SET_H */
