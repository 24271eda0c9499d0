/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Folding: adding the rows and sums of a CPU's table to the masters of the sessions
 * that they belong to. A session takes what its counters have been asked for since.
 *
 * All functions run in process context under systally_tally_mutex, and sleep.
 */
#ifndef SYSTALLY_FOLD_H
#define SYSTALLY_FOLD_H

#include "table.h"

/*
 * systally_fold_full - fold all full tables, and end the rebuild that goes on and
 * those that this needs
 *
 * Meanwhile, CPUs that fill their tables get others. A session that could not grow
 * has no_room then, and may have lost rows.
 */
void systally_fold_full(void);

/*
 * systally_fold_one - fold a table that is none of the full ones
 * @table: its writer is done with it. Its rows stay, with counts of 0.
 */
void systally_fold_one(struct table *table);

/*
 * systally_fold_make_room - make room for more rows in all sessions
 * @rows: of each, by its bit
 *
 * Folds full tables meanwhile. Returns the bits of those that could not get it:
 * there is no memory, or their share or the cap does not allow it.
 */
u32 systally_fold_make_room(const u32 rows[TABLE_SESSIONS]);

#endif /* SYSTALLY_FOLD_H */
