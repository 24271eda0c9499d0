// SPDX-License-Identifier: GPL-2.0-only
/*
 * Finds and makes the rows that handlers count in.
 */
#include <linux/bitops.h>
#include <linux/build_bug.h>
#include <linux/string.h>

#include "abi.h"
#include "hist.h"
#include "session.h"
#include "tally.h"
#include "tally_rows.h"

DEFINE_STATIC_KEY_FALSE(systally_threads_key);
DEFINE_STATIC_KEY_FALSE(systally_two_rows_key);
DEFINE_STATIC_KEY_FALSE(systally_hist_key);

/* Counts a new row for its sessions. */
static void count_row(struct table *table, const struct table_row *row)
{
	bool late = row->key & KEY_LATE;
	unsigned long bits = table_row_sessions(row);

	for (; bits; bits &= bits - 1) {
		struct table_sums *sums = &table->session[__ffs(bits)];

		/* query.c and tally.c read them meanwhile. */
		WRITE_ONCE(sums->rows, sums->rows + 1);
		WRITE_ONCE(sums->late, sums->late + late);
	}
}

/*
 * Makes a row in this CPU's table, or in the spare table if that is full, and
 * sets *@in to the row's table. Returns NULL if there is no room. Handlers
 * only, preemption off since *@in was read.
 */
static struct table_row *make_row(struct table **in, u64 key, u64 start,
				  const char *comm, u32 sessions)
{
	struct tally_cpu *cpu = this_cpu_ptr(&systally_tally_cpu);
	struct table *table = *in;
	struct table_row *row;
	u32 used;

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
	used = table->used;
	row = table_insert(table, key, start, comm, sessions,
			   table_limit(table, key_kind(key)));
	if (table->used != used)
		count_row(table, row);
	return row;
}

struct tally_call systally_tally_find(u32 abi, u32 nr)
{
	struct tally_call call = { .abi = abi, .nr = nr };

	call.sessions = systally_session_calls(current->tgid, abi, nr);
	if (static_branch_unlikely(&systally_threads_key))
		call.by_thread =
			call.sessions & READ_ONCE(systally_sessions_threaded);
	return call;
}

/* One of the rows of a call */
struct place {
	u64 key, start;
	const char *comm;
	u32 sessions;
};

/* The place of current's calls by thread, or by process */
static struct place place_of(const struct tally_call *call, bool by_thread)
{
	const struct task_struct *owner =
		by_thread ? current : current->group_leader;
	struct place place = {
		.key = key_make(by_thread ? ROW_THREAD : ROW_CALL,
				by_thread ? current->pid : 0, current->tgid,
				call->abi, call->nr),
		.start = owner->start_boottime,
		.comm = owner->comm,
		.sessions = by_thread ? call->by_thread :
					call->sessions & ~call->by_thread,
	};

	return place;
}

/*
 * The row of a place, or the row of unattributed calls, or NULL. Sets *@table to
 * its table.
 */
static struct table_row *place_row(struct table **table,
				   const struct place *place)
{
	struct table_row *row = table_lookup(*table, place->key, place->start);

	if (!row)
		row = make_row(table, place->key, place->start, place->comm,
			       place->sessions);
	if (!row)
		row = table_unattributed(*table, place->key, place->sessions);
	return row;
}

static void count_no_row(struct table *table, u32 sessions)
{
	unsigned long bits = sessions;
	int bit;

	table->no_row++;
	for_each_set_bit(bit, &bits, TABLE_SESSIONS)
		table->session[bit].no_row++;
}

static struct table_row *count_call(struct table **table,
				    const struct place *place)
{
	struct table_row *row = place_row(table, place);

	(*table)->entered++;
	if (row)
		table_count(&row->count, 1);
	else
		count_no_row(*table, place->sessions);
	return row;
}

struct table_row *systally_tally_entered(struct table **table,
					 const struct tally_call *call,
					 u64 *key, u64 *start)
{
	struct place place = place_of(call, call->by_thread);
	struct table_row *row;

	*key = place.key;
	*start = place.start;
	row = count_call(table, &place);
	if (!call->by_thread || call->by_thread == call->sessions)
		return row;
	place = place_of(call, false);
	count_call(table, &place);
	return NULL;
}

void systally_tally_orphan(struct table *table, u32 sessions)
{
	unsigned long bits = sessions;
	int bit;

	for_each_set_bit(bit, &bits, TABLE_SESSIONS)
		table->session[bit].orphan_exits++;
}

void systally_tally_untimed(struct table *table, u32 sessions)
{
	unsigned long bits = sessions & READ_ONCE(systally_sessions_timed);
	int bit;

	for_each_set_bit(bit, &bits, TABLE_SESSIONS)
		table->session[bit].untimed++;
}

void systally_tally_denied(struct table *table, u32 sessions, u32 abi, u32 nr)
{
	static const char no_comm[SYSTALLY_COMM_LEN];
	u64 key = key_common(ROW_DENIED, sessions, abi, nr);
	struct table_row *row = table_lookup(table, key, 0);

	if (!row)
		row = make_row(&table, key, 0, no_comm, sessions);
	if (row)
		table_count(&row->count, 1);
	else
		systally_tally_orphan(table, sessions);
}

/*
 * The row of current's process at a place that is not for calls. If there is no
 * room, returns NULL and counts the call as untimed.
 */
static struct table_row *detail_row(struct table **table, u64 key, u64 start,
				    u32 sessions)
{
	struct table_row *row = table_lookup(*table, key, start);

	if (!row)
		row = make_row(table, key, start, current->group_leader->comm,
			       sessions);
	if (!row)
		systally_tally_untimed(*table, sessions);
	return row;
}

/* The key of an errno or an octave of the call in @key */
static u64 detail_key(enum row_kind kind, u32 sub, u64 key)
{
	return key_make(kind, sub, key_tgid(key), key_abi(key), key_nr(key));
}

static u64 error_key(u64 key, u32 error)
{
	return detail_key(ROW_ERROR, error, key);
}

static u64 octave_key(u64 key, u32 index)
{
	return detail_key(ROW_HIST, HIST_SUB + index / SYSTALLY_HIST_BUCKETS,
			  key);
}

void systally_tally_error(struct table **table, u64 key, u32 sessions,
			  u32 error)
{
	struct table_row *row;

	/* The others would take no notice of the row. */
	if (!(sessions & READ_ONCE(systally_sessions_timed)))
		return;
	row = detail_row(table, error_key(key, error),
			 current->group_leader->start_boottime, sessions);
	if (row)
		row->count++;
}

void systally_tally_hist(struct table **table, u64 key, u32 sessions, u32 index)
{
	struct table_row *row;

	if (!(sessions & READ_ONCE(systally_sessions_hist)))
		return;
	row = detail_row(table, octave_key(key, index),
			 current->group_leader->start_boottime, sessions);
	if (row)
		row->buckets[hist_bucket(index)]++;
}

/* A row for sessions that time a call which others do not */
static struct table_row *late_row(struct table **table, u64 key, u64 start,
				  u32 sessions)
{
	return detail_row(table, key | KEY_LATE, start_late(start, sessions),
			  sessions);
}

static void add_time(struct table_row *row, u64 elapsed, bool failed)
{
	table_count(&row->total, elapsed);
	if (row->max < elapsed)
		WRITE_ONCE(row->max, elapsed);
	if (failed)
		table_count(&row->errors, 1);
}

/* Counts a time for all sessions that the call belongs to now. */
static void count_time(struct table **table, const struct tally_call *call,
		       bool by_thread, u64 elapsed, bool failed)
{
	struct place place = place_of(call, by_thread);
	struct table_row *row;

	if (!place.sessions)
		return;
	row = place_row(table, &place);
	if (row)
		add_time(row, elapsed, failed);
	else
		systally_tally_untimed(*table, place.sessions);
}

/* The same for some sessions only */
static void count_late(struct table **table, const struct tally_call *call,
		       bool by_thread, u32 sessions, u64 elapsed, bool failed)
{
	struct place place = place_of(call, by_thread);
	struct table_row *row;

	sessions &= place.sessions;
	if (!sessions)
		return;
	row = late_row(table, place.key, place.start, sessions);
	if (row)
		add_time(row, elapsed, failed);
}

/* The errno and the bucket, for some sessions only */
static void count_late_details(struct table **table,
			       const struct tally_call *call, u32 sessions,
			       u64 elapsed, u32 error)
{
	struct place place = place_of(call, false);
	u32 index = hist_index(elapsed);
	struct table_row *row;

	if (static_branch_unlikely(&systally_hist_key)) {
		row = late_row(table, octave_key(place.key, index), place.start,
			       sessions);
		if (row)
			row->buckets[hist_bucket(index)]++;
	}
	if (!error)
		return;
	row = late_row(table, error_key(place.key, error), place.start,
		       sessions);
	if (row)
		row->count++;
}

void systally_tally_timed(struct table *table, const struct tally_call *call,
			  u32 sessions, u64 serial, u64 elapsed, u32 error)
{
	u32 timed = call->sessions & READ_ONCE(systally_sessions_timed);
	u32 timing = systally_session_timing(call->sessions & sessions, serial);
	u64 key;

	systally_tally_orphan(table, timed & ~timing);
	if (!timing)
		return;
	if (timing != timed) {
		count_late(&table, call, true, timing, elapsed, error);
		count_late(&table, call, false, timing, elapsed, error);
		count_late_details(&table, call, timing, elapsed, error);
		return;
	}
	count_time(&table, call, true, elapsed, error);
	count_time(&table, call, false, elapsed, error);
	key = place_of(call, false).key;
	if (static_branch_unlikely(&systally_hist_key))
		systally_tally_hist(&table, key, call->sessions,
				    hist_index(elapsed));
	if (error)
		systally_tally_error(&table, key, call->sessions, error);
}

struct table_row *systally_tally_tls(struct table **table, u32 sessions,
				     enum systally_tls what, u32 fd)
{
	u64 key = key_make(ROW_TLS, fd, current->tgid, ABI_FUNCTION,
			   what | sessions << TABLE_TLS_BITS);

	BUILD_BUG_ON(SYSTALLY_TLS_KINDS > 1 << TABLE_TLS_BITS);
	BUILD_BUG_ON(TABLE_TLS_BITS + TABLE_SESSIONS > KEY_NR_BITS);
	return detail_row(table, key, current->group_leader->start_boottime,
			  sessions);
}

static void note_exited(const struct task_struct *task, u32 tid, u32 sessions)
{
	struct table *table = systally_tally_table();
	struct table_row *row;

	if (!sessions)
		return;
	row = make_row(&table, key_make(ROW_EXITED, tid, task->tgid, 0, 0),
		       task->start_boottime, task->comm, sessions);
	/* A thread that execs takes the tid and start time of its dead leader:
	 * the row may exist.
	 */
	if (!row)
		return;
	memcpy(row->comm, task->comm, SYSTALLY_COMM_LEN - 1);
	row->comm[SYSTALLY_COMM_LEN - 1] |= sessions;
}

void systally_tally_exited(const struct task_struct *task, bool last)
{
	u32 sessions = systally_session_targets(task->tgid);

	if (static_branch_unlikely(&systally_threads_key))
		note_exited(task, task->pid,
			    sessions & READ_ONCE(systally_sessions_threaded));
	if (last)
		note_exited(task->group_leader, 0, sessions);
}
