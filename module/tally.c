// SPDX-License-Identifier: GPL-2.0-only
/*
 * Flushes, and what begins or ends with one: levels, resets, and sessions that begin
 * or cease to count. cpu_tables.h says which code may write which table.
 */
#include <linux/bits.h>
#include <linux/jiffies.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/rtmutex.h>

#include "fold.h"
#include "master.h"
#include "name.h"
#include "session.h"
#include "tally.h"
#include "who.h"
#include "worker.h"

/*
 * Serialises flushes; taken before systally_tally_mutex. A flush keeps it while
 * it waits for a grace period, so that full tables can be folded meanwhile. The
 * worker never waits for it.
 */
static DEFINE_MUTEX(flush_mutex);

static void do_work(struct kthread_work *work);
static DEFINE_KTHREAD_WORK(fold_work, do_work);

/* Rows for which a session has room at least, beside those that it has now */
#define ROWS_AHEAD 1024

/*
 * Takes a CPU's spare, so that the CPU cannot replace its active table. A CPU
 * without a spare has a full table, which is folded and becomes the spare.
 */
static struct table *take_spare(struct tally_cpu *cpu)
{
	struct table *spare = xchg(&cpu->spare, NULL), *retired;

	if (!spare) {
		/* The CPU gets its table back before others are folded. */
		systally_fold_full();
		spare = xchg(&cpu->spare, NULL);
	}
	while (!spare) {
		/* Pairs with the release in make_row(). */
		retired = smp_load_acquire(&cpu->retired);
		if (retired) {
			WRITE_ONCE(cpu->retired, NULL);
			systally_fold_one(retired);
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

	systally_name_flushing();
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

		systally_fold_one(third);
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

/* Of some sessions, those for which folding has not just been futile */
static u32 not_futile(u32 sessions)
{
	struct session *session;
	int bit;

	for_each_session(bit, session)
	{
		if (time_before(jiffies, session->master.futile_until))
			sessions &= ~BIT(bit);
	}
	return sessions;
}

/*
 * Folds the rows of exited processes in some sessions. Returns those that have got
 * little room by that.
 */
static u32 fold_shared(u32 sessions, bool comm_only)
{
	struct session *session;
	u32 before, stuck = 0;
	int bit;

	systally_who_share(comm_only);
	for_each_session(bit, session)
	{
		struct master *master = &session->master;

		if (!(sessions & BIT(bit)))
			continue;
		before = master->table->used;
		systally_master_fold_shared(master);
		systally_fold_full();
		if (master->table->used >= before - before / 8)
			stuck |= BIT(bit);
	}
	return stuck;
}

/*
 * Folds the rows of processes that have exited, in sessions that need room and
 * could not grow. Under both mutexes.
 * @sessions: bits
 */
static void fold_dead(u32 sessions)
{
	struct session *session;
	int bit;

	sessions = not_futile(sessions);
	if (!sessions)
		return;
	systally_who_mark_dead();
	flush_begin();
	synchronize_rcu_expedited();
	flush_end();
	sessions = fold_shared(sessions, false);
	if (sessions)
		sessions = fold_shared(sessions, true);
	systally_master_sweep();
	/* If most processes are alive, this gains nothing: wait a second before
	 * the next attempt.
	 */
	for_each_session(bit, session)
	{
		if (sessions & BIT(bit))
			session->master.futile_until = jiffies + HZ;
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
	return systally_fold_make_room(rows) |
	       (systally_who_crowded() ? GENMASK(TABLE_SESSIONS - 1, 0) : 0);
}

static void do_work(struct kthread_work *work)
{
	u32 stuck;

	rt_mutex_lock(&systally_tally_mutex);
	systally_name_work();
	systally_fold_full();
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
	systally_fold_full();
}

static int lock_killable(void)
{
	int err = mutex_lock_killable(&flush_mutex);

	if (err)
		return err;
	rt_mutex_lock(&systally_tally_mutex);
	systally_fold_full();
	return 0;
}

int systally_tally_flush(void)
{
	int err = lock_killable();

	if (err)
		return err;
	flush();
	systally_name_work();
	return 0;
}

void systally_tally_unlock(void)
{
	u32 stuck;

	systally_fold_full();
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
