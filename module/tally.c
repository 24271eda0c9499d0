// SPDX-License-Identifier: GPL-2.0-only
/*
 * Folds the CPUs' tables into the master table. cpu_tables.h says which code may
 * write which table.
 */
#include <linux/err.h>
#include <linux/jiffies.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/rtmutex.h>

#include "master.h"
#include "tally.h"
#include "worker.h"

/*
 * Serialises flushes; taken before systally_tally_mutex. A flush keeps it while
 * it waits for a grace period, so that full tables can be folded meanwhile. The
 * worker never waits for it.
 */
static DEFINE_MUTEX(flush_mutex);

/* Both under systally_tally_mutex; since load */
static u64 discarded;  /* calls that resets threw away */
static u64 generation; /* number of resets */

static void do_work(struct kthread_work *work);
static DEFINE_KTHREAD_WORK(fold_work, do_work);

/*
 * Folds the full tables for which the master has room, or all of them. A retired
 * one becomes its CPU's spare at once: a CPU that fills its last table before
 * that loses the rows of calls. If tables must wait for room, returns how many
 * rows one of them has, else 0.
 */
static u32 fold_those_with_room(bool all)
{
	u32 waits = 0;
	unsigned int i;
	int cpu_nr;

	for_each_tally_cpu(cpu_nr) {
		struct tally_cpu *cpu = &per_cpu(systally_tally_cpu, cpu_nr);
		/* Pairs with the release in make_row(). */
		struct table *retired = smp_load_acquire(&cpu->retired);

		if (!retired)
			continue;
		if (!all && !systally_master_has_room(retired->used)) {
			waits = retired->used;
			continue;
		}
		WRITE_ONCE(cpu->retired, NULL);
		systally_master_fold(retired);
		systally_cpu_tables_put_spare(cpu, retired);
		systally_cpu_tables_filled(cpu);
	}
	for (i = 0; i < TALLY_BACKLOG_MAX && systally_tally_backlog[i]; i++)
		;
	/* From the last one on, since query.c looks at all up to a NULL. */
	while (i--) {
		struct table *table = systally_tally_backlog[i];

		if (!all && !systally_master_has_room(table->used))
			return table->used;
		systally_master_fold(table);
		raw_spin_lock_irq(&systally_move_lock);
		systally_tally_backlog[i] = NULL;
		raw_spin_unlock_irq(&systally_move_lock);
		systally_table_free(table);
	}
	return waits;
}

/*
 * Folds all full tables, and ends the rebuild that goes on or that this needs.
 * Meanwhile, CPUs that fill their tables get others. Returns false if there was
 * no memory, or if the cap did not allow it: then calls may have lost their rows.
 */
static bool fold_full(void)
{
	bool has_memory = true;
	u32 waits;

	lockdep_assert_held(&systally_tally_mutex);
	while ((waits = fold_those_with_room(!has_memory)) ||
	       systally_master_is_rebuilding()) {
		if (systally_master_is_rebuilding()) {
			if (waits)
				systally_cpu_tables_relieve();
			has_memory = systally_master_step();
		} else {
			has_memory = systally_master_grow(waits);
		}
	}
	return has_memory;
}

/*
 * Makes room for @rows more rows in the master. Returns false if there is no
 * memory or the cap does not allow it.
 */
static bool grow_master(u32 rows)
{
	bool has_memory;

	/* Full tables may take the room meanwhile. */
	while ((has_memory = systally_master_grow(rows)) &&
	       systally_master_is_rebuilding() && (has_memory = fold_full()))
		;
	return has_memory;
}

/* Folds a table that is none of the full ones above. */
static void fold(struct table *table)
{
	grow_master(table->used);
	systally_master_fold(table);
}

/* Throws a table's counts away, as a reset does. */
static void discard(struct table *table)
{
	discarded += table->entered;
}

/*
 * Takes a CPU's spare, so that the CPU cannot replace its active table. A CPU
 * without a spare has a full table, which becomes the spare.
 * @is_reset: whether that table is discarded; else it is folded
 */
static struct table *take_spare(struct tally_cpu *cpu, bool is_reset)
{
	struct table *spare = xchg(&cpu->spare, NULL), *retired;

	if (!spare && !is_reset) {
		/* The CPU gets its table back before others are folded. */
		fold_full();
		spare = xchg(&cpu->spare, NULL);
	}
	while (!spare) {
		/* Pairs with the release in make_row(). */
		retired = smp_load_acquire(&cpu->retired);
		if (retired) {
			WRITE_ONCE(cpu->retired, NULL);
			if (is_reset)
				discard(retired);
			else
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
 * @is_reset: whether full tables are discarded; else they are folded
 */
static void flush_begin(bool is_reset)
{
	int cpu_nr;

	lockdep_assert_held(&flush_mutex);
	lockdep_assert_held(&systally_tally_mutex);

	for_each_tally_cpu(cpu_nr) {
		struct tally_cpu *cpu = &per_cpu(systally_tally_cpu, cpu_nr);
		struct table *spare = take_spare(cpu, is_reset);

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
 * @is_reset: whether these tables are discarded; else they are folded
 */
static void flush_end(bool is_reset)
{
	int cpu_nr;

	lockdep_assert_held(&flush_mutex);
	lockdep_assert_held(&systally_tally_mutex);
	for_each_tally_cpu(cpu_nr) {
		struct table *third = per_cpu(systally_tally_cpu, cpu_nr).third;

		if (is_reset)
			discard(third);
		else
			fold(third);
		table_clean(third);
	}
}

/*
 * Folds every CPU's counts into the master. The worker folds full tables in the
 * meantime. Under flush_mutex; takes systally_tally_mutex and keeps it.
 * @new_epoch: begin one
 */
static void flush(bool new_epoch)
{
	rt_mutex_lock(&systally_tally_mutex);
	fold_full();
	if (new_epoch)
		systally_cpu_tables_new_epoch();
	flush_begin(false);
	rt_mutex_unlock(&systally_tally_mutex);
	synchronize_rcu();
	rt_mutex_lock(&systally_tally_mutex);
	flush_end(false);
}

/*
 * Folds the rows of processes that have exited, because the master needs room
 * and the cap does not allow it to grow. Under both mutexes.
 */
static void fold_dead(void)
{
	static unsigned long futile_until; /* jiffies; systally_tally_mutex */
	u32 before;

	if (time_before(jiffies, futile_until))
		return;
	systally_master_mark_dead();
	flush_begin(false);
	synchronize_rcu_expedited();
	flush_end(false);
	before = systally_master_table()->used;
	systally_master_fold_dead();
	fold_full();
	/* If most processes are alive, this gains nothing: wait a second
	 * before the next attempt.
	 */
	futile_until = jiffies;
	if (systally_master_table()->used >= before - before / 8)
		futile_until += HZ;
}

/*
 * Makes room in the master for the rows of all CPUs, so that a flush never has
 * to count calls as unattributed. Returns false if the cap does not allow it.
 */
static bool make_room(void)
{
	u32 rows = 0, largest = 0;
	int cpu_nr;

	for_each_tally_cpu(cpu_nr) {
		const struct table *active =
			READ_ONCE(per_cpu(systally_tally_cpu, cpu_nr).active);

		/* The CPU may add as many again before the next look. */
		rows += 2 * READ_ONCE(active->used);
		largest = max(largest, table_rows(active));
	}
	return grow_master(rows + 2 * largest);
}

static void do_work(struct kthread_work *work)
{
	rt_mutex_lock(&systally_tally_mutex);
	fold_full();
	/* If a flush goes on, it does the same at its end. */
	if (!make_room() && mutex_trylock(&flush_mutex)) {
		fold_dead();
		mutex_unlock(&flush_mutex);
	}
	systally_cpu_tables_grow();
	rt_mutex_unlock(&systally_tally_mutex);
}

void systally_tally_fold_soon(void)
{
	systally_worker_queue(&fold_work);
}

struct table *systally_tally_flush(void)
{
	int err = mutex_lock_killable(&flush_mutex);

	if (err)
		return ERR_PTR(err);
	flush(false);
	return systally_master_table();
}

void systally_tally_unlock(void)
{
	fold_full();
	if (!make_room())
		fold_dead();
	rt_mutex_unlock(&systally_tally_mutex);
	mutex_unlock(&flush_mutex);
}

void systally_tally_new_epoch(void)
{
	mutex_lock(&flush_mutex);
	flush(true);
	systally_tally_unlock();
}

void systally_tally_settle(void)
{
	/* Handlers that saw the old settings have ended after this. */
	synchronize_rcu();
	mutex_lock(&flush_mutex);
	flush(false);
	systally_tally_unlock();
}

int systally_tally_reset(void)
{
	int err = mutex_lock_killable(&flush_mutex);

	if (err)
		return err;
	rt_mutex_lock(&systally_tally_mutex);
	/* A call in flight is discarded as well: its exit finds a new epoch.
	 * Nothing is folded until the master is empty, so that no call of the
	 * new epoch is discarded.
	 */
	systally_cpu_tables_new_epoch();
	flush_begin(true);
	synchronize_rcu();
	flush_end(true);
	discarded += systally_master_table()->entered;
	generation++;
	systally_master_clean();
	systally_tally_unlock();
	return 0;
}

u64 systally_tally_discarded(void)
{
	lockdep_assert_held(&systally_tally_mutex);
	return discarded;
}

u64 systally_tally_generation(void)
{
	lockdep_assert_held(&systally_tally_mutex);
	return generation;
}

u32 systally_tally_used(void)
{
	const struct table *successor;
	int cpu_nr, i;
	u32 rows;

	raw_spin_lock_irq(&systally_move_lock);
	successor = systally_master_successor();
	rows = systally_master_table()->used +
	       (successor ? successor->used : 0);
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
	int err = systally_master_init();

	if (err)
		return err;
	err = systally_cpu_tables_init();
	if (err)
		systally_master_exit();
	return err;
}

void systally_tally_exit(void)
{
	systally_cpu_tables_exit();
	systally_master_exit();
}
