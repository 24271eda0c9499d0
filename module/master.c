// SPDX-License-Identifier: GPL-2.0-only
/*
 * The master table: adding tables to it, growing it, and folding the rows of
 * processes that have exited.
 */
#include <linux/delay.h>
#include <linux/numa.h>
#include <linux/pid.h>
#include <linux/pid_namespace.h>
#include <linux/rcupdate.h>
#include <linux/sched/signal.h>

#include "master.h"
#include "memory.h"
#include "worker.h"

#define MASTER_ROWS 4096

/*
 * The last byte of a row's comm, which is always NUL when the comm is shown:
 * not 0 marks a row of a process that has exited.
 */
#define COMM_DEAD (SYSTALLY_COMM_LEN - 1)

/* Rows that are moved with interrupts off at a time: some microseconds */
#define MOVE_ROWS 32

/* Rows that a step of a rebuild moves: a fraction of a millisecond */
#define STEP_ROWS 512

/* Adds a row of the old master to the new one, as a whole or in another form */
typedef void carry_row(struct table *to, const struct table_row *row);

/*
 * These are written under the tally's mutex and systally_move_lock, and read
 * under either.
 */
static struct table *master, *successor;
static bool being_cleaned;
DEFINE_RAW_SPINLOCK(systally_move_lock);

/*
 * A rebuild first waits for the successor, which the other thread allocates.
 * Then the rows of the master move to the successor step by step, and folds add
 * to the successor.
 */
enum rebuild {
	REBUILD_NONE,
	REBUILD_ALLOCATES,
	REBUILD_MOVES,
};

/* Of the rebuild that goes on; under the tally's mutex */
static enum rebuild rebuild;
static u32 next;    /* place in the old master from which on rows move */
static u32 unmoved; /* how many rows have yet to move */
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

/* The tid of a thread's row; 0 for a process's row */
static u32 row_tid(const struct table_row *row)
{
	return key_kind(row->key) == ROW_THREAD ? key_sub(row->key) : 0;
}

/*
 * Whether the process or thread of a row can still make calls.
 * @comm: set to its name if it can; may be NULL
 */
static bool row_is_alive(const struct table_row *row, char *comm)
{
	u32 tid = row_tid(row);
	const struct task_struct *task;
	bool alive = false;

	rcu_read_lock();
	task = pid_task(find_pid_ns(tid ?: key_tgid(row->key), &init_pid_ns),
			PIDTYPE_PID);
	if (task && task->start_boottime == row->start)
		alive = tid ? !(READ_ONCE(task->flags) & PF_EXITING) :
			      atomic_read(&task->signal->live) > 0;
	if (alive && comm)
		memcpy(comm, task->comm, SYSTALLY_COMM_LEN);
	rcu_read_unlock();
	return alive;
}

/* The row that systally_tally_exited() made for a row's process, or NULL */
static const struct table_row *row_exited(const struct table_row *row)
{
	return table_lookup(
		master,
		key_make(ROW_EXITED, row_tid(row), key_tgid(row->key), 0, 0),
		row->start);
}

/* Whether a row counts calls of one process or thread */
static bool row_is_personal(const struct table_row *row)
{
	enum row_kind kind = key_kind(row->key);

	return row->key &&
	       (kind == ROW_CALL || kind == ROW_THREAD || kind == ROW_ERROR ||
		kind == ROW_HIST || kind == ROW_TLS);
}

void systally_master_comm(const struct table_row *row, char *comm)
{
	const struct table_row *exited = NULL;
	bool alive = false;

	if (row_is_personal(row)) {
		exited = row_exited(row);
		/* A thread that execs takes the id and the start of its leader,
		 * which has exited: only a process's exit is final.
		 */
		alive = (!exited || row_tid(row)) && row_is_alive(row, comm);
	}
	if (!alive)
		memcpy(comm, exited ? exited->comm : row->comm,
		       SYSTALLY_COMM_LEN);
	comm[SYSTALLY_COMM_LEN - 1] = '\0';
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
 * Adds a row as it is. Without room, calls are counted as unattributed, errors,
 * histograms and TLS as untimed, and denied calls as exits without an entry.
 */
static void copy_row(struct table *to, const struct table_row *row)
{
	enum row_kind kind = key_kind(row->key);
	struct table_row *sum = NULL;

	if (kind != ROW_UNATTRIBUTED)
		sum = table_insert(to, row->key, row->start, row->comm,
				   table_limit(to, kind));
	if (kind == ROW_EXITED) {
		/* A thread that execs takes its leader's place: keep the
		 * later name.
		 */
		if (sum)
			memcpy(sum->comm, row->comm, SYSTALLY_COMM_LEN);
		return;
	}
	if (!sum && kind_is_detail(kind)) {
		to->untimed += row_events(row);
		return;
	}
	if (!sum && kind == ROW_DENIED) {
		to->orphan_exits += row->count;
		return;
	}
	if (sum) {
		row_add(sum, row);
		add_tallied(to, row);
		return;
	}
	sum = table_unattributed(to, row->key);
	if (sum)
		row_add(sum, row);
	else
		to->no_row += row->count;
}

/*
 * Moves the counts of the rows in some places to @to, and leaves 0 behind.
 * Returns how many rows these are.
 */
static u32 move_rows(struct table *to, carry_row *carry, struct table *from,
		     u32 first)
{
	u32 i, end = min(first + MOVE_ROWS, table_rows(from)), count = 0;

	raw_spin_lock_irq(&systally_move_lock);
	for (i = first; i < end; i++) {
		struct table_row *row = &from->rows[i];

		if (!row->key)
			continue;
		carry(to, row);
		memset(row->buckets, 0, sizeof(row->buckets));
		count++;
	}
	raw_spin_unlock_irq(&systally_move_lock);
	return count;
}

static void set_successor(struct table *table)
{
	raw_spin_lock_irq(&systally_move_lock);
	successor = table;
	raw_spin_unlock_irq(&systally_move_lock);
}

/* Keeps room in the cap for the next rebuild. */
static void reserve_rebuild(void)
{
	systally_memory_reserve(table_bytes(table_rows(master)));
}

/*
 * Begins to replace the master by a new table of @rows rows. Returns false if
 * the cap does not allow that: then the old one stays.
 */
static bool rebuild_begin(u32 rows, carry_row *carry)
{
	systally_memory_reserve(0);
	/* Now, before others take the room that was reserved. */
	if (!systally_memory_take(table_bytes(rows))) {
		reserve_rebuild();
		return false;
	}
	allocation.rows = rows;
	allocation.done = false;
	carry_on = carry;
	rebuild = REBUILD_ALLOCATES;
	systally_worker_queue_allocation(&allocate_work);
	return true;
}

static void rebuild_end(void)
{
	rebuild = REBUILD_NONE;
	reserve_rebuild();
}

/* Returns false if there is no memory. */
static bool allocate_step(void)
{
	/* Pairs with the release in allocate(). */
	if (!smp_load_acquire(&allocation.done)) {
		usleep_range(100, 200);
		return true;
	}
	if (!allocation.table) {
		rebuild_end();
		return false;
	}
	table_add_sums(allocation.table, master);
	next = 0;
	unmoved = master->used;
	rebuild = REBUILD_MOVES;
	set_successor(allocation.table);
	return true;
}

static void move_step(void)
{
	struct table *old = master;
	u32 end = min(next + STEP_ROWS, table_rows(old));

	for (; next < end; next += MOVE_ROWS) {
		unmoved -= move_rows(successor, carry_on, old, next);
		cond_resched();
	}
	if (next < table_rows(old))
		return;
	raw_spin_lock_irq(&systally_move_lock);
	master = successor;
	successor = NULL;
	raw_spin_unlock_irq(&systally_move_lock);
	systally_table_free(old);
	rebuild_end();
}

bool systally_master_is_rebuilding(void)
{
	return rebuild != REBUILD_NONE;
}

bool systally_master_step(void)
{
	if (rebuild == REBUILD_ALLOCATES)
		return allocate_step();
	move_step();
	return true;
}

/*
 * Adds a row of an exited process to the row of its comm. That is allowed if
 * the master has all rows of the process: if its row of the exit (with its last
 * comm) is there, or if the process was marked as exited before the last fold
 * of all tables and there was no room for that row. All other rows are copied.
 */
static void carry_folded(struct table *to, const struct table_row *row)
{
	const struct table_row *exited;

	if (key_kind(row->key) == ROW_EXITED)
		return;
	if (!row_is_personal(row)) {
		copy_row(to, row);
		return;
	}
	exited = row_exited(row);
	if ((!exited && !row->comm[COMM_DEAD]) || row_is_alive(row, NULL) ||
	    !table_fold_row(to, row, exited ? exited->comm : row->comm,
			    table_hard_limit(to)))
		copy_row(to, row);
	else
		add_tallied(to, row);
}

void systally_master_mark_dead(void)
{
	u32 i;

	for (i = 0; i < table_rows(master); i++) {
		struct table_row *row = &master->rows[i];

		if (row_is_personal(row) && !row_is_alive(row, NULL))
			row->comm[COMM_DEAD] = 1;
		if (i % 1024 == 0)
			cond_resched();
	}
}

void systally_master_fold_dead(void)
{
	rebuild_begin(table_rows(master), carry_folded);
}

bool systally_master_has_room(u32 rows)
{
	const struct table *to = successor ?: master;

	return to->used + (successor ? unmoved : 0) + rows <=
	       table_soft_limit(to);
}

bool systally_master_grow(u32 rows)
{
	u32 size = table_rows(master);

	/* Errnos, histograms and denied calls need room, too: table_limit() */
	while (size - size / 4 < master->used + rows)
		size *= 2;
	if (size == table_rows(master))
		return true;
	/* Old and new table of a rebuild: at most half of the cap */
	if (2 * table_row_bytes(size) > systally_memory_max_bytes / 2 ||
	    !systally_memory_room(2 * table_bytes(size)))
		return false;
	return rebuild_begin(size, copy_row);
}

void systally_master_fold(struct table *from)
{
	struct table *to = successor ?: master;
	u32 i;

	BUILD_BUG_ON(sizeof_field(struct table_row, buckets) !=
		     4 * sizeof(u64)); /* all counts of a row */
	table_add_sums(to, from);
	for (i = 0; from->used && i < table_rows(from); i += MOVE_ROWS) {
		move_rows(to, copy_row, from, i);
		cond_resched();
	}
}

struct table *systally_master_table(void)
{
	return master;
}

struct table *systally_master_successor(void)
{
	return successor;
}

static void set_being_cleaned(bool is)
{
	raw_spin_lock_irq(&systally_move_lock);
	being_cleaned = is;
	raw_spin_unlock_irq(&systally_move_lock);
}

void systally_master_clean(void)
{
	set_being_cleaned(true);
	table_clean(master);
	set_being_cleaned(false);
}

bool systally_master_is_cleaned(void)
{
	lockdep_assert_held(&systally_move_lock);
	return being_cleaned;
}

int systally_master_init(void)
{
	master = systally_table_alloc(MASTER_ROWS, NUMA_NO_NODE);
	if (!master)
		return -ENOMEM;
	systally_memory_reserve(table_bytes(MASTER_ROWS));
	return 0;
}

void systally_master_exit(void)
{
	systally_table_free(master);
}
