/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The functions in an ELF file, by libelf: names, and where in the file they
 * begin.
 */
#ifndef SYSTALLY_SYMBOLS_H
#define SYSTALLY_SYMBOLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct systally_symbol {
	char *name;
	uint64_t offset;  /* in the file, as uprobes take it */
	uint64_t check;	  /* bytes from there to what runs once in each call */
	uint64_t address; /* as the file's symbols have it */
	bool indirect;	  /* chosen at run time (STT_GNU_IFUNC): not probed */
	bool old;	  /* a version that new programs do not get */
	bool dynamic;	  /* the dynamic linker looks it up */
};

struct systally_symbols {
	struct systally_symbol *list; /* by name; a name may be there twice */
	size_t count;
	bool go; /* the file is a program in Go */
};

/*
 * Reads the functions that the tables of dynamic and other symbols of the file
 * @path define. Returns 0, and the caller frees @symbols; or -1 with @error: the
 * file cannot be read, is no ELF file, or there is no memory. A file without
 * symbols has none, which is no error.
 */
int systally_symbols_read(struct systally_symbols *symbols, const char *path,
			  struct systally_error *error);
void systally_symbols_free(struct systally_symbols *symbols);

#endif /* SYSTALLY_SYMBOLS_H */
