// SPDX-License-Identifier: GPL-2.0-only
/*
 * The masters: adding rows to them, growing them, and folding the rows of
 * processes that have exited.
 */
#include <linux/delay.h>
#include <linux/jiffies.h>
#include <linux/numa.h>
#include <linux/rcupdate.h>

#include "master.h"
#include "memory.h"
#include "who.h"
#include "worker.h"

/* Rows that are moved with interrupts off at a time: some microseconds */
#define MOVE_ROWS 32

/* Rows that a step of a rebuild moves: a fraction of a millisecond */
#define STEP_ROWS 512

/* Adds a row of the old table to the new one, as a whole or in another form */
typedef void carry_row(const struct master *master,
		       const struct table_row *row);

/* All of them, under the tally's mutex */
static struct master *masters;

/* Of the rebuild that goes on; under the tally's mutex */
static struct master *rebuilding; /* NULL: none */
static carry_row *carry_on;

/*
 * What the other thread is asked for, and its answer. It writes them between the
 * queueing and `done`; else they are under the tally's mutex.
 */
static struct {
	u32 rows;
	struct table *table; /* NULL: no memory */
	bool done;
} allocation;

static struct table *initialised(struct table *table, u32 rows)
{
	if (table)
		table_init(table, rows);
	return table;
}

static void allocate(struct kthread_work *work)
{
	u32 rows = allocation.rows;

	allocation.table = initialised(
		systally_memory_alloc_taken(table_bytes(rows), NUMA_NO_NODE),
		rows);
	/* After the table. Pairs with the acquire in allocate_step(). */
	smp_store_release(&allocation.done, true);
}
static DEFINE_KTHREAD_WORK(allocate_work, allocate);

struct table *systally_table_alloc(u32 rows, int node)
{
	return initialised(systally_memory_alloc(table_bytes(rows), node),
			   rows);
}

struct table *systally_table_alloc_beyond(u32 rows, int node)
{
	return initialised(
		systally_memory_alloc_beyond(table_bytes(rows), node), rows);
}

void systally_table_free(struct table *table)
{
	if (table)
		systally_memory_free(table, table_bytes(table_rows(table)));
}

/*
 * Keeps the sum of all call rows up to date, when a row was added to one of
 * them. So `status` need not look at the rows.
 */
static void add_tallied(struct table *to, const struct table_row *row)
{
	if (kind_is_call(key_kind(row->key)))
		to->tallied += row->count;
}

/*
 * Adds a row as it is. Without room, or without a who because there was no memory
 * for it, calls are counted as unattributed, errors, histograms and TLS as
 * untimed, and denied calls as exits without an entry.
 */
static void copy_row(struct table *to, const struct table_row *row)
{
	enum row_kind kind = key_kind(row->key);
	struct table_row *sum = NULL;

	if (kind == ROW_DENIED || (kind_has_who(kind) && row->start))
		sum = table_insert(to, row->key, row->start, 0,
				   table_limit(to, kind));
	if (!sum && kind_is_detail(kind)) {
		to->session[0].untimed += row_events(row);
		return;
	}
	if (!sum && kind == ROW_DENIED) {
		to->session[0].orphan_exits += row->count;
		return;
	}
	if (sum) {
		row_add(sum, row);
		add_tallied(to, row);
		return;
	}
	sum = table_unattributed(to, row->key, 0);
	if (sum)
		row_add(sum, row);
	else
		to->session[0].no_row += row->count;
}

void systally_master_add(struct master *master, const struct table_row *row)
{
	lockdep_assert_held(&systally_move_lock);
	copy_row(systally_master_to(master), row);
}

static size_t master_bytes(const struct master *master)
{
	return table_bytes(table_rows(master->table));
}

/* Keeps room in the cap for the next rebuild. */
static void reserve_rebuild(const struct master *master)
{
	systally_memory_reserve(master_bytes(master));
}

static void unreserve_rebuild(const struct master *master)
{
	systally_memory_reserve(-(long)master_bytes(master));
}

/*
 * Begins to replace the table by a new one of @rows rows. Returns false if the
 * cap does not allow that: then the old one stays.
 */
static bool rebuild_begin(struct master *master, u32 rows, carry_row *carry)
{
	unreserve_rebuild(master);
	/* Now, before others take the room that was reserved. */
	if (!systally_memory_take(table_bytes(rows))) {
		reserve_rebuild(master);
		return false;
	}
	allocation.rows = rows;
	allocation.done = false;
	carry_on = carry;
	rebuilding = master;
	systally_worker_queue_allocation(&allocate_work);
	return true;
}

static void rebuild_end(void)
{
	reserve_rebuild(rebuilding);
	rebuilding = NULL;
}

/* Returns false if there is no memory. */
static bool allocate_step(struct master *master)
{
	struct table *new;

	/* Pairs with the release in allocate(). */
	if (!smp_load_acquire(&allocation.done)) {
		usleep_range(100, 200);
		return true;
	}
	new = allocation.table;
	if (!new) {
		rebuild_end();
		return false;
	}
	new->entered = master->table->entered;
	new->session[0] = master->table->session[0];
	master->next = 0;
	master->unmoved = master->table->used;
	raw_spin_lock_irq(&systally_move_lock);
	master->successor = new;
	raw_spin_unlock_irq(&systally_move_lock);
	return true;
}

/* Moves the counts of some rows to the successor, and leaves 0 behind. */
static void move_rows(struct master *master)
{
	u32 end = min(master->next + MOVE_ROWS, table_rows(master->table));

	raw_spin_lock_irq(&systally_move_lock);
	for (; master->next < end; master->next++) {
		struct table_row *row = &master->table->rows[master->next];

		if (!row->key)
			continue;
		carry_on(master, row);
		memset(row->buckets, 0, sizeof(row->buckets));
		master->unmoved--;
	}
	raw_spin_unlock_irq(&systally_move_lock);
}

static void move_step(struct master *master)
{
	struct table *old = master->table;
	u32 end = min(master->next + STEP_ROWS, table_rows(old));

	while (master->next < end) {
		move_rows(master);
		cond_resched();
	}
	if (master->next < table_rows(old))
		return;
	raw_spin_lock_irq(&systally_move_lock);
	master->table = master->successor;
	master->successor = NULL;
	raw_spin_unlock_irq(&systally_move_lock);
	systally_table_free(old);
	rebuild_end();
}

struct master *systally_master_rebuilding(void)
{
	return rebuilding;
}

bool systally_master_step(void)
{
	if (!rebuilding->successor)
		return allocate_step(rebuilding);
	move_step(rebuilding);
	return true;
}

static void carry_whole(const struct master *master,
			const struct table_row *row)
{
	copy_row(master->successor, row);
}

/* Adds a row to the one that it is to share, if it is to share any. */
static void carry_folded(const struct master *master,
			 const struct table_row *row)
{
	struct table *to = master->successor;
	const struct who *shared = NULL;

	if (kind_has_who(key_kind(row->key)))
		shared = systally_who_of(row)->shared;
	if (shared && table_fold_row(to, row, (unsigned long)shared,
				     table_hard_limit(to)))
		add_tallied(to, row);
	else
		copy_row(to, row);
}

void systally_master_fold_shared(struct master *master)
{
	rebuild_begin(master, table_rows(master->table), carry_folded);
}

bool systally_master_has_room(const struct master *master, u32 rows)
{
	const struct table *to = master->successor ?: master->table;

	return to->used + (master->successor ? master->unmoved : 0) + rows <=
	       table_soft_limit(to);
}

bool systally_master_grow(struct master *master, u32 rows, size_t share)
{
	u32 old = table_rows(master->table), size = old;

	/* Errnos, histograms and denied calls need room, too: table_limit() */
	while (size - size / 4 < master->table->used + rows)
		size *= 2;
	if (size == old)
		return true;
	if (2 * table_row_bytes(size) > share ||
	    !systally_memory_room(2 * table_bytes(size)))
		return false;
	return rebuild_begin(master, size, carry_whole);
}

/* Marks the whos that a table's rows refer to. */
static void mark_used(const struct table *table)
{
	u32 i;

	for (i = 0; table->used && i < table_rows(table); i++) {
		const struct table_row *row = &table->rows[i];

		if (row->key && kind_has_who(key_kind(row->key)))
			systally_who_of(row)->used = true;
		if (i % 1024 == 0)
			cond_resched();
	}
}

void systally_master_sweep(void)
{
	const struct master *master;

	for (master = masters; master; master = master->next_master)
		mark_used(master->table);
	systally_who_sweep();
}

static void set_being_cleaned(struct master *master, bool is)
{
	raw_spin_lock_irq(&systally_move_lock);
	master->being_cleaned = is;
	raw_spin_unlock_irq(&systally_move_lock);
}

void systally_master_clean(struct master *master)
{
	set_being_cleaned(master, true);
	table_clean(master->table);
	set_being_cleaned(master, false);
	systally_master_sweep();
}

int systally_master_init(struct master *master)
{
	struct table *table = systally_table_alloc(MASTER_ROWS, NUMA_NO_NODE);

	if (!table)
		return -ENOMEM;
	rt_mutex_lock(&systally_tally_mutex);
	*master = (struct master){ .table = table,
				   .futile_until = jiffies,
				   .next_master = masters };
	masters = master;
	rt_mutex_unlock(&systally_tally_mutex);
	reserve_rebuild(master);
	return 0;
}

void systally_master_exit(struct master *master)
{
	struct master **at;

	rt_mutex_lock(&systally_tally_mutex);
	for (at = &masters; *at != master; at = &(*at)->next_master)
		;
	*at = master->next_master;
	systally_master_sweep();
	rt_mutex_unlock(&systally_tally_mutex);
	unreserve_rebuild(master);
	systally_table_free(master->table);
}
