// SPDX-License-Identifier: GPL-2.0-only
/*
 * The counters' keeping: handing the CPUs' tables over, and growing them.
 * tally.h says who may touch which table. Called by the hooks' handlers, by
 * control.c (epochs, reset) and by view.c.
 */
#include <linux/jiffies.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/workqueue.h>

#include "hist.h"
#include "master.h"
#include "memory.h"
#include "tally.h"

#define CPU_ROWS_MIN	64
#define CPU_ROWS	1024
#define CPU_ROWS_MAX	16384

DEFINE_PER_CPU(struct tally_cpu, systally_tally_cpu);
DEFINE_STATIC_KEY_FALSE(systally_threads_key);

/* Protects all below, and the tables as tally.h says. */
static DEFINE_MUTEX(tally_mutex);
static u64 serial = 1;		/* of the last table that came into use */
static u64 epoch;		/* serial of the current epoch's first table */
static u64 discarded;
static u64 generation;

static void fold_retired(struct work_struct *work);
static DECLARE_WORK(fold_work, fold_retired);

/* Make a clean table ready for use: slots that point to its rows from an
 * earlier use are told apart by the serial.
 */
static void stamp(struct table *table)
{
	table->serial = ++serial;
	table->epoch = epoch;
}

static struct table *stamped_table(u32 rows, int node)
{
	struct table *table = systally_table_alloc(rows, node);

	if (table)
		stamp(table);
	return table;
}

/*
 * A row in this CPU's table, or in the spare if it is full; NULL if there is
 * no room. Handlers only, preemption off since *@in was read.
 */
static struct table_row *make_row(struct table **in, u64 key, u64 start,
				  const char *comm)
{
	struct tally_cpu *cpu = this_cpu_ptr(&systally_tally_cpu);
	struct table *table = *in;

	if (table->used >= table_soft_limit(table)) {
		struct table *spare = xchg(&cpu->spare, NULL);

		/* With the spare we alone may replace the active table. If a
		 * flush has done so since *@in was read, it stays, and we
		 * go on with ours, for whose last handler it waits.
		 */
		if (spare && READ_ONCE(cpu->active) != table) {
			smp_store_release(&cpu->spare, spare);
		} else if (spare) {
			WRITE_ONCE(cpu->active, spare);
			/* Our stores to it come before: pairs with the
			 * acquire in take_retired().
			 */
			smp_store_release(&cpu->retired, table);
			*in = table = spare;
		}
		/* Takes raw locks only: fine with preemption off, on RT too. */
		queue_work(system_highpri_wq, &fold_work);
	}
	return table_insert(table, key, start, comm, table_hard_limit(table));
}

struct table_row *systally_tally_row(struct table **table, u64 key, u64 start)
{
	struct table_row *row = table_lookup(*table, key, start);

	if (!row)
		row = make_row(table, key, start,
			       systally_tally_owner(current)->comm);
	if (!row)
		row = table_unattributed(*table, key);
	return row;
}

/*
 * A row of current's process that tells more of its calls; without room for
 * it NULL, and that is counted.
 */
static struct table_row *row_beside(struct table **table, enum row_kind kind,
				    u32 sub, u64 key)
{
	const struct task_struct *leader = current->group_leader;
	u64 start = leader->start_boottime;
	struct table_row *row;

	key = key_make(kind, sub, key_tgid(key), key_abi(key), key_nr(key));
	row = table_lookup(*table, key, start);
	if (!row)
		row = make_row(table, key, start, leader->comm);
	if (!row)
		(*table)->untimed++;
	return row;
}

void systally_tally_error(struct table **table, u64 key, u32 error)
{
	struct table_row *row = row_beside(table, ROW_ERROR, error, key);

	if (row)
		row->count++;
}

void systally_tally_hist(struct table **table, u64 key, u32 index)
{
	struct table_row *row =
		row_beside(table, ROW_HIST,
			   HIST_SUB + index / SYSTALLY_HIST_BUCKETS, key);

	if (row)
		row->buckets[hist_bucket(index)]++;
}

static void note_exited(const struct task_struct *task, u32 tid)
{
	struct table *table = systally_tally_table();
	struct table_row *row;

	row = make_row(&table, key_make(ROW_EXITED, tid, task->tgid, 0, 0),
		       task->start_boottime, task->comm);
	/* A thread that execs takes its dead leader's id and start. */
	if (row)
		memcpy(row->comm, task->comm, SYSTALLY_COMM_LEN);
}

void systally_tally_exited(const struct task_struct *task, bool last)
{
	if (static_branch_unlikely(&systally_threads_key))
		note_exited(task, task->pid);
	if (last)
		note_exited(task->group_leader, 0);
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
	/* The cleaning comes before: pairs with the owner's xchg(). */
	smp_store_release(&cpu->spare, table);
}

/* A CPU that fills a table within a second gets one twice as large. */
static struct table *grow_retired(struct tally_cpu *cpu, int node,
				  struct table *table)
{
	u32 rows = 2 * table_rows(table);
	struct table *larger = NULL;
	unsigned int i;

	if (rows <= CPU_ROWS_MAX && time_before(jiffies, cpu->grown + HZ) &&
	    table_bytes(rows) * num_possible_cpus() <
	    systally_memory_max_bytes / 32 &&
	    systally_memory_room(4 * table_bytes(rows)))
		larger = stamped_table(rows, node);
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
 * Fold every CPU's counts, and give its tables the current epoch.
 * @hurry: at the cap: the CPUs must not wait for room any longer than needed
 */
static void flush(bool hurry)
{
	int cpu_nr;

	lockdep_assert_held(&tally_mutex);

	/* Where the owner has just taken the spare, its retired table is on
	 * the way: it is there after a grace period.
	 */
	for_each_possible_cpu(cpu_nr) {
		if (!READ_ONCE(per_cpu(systally_tally_cpu, cpu_nr).spare)) {
			synchronize_rcu();
			break;
		}
	}

	for_each_possible_cpu(cpu_nr) {
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
		/* Having the spare, we alone may replace the active table.
		 * The owner must see it clean: full barrier. Its old one is
		 * left where only we look, until its writer is done.
		 */
		spare = xchg(&cpu->active, spare);
		put_spare(cpu, cpu->third);
		cpu->third = spare;
	}

	if (hurry)
		synchronize_rcu_expedited();
	else
		synchronize_rcu();

	for_each_possible_cpu(cpu_nr) {
		struct tally_cpu *cpu = &per_cpu(systally_tally_cpu, cpu_nr);

		systally_master_fold(cpu->third);
		table_clean(cpu->third);
	}
}

/*
 * Keep room in the master for what the CPUs hold, so that a flush loses no
 * attribution. Where the cap forbids it, fold the processes that have exited.
 */
static void make_room(void)
{
	static unsigned long futile_until;
	u32 rows = 0;
	int cpu_nr;

	for_each_possible_cpu(cpu_nr) {
		const struct table *active =
			READ_ONCE(per_cpu(systally_tally_cpu, cpu_nr).active);

		/* As much again may come before the next look. */
		rows += 2 * READ_ONCE(active->used);
		if (!cpu_nr)
			rows += 2 * table_rows(active);
	}
	if (systally_master_grow(rows) || time_before(jiffies, futile_until))
		return;
	systally_master_mark_dead();
	flush(true);
	/* Where all live, there is nothing to gain: not again at once. */
	futile_until = jiffies;
	if (!systally_master_fold_dead())
		futile_until += HZ;
}

static void fold_retired(struct work_struct *work)
{
	int cpu_nr;

	mutex_lock(&tally_mutex);
	for_each_possible_cpu(cpu_nr) {
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
	/* Handlers that saw the old settings have done what they will. */
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
	/* A call in flight goes with its count: its exit finds another epoch. */
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

static void free_tables(void)
{
	int cpu_nr;

	for_each_possible_cpu(cpu_nr) {
		struct tally_cpu *cpu = &per_cpu(systally_tally_cpu, cpu_nr);

		systally_table_free(cpu->third);
		systally_table_free(cpu->retired);
		systally_table_free(cpu->spare);
		systally_table_free(cpu->active);
	}
}

int systally_tally_init(void)
{
	u32 rows = CPU_ROWS;
	int cpu_nr, err;

	while (rows > CPU_ROWS_MIN && 3 * PAGE_ALIGN(table_bytes(rows)) *
	       num_possible_cpus() > systally_memory_max_bytes / 8)
		rows /= 2;

	err = systally_master_init();
	if (err)
		return err;
	for_each_possible_cpu(cpu_nr) {
		struct tally_cpu *cpu = &per_cpu(systally_tally_cpu, cpu_nr);

		cpu->active = stamped_table(rows, cpu_to_node(cpu_nr));
		cpu->spare = stamped_table(rows, cpu_to_node(cpu_nr));
		cpu->third = stamped_table(rows, cpu_to_node(cpu_nr));
		if (!cpu->active || !cpu->spare || !cpu->third)
			goto err_free_tables;
		cpu->all[0] = cpu->active;
		cpu->all[1] = cpu->spare;
		cpu->all[2] = cpu->third;
	}
	return 0;

err_free_tables:
	free_tables();
	systally_master_exit();
	return -ENOMEM;
}

void systally_tally_exit(void)
{
	cancel_work_sync(&fold_work);
	free_tables();
	systally_master_exit();
}
