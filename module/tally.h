/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The tally. Handlers count into their CPU's table. Readers get all tables
 * folded into the masters of the sessions. cpu_tables.h tells the concurrency.
 */
#ifndef SYSTALLY_TALLY_H
#define SYSTALLY_TALLY_H

#include "cpu_tables.h"
#include "session.h"

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
 * Process context; sleeps for a grace period or two. Returns 0, or -EINTR if the
 * task is being killed: then there is nothing to unlock. The sessions' masters
 * do not change until the unlock, and have no successors. In each, entered ==
 * sum of count over call rows + unattributed, exactly.
 */
int __must_check systally_tally_flush(void);
void systally_tally_unlock(void);

/*
 * systally_tally_used - number of rows of a session's and all CPUs' tables: at
 * least as many as a flush now leaves in the session's master
 *
 * Process context; no lock needed. It may be out of date at once.
 */
u32 systally_tally_used(const struct session *session);

/*
 * systally_tally_new_epoch - do not time calls that were entered before this, for
 * any session
 *
 * Needed whenever entries or exits were not seen for a time. Process context,
 * sleeps; takes both mutexes.
 */
void systally_tally_new_epoch(void);

/*
 * systally_tally_widen - a session is about to count calls that it did not count
 * before: until systally_tally_settle(), no exit without an entry is a denied call
 * for it
 *
 * Any context.
 */
void systally_tally_widen(struct session *session);

/*
 * systally_tally_settle - fold all rows away, so that each process's next call
 * takes the slow path
 * @widened: a session for which systally_tally_widen() was called, or NULL. The
 * entries of its new calls in flight were not seen.
 *
 * The fast path counts a call that has a row without a look at the sessions.
 * Therefore a change of targets, calls, functions or threads is complete only
 * after this. Process context, sleeps; takes both mutexes.
 */
void systally_tally_settle(struct session *widened);

/*
 * systally_tally_admit - let a session count from now on, unless it does
 *
 * Before it gets its first target. Process context, sleeps; under the control
 * mutex; takes both mutexes. Returns 0, or -EUSERS if too many sessions have
 * targets.
 */
int __must_check systally_tally_admit(struct session *session);

/*
 * systally_tally_dismiss - end that, if it counts; its counters stay
 *
 * The session has no targets. Same context.
 */
void systally_tally_dismiss(struct session *session);

/*
 * systally_tally_set_level - collect what session->collect says from now on, and
 * nothing else
 *
 * Process context, sleeps; under the control mutex; takes both mutexes. Calls in
 * flight are not timed for a session that begins to time.
 */
void systally_tally_set_level(struct session *session);

/*
 * systally_tally_reset - set all counters of a session to 0
 *
 * Process context, sleeps; under the control mutex. Returns 0, or -EINTR if the
 * task is being killed.
 */
int systally_tally_reset(struct session *session);

/*
 * systally_tally_next_serial - the serial of the next table that is put to use
 *
 * Process context, sleeps; takes the tally's mutex.
 */
u64 systally_tally_next_serial(void);

/* systally_tally_init - allocate the CPUs' tables, at load; 0 or -ENOMEM */
int __must_check systally_tally_init(void);

/* systally_tally_exit - free them; after all handlers have ended */
void systally_tally_exit(void);

#endif /* SYSTALLY_TALLY_H */
