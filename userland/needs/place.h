/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The folder of one run of `systally needs`.
 */
#ifndef SYSTALLY_NEEDS_PLACE_H
#define SYSTALLY_NEEDS_PLACE_H

#include "base/error.h"

/* Where a run has its files, and what the processes in it are told. */
struct systally_place {
	char directory[64];	/* deleted after the run */
	char run[72];		/* SYSTALLY_RUN_DIR */
	char output[72];	/* SYSTALLY_OUTPUT */
	char error[72];		/* SYSTALLY_ERROR */
	char said[72];		/* what TEST and the others write */
	char figure[72];	/* what BENCH prints */
};

/* Makes the folder. Returns 0, or -1 with @error. */
int systally_place_make(struct systally_place *place,
			struct systally_error *error);

/*
 * Unmounts what is mounted below the folder, and removes that. Returns 0, or
 * -1 with @error if something stays: where that is mounted, nothing is
 * removed, as it may be of elsewhere.
 */
int systally_place_remove(const struct systally_place *place,
			  struct systally_error *error);

#endif /* SYSTALLY_NEEDS_PLACE_H */
