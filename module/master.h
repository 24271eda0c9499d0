/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The masters: the tables of sessions, into which the CPUs' tables are folded.
 *
 * The tally's mutex protects them. All functions: process context, under that
 * mutex, may sleep, unless their comment says otherwise.
 */
#ifndef SYSTALLY_MASTER_H
#define SYSTALLY_MASTER_H

#include <linux/types.h>

#include "lock.h"
#include "table.h"

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

/* Rows of a master at its beginning */
#define MASTER_ROWS 4096

/*
 * A rebuild replaces a master's table. First it waits for the successor, which
 * the other thread allocates. Then the rows move to the successor step by step,
 * and folds add to the successor. There is one rebuild at a time.
 */
struct master {
	struct master *next_master; /* under the tally's mutex */

	/* Written under the tally's mutex and systally_move_lock, read under
	 * either
	 */
	struct table *table;
	struct table *successor; /* while rows move */
	bool being_cleaned;	 /* rows of the table do not count */

	/* Under the tally's mutex */
	u32 next;     /* place in the old table from which on rows move */
	u32 unmoved;  /* how many rows have yet to move */
	bool no_room; /* it could not grow: the last try failed */
	unsigned long futile_until; /* jiffies; of folding exited processes */
};

/*
 * systally_master_init - allocate the table; no lock needed
 *
 * Returns 0, or -ENOMEM if there is no memory or the cap is reached.
 */
int __must_check systally_master_init(struct master *master);

/*
 * systally_master_exit - free the table; no lock needed, for nobody folds to it
 */
void systally_master_exit(struct master *master);

/* systally_master_clean - empty it */
void systally_master_clean(struct master *master);

/* The table that folds add to */
static inline struct table *systally_master_to(struct master *master)
{
	return master->successor ?: master->table;
}

/*
 * systally_master_add - add a row to the master
 *
 * Under systally_move_lock. Make room for it before: calls of rows without room
 * are counted as unattributed.
 */
void systally_master_add(struct master *master, const struct table_row *row);

/*
 * systally_master_grow - make room for @rows more rows; no rebuild goes on
 * @share: bytes that the session may use for two tables
 *
 * If they need a larger table, begins a rebuild at twice the size, or at four
 * times and so on. Returns false if the share or the cap do not allow that and a
 * later rebuild at the new size. If it returns true, there is room, or a rebuild
 * has begun, which may find that there is no memory.
 */
bool systally_master_grow(struct master *master, u32 rows, size_t share);

/*
 * systally_master_has_room - whether a table of @rows rows may be folded now,
 * without taking the room of rows that a rebuild has yet to move
 */
bool systally_master_has_room(const struct master *master, u32 rows);

/*
 * systally_master_rebuilding - the master that is rebuilt now, or NULL
 * systally_master_step - do a part of that, or wait for its memory
 *
 * A step takes a fraction of a millisecond, and the last one as long as the
 * kernel needs to free the old table. Between the steps, CPUs' tables may be
 * folded. Do all steps before the mutex is unlocked. A step returns false if
 * there is no memory: then the rebuild has ended, and the old table stays.
 */
struct master *systally_master_rebuilding(void);
bool systally_master_step(void);

/*
 * systally_master_fold_shared - begin a rebuild that folds the rows of whos that are
 * to share them (systally_who_share()), totals unchanged
 */
void systally_master_fold_shared(struct master *master);

/*
 * systally_master_sweep - free what is known of processes that have no rows any more;
 * no CPU's table is being folded, and no rebuild goes on
 */
void systally_master_sweep(void);

#endif /* SYSTALLY_MASTER_H */
