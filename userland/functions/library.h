/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Returns true if @name means a file whose name, without folders, is @file:
 * equal, or equal but for `lib` before it, and `.so` and a version after it.
 */
bool systally_library_is(const char *file, const char *name);

/*
 * Finds the file that a user means by `libssl`, `c` or `nginx`.
 */
#ifndef SYSTALLY_LIBRARY_H
#define SYSTALLY_LIBRARY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

/* Where to look first; zero: nowhere. */
struct systally_library_scope {
	uint32_t pid;	     /* the files that this process maps */
	const char *program; /* the path of the command that will be run */
};

/*
 * Finds the file that @name means, in this order: a path, if it has a slash; a
 * file that the process maps; the program; a library of the dynamic linker's
 * cache (ldconfig -p), of this machine's native ABI first; a program in PATH. A
 * library's name may lack `lib` and what follows `.so`. Returns the path, as
 * this process can open it, which the caller frees; or NULL with @error.
 */
char *systally_library_find(const char *name,
			    const struct systally_library_scope *scope,
			    struct systally_error *error);

#endif /* SYSTALLY_LIBRARY_H */
