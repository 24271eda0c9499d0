/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A set of system calls of all ABIs, as -e names them.
 */
#ifndef SYSTALLY_SET_H
#define SYSTALLY_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "calls/names.h"

/* The bits are call numbers; the last one is all that are out of range. */
struct systally_set {
	bool all; /* every call; the bits mean nothing */
	uint64_t bits[SYSTALLY_ABIS][(SYSTALLY_NR_MAX + 1) / 64];
	bool some_functions; /* not every user function, only these: */
	uint64_t functions[(SYSTALLY_NR_MAX + 1) / 64];
};

/*
 * Parses what -e takes: names, numbers, %classes, `all`, `none`, `syscall_N`
 * and `out_of_range`, separated by commas or white space. Each may have an ABI
 * as a prefix (`i386:poll`); without one, names mean every ABI that has such a
 * call, and numbers the native ABI. A `!` in front negates the whole set. Takes
 * names with SYS_ or __NR_ before them, classes without a `%` where no call is
 * called so, and strace's `trace=` in front.
 * Returns 0, or -1 with @error.
 */
int systally_set_parse(struct systally_set *set,
		       const struct systally_names *names, const char *text,
		       struct systally_error *error);

/* Removes the calls of @what from @set. */
void systally_set_remove(struct systally_set *set,
			 const struct systally_set *what);

/* Removes all calls from @set but those of @what. */
void systally_set_keep(struct systally_set *set,
		       const struct systally_set *what);

/* Returns true if no call is in @set. */
bool systally_set_is_empty(const struct systally_set *set);

/*
 * Returns true if the call is in @set. @abi and @nr may have any value. User
 * functions are in every set, until systally_set_no_functions() has
 * removed them.
 */
bool systally_set_has(const struct systally_set *set, unsigned int abi, int nr);

/* Removes all user functions from @set; adds the one with this number. */
void systally_set_no_functions(struct systally_set *set);
void systally_set_function(struct systally_set *set, unsigned int nr);

/*
 * Writes @set to @text as the module's `syscalls` takes it. It consists of
 * numbers with their ABI, because the kernel and libseccomp name some calls
 * differently. Returns 0; or -1 if that needs more than @size bytes, if @set is
 * empty, or if it has calls that are out of range, for which the module has no
 * word. The caller then has to count all calls and select rows afterwards.
 */
int systally_set_filter(const struct systally_set *set, char *text,
			size_t size);

#endif /* SYSTALLY_SET_H */
