// SPDX-License-Identifier: GPL-2.0-only
/*
 * Finds and makes the rows that handlers count in.
 */
#include <linux/bitops.h>
#include <linux/build_bug.h>
#include <linux/string.h>

#include "abi.h"
#include "facts.h"
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
 * Gives this CPU its spare table if the one in *@in is full. Handlers only,
 * preemption off since *@in was read.
 */
static void make_room(struct table **in)
{
	struct tally_cpu *cpu = this_cpu_ptr(&systally_tally_cpu);
	struct table *table = *in, *spare;

	if (table->used < table_soft_limit(table))
		return;
	spare = xchg(&cpu->spare, NULL);
	/* Only the holder of the spare may replace the active table. If a flush
	 * has replaced it since *@in was read, keep using *@in: the flush waits
	 * for this handler.
	 */
	if (spare && READ_ONCE(cpu->active) != table) {
		smp_store_release(&cpu->spare, spare);
	} else if (spare) {
		WRITE_ONCE(cpu->active, spare);
		/* After all stores to the table's rows. Pairs with the acquires
		 * in tally.c and cpu_tables.c.
		 */
		smp_store_release(&cpu->retired, table);
		*in = spare;
	}
	systally_tally_fold_soon();
}

/* The name of @owner, of one of its threads, as a row of ROW_WHO has it */
static void set_comm(struct table_row *who, const struct task_struct *owner)
{
	/* The last byte is `sessions`. */
	memcpy(who->comm, owner->comm, SYSTALLY_COMM_LEN - 1);
}

/*
 * The row of ROW_WHO for a process or a thread of current's, a new one if there
 * is none with today's facts. Returns NULL if there is no room.
 * @owner: the group leader, or the thread
 * @tid: of the thread, or 0
 */
static struct table_row *who_row(struct table *table,
				 const struct task_struct *owner, u32 tid)
{
	u64 key = key_make(ROW_WHO, tid, owner->tgid, 0, 0);
	u64 start = owner->start_boottime;
	struct table_row *row = table_lookup(table, key, start);

	if (row && !systally_facts_stale(owner, &row->who))
		return row;
	if (row)
		table_close(table, key, start);
	row = table_insert(table, key, start, 0, table_hard_limit(table));
	if (!row)
		return NULL;
	systally_facts_read(current, &row->who);
	set_comm(row, owner);
	table->whos++;
	return row;
}

/* Where a row is, and whose it is */
struct place {
	u64 key, start;
	u32 sessions;
	const struct task_struct *owner; /* NULL: it is of no process */
	u32 tid;			 /* of a thread's row */
};

/*
 * Makes a row in this CPU's table, or in the spare table if that is full, and
 * sets *@in to the row's table. Returns NULL if there is no room. Handlers
 * only, preemption off since *@in was read.
 */
static struct table_row *make_row(struct table **in, const struct place *place)
{
	struct table_row *who = NULL, *row;
	struct table *table;
	u32 used;

	make_room(in);
	table = *in;
	if (place->owner) {
		who = who_row(table, place->owner, place->tid);
		if (!who)
			return NULL;
	}
	used = table->used;
	row = table_insert(table, place->key, place->start, place->sessions,
			   table_limit(table, key_kind(place->key)));
	if (table->used == used)
		return row;
	count_row(table, row);
	if (who)
		table_link(table, who, row);
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
		.sessions = by_thread ? call->by_thread :
					call->sessions & ~call->by_thread,
		.owner = owner,
		.tid = by_thread ? current->pid : 0,
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
		row = make_row(table, place);
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
	const struct place place = {
		.key = key_common(ROW_DENIED, sessions, abi, nr),
		.sessions = sessions,
	};
	struct table_row *row = table_lookup(table, place.key, 0);

	if (!row)
		row = make_row(&table, &place);
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
	const struct place place = {
		.key = key,
		.start = start,
		.sessions = sessions,
		.owner = current->group_leader,
	};
	struct table_row *row = table_lookup(*table, key, start);

	if (!row)
		row = make_row(table, &place);
	if (!row)
		systally_tally_untimed(*table, sessions);
	return row;
}

/*
 * The same for the call in @of. If that row is closed, so is this one: both have
 * the facts of the time when the call was entered.
 * @of: a row of *@table, or one that this CPU has given away since; may be NULL
 */
static struct table_row *detail_row_of(struct table **table,
				       const struct table_row *of, u64 key,
				       u32 sessions)
{
	u64 start = current->group_leader->start_boottime;
	struct table_row *who, *row = NULL;
	u32 used;

	if (of && table_has(*table, of) &&
	    unlikely(READ_ONCE(of->key) & KEY_CLOSED)) {
		used = (*table)->used;
		who = table_owner(*table, of);
		row = table_insert(*table, key | KEY_CLOSED, of->owner,
				   sessions, table_soft_limit(*table));
		if ((*table)->used != used) {
			count_row(*table, row);
			table_link(*table, who, row);
		}
	}
	return row ?: detail_row(table, key, start, sessions);
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

static void count_error(struct table_row *row)
{
	if (row)
		row->count++;
}

static void count_hist(struct table_row *row, u32 index)
{
	if (row)
		row->buckets[hist_bucket(index)]++;
}

void systally_tally_error(struct table **table, const struct table_row *of,
			  u64 key, u32 sessions, u32 error)
{
	/* The others would take no notice of the row. */
	if (sessions & READ_ONCE(systally_sessions_timed))
		count_error(detail_row_of(table, of, error_key(key, error),
					  sessions));
}

void systally_tally_hist(struct table **table, const struct table_row *of,
			 u64 key, u32 sessions, u32 index)
{
	if (sessions & READ_ONCE(systally_sessions_hist))
		count_hist(detail_row_of(table, of, octave_key(key, index),
					 sessions),
			   index);
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

	if (static_branch_unlikely(&systally_hist_key))
		count_hist(late_row(table, octave_key(place.key, index),
				    place.start, sessions),
			   index);
	if (error)
		count_error(late_row(table, error_key(place.key, error),
				     place.start, sessions));
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
		systally_tally_hist(&table, NULL, key, call->sessions,
				    hist_index(elapsed));
	if (error)
		systally_tally_error(&table, NULL, key, call->sessions, error);
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

/* The row of ROW_WHO of a process or thread, with its name of now, or NULL */
static struct table_row *noted(const struct task_struct *owner, u32 tid)
{
	struct table *table = systally_tally_table();
	struct table_row *who;

	make_room(&table);
	who = who_row(table, owner, tid);
	if (who)
		set_comm(who, owner);
	return who;
}

static void note_exited(const struct task_struct *owner, u32 tid)
{
	struct table_row *who = noted(owner, tid);

	if (who)
		who->who.exited = true;
}

void systally_tally_exited(const struct task_struct *task, bool last)
{
	if (static_branch_unlikely(&systally_threads_key))
		note_exited(task, task->pid);
	if (last)
		note_exited(task->group_leader, 0);
}

static void note_execed(const struct task_struct *task, u32 tid)
{
	struct table_row *who = noted(task, tid);

	if (who)
		systally_facts_read(current, &who->who);
}

void systally_tally_execed(const struct task_struct *task)
{
	if (static_branch_unlikely(&systally_threads_key))
		note_execed(task, task->pid);
	note_execed(task, 0);
}
