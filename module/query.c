// SPDX-License-Identifier: GPL-2.0-only
/*
 * Questions and orders from other modules, in any context. Called by
 * SystemTap's modules; main.c ends it. tally.h and master.h tell how tables
 * can be read here that others write.
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
#include "syscalls.h"
#include "tally.h"
#include "target_set.h"
#include "view.h"

/* That may be looked at with interrupts off: a millisecond or so. */
#define SCAN_ROWS_MAX	65536

/* Tries at a lock that others hold for microseconds: a millisecond or so. */
#define LOCK_TRIES	20000

/* What is looked for, and what was found of it. */
struct search {
	struct syscall_set set;
	bool all_calls;
	u32 tgid;		/* 0: everybody's */
	u64 start;		/* of the process, or of the last one so far */
	bool scans;		/* looks at all rows, not only where keys say */
	bool found;
	u64 count, errors, total, max;
};

static void count_row(struct search *search, const struct table_row *row)
{
	u64 max = READ_ONCE(row->max);

	search->found = true;
	search->count += READ_ONCE(row->count);
	search->errors += READ_ONCE(row->errors);
	search->total += READ_ONCE(row->total);
	if (search->max < max)
		search->max = max;
}

/*
 * The rows of a process that lives are where its keys say. A row that is being
 * inserted there may be missed. What key and start are seen to be is compared
 * at once, and a table is never full, so no value misleads.
 */
static void look_up(struct search *search, struct table *table)
{
	u32 abi, nr;

	for (abi = 0; abi < ABIS; abi++)
		for_each_set_bit(nr, search->set.nr[abi], SYSCALL_NRS) {
			u64 key = key_make(ROW_CALL, 0, search->tgid, abi, nr);
			const struct table_row *row =
				data_race(table_lookup(table, key,
						       search->start));

			if (row)
				count_row(search, row);
		}
}

/* Whether it counts calls of whom is looked for, whatever call that is */
static bool is_of(const struct search *search, u64 key, u64 start)
{
	enum row_kind kind = key_kind(key);

	if (!search->tgid)
		return key && (kind == ROW_CALL || kind == ROW_UNATTRIBUTED ||
			       kind == ROW_FOLDED_CALL);
	return key && kind == ROW_CALL && key_tgid(key) == search->tgid &&
	       start >= search->start;
}

static bool is_wanted(const struct search *search, u64 key)
{
	return search->all_calls ||
	       test_bit(key_nr(key), search->set.nr[key_abi(key)]);
}

static void scan(struct search *search, struct table *table)
{
	u32 i;

	for (i = 0; READ_ONCE(table->used) && i < table_rows(table); i++) {
		const struct table_row *row = &table->rows[i];
		/* Pairs with the release in table_insert(). */
		u64 key = smp_load_acquire(&row->key);
		u64 start = READ_ONCE(row->start);

		if (!is_of(search, key, start))
			continue;
		search->found = true;
		if (search->tgid && start > search->start) {
			/* A later process with a pid that was reused */
			search->start = start;
			search->count = 0;
			search->errors = 0;
			search->total = 0;
			search->max = 0;
		}
		if (is_wanted(search, key))
			count_row(search, row);
	}
}

/*
 * Calls @act under systally_move_lock. Tries for a while, not for ever: on this
 * CPU the holder may be what we have interrupted. Returns -EBUSY then.
 */
static int do_locked(int (*act)(void *with), void *with)
{
	unsigned long flags;
	unsigned int tries;
	int err;

	for (tries = 0; tries < LOCK_TRIES; tries++) {
		if (!raw_spin_trylock_irqsave(&systally_move_lock, flags)) {
			cpu_relax();
			continue;
		}
		err = act(with);
		raw_spin_unlock_irqrestore(&systally_move_lock, flags);
		return err;
	}
	return -EBUSY;
}

static void search_table(struct search *search, struct table *table)
{
	if (search->scans)
		scan(search, table);
	else
		look_up(search, table);
}

static int search_tables(void *with)
{
	struct table *master = systally_master_table();
	struct search *search = with;
	u32 rows = table_rows(master);
	int cpu_nr, i;

	for_each_possible_cpu(cpu_nr) {
		struct tally_cpu *cpu = &per_cpu(systally_tally_cpu, cpu_nr);

		for (i = 0; i < ARRAY_SIZE(cpu->all); i++)
			if (READ_ONCE(cpu->all[i]->used))
				rows += table_rows(cpu->all[i]);
	}
	if (search->scans && rows > SCAN_ROWS_MAX)
		return -E2BIG;

	if (!systally_master_is_cleaned())
		search_table(search, master);
	for_each_possible_cpu(cpu_nr) {
		struct tally_cpu *cpu = &per_cpu(systally_tally_cpu, cpu_nr);

		for (i = 0; i < ARRAY_SIZE(cpu->all); i++)
			search_table(search, cpu->all[i]);
	}
	return 0;
}

/* The start of a process that lives, or 0 */
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

int systally_query_calls(u32 tgid, const char *calls, u64 *sums)
{
	struct search search = { .tgid = tgid };
	int err = 0;

	if (static_key_enabled(&systally_threads_key))
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
	err = do_locked(search_tables, &search);
	if (err)
		return err;
	if (tgid && !search.found &&
	    (!search.start || !systally_target_has(tgid)))
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
	return tgid < PID_MAX_LIMIT && systally_target_has(tgid);
}
EXPORT_SYMBOL_GPL(systally_query_is_target);

/* An answer that nobody has taken by then does not keep others waiting. */
#define HOT_KEPT	(10 * HZ)

/*
 * The question of who is hottest, one at a time. hot_state goes idle -> asking
 * by who asks (cmpxchg), -> asked (release, after hot_but), -> answered by the
 * work (release, after hot_answer), -> idle by who asked and takes the answer,
 * or asking by somebody else when it is old (cmpxchg).
 */
enum { HOT_IDLE, HOT_ASKING, HOT_ASKED, HOT_ANSWERED };
static atomic_t hot_state = ATOMIC_INIT(HOT_IDLE);
static int hot_answer;
static unsigned long hot_answered;	/* jiffies */
static u32 hot_but;

/* Whether a row's process can still make calls: no zombie */
static bool row_lives(const struct systally_row *row)
{
	const struct task_struct *leader;
	bool lives;

	rcu_read_lock();
	leader = pid_task(find_pid_ns(row->tgid, &init_pid_ns), PIDTYPE_TGID);
	lives = leader && leader->start_boottime == row->start_ns &&
		atomic_read(&leader->signal->live) > 0;
	rcu_read_unlock();
	return lives;
}

static int find_hottest(u32 but)
{
	const struct systally_row *row, *end;
	struct view *view = systally_view_make();
	u64 most = 0, count = 0;
	int tgid = -ESRCH;

	if (IS_ERR(view))
		return -EAGAIN;
	/* A process's rows stand together. */
	end = view->rows + view->header.call_rows;
	for (row = view->rows; row < end; row++) {
		bool last = row + 1 == end || row[1].tgid != row->tgid ||
			    row[1].start_ns != row->start_ns;

		count += row->count;
		if (!last)
			continue;
		if (count > most && row->tgid && row->tgid != but &&
		    row_lives(row)) {
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
	/* Queued again while it ran, or for an order only */
	if (atomic_read_acquire(&hot_state) != HOT_ASKED)
		return;
	hot_answer = find_hottest(hot_but);
	hot_answered = jiffies;
	atomic_set_release(&hot_state, HOT_ANSWERED);
}

static DECLARE_WORK(hot_work, answer_hottest);

/*
 * Orders for the targets, which process context is needed for: a ring under
 * systally_move_lock, filled here and emptied by steer_work.
 */
#define ORDERS	64		/* a power of two */
static s32 orders[ORDERS];	/* as the control takes them: 5 or -5 */
static unsigned int orders_put, orders_taken;

static bool take_order(s32 *order)
{
	bool taken;

	raw_spin_lock_irq(&systally_move_lock);
	taken = orders_taken != orders_put;
	if (taken)
		*order = orders[orders_taken++ % ORDERS];
	raw_spin_unlock_irq(&systally_move_lock);
	return taken;
}

static void follow_orders(struct work_struct *work)
{
	char text[16];
	s32 order;
	int err;

	while (take_order(&order)) {
		snprintf(text, sizeof(text), "%+d", order);
		err = systally_control_set(CONTROL_TARGETS, text);
		/* It may have exited meanwhile. */
		if (err && err != -ESRCH)
			pr_warn_ratelimited("target %+d: error %d\n", order,
					    err);
	}
}

static DECLARE_WORK(steer_work, follow_orders);

/* Work is queued under locks that a probe's handler may have interrupted. */
static void queue_works(struct irq_work *work)
{
	schedule_work(&steer_work);
	if (atomic_read(&hot_state) == HOT_ASKED)
		schedule_work(&hot_work);
}

static DEFINE_IRQ_WORK(queue_irq_work, queue_works);

/* Ask, if the state is still @state */
static void ask_hottest(int state, u32 but)
{
	if (atomic_cmpxchg(&hot_state, state, HOT_ASKING) != state)
		return;
	WRITE_ONCE(hot_but, but);
	atomic_set_release(&hot_state, HOT_ASKED);
	irq_work_queue(&queue_irq_work);
}

int systally_query_hottest(u32 but)
{
	int answer;

	if (static_key_enabled(&systally_threads_key))
		return -EOPNOTSUPP;
	switch (atomic_read_acquire(&hot_state)) {
	case HOT_IDLE:
		ask_hottest(HOT_IDLE, but);
		return 0;
	case HOT_ANSWERED:
		break;
	default:
		return 0;
	}
	if (READ_ONCE(hot_but) != but) {
		if (time_after(jiffies, READ_ONCE(hot_answered) + HOT_KEPT))
			ask_hottest(HOT_ANSWERED, but);
		return 0;
	}
	answer = READ_ONCE(hot_answer);
	/* Another may have taken it meanwhile. */
	return atomic_cmpxchg(&hot_state, HOT_ANSWERED, HOT_IDLE) ==
	       HOT_ANSWERED ? answer : 0;
}
EXPORT_SYMBOL_GPL(systally_query_hottest);

static int put_order(void *with)
{
	const s32 *order = with;

	if (orders_put - orders_taken == ORDERS)
		return -EAGAIN;
	orders[orders_put++ % ORDERS] = *order;
	return 0;
}

int systally_query_target(u32 tgid, bool add)
{
	s32 order = add ? tgid : -tgid;
	int err = 0;

	/* A number may be in use by a group or a session only. */
	rcu_read_lock();
	if (!tgid || tgid >= PID_MAX_LIMIT ||
	    !pid_task(find_pid_ns(tgid, &init_pid_ns), PIDTYPE_PID))
		err = -ESRCH;
	rcu_read_unlock();
	if (!err)
		err = do_locked(put_order, &order);
	irq_work_queue(&queue_irq_work);
	return err;
}
EXPORT_SYMBOL_GPL(systally_query_target);

void systally_query_exit(void)
{
	irq_work_sync(&queue_irq_work);
	cancel_work_sync(&steer_work);
	cancel_work_sync(&hot_work);
}
