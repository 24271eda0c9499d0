/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The master table: all that the CPUs' tables have counted, folded into one.
 * Used by tally.c and view.c, under the tally's mutex, which protects it.
 *
 * All: process context; may sleep, unless it says otherwise.
 */
#ifndef SYSTALLY_MASTER_H
#define SYSTALLY_MASTER_H

#include <linux/spinlock.h>

#include "table.h"

/*
 * Whoever holds it sees each count in one table only: rows are moved to the
 * master, and the master and CPUs' tables are replaced, under it. Taken with
 * interrupts off, for some rows at a time; innermost of all locks, and never by
 * the hooks' handlers, whose own CPU's table goes on counting.
 */
extern raw_spinlock_t systally_move_lock;

/* A clean table, charged to the cap; NULL if that or the memory is reached. */
struct table *systally_table_alloc(u32 rows, int node);
void systally_table_free(struct table *table);

int __must_check systally_master_init(void);
void systally_master_exit(void);

/* The table itself; another after a fold. */
struct table *systally_master_table(void);

/*
 * systally_master_clean - empty it
 * systally_master_is_cleaned - whether that is under way: what is left in it
 * does not count; any context, under systally_move_lock
 */
void systally_master_clean(void);
bool systally_master_is_cleaned(void);

/*
 * systally_master_fold - add a CPU's table, whose writer is done with it
 *
 * Its rows stay, with nothing counted, until it is cleaned.
 */
void systally_master_fold(struct table *from);

/*
 * systally_master_grow - see that there is room for @rows more
 *
 * Doubles it as long as the cap allows that and a later rebuild at the new
 * size. Returns false if the cap does not.
 */
bool systally_master_grow(u32 rows);

/*
 * systally_master_mark_dead - mark rows of processes that have exited
 * systally_master_fold_dead - make them one row per command, totals unchanged
 *
 * To be called in this order, with a fold of all CPUs' tables between: then
 * all rows of a process that was dead at the marking are here, and its last
 * comm. Returns whether that made a good deal of room.
 */
void systally_master_mark_dead(void);
bool systally_master_fold_dead(void);

/*
 * systally_master_comm - the name to show for a row
 * @comm: SYSTALLY_COMM_LEN bytes
 *
 * The process's current name while it lives, else its last.
 */
void systally_master_comm(const struct table_row *row, char *comm);

#endif /* SYSTALLY_MASTER_H */
