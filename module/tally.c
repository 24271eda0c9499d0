// SPDX-License-Identifier: GPL-2.0-only
/*
 * Folds the CPUs' tables into the master table, and grows them. tally.h says
 * which code may write which table.
 */
#include <linux/cpuhotplug.h>
#include <linux/jiffies.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>

#include "master.h"
#include "memory.h"
#include "tally.h"
#include "worker.h"

/*
 * Rows of a CPU's table: CPU_ROWS at first, fewer if the cap is low.
 * CPU_ROWS_MIN is enough for the histograms of about a hundred calls of one
 * process. A table grows to CPU_ROWS_MAX at most.
 */
#define CPU_ROWS_MIN 256
#define CPU_ROWS     1024
#define CPU_ROWS_MAX 16384

DEFINE_PER_CPU(struct tally_cpu, systally_tally_cpu);

/* Protects the data below, and the tables as tally.h says. */
static DEFINE_MUTEX(tally_mutex);
static u64 serial = 1; /* of the table that was put to use last */
static u64 epoch;      /* serial of the current epoch's first table */
static u64 discarded;  /* calls that resets threw away, since load */
static u64 generation; /* number of resets since load */

/* Set at load: the state that make_tables() belongs to */
static enum cpuhp_state hotplug_state;

static void fold_retired(struct kthread_work *work);
static DEFINE_KTHREAD_WORK(fold_work, fold_retired);

/*
 * Prepares a clean table for use. The new serial invalidates slots that point
 * to its rows from an earlier use.
 */
static void stamp(struct table *table)
{
	table->serial = ++serial;
	table->epoch = epoch;
}

static struct table *stamped_table(u32 rows, int node, bool beyond)
{
	struct table *table = beyond ? systally_table_alloc_beyond(rows, node) :
				       systally_table_alloc(rows, node);

	if (table)
		stamp(table);
	return table;
}

static struct table *take_retired(struct tally_cpu *cpu)
{
	/* Pairs with the release in make_row(). */
	struct table *retired = smp_load_acquire(&cpu->retired);

	if (retired)
		WRITE_ONCE(cpu->retired, NULL);
	return retired;
}

static void put_spare(struct tally_cpu *cpu, struct table *table)
{
	table_clean(table);
	stamp(table);
	/* After the cleaning. Pairs with the xchg() in make_row(). */
	smp_store_release(&cpu->spare, table);
}

/*
 * Replaces a retired table by one twice as large if its CPU filled it within a
 * second. Returns the table to use, @table itself if it stays.
 */
static struct table *grow_retired(struct tally_cpu *cpu, int node,
				  struct table *table)
{
	u32 rows = 2 * table_rows(table);
	struct table *larger = NULL;
	unsigned int i;

	if (rows <= CPU_ROWS_MAX && time_before(jiffies, cpu->grown + HZ) &&
	    table_row_bytes(rows) * num_online_cpus() <=
		    systally_memory_max_bytes / 32 &&
	    systally_memory_room(4 * table_bytes(rows)))
		larger = stamped_table(rows, node, false);
	cpu->grown = jiffies;
	if (!larger)
		return table;
	raw_spin_lock_irq(&systally_move_lock);
	for (i = 0; cpu->all[i] != table; i++)
		;
	cpu->all[i] = larger;
	raw_spin_unlock_irq(&systally_move_lock);
	systally_table_free(table);
	return larger;
}

/*
 * Folds every CPU's counts into the master, and gives its tables the current
 * epoch.
 * @hurry: use expedited grace periods: the cap is reached, and CPUs need room
 */
static void flush(bool hurry)
{
	int cpu_nr;

	lockdep_assert_held(&tally_mutex);

	/* A CPU that has just taken its spare stores its full table to
	 * `retired`. After a grace period it has done so.
	 */
	for_each_tally_cpu(cpu_nr) {
		if (!READ_ONCE(per_cpu(systally_tally_cpu, cpu_nr).spare)) {
			synchronize_rcu();
			break;
		}
	}

	for_each_tally_cpu(cpu_nr) {
		struct tally_cpu *cpu = &per_cpu(systally_tally_cpu, cpu_nr);
		struct table *spare = xchg(&cpu->spare, NULL);

		while (!spare) {
			struct table *retired = take_retired(cpu);

			if (retired) {
				systally_master_fold(retired);
				table_clean(retired);
				spare = retired;
			} else {
				synchronize_rcu();
				spare = xchg(&cpu->spare, NULL);
			}
		}
		stamp(spare);
		/* Only the holder of the spare may replace the active table.
		 * xchg() is a full barrier, so the CPU finds the new table
		 * clean. The old table becomes the third, which only this
		 * function uses, until its writer has finished.
		 */
		spare = xchg(&cpu->active, spare);
		put_spare(cpu, cpu->third);
		cpu->third = spare;
	}

	if (hurry)
		synchronize_rcu_expedited();
	else
		synchronize_rcu();

	for_each_tally_cpu(cpu_nr) {
		struct tally_cpu *cpu = &per_cpu(systally_tally_cpu, cpu_nr);

		systally_master_fold(cpu->third);
		table_clean(cpu->third);
	}
}

/*
 * Makes sure that the master has room for the rows of all CPUs, so that a flush
 * never has to count calls as unattributed. Where the cap does not allow it to
 * grow, the rows of processes that have exited are folded.
 */
static void make_room(void)
{
	static unsigned long futile_until; /* jiffies; tally_mutex */
	u32 rows = 0, largest = 0;
	int cpu_nr;

	for_each_tally_cpu(cpu_nr) {
		const struct table *active =
			READ_ONCE(per_cpu(systally_tally_cpu, cpu_nr).active);

		/* The CPU may add as many again before the next look. */
		rows += 2 * READ_ONCE(active->used);
		largest = max(largest, table_rows(active));
	}
	rows += 2 * largest;
	if (systally_master_grow(rows) || time_before(jiffies, futile_until))
		return;
	systally_master_mark_dead();
	flush(true);
	/* If most processes are alive, this gains nothing: wait a second
	 * before the next attempt.
	 */
	futile_until = jiffies;
	if (!systally_master_fold_dead())
		futile_until += HZ;
}

static void fold_retired(struct kthread_work *work)
{
	int cpu_nr;

	mutex_lock(&tally_mutex);
	for_each_tally_cpu(cpu_nr) {
		struct tally_cpu *cpu = &per_cpu(systally_tally_cpu, cpu_nr);
		struct table *retired = take_retired(cpu);

		if (!retired)
			continue;
		systally_master_fold(retired);
		put_spare(cpu, grow_retired(cpu, cpu_to_node(cpu_nr), retired));
	}
	make_room();
	mutex_unlock(&tally_mutex);
}

void systally_tally_fold_soon(void)
{
	systally_worker_queue(&fold_work);
}

int systally_tally_lock(void)
{
	return mutex_lock_killable(&tally_mutex);
}

void systally_tally_unlock(void)
{
	mutex_unlock(&tally_mutex);
}

struct table *systally_tally_flush(void)
{
	flush(false);
	make_room();
	return systally_master_table();
}

void systally_tally_new_epoch(void)
{
	mutex_lock(&tally_mutex);
	epoch = serial + 1;
	flush(false);
	mutex_unlock(&tally_mutex);
}

void systally_tally_settle(void)
{
	/* Handlers that saw the old settings have ended after this. */
	synchronize_rcu();
	mutex_lock(&tally_mutex);
	flush(false);
	mutex_unlock(&tally_mutex);
}

int systally_tally_reset(void)
{
	int err = mutex_lock_killable(&tally_mutex);

	if (err)
		return err;
	/* A call in flight is discarded as well: its exit finds a new epoch. */
	epoch = serial + 1;
	flush(false);
	discarded += systally_master_table()->entered;
	generation++;
	systally_master_clean();
	mutex_unlock(&tally_mutex);
	return 0;
}

u64 systally_tally_discarded(void)
{
	lockdep_assert_held(&tally_mutex);
	return discarded;
}

u64 systally_tally_generation(void)
{
	lockdep_assert_held(&tally_mutex);
	return generation;
}

u64 systally_tally_epoch(void)
{
	return READ_ONCE(epoch);
}

u64 systally_tally_next_serial(void)
{
	u64 next;

	mutex_lock(&tally_mutex);
	next = serial + 1;
	mutex_unlock(&tally_mutex);
	return next;
}

static void free_tables(struct tally_cpu *cpu)
{
	systally_table_free(cpu->third);
	systally_table_free(cpu->retired);
	systally_table_free(cpu->spare);
	systally_table_free(cpu->active);
	memset(cpu, 0, sizeof(*cpu));
}

/* Rows of a new table. All tables together take at most an eighth of the cap. */
static u32 first_rows(void)
{
	u32 rows = CPU_ROWS;

	while (rows > CPU_ROWS_MIN &&
	       3 * table_row_bytes(rows) * num_online_cpus() >
		       systally_memory_max_bytes / 8)
		rows /= 2;
	return rows;
}

/*
 * Makes the tables of a CPU that comes online for the first time, before it
 * runs a task. A CPU that goes offline keeps them, with what they count.
 * Process context, under the kernel's cpu_hotplug_lock; sleeps. Returns 0, or
 * -ENOMEM: then the module does not load, or the CPU does not come online. The
 * cap must not keep a CPU offline: it holds for the CPUs at load only.
 */
static int make_tables(unsigned int cpu_nr)
{
	struct tally_cpu *cpu = &per_cpu(systally_tally_cpu, cpu_nr);
	struct tally_cpu new = {};
	int node = cpu_to_node(cpu_nr);
	bool loaded = hotplug_state;
	u32 rows = first_rows();

	if (systally_tally_has_cpu(cpu_nr))
		return 0;
	mutex_lock(&tally_mutex);
	new.active = stamped_table(rows, node, loaded);
	new.spare = stamped_table(rows, node, loaded);
	new.third = stamped_table(rows, node, loaded);
	new.all[0] = new.active;
	new.all[1] = new.spare;
	new.all[2] = new.third;
	if (!new.active || !new.spare || !new.third) {
		free_tables(&new);
		mutex_unlock(&tally_mutex);
		return -ENOMEM;
	}
	raw_spin_lock_irq(&systally_move_lock);
	*cpu = new;
	raw_spin_unlock_irq(&systally_move_lock);
	mutex_unlock(&tally_mutex);
	return 0;
}

static void free_all_tables(void)
{
	int cpu_nr;

	for_each_tally_cpu(cpu_nr)
		free_tables(&per_cpu(systally_tally_cpu, cpu_nr));
}

int systally_tally_init(void)
{
	int err;

	err = systally_master_init();
	if (err)
		return err;
	/* Calls make_tables() for the CPUs that are online now, too. */
	err = cpuhp_setup_state(CPUHP_BP_PREPARE_DYN, "systally:tables",
				make_tables, NULL);
	if (err < 0) {
		free_all_tables();
		systally_master_exit();
		return err;
	}
	hotplug_state = err;
	return 0;
}

void systally_tally_exit(void)
{
	cpuhp_remove_state(hotplug_state);
	free_all_tables();
	systally_master_exit();
}
