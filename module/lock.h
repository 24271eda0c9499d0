/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The two locks of the tally.
 */
#ifndef SYSTALLY_LOCK_H
#define SYSTALLY_LOCK_H

#include <linux/rtmutex.h>
#include <linux/spinlock.h>

/*
 * The tally's mutex. It protects the sessions' tables, what is known of processes, and
 * the CPUs' tables as cpu_tables.h says. A reader who holds it runs with the worker's
 * priority while the worker waits for it. Taken after the mutex of flushes in tally.c.
 */
extern struct rt_mutex systally_tally_mutex;

/*
 * While it is held, each count of a session is in exactly one table: rows are
 * moved to the masters, and tables are replaced, under this lock.
 * Taken with interrupts off, for some rows at a time. It is the innermost lock.
 * Handlers of calls never take it: they go on counting in their CPU's table.
 * Handlers of changes of facts take it, to look into other CPUs' tables (facts.h).
 */
extern raw_spinlock_t systally_move_lock;

#endif /* SYSTALLY_LOCK_H */
