/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The tally. Handlers count into their CPU's table. Readers get all tables
 * folded into the master table. cpu_tables.h tells the concurrency.
 */
#ifndef SYSTALLY_TALLY_H
#define SYSTALLY_TALLY_H

#include "cpu_tables.h"

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
