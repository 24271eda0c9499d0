// SPDX-License-Identifier: GPL-2.0-only
/*
 * Folds the CPUs' tables into the masters of the sessions. cpu_tables.h says
 * which code may write which table.
 */
#include <linux/bits.h>
#include <linux/jiffies.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/rtmutex.h>

#include "master.h"
#include "session.h"
#include "tally.h"
#include "worker.h"

/*
 * Serialises flushes; taken before systally_tally_mutex. A flush keeps it while
 * it waits for a grace period, so that full tables can be folded meanwhile. The
 * worker never waits for it.
 */
static DEFINE_MUTEX(flush_mutex);

static void do_work(struct kthread_work *work);
static DEFINE_KTHREAD_WORK(fold_work, do_work);

/*
 * Rows that are moved with interrupts off at a time: some microseconds for a
 * session, and some tens for eight
 */
#define MOVE_ROWS 32

/* Rows for which a session has room at least, beside those that it has now */
#define ROWS_AHEAD 1024

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

/* Adds a row of a CPU's table to the sessions that it belongs to. */
static void fold_row(const struct table *table, const struct table_row *row)
{
	const struct table_row plain = table_row_plain(row);
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

		if (!row->key)
			continue;
		fold_row(table, row);
		memset(row->buckets, 0, sizeof(row->buckets));
	}
	raw_spin_unlock_irq(&systally_move_lock);
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

/*
 * Folds all full tables, and ends the rebuild that goes on and those that this
 * needs. Meanwhile, CPUs that fill their tables get others. A session that could
 * not grow has no_room then, and may have lost rows.
 */
static void fold_full(void)
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

/*
 * Makes room for more rows in all sessions.
 * @rows: of each, by its bit
 *
 * Returns the bits of those that could not get it: there is no memory, or their
 * share or the cap does not allow it.
 */
static u32 grow_masters(const u32 rows[TABLE_SESSIONS])
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
			fold_full();
			grows = !master->no_room;
			if (!grows)
				break;
		}
		if (!grows)
			failed |= BIT(bit);
	}
	return failed;
}

/* Folds a table that is none of the full ones above. */
static void fold(struct table *table)
{
	u32 rows[TABLE_SESSIONS];
	int bit;

	for (bit = 0; bit < TABLE_SESSIONS; bit++)
		rows[bit] = table->session[bit].rows;
	grow_masters(rows);
	fold_table(table);
}

/*
 * Takes a CPU's spare, so that the CPU cannot replace its active table. A CPU
 * without a spare has a full table, which is folded and becomes the spare.
 */
static struct table *take_spare(struct tally_cpu *cpu)
{
	struct table *spare = xchg(&cpu->spare, NULL), *retired;

	if (!spare) {
		/* The CPU gets its table back before others are folded. */
		fold_full();
		spare = xchg(&cpu->spare, NULL);
	}
	while (!spare) {
		/* Pairs with the release in make_row(). */
		retired = smp_load_acquire(&cpu->retired);
		if (retired) {
			WRITE_ONCE(cpu->retired, NULL);
			fold(retired);
			table_clean(retired);
			return retired;
		}
		/* A CPU that has just taken its spare stores its full table to
		 * `retired`. After a grace period it has done so.
		 */
		synchronize_rcu();
		spare = xchg(&cpu->spare, NULL);
	}
	return spare;
}

/*
 * The beginning of a flush: gives every CPU a clean table of the current epoch.
 * What it has counted until now is in its third table.
 */
static void flush_begin(void)
{
	int cpu_nr;

	lockdep_assert_held(&flush_mutex);
	lockdep_assert_held(&systally_tally_mutex);

	for_each_tally_cpu(cpu_nr) {
		struct tally_cpu *cpu = &per_cpu(systally_tally_cpu, cpu_nr);
		struct table *spare = take_spare(cpu);

		systally_cpu_tables_stamp(spare);
		/* Only the holder of the spare may replace the active table.
		 * xchg() is a full barrier, so the CPU finds the new table
		 * clean. The old table becomes the third, which belongs to the
		 * flush until its writer has finished.
		 */
		spare = xchg(&cpu->active, spare);
		systally_cpu_tables_put_spare(cpu, cpu->third);
		cpu->third = spare;
	}
}

/*
 * The end of a flush, a grace period after its beginning: the writers of the
 * third tables have finished.
 */
static void flush_end(void)
{
	int cpu_nr;

	lockdep_assert_held(&flush_mutex);
	lockdep_assert_held(&systally_tally_mutex);
	for_each_tally_cpu(cpu_nr) {
		struct table *third = per_cpu(systally_tally_cpu, cpu_nr).third;

		fold(third);
		table_clean(third);
	}
}

/*
 * Folds every CPU's counts. The worker folds full tables in the meantime. Under
 * flush_mutex and systally_tally_mutex, which is unlocked in between.
 */
static void flush(void)
{
	flush_begin();
	rt_mutex_unlock(&systally_tally_mutex);
	synchronize_rcu();
	rt_mutex_lock(&systally_tally_mutex);
	flush_end();
}

/*
 * Folds the rows of processes that have exited, in sessions that need room and
 * could not grow. Under both mutexes.
 * @sessions: bits
 */
static void fold_dead(u32 sessions)
{
	struct session *session;
	u32 before;
	int bit;

	for_each_session(
		bit,
		session) if (time_before(jiffies, session->master.futile_until))
		sessions &= ~BIT(bit);
	if (!sessions)
		return;
	for_each_session(bit, session) if (sessions & BIT(bit))
		systally_master_mark_dead(&session->master);
	flush_begin();
	synchronize_rcu_expedited();
	flush_end();
	for_each_session(bit, session)
	{
		struct master *master = &session->master;

		if (!(sessions & BIT(bit)))
			continue;
		before = master->table->used;
		systally_master_fold_dead(master);
		fold_full();
		/* If most processes are alive, this gains nothing: wait a
		 * second before the next attempt.
		 */
		master->futile_until = jiffies;
		if (master->table->used >= before - before / 8)
			master->futile_until += HZ;
	}
}

/*
 * Makes room in the masters for the rows of all CPUs, so that a flush never has
 * to count calls as unattributed. Returns the bits of those that could not get
 * it.
 */
static u32 make_room(void)
{
	u32 rows[TABLE_SESSIONS] = {}, most[TABLE_SESSIONS] = {}, largest = 0;
	int cpu_nr, bit;

	for_each_tally_cpu(cpu_nr) {
		const struct table *active =
			READ_ONCE(per_cpu(systally_tally_cpu, cpu_nr).active);

		for (bit = 0; bit < TABLE_SESSIONS; bit++) {
			u32 used = READ_ONCE(active->session[bit].rows);

			/* The CPU may add as many again before the next look. */
			rows[bit] += 2 * used;
			most[bit] = max(most[bit], used);
		}
		largest = max(largest, table_rows(active));
	}
	/* Of a session with few rows, no CPU fills a table with them soon. */
	for (bit = 0; bit < TABLE_SESSIONS; bit++)
		rows[bit] += min(2 * largest, 8 * most[bit] + ROWS_AHEAD);
	return grow_masters(rows);
}

static void do_work(struct kthread_work *work)
{
	u32 stuck;

	rt_mutex_lock(&systally_tally_mutex);
	fold_full();
	stuck = make_room();
	/* If a flush goes on, it does the same at its end. */
	if (stuck && mutex_trylock(&flush_mutex)) {
		fold_dead(stuck);
		mutex_unlock(&flush_mutex);
	}
	systally_cpu_tables_grow();
	rt_mutex_unlock(&systally_tally_mutex);
}

void systally_tally_fold_soon(void)
{
	systally_worker_queue(&fold_work);
}

/* Takes both mutexes, and folds all full tables. systally_tally_unlock() ends
 * that.
 */
static void lock(void)
{
	mutex_lock(&flush_mutex);
	rt_mutex_lock(&systally_tally_mutex);
	fold_full();
}

static int lock_killable(void)
{
	int err = mutex_lock_killable(&flush_mutex);

	if (err)
		return err;
	rt_mutex_lock(&systally_tally_mutex);
	fold_full();
	return 0;
}

int systally_tally_flush(void)
{
	int err = lock_killable();

	if (!err)
		flush();
	return err;
}

void systally_tally_unlock(void)
{
	u32 stuck;

	fold_full();
	stuck = make_room();
	if (stuck)
		fold_dead(stuck);
	rt_mutex_unlock(&systally_tally_mutex);
	mutex_unlock(&flush_mutex);
}

void systally_tally_new_epoch(void)
{
	lock();
	systally_cpu_tables_new_epoch();
	flush();
	systally_tally_unlock();
}

void systally_tally_widen(struct session *session)
{
	WRITE_ONCE(session->pairs_since, SERIAL_NEVER);
	/* Before what is counted more. Pairs with the smp_rmb() in event.c. */
	smp_wmb();
}

void systally_tally_settle(struct session *widened)
{
	/* Handlers that saw the old settings have ended after this. */
	synchronize_rcu();
	lock();
	if (widened)
		WRITE_ONCE(widened->pairs_since,
			   systally_cpu_tables_next_serial());
	flush();
	systally_tally_unlock();
}

/* The tables that are put to use from now on belong to the session. */
static void begin(struct session *session)
{
	u64 next = systally_cpu_tables_next_serial();

	session->since = next;
	WRITE_ONCE(session->pairs_since, next);
	WRITE_ONCE(session->time_since,
		   session->collect >= SYSTALLY_COLLECT_TIME ? next :
							       SERIAL_NEVER);
	session->hist_since =
		session->collect == SYSTALLY_COLLECT_HIST ? next : SERIAL_NEVER;
}

int systally_tally_admit(struct session *session)
{
	int err;

	if (session->bit >= 0)
		return 0;
	lock();
	begin(session);
	err = systally_session_seat(session);
	if (!err)
		flush();
	systally_tally_unlock();
	return err;
}

void systally_tally_dismiss(struct session *session)
{
	if (session->bit < 0)
		return;
	/* As in systally_tally_settle() */
	synchronize_rcu();
	lock();
	flush();
	systally_session_unseat(session);
	systally_tally_unlock();
}

void systally_tally_set_level(struct session *session)
{
	bool timed = session->collect >= SYSTALLY_COLLECT_TIME;
	bool hist = session->collect == SYSTALLY_COLLECT_HIST;
	u64 next;

	lock();
	next = systally_cpu_tables_next_serial();
	/* What begins, begins with new tables; what ends, ends after the old. */
	if (timed && session->time_since == SERIAL_NEVER) {
		WRITE_ONCE(session->pairs_since, next);
		WRITE_ONCE(session->time_since, next);
	}
	if (hist && session->hist_since == SERIAL_NEVER)
		session->hist_since = next;
	systally_session_set_levels();
	flush();
	if (!timed)
		WRITE_ONCE(session->time_since, SERIAL_NEVER);
	if (!hist)
		session->hist_since = SERIAL_NEVER;
	systally_tally_unlock();
}

int systally_tally_reset(struct session *session)
{
	int err = lock_killable();

	if (err)
		return err;
	/* A call in flight is discarded as well: its exit finds that it was
	 * entered before. Tables that are in use now are folded to the other
	 * sessions; for this one, their calls are discarded.
	 */
	begin(session);
	session->discarded += session->master.table->entered;
	session->generation++;
	systally_master_clean(&session->master);
	flush();
	systally_tally_unlock();
	return 0;
}

u32 systally_tally_used(const struct session *session)
{
	const struct master *master = &session->master;
	int cpu_nr, i;
	u32 rows;

	raw_spin_lock_irq(&systally_move_lock);
	rows = master->table->used +
	       (master->successor ? master->successor->used : 0);
	for_each_tally_cpu(cpu_nr)
		for (i = 0; i < 3; i++)
			rows += READ_ONCE(per_cpu(systally_tally_cpu, cpu_nr)
						  .all[i]
						  ->used);
	for (i = 0; i < TALLY_BACKLOG_MAX && systally_tally_backlog[i]; i++)
		rows += systally_tally_backlog[i]->used;
	raw_spin_unlock_irq(&systally_move_lock);
	return rows;
}

u64 systally_tally_next_serial(void)
{
	u64 next;

	rt_mutex_lock(&systally_tally_mutex);
	next = systally_cpu_tables_next_serial();
	rt_mutex_unlock(&systally_tally_mutex);
	return next;
}

int systally_tally_init(void)
{
	return systally_cpu_tables_init();
}

void systally_tally_exit(void)
{
	systally_cpu_tables_exit();
}
