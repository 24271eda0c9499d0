// SPDX-License-Identifier: GPL-2.0-only
/*
 * Folds CPUs' tables into the masters of the sessions that their rows belong to.
 */
#include <linux/bits.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>

#include "cpu_tables.h"
#include "fold.h"
#include "master.h"
#include "session.h"
#include "who.h"

/*
 * Rows that are moved with interrupts off at a time: some microseconds for a
 * session, and some tens for eight
 */
#define MOVE_ROWS 32

/*
 * What a session takes from a CPU's table. Calls in a table that is older than
 * the session's counters belong to those that it has discarded.
 */
enum taken { TAKE_NONE, TAKE_COUNTS, TAKE_TIMES, TAKE_HISTS };

static enum taken taken(const struct session *session,
			const struct table *table)
{
	if (table->serial < session->since)
		return TAKE_NONE;
	if (table->serial < session->time_since)
		return TAKE_COUNTS;
	return table->serial < session->hist_since ? TAKE_TIMES : TAKE_HISTS;
}

/* What a session must take of a table so that it takes rows of this kind */
static enum taken needed(enum row_kind kind)
{
	switch (kind) {
	case ROW_ERROR:
	case ROW_DENIED:
	case ROW_TLS:
		return TAKE_TIMES;
	case ROW_HIST:
		return TAKE_HISTS;
	default:
		return TAKE_COUNTS;
	}
}

/*
 * Adds a row of a CPU's table to a session that it belongs to.
 * @row: from table_row_plain()
 */
static void add_row(struct session *session, const struct table_row *row,
		    enum taken taken)
{
	struct table_row counts;

	if (taken >= TAKE_TIMES) {
		systally_master_add(&session->master, row);
		return;
	}
	counts = *row;
	table_row_untimed(&counts);
	systally_master_add(&session->master, &counts);
}

/*
 * A row of a CPU's table as sessions' tables have it. If there was no memory for
 * its who, its calls are of no process.
 */
static struct table_row row_plain(struct table *table,
				  const struct table_row *row)
{
	const struct table_row *owner = table_owner(table, row);
	struct table_row plain = table_row_plain(row);

	if (!owner)
		return plain;
	/* After take_whos() */
	plain.start = owner->start;
	return plain;
}

/* Adds a row of a CPU's table to the sessions that it belongs to. */
static void fold_row(struct table *table, const struct table_row *row)
{
	const struct table_row plain = row_plain(table, row);
	u32 sessions = table_row_sessions(row);
	enum row_kind kind = key_kind(plain.key);
	bool calls = kind_is_call(kind) || kind == ROW_UNATTRIBUTED;
	struct session *session;
	int bit;

	for_each_session(bit, session)
	{
		enum taken take = taken(session, table);

		/* Of the calls that all sessions have entered, the rest is this
		 * session's: begin_sums().
		 */
		if (!(sessions & BIT(bit)) && calls && take == TAKE_NONE)
			session->discarded -= plain.count;
		else if (!(sessions & BIT(bit)) && calls)
			systally_master_to(&session->master)->entered -=
				plain.count;
		else if (sessions & BIT(bit) && take >= needed(kind))
			add_row(session, &plain, take);
	}
}

/*
 * Adds the counts of a CPU's table that are not in rows. A session has entered
 * all calls of the table but those that other sessions alone have.
 */
static void fold_sums(const struct table *table)
{
	struct session *session;
	int bit;

	for_each_session(bit, session)
	{
		const struct table_sums *sums = &table->session[bit];
		u64 others = table->no_row - sums->no_row;
		struct table *to = systally_master_to(&session->master);

		if (taken(session, table) == TAKE_NONE) {
			session->discarded += table->entered - others;
			continue;
		}
		to->entered += table->entered - others;
		table_add_sums(&to->session[0], sums);
	}
}

/* Moves the counts of the rows in some places, and leaves 0 behind. */
static void move_rows(struct table *table, u32 first)
{
	u32 i, end = min(first + MOVE_ROWS, table_rows(table));

	raw_spin_lock_irq(&systally_move_lock);
	for (i = first; i < end; i++) {
		struct table_row *row = &table->rows[i];

		if (!row->key || row_is_who(row))
			continue;
		fold_row(table, row);
		memset(row->buckets, 0, sizeof(row->buckets));
	}
	raw_spin_unlock_irq(&systally_move_lock);
}

/* Finds the who of each process and thread of a table: the start of its row then. */
static void take_whos(struct table *table)
{
	u32 i, whos = table->whos;

	for (i = 0; whos && i < table_rows(table); i++) {
		struct table_row *row = &table->rows[i];

		if (!row_is_who(row))
			continue;
		WRITE_ONCE(row->start, (unsigned long)systally_who_take(row));
		whos--;
		cond_resched();
	}
	table->whos = 0;
}

/*
 * Adds a CPU's table to the sessions' masters. Its writer must be done with it.
 * Its rows stay, with counts of 0, until it is cleaned.
 */
static void fold_table(struct table *table)
{
	u32 i;

	BUILD_BUG_ON(sizeof_field(struct table_row, buckets) !=
		     4 * sizeof(u64)); /* all counts of a row */
	take_whos(table);
	fold_sums(table);
	for (i = 0; table->used && i < table_rows(table); i += MOVE_ROWS) {
		move_rows(table, i);
		cond_resched();
	}
}

static void clear_no_room(void)
{
	struct session *session;
	int bit;

	for_each_session(bit, session) session->master.no_room = false;
}

/*
 * The first session that has no room for its rows of a table and might get it, or
 * NULL. Others lose rows, which are counted.
 */
static struct session *without_room(const struct table *table)
{
	struct session *session;
	int bit;

	for_each_session(
		bit,
		session) if (!session->master.no_room &&
			     !systally_master_has_room(
				     &session->master,
				     table->session[bit].rows)) return session;
	return NULL;
}

/*
 * Folds the full tables for which there is room. A retired one becomes its CPU's
 * spare at once: a CPU that fills its last table before that loses the rows of
 * calls. Returns a table that must wait for room, or NULL.
 */
static const struct table *fold_those_with_room(void)
{
	const struct table *waits = NULL;
	unsigned int i;
	int cpu_nr;

	for_each_tally_cpu(cpu_nr) {
		struct tally_cpu *cpu = &per_cpu(systally_tally_cpu, cpu_nr);
		/* Pairs with the release in make_row(). */
		struct table *retired = smp_load_acquire(&cpu->retired);

		if (!retired)
			continue;
		if (without_room(retired)) {
			waits = retired;
			continue;
		}
		WRITE_ONCE(cpu->retired, NULL);
		fold_table(retired);
		systally_cpu_tables_put_spare(cpu, retired);
		systally_cpu_tables_filled(cpu);
	}
	for (i = 0; i < TALLY_BACKLOG_MAX && systally_tally_backlog[i]; i++)
		;
	/* From the last one on, since query.c looks at all up to a NULL. */
	while (i--) {
		struct table *table = systally_tally_backlog[i];

		if (without_room(table))
			return table;
		fold_table(table);
		raw_spin_lock_irq(&systally_move_lock);
		systally_tally_backlog[i] = NULL;
		raw_spin_unlock_irq(&systally_move_lock);
		systally_table_free(table);
	}
	return waits;
}

/* A step of the rebuild that goes on */
static void rebuild_step(void)
{
	struct master *master = systally_master_rebuilding();

	if (!systally_master_step())
		master->no_room = true;
}

/* Begins to make room for a table in a session that has none. */
static void make_room_in_one(const struct table *table)
{
	struct session *session = without_room(table);

	if (!systally_master_grow(&session->master,
				  table->session[session->bit].rows,
				  systally_session_share()))
		session->master.no_room = true;
}

void systally_fold_full(void)
{
	const struct table *waits;

	lockdep_assert_held(&systally_tally_mutex);
	clear_no_room();
	while ((waits = fold_those_with_room()) ||
	       systally_master_rebuilding()) {
		if (systally_master_rebuilding()) {
			if (waits)
				systally_cpu_tables_relieve();
			rebuild_step();
		} else {
			make_room_in_one(waits);
		}
	}
}

u32 systally_fold_make_room(const u32 rows[TABLE_SESSIONS])
{
	struct session *session;
	u32 failed = 0;
	int bit;

	for_each_session(bit, session)
	{
		struct master *master = &session->master;
		bool grows;

		/* Full tables may take the room meanwhile. */
		while ((grows = systally_master_grow(
				master, rows[bit], systally_session_share())) &&
		       systally_master_rebuilding()) {
			systally_fold_full();
			grows = !master->no_room;
			if (!grows)
				break;
		}
		if (!grows)
			failed |= BIT(bit);
	}
	return failed;
}

void systally_fold_one(struct table *table)
{
	u32 rows[TABLE_SESSIONS];
	int bit;

	for (bit = 0; bit < TABLE_SESSIONS; bit++)
		rows[bit] = table->session[bit].rows;
	systally_fold_make_room(rows);
	fold_table(table);
}
