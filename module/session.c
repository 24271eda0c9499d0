// SPDX-License-Identifier: GPL-2.0-only
/*
 * The sessions, and which of them a call belongs to.
 */
#include <linux/bits.h>
#include <linux/errno.h>
#include <linux/pid.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "memory.h"
#include "session.h"

/* What a session takes at its beginning, a rebuild included */
#define SESSION_BYTES_MIN (TARGET_SET_BYTES + 3 * table_bytes(MASTER_ROWS))

DEFINE_MUTEX(systally_control_mutex);
struct session systally_sessions[SESSIONS_MAX];
struct session *systally_session_at[TABLE_SESSIONS];
u32 systally_sessions_timed;
u32 systally_sessions_hist;
u32 systally_sessions_threaded;

/* The bits that are taken; written as systally_session_at */
static unsigned long seated;

bool systally_session_counts(const struct session *session, u32 abi, u32 nr)
{
	const struct syscall_set *calls;

	if (abi == ABI_FUNCTION)
		return test_bit(nr, session->functions);
	calls = rcu_dereference_sched(session->calls);
	return !calls || test_bit(nr, calls->nr[abi]);
}

/* The sessions with this target, and if @of_call only those with this call */
static __always_inline u32 sessions_with(u32 tgid, bool of_call, u32 abi,
					 u32 nr)
{
	unsigned long seats = READ_ONCE(seated);
	const struct session *session;
	u32 sessions = 0;
	int bit;

	for (; seats; seats &= seats - 1) {
		bit = __ffs(seats);
		session = READ_ONCE(systally_session_at[bit]);
		if (session && target_set_has(&session->targets, tgid) &&
		    (!of_call || systally_session_counts(session, abi, nr)))
			sessions |= BIT(bit);
	}
	return sessions;
}

u32 systally_session_targets(u32 tgid)
{
	return sessions_with(tgid, false, 0, 0);
}

u32 systally_session_calls(u32 tgid, u32 abi, u32 nr)
{
	return sessions_with(tgid, true, abi, nr);
}

/* Of some sessions, those that time calls since a table of @serial or before */
static u32 timed_since(u32 sessions, u64 serial, bool paired)
{
	const struct session *session;
	unsigned long timed;
	u32 result = 0;
	u64 since;
	int bit;

	/* A CPU gets its table after these were written for it. Pairs with the
	 * xchg() in flush_begin().
	 */
	smp_rmb();
	timed = sessions & READ_ONCE(systally_sessions_timed);
	for (; timed; timed &= timed - 1) {
		bit = __ffs(timed);
		session = READ_ONCE(systally_session_at[bit]);
		if (!session)
			continue;
		since = paired ? READ_ONCE(session->pairs_since) :
				 READ_ONCE(session->time_since);
		if (serial >= since)
			result |= BIT(bit);
	}
	return result;
}

u32 systally_session_timing(u32 sessions, u64 serial)
{
	return timed_since(sessions, serial, false);
}

u32 systally_session_paired(u32 sessions, u64 serial)
{
	return timed_since(sessions, serial, true);
}

size_t systally_session_share(void)
{
	unsigned int count = hweight_long(READ_ONCE(seated));

	return systally_memory_max_bytes / 2 / max(count, 1u);
}

size_t systally_session_bytes(const struct session *session)
{
	size_t bytes;

	raw_spin_lock_irq(&systally_move_lock);
	bytes = table_bytes(table_rows(session->master.table));
	raw_spin_unlock_irq(&systally_move_lock);
	return bytes;
}

int systally_session_seat(struct session *session)
{
	int bit;

	for (bit = 0; bit < TABLE_SESSIONS; bit++)
		if (!systally_session_at[bit])
			break;
	if (bit == TABLE_SESSIONS)
		return -EUSERS;
	session->bit = bit;
	WRITE_ONCE(systally_session_at[bit], session);
	WRITE_ONCE(seated, seated | BIT(bit));
	systally_session_set_levels();
	systally_target_join(&session->targets);
	return 0;
}

void systally_session_unseat(struct session *session)
{
	systally_target_part(&session->targets);
	WRITE_ONCE(seated, seated & ~BIT(session->bit));
	WRITE_ONCE(systally_session_at[session->bit], NULL);
	session->bit = -1;
	systally_session_set_levels();
}

void systally_session_set_levels(void)
{
	const struct session *session;
	u32 timed = 0, hist = 0, threaded = 0;
	int bit;

	for_each_session(bit, session)
	{
		if (session->collect >= SYSTALLY_COLLECT_TIME)
			timed |= BIT(bit);
		if (session->collect == SYSTALLY_COLLECT_HIST)
			hist |= BIT(bit);
		if (session->threads)
			threaded |= BIT(bit);
	}
	WRITE_ONCE(systally_sessions_timed, timed);
	WRITE_ONCE(systally_sessions_hist, hist);
	WRITE_ONCE(systally_sessions_threaded, threaded);
}

int systally_session_init(struct session *session)
{
	unsigned long *bits;
	int err;

	/* A session for which there is hardly any room would harm the others. */
	if (session != systally_default_session &&
	    !systally_memory_fits(SESSION_BYTES_MIN))
		return -ENOMEM;
	bits = systally_memory_alloc(TARGET_SET_BYTES, NUMA_NO_NODE);
	if (!bits)
		return -ENOMEM;
	err = systally_master_init(&session->master);
	if (err) {
		systally_memory_free(bits, TARGET_SET_BYTES);
		return err;
	}
	session->targets.bits = bits;
	session->bit = -1;
	session->time_since = SERIAL_NEVER;
	session->hist_since = SERIAL_NEVER;
	session->exists = true;
	return 0;
}

void systally_session_exit(struct session *session)
{
	struct syscall_set *calls =
		rcu_dereference_protected(session->calls, true);

	RCU_INIT_POINTER(session->calls, NULL);
	/* Handlers that had the session by its bit have ended after this. */
	synchronize_rcu();
	kfree(calls);
	put_pid(session->owner);
	target_set_drop_rules(&session->targets);
	systally_memory_free(session->targets.bits, TARGET_SET_BYTES);
	systally_master_exit(&session->master);
	memset(session, 0, sizeof(*session));
}
