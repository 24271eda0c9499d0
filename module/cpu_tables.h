/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The tables of the CPUs, into which handlers count.
 *
 * Concurrency: each CPU that is or was online has three tables. One is active.
 * One is the spare (clean) or retired (full, to be folded). One takes the
 * spare's place while a flush waits. A retired table that cannot be folded yet
 * goes to the backlog, and its CPU gets another one.
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
#ifndef SYSTALLY_CPU_TABLES_H
#define SYSTALLY_CPU_TABLES_H

#include <linux/percpu.h>

#include "lock.h"
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

/* Full tables that wait while the master is read or rebuilt, up to the first
 * NULL. Read under systally_move_lock, written under that and the mutex.
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
 * systally_cpu_tables_stamp - prepare a clean table for use
 *
 * The new serial invalidates slots that point to its rows from an earlier use.
 * Process context, under the mutex.
 */
void systally_cpu_tables_stamp(struct table *table);

/*
 * systally_cpu_tables_put_spare - clean a table, and make it a CPU's spare
 *
 * Process context, under the mutex; the CPU has no spare.
 */
void systally_cpu_tables_put_spare(struct tally_cpu *cpu, struct table *table);

/*
 * systally_cpu_tables_filled - note that a CPU has filled a table, for the
 * growing
 *
 * Process context, under the mutex.
 */
void systally_cpu_tables_filled(struct tally_cpu *cpu);

/*
 * systally_cpu_tables_grow - give larger spares to CPUs that fill their tables
 * quickly
 *
 * Process context, under the mutex; sleeps.
 */
void systally_cpu_tables_grow(void);

/*
 * systally_cpu_tables_relieve - give clean tables to CPUs that have filled theirs
 *
 * While a reader has the master table, nothing is folded, and little while a
 * rebuild waits for memory. Call it every millisecond then. Process context,
 * under the mutex; sleeps.
 */
void systally_cpu_tables_relieve(void);

/*
 * systally_cpu_tables_new_epoch - the next table that is put to use begins a new
 * epoch
 *
 * Process context, under the mutex.
 */
void systally_cpu_tables_new_epoch(void);

/*
 * systally_cpu_tables_epoch - the serial of the current epoch's first table
 *
 * A call in flight with a lower serial belongs to an earlier epoch. Any
 * context; the value may change at any time, so use it for display only.
 */
u64 systally_cpu_tables_epoch(void);

/* The serial of the next table that is put to use; under the mutex */
u64 systally_cpu_tables_next_serial(void);

/*
 * systally_cpu_tables_init - make the tables of all CPUs that are online, and
 * from now on of CPUs that come online; at load. Returns 0 or -ENOMEM.
 * systally_cpu_tables_exit - free them; after all handlers have ended
 */
int __must_check systally_cpu_tables_init(void);
void systally_cpu_tables_exit(void);

#endif /* SYSTALLY_CPU_TABLES_H */
