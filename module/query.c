// SPDX-License-Identifier: GPL-2.0-only
/*
 * What other modules, as SystemTap's, may ask of the default session and request
 * for it, in any context.
 * cpu_tables.h and master.h tell how this file may read tables while others
 * write them.
 */
#include <linux/irq_work.h>
#include <linux/jiffies.h>
#include <linux/module.h>
#include <linux/pid.h>
#include <linux/pid_namespace.h>
#include <linux/ratelimit.h>
#include <linux/rcupdate.h>
#include <linux/sched/signal.h>
#include <linux/workqueue.h>

#include "clock.h"
#include "control.h"
#include "master.h"
#include "query.h"
#include "session.h"
#include "syscalls.h"
#include "tally_rows.h"
#include "target_set.h"
#include "view.h"
#include "who.h"

/* Rows that may be read with interrupts off: two milliseconds or so */
#define SCAN_ROWS_MAX 131072

/* Attempts to take a lock that is held for microseconds: a millisecond or so */
#define LOCK_TRIES 20000

/* What to look for, and the sums of what was found; on the caller's stack */
struct search {
	struct syscall_set set;
	bool all_calls;
	u32 tgid;   /* 0: all processes */
	u64 start;  /* of the process; in a scan, of the latest one
		     * that was found
		     */
	int bit;    /* of the default session; -1: it has no targets */
	bool scans; /* read all rows; else look keys up */
	bool found;
	u64 count, errors, total, max;
};

/* @timed: whether the session keeps times of the row's table */
static void count_row(struct search *search, const struct table_row *row,
		      bool timed)
{
	u64 max = READ_ONCE(row->max);

	search->found = true;
	search->count += READ_ONCE(row->count);
	if (!timed)
		return;
	search->errors += READ_ONCE(row->errors);
	search->total += READ_ONCE(row->total);
	if (search->max < max)
		search->max = max;
}

/*
 * Whether the default session has the times of a table's rows. They stay out of its
 * master if it has not.
 */
static bool has_times(const struct table *table, bool of_cpu)
{
	return !of_cpu ||
	       table->serial >= READ_ONCE(systally_default_session->time_since);
}

/* Whether a row of a CPU's table belongs to the default session */
static bool is_ours(const struct search *search, const struct table_row *row)
{
	return table_row_sessions(row) & BIT(search->bit);
}

/*
 * Looks up the rows of a process that is alive, with the start that they have in
 * this table. It may miss a row that is being inserted. A concurrent writer cannot
 * mislead it: keys and starts are compared as they are read, and the loop ends
 * because a table is never full.
 */
static void look_up(struct search *search, struct table *table, u64 start,
		    bool of_cpu)
{
	bool timed = has_times(table, of_cpu);
	u32 abi, nr;

	for (abi = 0; abi < ABIS; abi++)
		for_each_set_bit(nr, search->set.nr[abi], SYSCALL_NRS) {
			u64 key = key_make(ROW_CALL, 0, search->tgid, abi, nr);
			const struct table_row *row =
				data_race(table_lookup(table, key, start));

			if (row && (!of_cpu || is_ours(search, row)))
				count_row(search, row, timed);
		}
}

/* Whether a row counts calls of the processes that are looked for */
static bool is_of(const struct search *search, u64 key, u64 start)
{
	enum row_kind kind = key_kind(key);

	if (!search->tgid)
		return key && (kind == ROW_CALL || kind == ROW_UNATTRIBUTED ||
			       kind == ROW_FOLDED_CALL);
	return key && kind == ROW_CALL && key_tgid(key) == search->tgid &&
	       start >= search->start;
}

/* Whether a row counts one of the calls that are looked for */
static bool is_wanted(const struct search *search, u64 key)
{
	return search->all_calls ||
	       test_bit(key_nr(key), search->set.nr[key_abi(key)]);
}

static void scan(struct search *search, struct table *table, bool of_cpu)
{
	bool timed = has_times(table, of_cpu);
	u32 i;

	for (i = 0; READ_ONCE(table->used) && i < table_rows(table); i++) {
		const struct table_row *row = &table->rows[i];
		/* Pairs with the release in table_insert(). */
		u64 key = smp_load_acquire(&row->key);
		u64 start = READ_ONCE(row->start);

		if (of_cpu && !is_ours(search, row))
			continue;
		key &= ~KEY_CLOSED;
		if (of_cpu && key & KEY_LATE) {
			key -= KEY_LATE;
			start = start_late(start, table_row_sessions(row));
		} else if (!of_cpu && key && key_kind(key) == ROW_CALL) {
			start = systally_who_of(row)->key.start;
		}
		if (!is_of(search, key, start))
			continue;
		search->found = true;
		if (search->tgid && start > search->start) {
			/* The pid was reused: count the later process only */
			search->start = start;
			search->count = 0;
			search->errors = 0;
			search->total = 0;
			search->max = 0;
		}
		if (is_wanted(search, key))
			count_row(search, row, timed);
	}
}

/*
 * Calls @act(@arg) under systally_move_lock with interrupts off. Gives up after
 * some attempts, since the holder may be what this CPU was interrupted in.
 * Returns -EBUSY then, else what @act returns. Any context.
 */
static int do_locked(int (*act)(void *arg), void *arg)
{
	unsigned long flags;
	unsigned int tries;
	int err;

	for (tries = 0; tries < LOCK_TRIES; tries++) {
		if (!raw_spin_trylock_irqsave(&systally_move_lock, flags)) {
			cpu_relax();
			continue;
		}
		err = act(arg);
		raw_spin_unlock_irqrestore(&systally_move_lock, flags);
		return err;
	}
	return -EBUSY;
}

static void search_master(struct search *search, struct table *table)
{
	struct rhlist_head *at;
	struct who *who;

	if (search->scans) {
		scan(search, table, false);
		return;
	}
	rcu_read_lock();
	rhl_for_each_entry_rcu(
		who, at, systally_who_find(search->tgid, search->start), node)
		look_up(search, table, (unsigned long)who, false);
	rcu_read_unlock();
}

/*
 * Rows that are read because the keys of late rows cannot be looked up, nor those of
 * rows that are closed
 */
static u32 late_rows(const struct search *search, const struct table *table)
{
	return search->bit >= 0 &&
			       (READ_ONCE(table->closed) ||
				READ_ONCE(table->session[search->bit].late)) ?
		       table_rows(table) :
		       0;
}

static void search_cpu_table(struct search *search, struct table *table)
{
	if (search->bit < 0)
		return;
	if (search->scans || late_rows(search, table))
		scan(search, table, true);
	else
		look_up(search, table, search->start, true);
}

static int search_tables(void *arg)
{
	const struct master *master = &systally_default_session->master;
	struct table *successor = master->successor;
	struct search *search = arg;
	u32 rows = table_rows(master->table) +
		   (successor ? table_rows(successor) : 0);
	int cpu_nr, backlog, i;
	u32 late = 0;

	for (i = 0; i < TALLY_BACKLOG_MAX && systally_tally_backlog[i]; i++) {
		rows += table_rows(systally_tally_backlog[i]);
		late += late_rows(search, systally_tally_backlog[i]);
	}
	backlog = i;
	for_each_tally_cpu(cpu_nr) {
		struct tally_cpu *cpu = &per_cpu(systally_tally_cpu, cpu_nr);

		for (i = 0; i < ARRAY_SIZE(cpu->all); i++)
			if (READ_ONCE(cpu->all[i]->used)) {
				rows += table_rows(cpu->all[i]);
				late += late_rows(search, cpu->all[i]);
			}
	}
	if ((search->scans && rows > SCAN_ROWS_MAX) || late > SCAN_ROWS_MAX)
		return -E2BIG;

	if (!master->being_cleaned)
		search_master(search, master->table);
	if (successor)
		search_master(search, successor);
	for (i = 0; i < backlog; i++)
		search_cpu_table(search, systally_tally_backlog[i]);
	for_each_tally_cpu(cpu_nr) {
		struct tally_cpu *cpu = &per_cpu(systally_tally_cpu, cpu_nr);

		for (i = 0; i < ARRAY_SIZE(cpu->all); i++)
			search_cpu_table(search, cpu->all[i]);
	}
	return 0;
}

/* The start of a process that is alive, or 0 */
static u64 start_of(u32 tgid)
{
	const struct task_struct *leader;
	u64 start = 0;

	rcu_read_lock();
	leader = pid_task(find_pid_ns(tgid, &init_pid_ns), PIDTYPE_TGID);
	if (leader)
		start = leader->start_boottime;
	rcu_read_unlock();
	return start;
}

static bool is_target(u32 tgid)
{
	return target_set_has(&systally_default_session->targets, tgid);
}

int systally_query_calls(u32 tgid, const char *calls, u64 *sums)
{
	const struct session *session = systally_default_session;
	struct search search = { .tgid = tgid };
	int err = 0;

	if (READ_ONCE(session->threads))
		return -EOPNOTSUPP;
	if (tgid >= PID_MAX_LIMIT)
		return -ESRCH;
	search.all_calls = !strcmp(calls, "all");
	if (!search.all_calls)
		err = systally_syscall_add(&search.set, calls);
	if (err)
		return err;

	if (tgid)
		search.start = start_of(tgid);
	search.scans = !search.start || search.all_calls;
	search.bit = READ_ONCE(session->bit);
	err = do_locked(search_tables, &search);
	if (err)
		return err;
	if (tgid && !search.found && (!search.start || !is_target(tgid)))
		return -ESRCH;
	sums[QUERY_COUNT] = search.count;
	sums[QUERY_ERRORS] = search.errors;
	sums[QUERY_TOTAL_NS] = systally_clock_to_ns(search.total);
	sums[QUERY_MAX_NS] = systally_clock_to_ns(search.max);
	return 0;
}
EXPORT_SYMBOL_GPL(systally_query_calls);

int systally_query_is_target(u32 tgid)
{
	return tgid < PID_MAX_LIMIT && is_target(tgid);
}
EXPORT_SYMBOL_GPL(systally_query_is_target);

/* After this time, another question may replace an answer that nobody took. */
#define HOT_KEPT (10 * HZ)

/*
 * The question which process is hottest; one at a time. Any context moves
 * hot_state from idle to starting (cmpxchg) and to pending (release, after
 * hot_except is written). The work item moves it to answered (release, after
 * hot_answer and hot_answered are written). From there, a caller with the
 * same hot_except takes the answer and moves it to idle (cmpxchg). If the
 * answer is old, another question moves it to starting (cmpxchg).
 */
enum { HOT_IDLE, HOT_STARTING, HOT_PENDING, HOT_ANSWERED };
static atomic_t hot_state = ATOMIC_INIT(HOT_IDLE);
static int hot_answer;
static unsigned long hot_answered; /* jiffies */
static u32 hot_except;

/* Returns true if a row's process can still make calls (a zombie cannot). */
static bool row_is_alive(const struct systally_row *row)
{
	const struct task_struct *leader;
	bool alive;

	rcu_read_lock();
	leader = pid_task(find_pid_ns(row->tgid, &init_pid_ns), PIDTYPE_TGID);
	alive = leader && leader->start_boottime == row->start_ns &&
		atomic_read(&leader->signal->live) > 0;
	rcu_read_unlock();
	return alive;
}

/*
 * Returns a tgid, -ESRCH if no process has calls, or -EAGAIN. Process context.
 */
static int find_hottest(u32 except)
{
	struct view *view =
		systally_view_make(systally_default_session, VIEW_CALLS);
	u64 most = 0, count = 0, i;
	int tgid = -ESRCH;

	if (IS_ERR(view))
		return -EAGAIN;
	for (i = 0; i < view->header.call_rows; i++) {
		const struct systally_row *row = view->sorted[i];
		bool last = i + 1 == view->header.call_rows ||
			    view->sorted[i + 1]->tgid != row->tgid ||
			    view->sorted[i + 1]->start_ns != row->start_ns;

		count += row->count;
		if (!last)
			continue;
		if (count > most && row->tgid && row->tgid != except &&
		    row_is_alive(row)) {
			most = count;
			tgid = row->tgid;
		}
		count = 0;
	}
	systally_view_free(view);
	return tgid;
}

static void answer_hottest(struct work_struct *work)
{
	/* Queued again while it ran, or queued for a request only */
	if (atomic_read_acquire(&hot_state) != HOT_PENDING)
		return;
	hot_answer = find_hottest(hot_except);
	hot_answered = jiffies;
	atomic_set_release(&hot_state, HOT_ANSWERED);
}

static DECLARE_WORK(hot_work, answer_hottest);

/*
 * Requests to add or remove targets, which needs process context. A ring,
 * protected by systally_move_lock: put_request() fills it in any context, the
 * work item empties it.
 */
#define REQUESTS 64	       /* a power of two */
static s32 requests[REQUESTS]; /* a tgid; negative: remove it */
static unsigned int requests_put, requests_taken;

static bool take_request(s32 *request)
{
	bool taken;

	raw_spin_lock_irq(&systally_move_lock);
	taken = requests_taken != requests_put;
	if (taken)
		*request = requests[requests_taken++ % REQUESTS];
	raw_spin_unlock_irq(&systally_move_lock);
	return taken;
}

static void apply_requests(struct work_struct *work)
{
	char text[16];
	s32 request;
	int err;

	while (take_request(&request)) {
		snprintf(text, sizeof(text), "%+d", request);
		err = systally_control_set(systally_default_session,
					   CONTROL_TARGETS, text);
		/* -ESRCH: the process has exited meanwhile. */
		if (err && err != -ESRCH)
			pr_warn_ratelimited(
				"cannot set target %+d as another module requested: error %d\n",
				request, err);
	}
}

static DECLARE_WORK(requests_work, apply_requests);

/*
 * Work items are queued from an irq_work: queueing takes locks that the context
 * of the question may have interrupted.
 */
static void queue_work_items(struct irq_work *work)
{
	schedule_work(&requests_work);
	if (atomic_read(&hot_state) == HOT_PENDING)
		schedule_work(&hot_work);
}

static DEFINE_IRQ_WORK(queue_irq_work, queue_work_items);

/* Starts the question, if hot_state is still @state. Any context. */
static void start_hottest(int state, u32 except)
{
	if (atomic_cmpxchg(&hot_state, state, HOT_STARTING) != state)
		return;
	WRITE_ONCE(hot_except, except);
	atomic_set_release(&hot_state, HOT_PENDING);
	irq_work_queue(&queue_irq_work);
}

int systally_query_hottest(u32 except)
{
	int answer;

	if (READ_ONCE(systally_default_session->threads))
		return -EOPNOTSUPP;
	switch (atomic_read_acquire(&hot_state)) {
	case HOT_IDLE:
		start_hottest(HOT_IDLE, except);
		return 0;
	case HOT_ANSWERED:
		break;
	default:
		return 0;
	}
	if (READ_ONCE(hot_except) != except) {
		if (time_after(jiffies, READ_ONCE(hot_answered) + HOT_KEPT))
			start_hottest(HOT_ANSWERED, except);
		return 0;
	}
	answer = READ_ONCE(hot_answer);
	/* Another caller may have taken it meanwhile. */
	return atomic_cmpxchg(&hot_state, HOT_ANSWERED, HOT_IDLE) ==
			       HOT_ANSWERED ?
		       answer :
		       0;
}
EXPORT_SYMBOL_GPL(systally_query_hottest);

static int put_request(void *arg)
{
	const s32 *request = arg;

	if (requests_put - requests_taken == REQUESTS)
		return -EAGAIN;
	requests[requests_put++ % REQUESTS] = *request;
	return 0;
}

int systally_query_target(u32 tgid, bool add)
{
	s32 request = add ? tgid : -tgid;
	int err = 0;

	/* The number may be in use as a process group or session only. */
	rcu_read_lock();
	if (!tgid || tgid >= PID_MAX_LIMIT ||
	    !pid_task(find_pid_ns(tgid, &init_pid_ns), PIDTYPE_PID))
		err = -ESRCH;
	rcu_read_unlock();
	if (!err)
		err = do_locked(put_request, &request);
	irq_work_queue(&queue_irq_work);
	return err;
}
EXPORT_SYMBOL_GPL(systally_query_target);

void systally_query_exit(void)
{
	irq_work_sync(&queue_irq_work);
	cancel_work_sync(&requests_work);
	cancel_work_sync(&hot_work);
}
