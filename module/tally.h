/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The counters. The hooks' handlers count into this CPU's table; readers get
 * everything folded into one.
 *
 * Concurrency: each CPU has three tables: one active, one spare (clean) or
 * retired (waiting to be folded), and one that takes the spare's place while a
 * flush waits. Handlers run with preemption off and do not nest (system calls
 * come neither from irq nor NMI), so an active table has one writer, which uses
 * plain stores. Whoever takes the spare (xchg) has thereby the right to replace
 * the active table: the owner when it is full, or a flush, which then gives the
 * CPU another spare at once. Nobody reads a table before its writer is done
 * with it, which the owner says by storing it to `retired`, and a flush knows
 * by waiting for synchronize_rcu(). The master table belongs to whoever holds
 * the mutex.
 *
 * The one exception is query.c, which looks for rows in all tables, live ones
 * too, while systally_move_lock keeps every count where it is. It may miss a
 * row that is being inserted just then, and with it a call that is being
 * counted; a row it finds has a count that was true at some moment of the look.
 *
 * Each time a table is put to use it gets a new serial. A call in flight holds
 * its row and the serial: if this CPU's table still has it, the row is still
 * the call's; if not, but it is of the same epoch, the row is looked up.
 */
#ifndef SYSTALLY_TALLY_H
#define SYSTALLY_TALLY_H

#include <linux/percpu.h>
#include <linux/sched.h>

#include "table.h"

struct tally_cpu {
	struct table *active;	/* written by whoever took the spare */
	struct table *spare;	/* taken by xchg(); put by the mutex's holder */
	struct table *retired;	/* put by the owner; taken under the mutex */
	struct table *third;	/* clean, or being flushed; under the mutex */
	struct table *all[3];	/* these, in no order: for who reads them from
				 * elsewhere under systally_move_lock; replaced
				 * under that and the mutex
				 */
	unsigned long grown;	/* jiffies of the last refill, under the mutex */
};

DECLARE_PER_CPU(struct tally_cpu, systally_tally_cpu);

/* Whether rows are kept per thread. Flipped under the control mutex. */
DECLARE_STATIC_KEY_FALSE(systally_threads_key);

/*
 * Who a task's calls are counted for: with a row's tgid (and tid), the start
 * time tells a reused pid apart. Any context, for current or under RCU.
 */
static __always_inline const struct task_struct *
systally_tally_owner(const struct task_struct *task)
{
	if (static_branch_unlikely(&systally_threads_key))
		return task;
	return task->group_leader;
}

/* This CPU's table. Preemption off until the caller is done with it. */
static __always_inline struct table *systally_tally_table(void)
{
	return this_cpu_read(systally_tally_cpu.active);
}

/*
 * systally_tally_row - the row of current's calls
 * @table: in: this CPU's table, as the handler read it; out: the row's, which
 * is another if that was full
 *
 * Handlers only: preemption off since @table was read, never sleeps or
 * allocates. Whatever belongs to the row's count is to be added to the same
 * table: a flush may put another in place at any moment. Returns the row of
 * the number's unattributed calls if there is no room, NULL if there is not
 * even room for that.
 */
struct table_row *systally_tally_row(struct table **table, u64 key, u64 start);

/*
 * systally_tally_error - count a failed call by its errno
 * @table: where its row is; out: as in systally_tally_row(), and then rows
 * that were found before are not to be touched any more
 * @key: of the call's row
 * @error: 1 to 4095
 *
 * Handlers only, preemption off; for current. Without room it is missing
 * from the breakdown by errno, but not from the call's row, and that counts
 * as untimed.
 */
void systally_tally_error(struct table **table, u64 key, u32 error);

/*
 * systally_tally_hist - count a call in its process's histogram
 * @table: where its row is; out: as in systally_tally_row(), and then rows
 * that were found before are not to be touched any more
 * @key: of the call's row
 * @index: of hist_index()
 *
 * Handlers only, preemption off; for current. Without room the call is missing
 * from the histogram, and that counts as untimed.
 */
void systally_tally_hist(struct table **table, u64 key, u32 index);

/*
 * systally_tally_exited - keep the last comm of a process (or thread) that
 * exits, so that its rows can be shown and folded by it
 *
 * In the sched_process_exit handler, preemption off; @task is current, and
 * @last if it is its process's last thread.
 */
void systally_tally_exited(const struct task_struct *task, bool last);

/* systally_tally_lock - no fold or flush until unlocked; sleeps; 0 or -EINTR */
int __must_check systally_tally_lock(void);
void systally_tally_unlock(void);

/*
 * systally_tally_flush - fold all that is counted until now
 *
 * Process context, under systally_tally_lock; sleeps for a grace period.
 * Returns the master table, which stays as it is until the unlock. In it,
 * entered == sum of count over call rows + unattributed, exactly.
 */
struct table *systally_tally_flush(void);

/*
 * systally_tally_new_epoch - calls entered before are not timed when they exit
 *
 * Called when entries or exits begin to be seen again after a time when they
 * were not. Process context, sleeps; takes the tally's lock.
 */
void systally_tally_new_epoch(void);

/*
 * systally_tally_settle - have each process's next call find no row
 *
 * A call whose row is found is counted without a look at the filter: after a
 * change of it, and before that is said to be done, all rows are folded away.
 * Process context, sleeps; takes the tally's lock.
 */
void systally_tally_settle(void);

/* systally_tally_reset - start anew; process context; 0 or -EINTR */
int systally_tally_reset(void);

/* Of the master table, under the lock. */
u64 systally_tally_discarded(void);
u64 systally_tally_generation(void);

/*
 * The serial of the current epoch's first table: calls in flight that entered
 * in older ones are of the past. For display, it may change at any time.
 */
u64 systally_tally_epoch(void);

int __must_check systally_tally_init(void);

/* After all hooks are gone and their handlers have ended. */
void systally_tally_exit(void);

#endif /* SYSTALLY_TALLY_H */
