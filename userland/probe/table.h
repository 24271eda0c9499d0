/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the library has to know of the functions that it counts: files,
 * addresses and names, in the form of systally_probe.h.
 */
#ifndef SYSTALLY_PROBE_TABLE_H
#define SYSTALLY_PROBE_TABLE_H

#include <stddef.h>

#include "base/error.h"
#include "functions/functions.h"
#include "systally_probe.h"

struct systally_probe_entry {
	struct systally_probe_function function;
	const char *name; /* of its rows; borrowed */
};

struct systally_probe_table {
	struct systally_probe_entry *functions; /* sorted by file, address */
	size_t count;
	struct systally_probe_name *names; /* sorted by hash */
	size_t name_count;
	char *texts;
	size_t text_bytes;
	/* Functions that are left out: no name of the dynamic linker's */
	size_t unreachable;
	const char *unreachable_name; /* the first of them; borrowed */
};

/*
 * Fills @table with @functions, which it borrows names of. Returns 0, and the
 * caller frees @table; or -1 with @error: a file cannot be read, none of the
 * functions can be reached through the dynamic linker, or there is no memory.
 */
int systally_probe_table_make(struct systally_probe_table *table,
			      const struct systally_functions *functions,
			      struct systally_error *error);
void systally_probe_table_free(struct systally_probe_table *table);

#endif /* SYSTALLY_PROBE_TABLE_H */
