/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Names of system calls, ABIs and errors. The system calls come from
 * libseccomp, which knows them for every ABI; none are listed here.
 */
#ifndef SYSTALLY_NAMES_H
#define SYSTALLY_NAMES_H

#include <stddef.h>

#include "systally.h"

/* Numbers from this one on share one row, SYSTALLY_NR_OUT_OF_RANGE. */
#define SYSTALLY_NR_MAX	  1023
#define SYSTALLY_NAME_LEN 64 /* of a function at most 60 */

/* Returns @nr, or SYSTALLY_NR_OUT_OF_RANGE for all that no kernel could have. */
static inline int systally_names_nr(int nr)
{
	return nr < 0 || nr >= SYSTALLY_NR_MAX ? SYSTALLY_NR_OUT_OF_RANGE : nr;
}

struct systally_names;

/*
 * Returns names that are looked up as they are asked for, by one thread, or
 * NULL when there is no memory.
 */
struct systally_names *systally_names_new(void);
void systally_names_free(struct systally_names *names);

/*
 * Returns the name of call @nr: `syscall_600` for a number without a name,
 * `out_of_range` for one that no kernel could have. It lives as long as @names,
 * and is the same pointer each time.
 */
const char *systally_names_label(const struct systally_names *names,
				 unsigned int abi, int nr);

/* The same, written to @name. */
void systally_names_call(const struct systally_names *names, unsigned int abi,
			 int nr, char name[SYSTALLY_NAME_LEN]);

/*
 * Gives the functions of a snapshot their names, as labels of the ABI
 * SYSTALLY_ABI_FUNCTION. Labels of numbers that get another name change.
 * Returns -1 when there is no memory.
 */
int systally_names_functions(const struct systally_names *names,
			     const struct systally_function *functions,
			     size_t count);

/*
 * Writes the call as -e takes it: `i386:poll`, and without a prefix for the
 * native ABI.
 */
#define SYSTALLY_CALL_LEN (SYSTALLY_NAME_LEN + 16)
void systally_names_abi_call(const struct systally_names *names,
			     unsigned int abi, int nr,
			     char text[SYSTALLY_CALL_LEN]);

/*
 * Returns the name of call @nr, or NULL if neither libseccomp nor the table of
 * subsystems has one. It lives as long as @names.
 */
const char *systally_names_known(const struct systally_names *names,
				 unsigned int abi, int nr);

/* Returns the number that @abi gives @name, or -1 if it has no such call. */
int systally_names_number(const struct systally_names *names, unsigned int abi,
			  const char *name);

/*
 * Writes an error's name, such as ENOENT; also those that only the kernel
 * and tracers see (512 to 531), and `errno_1234` for the rest.
 */
void systally_names_errno(unsigned int error, char name[SYSTALLY_NAME_LEN]);

/* Returns what an error means, in libc's words or ours; never NULL. */
const char *systally_names_errno_meaning(unsigned int error);

/* Returns the name of an enum systally_collect, `unknown` for others. */
const char *systally_names_collect(unsigned int collect);

#endif /* SYSTALLY_NAMES_H */
