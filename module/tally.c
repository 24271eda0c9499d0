// SPDX-License-Identifier: GPL-2.0-only
/*
 * The counters' keeping: handing tables over, folding, growth, the cap.
 * tally.h says who may touch which table. Called by the hooks' handlers, by
 * control.c (epochs, reset) and by view.c.
 */
#include <linux/jiffies.h>
#include <linux/mutex.h>
#include <linux/pid.h>
#include <linux/pid_namespace.h>
#include <linux/rcupdate.h>
#include <linux/sched/signal.h>
#include <linux/workqueue.h>

#include "memory.h"
#include "tally.h"

#define CPU_ROWS_MIN	64
#define CPU_ROWS	1024
#define CPU_ROWS_MAX	16384
#define MASTER_ROWS	1024

DEFINE_PER_CPU(struct tally_cpu, systally_tally_cpu);
DEFINE_STATIC_KEY_FALSE(systally_threads_key);

/* Protects all below, and the tables as tally.h says. */
static DEFINE_MUTEX(tally_mutex);
static struct table *master;
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

static struct table *table_alloc(u32 rows, int node)
{
	struct table *table = systally_memory_alloc(table_bytes(rows), node);

	if (table) {
		table_init(table, rows);
		stamp(table);
	}
	return table;
}

static void table_free(struct table *table)
{
	if (table)
		systally_memory_free(table, table_bytes(table_rows(table)));
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

		/* With the spare we alone may replace the active table, which
		 * is still *@in: a flush would have taken the spare before
		 * and not put one back until we are done.
		 */
		if (spare) {
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

void systally_tally_error(struct table *table, u64 key, u32 error)
{
	const struct task_struct *leader = current->group_leader;
	u64 start = leader->start_boottime;
	struct table_row *row;

	key = key_make(ROW_ERROR, error, key_tgid(key), key_abi(key),
		       key_nr(key));
	row = table_lookup(table, key, start);
	if (!row)
		row = make_row(&table, key, start, leader->comm);
	if (row)
		row->count++;
}

void systally_tally_exited(const struct task_struct *task)
{
	const struct task_struct *owner = systally_tally_owner(task);
	struct table *table = systally_tally_table();
	u32 tid = 0;

	if (static_branch_unlikely(&systally_threads_key))
		tid = task->pid;
	make_row(&table, key_make(ROW_EXITED, tid, task->tgid, 0, 0),
		 owner->start_boottime, owner->comm);
}

/* The tid of a thread's row, 0 of a process's */
static u32 row_tid(const struct table_row *row)
{
	return key_kind(row->key) == ROW_THREAD ? key_sub(row->key) : 0;
}

/* Whether the process, or thread, that a row belongs to can still make calls */
static bool row_lives(const struct table_row *row, char *comm)
{
	u32 tid = key_kind(row->key) == ROW_EXITED ? key_sub(row->key) :
						     row_tid(row);
	const struct task_struct *task;
	bool lives = false;

	rcu_read_lock();
	task = pid_task(find_pid_ns(tid ?: key_tgid(row->key), &init_pid_ns),
			PIDTYPE_PID);
	if (task && task->start_boottime == row->start) {
		lives = tid ? !(READ_ONCE(task->flags) & PF_EXITING) :
			atomic_read(&task->signal->live) > 0;
		if (comm)
			memcpy(comm, task->comm, SYSTALLY_COMM_LEN);
	}
	rcu_read_unlock();
	return lives;
}

/* The row that systally_tally_exited() left for a row's process, or NULL */
static const struct table_row *row_exited(struct table *table,
					  const struct table_row *row)
{
	return table_lookup(table,
			    key_make(ROW_EXITED, row_tid(row),
				     key_tgid(row->key), 0, 0),
			    row->start);
}

static bool row_is_personal(const struct table_row *row)
{
	switch (key_kind(row->key)) {
	case ROW_CALL:
	case ROW_THREAD:
	case ROW_ERROR:
	case ROW_EXITED:
		return true;
	default:
		return false;
	}
}

void systally_tally_comm(const struct table_row *row, char *comm)
{
	const struct table_row *exited;

	memcpy(comm, row->comm, SYSTALLY_COMM_LEN);
	if (!row_is_personal(row))
		return;
	exited = row_exited(master, row);
	if (exited)
		memcpy(comm, exited->comm, SYSTALLY_COMM_LEN);
	else
		row_lives(row, comm);
	comm[SYSTALLY_COMM_LEN - 1] = '\0';
}

/* Add a row as it is; what has no room counts as unattributed. */
static void copy_row(struct table *to, const struct table_row *row)
{
	enum row_kind kind = key_kind(row->key);
	struct table_row *sum = NULL;

	if (kind != ROW_UNATTRIBUTED)
		sum = table_insert(to, row->key, row->start, row->comm,
				   table_hard_limit(to));
	if (!sum && (kind == ROW_EXITED || kind == ROW_ERROR ||
		     kind == ROW_FOLDED_ERROR))
		return;
	if (!sum)
		sum = table_unattributed(to, row->key);
	if (sum)
		row_add(sum, row);
	else
		to->nameless += row->count;
}

/*
 * A copy of the master with @rows rows. With @fold, rows of processes that
 * have exited become one per command. Everyone's tables must be folded
 * first, or a process's later rows would miss its last comm.
 */
static int master_rebuild(u32 rows, bool fold)
{
	struct table *old = master, *new = table_alloc(rows, NUMA_NO_NODE);
	u32 i;

	if (!new)
		return -ENOMEM;
	table_add_sums(new, old);
	for (i = 0; i < table_rows(old); i++) {
		struct table_row *row = &old->rows[i];
		const struct table_row *exited;

		if (!row->key)
			continue;
		if (!fold || !row_is_personal(row) || row_lives(row, NULL)) {
			copy_row(new, row);
			continue;
		}
		if (key_kind(row->key) == ROW_EXITED)
			continue;
		exited = row_exited(old, row);
		if (!table_fold_row(new, row, exited ? exited->comm : row->comm,
				    table_hard_limit(new)))
			copy_row(new, row);
		cond_resched();
	}
	master = new;
	table_free(old);
	return 0;
}

/*
 * Whether the master has room for @rows more, doubled as long as the cap
 * allows that and a later rebuild at the new size.
 */
static bool master_grow(u32 rows)
{
	u32 size = table_rows(master);

	while (size - size / 8 < master->used + rows)
		size *= 2;
	if (size == table_rows(master))
		return true;
	return systally_memory_room(2 * table_bytes(size)) &&
	       !master_rebuild(size, false);
}

static void fold_table(struct table *from)
{
	u32 i;

	lockdep_assert_held(&tally_mutex);
	master_grow(from->used);
	table_add_sums(master, from);
	for (i = 0; from->used && i < table_rows(from); i++)
		if (from->rows[i].key)
			copy_row(master, &from->rows[i]);
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

	if (rows <= CPU_ROWS_MAX && time_before(jiffies, cpu->grown + HZ) &&
	    table_bytes(rows) * num_possible_cpus() <
	    systally_memory_max_bytes / 32 &&
	    systally_memory_room(4 * table_bytes(rows)))
		larger = table_alloc(rows, node);
	cpu->grown = jiffies;
	if (!larger)
		return table;
	table_free(table);
	return larger;
}

/* Fold every CPU's counts, and give its tables the current epoch. */
static void flush(void)
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
				fold_table(retired);
				table_clean(retired);
				spare = retired;
			} else {
				synchronize_rcu();
			}
		}
		stamp(spare);
		/* Having the spare, we alone may replace the active table.
		 * The owner must see it clean: full barrier. Its old one is
		 * left where only we look, until its writer is done.
		 */
		spare = xchg(&cpu->active, spare);
		WRITE_ONCE(cpu->retired, spare);
	}

	synchronize_rcu();

	for_each_possible_cpu(cpu_nr) {
		struct tally_cpu *cpu = &per_cpu(systally_tally_cpu, cpu_nr);
		struct table *retired = take_retired(cpu);

		fold_table(retired);
		put_spare(cpu, retired);
	}
}

/*
 * Keep room in the master for all that the CPUs hold: a flush then loses no
 * attribution. Where the cap forbids it, fold the processes that have exited.
 * Only after a flush are all their rows in the master, beside their last comm.
 */
static void make_room(bool flushed)
{
	u32 rows = 0;
	int cpu_nr;

	for_each_possible_cpu(cpu_nr)
		rows += 2 * table_rows(per_cpu(systally_tally_cpu,
					       cpu_nr).active);
	if (master_grow(rows))
		return;
	if (!flushed)
		flush();
	master_rebuild(table_rows(master), true);
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
		fold_table(retired);
		put_spare(cpu, grow_retired(cpu, cpu_to_node(cpu_nr), retired));
	}
	make_room(false);
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
	flush();
	make_room(true);
	return master;
}

void systally_tally_new_epoch(void)
{
	mutex_lock(&tally_mutex);
	epoch = serial + 1;
	flush();
	mutex_unlock(&tally_mutex);
}

void systally_tally_settle(void)
{
	mutex_lock(&tally_mutex);
	flush();
	mutex_unlock(&tally_mutex);
}

int systally_tally_reset(void)
{
	int err = mutex_lock_killable(&tally_mutex);

	if (err)
		return err;
	/* A call in flight goes with its count: its exit finds another epoch. */
	epoch = serial + 1;
	flush();
	discarded += master->entered;
	generation++;
	table_clean(master);
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

		table_free(cpu->retired);
		table_free(cpu->spare);
		table_free(cpu->active);
	}
	table_free(master);
}

int systally_tally_init(void)
{
	u32 rows = CPU_ROWS;
	int cpu_nr;

	while (rows > CPU_ROWS_MIN && 2 * table_bytes(rows) *
	       num_possible_cpus() > systally_memory_max_bytes / 8)
		rows /= 2;

	master = table_alloc(MASTER_ROWS, NUMA_NO_NODE);
	if (!master)
		return -ENOMEM;
	for_each_possible_cpu(cpu_nr) {
		struct tally_cpu *cpu = &per_cpu(systally_tally_cpu, cpu_nr);

		cpu->active = table_alloc(rows, cpu_to_node(cpu_nr));
		cpu->spare = table_alloc(rows, cpu_to_node(cpu_nr));
		if (!cpu->active || !cpu->spare)
			goto err_free_tables;
	}
	return 0;

err_free_tables:
	free_tables();
	return -ENOMEM;
}

void systally_tally_exit(void)
{
	cancel_work_sync(&fold_work);
	free_tables();
}
