/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The tally. Handlers count into their CPU's table. Readers get all tables
 * folded into the master table.
 *
 * Concurrency: each CPU that is or was online has three tables. One is active.
 * One is the spare (clean) or retired (full, to be folded). One takes the
 * spare's place while a flush waits.
 *  - Writer: handlers run with preemption off and do not nest, since system
 *    calls are not made in irq or NMI context. So an active table has one
 *    writer at a time, which uses plain stores.
 *  - Replacing the active table: only the holder of the spare may do that. A
 *    CPU takes the spare (xchg) when its active table is full. A flush takes
 *    it, and gives the CPU another spare at once.
 *  - Readers: a table is read only after its writer has finished with it. The
 *    CPU shows that by storing the table to `retired` (release). A flush waits
 *    for synchronize_rcu().
 *  - The master table is protected by the tally's mutex. Flushes are serialised
 *    by another one, which is taken before it: so full tables are folded while
 *    a flush waits. The third table belongs to the holder of that one.
 *
 * query.c is the exception: it reads all tables, also active ones, while
 * systally_move_lock keeps counts from moving between tables. It may miss a row
 * that is being inserted, and so a call that is being counted. The count of a
 * row that it finds was correct at some moment of the look-up.
 *
 * A table gets a new serial each time it is put to use. A call in flight keeps
 * its row and the serial of the row's table. If this CPU's table has the same
 * serial at the exit, that row is still valid. If not, and the call belongs to
 * the current epoch, the row is looked up.
 */
#ifndef SYSTALLY_TALLY_H
#define SYSTALLY_TALLY_H

#include <linux/percpu.h>

#include "table.h"

struct tally_cpu {
	struct table *active;  /* written by the holder of the spare */
	struct table *spare;   /* taken by xchg(); put under the mutex */
	struct table *retired; /* put by this CPU; taken under the mutex */
	struct table *third;   /* clean, or being flushed; both mutexes */
	struct table *all[3];  /* these three, in no order, for query.c: read
				* under systally_move_lock, written under that
				* and the mutex
				*/
	/* Both are used under the mutex. */
	unsigned long filled; /* jiffies of the last fold of a full table */
	bool hot;	      /* has filled two tables within a second */
};

DECLARE_PER_CPU(struct tally_cpu, systally_tally_cpu);

/* Full tables that wait while the master is read, up to the first NULL. Read
 * under systally_move_lock, written under that and the mutex.
 */
#define TALLY_BACKLOG_MAX 256
extern struct table *systally_tally_backlog[TALLY_BACKLOG_MAX];

/*
 * systally_tally_has_cpu - whether a CPU has tables: it is online or has been
 *
 * Under the tally's mutex or systally_move_lock. Once true, it stays true until
 * unload.
 */
static inline bool systally_tally_has_cpu(int cpu_nr)
{
	return per_cpu(systally_tally_cpu, cpu_nr).third;
}

/* All CPUs that have tables; same context */
#define for_each_tally_cpu(cpu_nr)                     \
	for_each_possible_cpu((cpu_nr))                \
		if (!systally_tally_has_cpu(cpu_nr)) { \
		} else

/* This CPU's table. Preemption off until the caller is done with it. */
static __always_inline struct table *systally_tally_table(void)
{
	return this_cpu_read(systally_tally_cpu.active);
}

/*
 * systally_tally_fold_soon - let the worker fold the full tables
 *
 * Handlers only: any context in which a system call runs, preemption off.
 */
void systally_tally_fold_soon(void);

/*
 * systally_tally_flush - fold everything that was counted until now
 * systally_tally_unlock - end that
 *
 * Process context; sleeps for a grace period or two. Returns the master table,
 * which does not change until the unlock, or ERR_PTR(-EINTR) if the task is
 * being killed: then there is nothing to unlock. In the table, entered == sum
 * of count over call rows + unattributed, exactly.
 */
struct table *systally_tally_flush(void);
void systally_tally_unlock(void);

/*
 * systally_tally_relieve - give clean tables to CPUs that have filled theirs
 *
 * While a reader has the master table, nothing is folded. Call it every
 * millisecond between the flush and the unlock. Process context, sleeps.
 */
void systally_tally_relieve(void);

/*
 * systally_tally_used - number of rows of all tables: at least as many as a
 * flush now leaves in the master table
 *
 * Process context; no lock needed. It may be out of date at once.
 */
u32 systally_tally_used(void);

/*
 * systally_tally_new_epoch - do not time calls that were entered before this
 *
 * Needed whenever entries or exits were not seen for a time. Process context,
 * sleeps; takes both mutexes.
 */
void systally_tally_new_epoch(void);

/*
 * systally_tally_settle - fold all rows away, so that each process's next call
 * takes the slow path
 *
 * The fast path counts a call that has a row without a look at the filter.
 * Therefore a change of the targets or the filter is complete only after this.
 * Process context, sleeps; takes both mutexes.
 */
void systally_tally_settle(void);

/*
 * systally_tally_reset - set all counters to 0
 *
 * Process context, sleeps. Returns 0, or -EINTR if the task is being killed.
 */
int systally_tally_reset(void);

/*
 * The number of calls that resets have discarded, and the number of resets,
 * since load; under the tally's mutex.
 */
u64 systally_tally_discarded(void);
u64 systally_tally_generation(void);

/*
 * systally_tally_epoch - the serial of the current epoch's first table
 *
 * A call in flight with a lower serial belongs to an earlier epoch. Any
 * context; the value may change at any time, so use it for display only.
 */
u64 systally_tally_epoch(void);

/*
 * systally_tally_next_serial - the serial of the next table that is put to use
 *
 * Process context, sleeps; takes the tally's mutex.
 */
u64 systally_tally_next_serial(void);

/* systally_tally_init - allocate all tables, at load; returns 0 or -ENOMEM */
int __must_check systally_tally_init(void);

/* systally_tally_exit - free them; after all handlers have ended */
void systally_tally_exit(void);

#endif /* SYSTALLY_TALLY_H */
