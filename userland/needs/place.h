/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The temporary folder of one run of `systally needs`.
 */
#ifndef SYSTALLY_NEEDS_PLACE_H
#define SYSTALLY_NEEDS_PLACE_H

#include "base/error.h"

/* Paths. The command, TEST and the others get some of them as variables. */
struct systally_place {
	char directory[64]; /* holds the others; removed after the run */
	char run[72];	    /* SYSTALLY_RUN_DIR: a folder for the command */
	char output[72];    /* SYSTALLY_OUTPUT: its standard output */
	char error[72];	    /* SYSTALLY_ERROR: its standard error */
	char said[72];	    /* output of TEST, --ready, --stop, BENCH */
	char figure[72];    /* standard output of BENCH */
};

/* Makes the folders. Returns 0, or -1 with @error. */
int systally_place_make(struct systally_place *place,
			struct systally_error *error);

/*
 * Unmounts everything that is mounted below the folder, and removes the folder
 * with its content. Returns 0, or -1 with @error if something is left. If
 * unmounting fails, it removes nothing: the files may belong to another place.
 */
int systally_place_remove(const struct systally_place *place,
			  struct systally_error *error);

#endif /* SYSTALLY_NEEDS_PLACE_H */
