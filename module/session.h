/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Sessions: each has its own targets, calls, functions, level and counters. One
 * is the default session, which always exists; others come and go.
 *
 * All count into the same tables of the CPUs, for the union of what they want. A
 * row there has a bit for each session that it belongs to. Folding adds it to
 * the masters of these (fold.c). A session has a bit while it has targets, and
 * a session without targets costs nothing.
 *
 * Concurrency: all fields are written under the control mutex. Those that
 * handlers read are so marked; handlers read them with preemption off, so
 * synchronize_rcu() waits for them. The masters and what concerns tables'
 * serials are also under the tally's mutex. The rows of a process have the
 * sessions that were right when they were made. So a change of a session's
 * targets, calls, functions or threads is complete after
 * systally_tally_settle().
 */
#ifndef SYSTALLY_SESSION_H
#define SYSTALLY_SESSION_H

#include <linux/bitmap.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>

#include "master.h"
#include "syscalls.h"
#include "target_set.h"

/* The default session and eight others; as many as there are bits may count. */
#define SESSIONS_MAX (TABLE_SESSIONS + 1)

/* Functions that have rows at the same time: what a key's number can tell apart */
#define FUNCTIONS_MAX 1022

/* No table has this serial. */
#define SERIAL_NEVER U64_MAX

#define SESSION_NAME_LEN 16

struct session {
	bool exists;
	int bit; /* in rows, while it has targets; else -1 */
	char name[SESSION_NAME_LEN]; /* empty for the default session */

	/* Who has begun it; not of the default session */
	struct pid *owner;
	char owner_comm[SYSTALLY_COMM_LEN];
	u64 began_ns; /* CLOCK_BOOTTIME */

	/* Read by handlers */
	struct target_set targets;
	struct syscall_set __rcu *calls; /* to count; NULL: all */
	DECLARE_BITMAP(functions, FUNCTIONS_MAX);
	bool threads; /* rows are kept per thread */

	unsigned int collect; /* enum systally_collect, as was asked for */

	/*
	 * Serials of tables (cpu_tables.h). Rows of older tables do not belong
	 * to the session; have no times for it; have no histograms for it.
	 * time_since is read by handlers: a call that was entered in an older
	 * table is not timed for this session. So is pairs_since, which is no
	 * less: since then, the entry of each call is seen that the session
	 * counts. An exit without an entry means a denied call, if its thread has
	 * left another call since.
	 */
	u64 since, time_since, hist_since, pairs_since;

	struct master master;
	u64 discarded;	/* calls that resets threw away */
	u64 generation; /* number of resets */
};

/* The control mutex: for all settings, the sessions, the filter, what is hooked */
extern struct mutex systally_control_mutex;

/* The calls that a session counts, NULL for all; under the control mutex */
static inline const struct syscall_set *
session_calls(const struct session *session)
{
	return rcu_dereference_protected(
		session->calls, lockdep_is_held(&systally_control_mutex));
}

/* By their bits; NULL if no session has the bit. Read by handlers. */
extern struct session *systally_session_at[TABLE_SESSIONS];

/* Bits of the sessions that keep times, and rows per thread. Read by handlers. */
extern u32 systally_sessions_timed;
extern u32 systally_sessions_hist; /* and histograms */
extern u32 systally_sessions_threaded;

extern struct session systally_sessions[SESSIONS_MAX];
#define systally_default_session (&systally_sessions[0])

/* A session's own number, for as long as it exists: not its bit */
static inline unsigned int systally_session_index(const struct session *session)
{
	return session - systally_sessions;
}

/* All sessions that have a bit, in process context under either mutex */
#define for_each_session(bit, session)                           \
	for ((bit) = 0; (bit) < TABLE_SESSIONS; (bit)++)         \
		if (!((session) = systally_session_at[(bit)])) { \
		} else

/*
 * systally_session_targets - the sessions of which a process is a target
 * systally_session_calls - those that count its calls of a number; @abi may be
 * ABI_FUNCTION, with a function's number
 *
 * Handlers only; preemption off. Bits.
 */
u32 systally_session_targets(u32 tgid);
u32 systally_session_calls(u32 tgid, u32 abi, u32 nr);

/*
 * systally_session_timing - of some sessions, those that time a call now that
 * was entered in the table with this serial
 *
 * Handlers only; preemption off, and the CPU's table was read before. Bits.
 */
u32 systally_session_timing(u32 sessions, u64 serial);

/*
 * systally_session_paired - of some sessions, those that time calls and have seen
 * the entry of each call since the table with this serial
 *
 * As systally_session_timing().
 */
u32 systally_session_paired(u32 sessions, u64 serial);

/*
 * systally_session_counts - whether a session counts calls of a number
 *
 * Any context, under RCU. As systally_session_calls() for any target.
 */
bool systally_session_counts(const struct session *session, u32 abi, u32 nr);

/* Whether a session times calls now; process context */
static inline bool systally_session_times(const struct session *session)
{
	return READ_ONCE(session->bit) >= 0 &&
	       READ_ONCE(session->time_since) != SERIAL_NEVER;
}

/*
 * systally_session_share - how many bytes the table of a session may take, the
 * larger one of a rebuild included; systally_session_bytes - how many it takes
 *
 * Half of the cap is for all sessions that count, in equal shares. Any context;
 * they may be out of date at once.
 */
size_t systally_session_share(void);
size_t systally_session_bytes(const struct session *session);

/*
 * systally_session_seat - give a session a bit; systally_session_unseat - take
 * it back
 *
 * Process context, under the control mutex and the tally's mutex. Returns 0, or
 * -EUSERS if all bits are taken.
 */
int systally_session_seat(struct session *session);
void systally_session_unseat(struct session *session);

/*
 * systally_session_set_levels - update systally_sessions_timed and _threaded
 *
 * Process context, under the control mutex and the tally's mutex.
 */
void systally_session_set_levels(void);

/*
 * systally_session_init - make a session's data, without targets
 *
 * Process context, under the control mutex; sleeps. Returns 0, or -ENOMEM if
 * there is no memory or the cap is reached.
 */
int __must_check systally_session_init(struct session *session);

/*
 * systally_session_exit - free it
 *
 * The session has no bit and no functions, and no file shows it. Process
 * context, sleeps; under the control mutex.
 */
void systally_session_exit(struct session *session);

#endif /* SYSTALLY_SESSION_H */
