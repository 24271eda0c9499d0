// SPDX-License-Identifier: GPL-2.0-only
/*
 * Finds and makes the rows that handlers count in.
 */
#include <linux/string.h>

#include "abi.h"
#include "hist.h"
#include "tally.h"
#include "tally_rows.h"

DEFINE_STATIC_KEY_FALSE(systally_threads_key);

/*
 * Makes a row in this CPU's table, or in the spare table if that is full, and
 * sets *@in to the row's table. Returns NULL if there is no room. Handlers
 * only, preemption off since *@in was read.
 */
static struct table_row *make_row(struct table **in, u64 key, u64 start,
				  const char *comm)
{
	struct tally_cpu *cpu = this_cpu_ptr(&systally_tally_cpu);
	struct table *table = *in;

	if (table->used >= table_soft_limit(table)) {
		struct table *spare = xchg(&cpu->spare, NULL);

		/* Only the holder of the spare may replace the active table.
		 * If a flush has replaced it since *@in was read, keep using
		 * *@in: the flush waits for this handler.
		 */
		if (spare && READ_ONCE(cpu->active) != table) {
			smp_store_release(&cpu->spare, spare);
		} else if (spare) {
			WRITE_ONCE(cpu->active, spare);
			/* After all stores to the table's rows. Pairs with the
			 * acquires in tally.c and cpu_tables.c.
			 */
			smp_store_release(&cpu->retired, table);
			*in = table = spare;
		}
		systally_tally_fold_soon();
	}
	return table_insert(table, key, start, comm,
			    table_limit(table, key_kind(key)));
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

struct table_row *systally_tally_denied(struct table **table, u64 key)
{
	static const char no_comm[SYSTALLY_COMM_LEN];
	struct table_row *row = table_lookup(*table, key, 0);

	return row ?: make_row(table, key, 0, no_comm);
}

/*
 * Returns the row of current's process for an errno or an octave of the call in
 * @key, or for a descriptor. If there is no room, returns NULL and counts the call as untimed.
 */
static struct table_row *detail_row(struct table **table, enum row_kind kind,
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
	struct table_row *row = detail_row(table, ROW_ERROR, error, key);

	if (row)
		row->count++;
}

void systally_tally_hist(struct table **table, u64 key, u32 index)
{
	struct table_row *row = detail_row(
		table, ROW_HIST, HIST_SUB + index / SYSTALLY_HIST_BUCKETS, key);

	if (row)
		row->buckets[hist_bucket(index)]++;
}

struct table_row *systally_tally_tls(struct table **table,
				     enum systally_tls what, u32 fd)
{
	return detail_row(
		table, ROW_TLS, fd,
		key_make(ROW_CALL, 0, current->tgid, ABI_FUNCTION, what));
}

static void note_exited(const struct task_struct *task, u32 tid)
{
	struct table *table = systally_tally_table();
	struct table_row *row;

	row = make_row(&table, key_make(ROW_EXITED, tid, task->tgid, 0, 0),
		       task->start_boottime, task->comm);
	/* A thread that execs takes the tid and start time of its dead leader:
	 * the row may exist.
	 */
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
