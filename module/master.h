/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The master table, into which the CPUs' tables are folded.
 *
 * The tally's mutex protects it. All functions: process context, under that
 * mutex, may sleep, unless their comment says otherwise.
 */
#ifndef SYSTALLY_MASTER_H
#define SYSTALLY_MASTER_H

#include <linux/spinlock.h>

#include "table.h"

/*
 * While it is held, each count is in exactly one table: rows are moved to the
 * master, and the master and the CPUs' tables are replaced, under this lock.
 * Taken with interrupts off, for some rows at a time. It is the innermost lock.
 * Handlers never take it: they go on counting in their CPU's table.
 */
extern raw_spinlock_t systally_move_lock;

/*
 * systally_table_alloc - a clean table, charged to the cap
 * @rows: a power of two, at least 64
 * @node: NUMA node, or NUMA_NO_NODE
 *
 * Process context, sleeps; no lock needed. Returns NULL if the cap is reached
 * or there is no memory.
 */
struct table *systally_table_alloc(u32 rows, int node);

/*
 * systally_table_alloc_beyond - the same, but the cap may be exceeded; see
 * systally_memory_alloc_beyond()
 */
struct table *systally_table_alloc_beyond(u32 rows, int node);

/*
 * systally_table_free - free a table, or NULL; process context; no lock needed
 */
void systally_table_free(struct table *table);

/* systally_master_init - allocate it, at load; returns 0 or -ENOMEM */
int __must_check systally_master_init(void);

/* systally_master_exit - free it, at unload */
void systally_master_exit(void);

/*
 * systally_master_table - the table itself
 * systally_master_successor - the table that takes its place when the rebuild
 * that goes on is done, and has some of its rows already; NULL if there is none
 *
 * Under the tally's mutex or systally_move_lock; systally_master_step() may
 * replace the table.
 */
struct table *systally_master_table(void);
struct table *systally_master_successor(void);

/*
 * systally_master_clean - empty it
 * systally_master_is_cleaned - whether it is being emptied, so that rows in it
 * do not count; any context, under systally_move_lock
 */
void systally_master_clean(void);
bool systally_master_is_cleaned(void);

/*
 * systally_master_fold - add a CPU's table to the master, or to its successor
 * @from: its writer must be done with it
 *
 * The rows of @from stay, with counts of 0, until it is cleaned. Make room for
 * them before: rows without room become unattributed calls.
 */
void systally_master_fold(struct table *from);

/*
 * systally_master_grow - make room for @rows more rows; no rebuild goes on
 *
 * If they need a larger table, begins a rebuild at twice the size, or at four
 * times and so on. Returns false if the cap does not allow that and a later
 * rebuild at the new size. If it returns true, there is room, or a rebuild has
 * begun, which may find that there is no memory.
 */
bool systally_master_grow(u32 rows);

/*
 * systally_master_has_room - whether a table of @rows rows may be folded now,
 * without taking the room of rows that the rebuild that goes on has yet to move
 */
bool systally_master_has_room(u32 rows);

/*
 * systally_master_is_rebuilding - whether a rebuild goes on
 * systally_master_step - do a part of it, or wait for its memory
 *
 * A step takes a fraction of a millisecond, and the last one as long as the
 * kernel needs to free the old table. Between the steps, CPUs' tables may be
 * folded. Do all steps before the mutex is unlocked. A step returns false if
 * there is no memory: then the rebuild has ended, and the old table stays.
 */
bool systally_master_is_rebuilding(void);
bool systally_master_step(void);

/*
 * systally_master_mark_dead - mark the rows of processes that have exited
 * systally_master_fold_dead - begin a rebuild that folds them into one row per
 * comm, totals unchanged
 *
 * Call them in this order, with a fold of all CPUs' tables between them: then
 * the master has all rows of a process that had exited at the marking, and its
 * last comm.
 */
void systally_master_mark_dead(void);
void systally_master_fold_dead(void);

/*
 * systally_master_comm - the name to show for a row
 * @comm: SYSTALLY_COMM_LEN bytes
 *
 * The current name of a process that is alive, else its last name.
 */
void systally_master_comm(const struct table_row *row, char *comm);

#endif /* SYSTALLY_MASTER_H */
