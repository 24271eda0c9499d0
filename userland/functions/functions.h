/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * User functions, as -f names them: LIB:SYMBOL, where LIB may be a path, and
 * SYMBOL a pattern or an offset in the file. `%ssl` stands for the functions of
 * OpenSSL and GnuTLS that read and write.
 */
#ifndef SYSTALLY_FUNCTIONS_H
#define SYSTALLY_FUNCTIONS_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/notes.h"
#include "calls/set.h"
#include "functions/library.h"
#include "systally.h"

/* The module has room for so many. */
#define SYSTALLY_FUNCTIONS_MAX 1022

/* A function: the name of its rows, and a place in a file. */
struct systally_function_place {
	char *name;
	char *path;
	uint64_t offset;
	const char *kind; /* as the control takes it, or NULL */
};

/* The kind of functions that are never timed: see count_only.h */
#define SYSTALLY_FUNCTION_COUNT_ONLY "count"

struct systally_functions {
	struct systally_function_place *list;
	size_t count;
};

/*
 * Finds the functions that @text names: LIB:SYMBOL or `%ssl`, or several with
 * commas between. Of `%ssl`, what is missing is left out, but not all of it.
 * Returns 0, and the caller frees @functions; or -1 with @error, which
 * names the first word that means no function.
 */
int systally_functions_find(struct systally_functions *functions,
			    const char *text,
			    const struct systally_library_scope *scope,
			    struct systally_error *error);
void systally_functions_free(struct systally_functions *functions);

/*
 * Adds a note if some of the functions are counted only. For callers that let
 * the module time them.
 */
void systally_functions_note_untimed(const struct systally_functions *functions,
				     struct systally_notes *notes);

/*
 * Leaves those of the @count functions in @set that @text names, which is as
 * above. They have been counted: only their names are looked at, so the libraries
 * need not be there. Of a path, its last part counts. Returns 0, or -1 with
 * @error: a word is none, or names none of the functions.
 */
int systally_functions_choose(struct systally_set *set,
			      const struct systally_function *functions,
			      size_t count, const char *text,
			      struct systally_error *error);

#endif /* SYSTALLY_FUNCTIONS_H */
