/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A table of rows: open addressing with linear probing, one cache line per row.
 * Each CPU has some, and the master table is one. Compiles in userland too, for
 * the unit tests.
 *
 * Concurrency: a table has one writer at a time; cpu_tables.h says which. Others
 * may read meanwhile: query.c (rows, under systally_move_lock), and tally.c
 * (`used`, as a hint).
 */
#ifndef SYSTALLY_TABLE_H
#define SYSTALLY_TABLE_H

#ifdef __KERNEL__
#include <linux/atomic.h>
#include <linux/bits.h>
#include <linux/compiler.h>
#include <linux/string.h>
#include <linux/types.h>
#include <asm/barrier.h>
#else
#include "kernel_shim.h"
#endif

#include "../include/systally.h"

/*
 * A row's key:
 *
 *   63 62   61     60   59   56 55  54 53        32 31        10 9      0
 *   +----+--------+------+------+------+------------+------------+--------+
 *   | 0  | closed | late | kind | abi  |    tgid    |    sub     |   nr   |
 *   +----+--------+------+------+------+------------+------------+--------+
 *
 * sub is the tid of a thread's row, the errno of an error row, HIST_SUB plus
 * the octave of a histogram's row (hist.h), the descriptor of a row of TLS, else
 * 0. abi is enum abi (abi.h).
 *
 * In a CPU's table, each process that has rows, and each thread that has, has a
 * row of ROW_WHO with its facts, to which its rows are linked. When the facts
 * change, these rows are closed: bit 61 of their keys is set, so that no handler
 * finds them, and what is counted later gets new rows. In a session's table, the
 * start of a row is the struct who (who.h) of its process or thread.
 *
 * The rows of a CPU's table belong to sessions (session.h), one bit each. A
 * process's calls of one number have one row, or one for sessions by process and
 * one by thread. With their errnos and histograms they belong to the same sessions, with
 * these exceptions, whose keys differ by their sessions:
 *  - late rows, which have only times, errnos and histograms: of calls that some
 *    sessions time, while others began when the calls were in flight. Their
 *    start is that of the process with the sessions in its upper bits (xor).
 *  - rows without a process (key_common()): sub is the sessions
 *  - rows of TLS: nr has the sessions above the bits of enum systally_tls
 * table_row_plain() makes of each the row that a session's table has.
 *
 * So the key of a process's native calls (ABI 0) is (tgid << 32) + nr for every
 * nr. A number of more than 10 bits finds no row, nor does a negative one: sub
 * is not 0 then. A pid has at most 22 bits (PID_MAX_LIMIT,
 * include/linux/threads.h). A key of 0 is an empty row: no process that makes
 * calls has tgid 0.
 */
#define KEY_NR_BITS    10
#define KEY_SUB_SHIFT  KEY_NR_BITS
#define KEY_PID_BITS   22
#define KEY_TGID_SHIFT (KEY_SUB_SHIFT + KEY_PID_BITS)
#define KEY_ABI_SHIFT  (KEY_TGID_SHIFT + KEY_PID_BITS)
#define KEY_ABI_BITS   2
#define KEY_KIND_SHIFT (KEY_ABI_SHIFT + KEY_ABI_BITS)
#define KEY_KIND_BITS  4
#define KEY_LATE       (1ull << (KEY_KIND_SHIFT + KEY_KIND_BITS))
#define KEY_CLOSED     (KEY_LATE << 1)

/* Sessions that rows can belong to: bits of a byte */
#define TABLE_SESSIONS	     8
#define TABLE_SESSIONS_SHIFT (64 - TABLE_SESSIONS) /* in a late row's start */
#define TABLE_TLS_BITS	     2 /* of enum systally_tls, in nr */

/* Stands for all numbers that no kernel has: systally_syscall_limit(). */
#define KEY_NR_OUT_OF_RANGE ((1u << KEY_NR_BITS) - 1)

enum row_kind {
	ROW_CALL,	  /* a process's calls of one number */
	ROW_THREAD,	  /* a thread's calls of one number */
	ROW_ERROR,	  /* a process's calls that failed with an errno */
	ROW_WHO,	  /* a process or thread that has rows, and its
			   * facts
			   */
	ROW_UNATTRIBUTED, /* calls of a number that have no other row */
	ROW_DENIED,	  /* calls of a number, by any process, that seccomp or
			   * a tracer answered
			   */
	ROW_FOLDED_CALL,  /* calls of exited processes of one comm */
	ROW_FOLDED_ERROR, /* the same of ROW_ERROR */
	ROW_HIST,	  /* an octave of the histogram of a process's
			   * calls of one number
			   */
	ROW_FOLDED_HIST,  /* the same of exited processes of one comm */
	ROW_TLS,	  /* what a process reads or writes of TLS by a
			   * descriptor; nr is enum systally_tls
			   */
	ROW_FOLDED_TLS,	  /* the same of exited processes of one comm, by any
			   * descriptor
			   */
};

/* The sub of a row of ROW_TLS whose descriptor is not known */
#define TLS_NO_FD ((1u << KEY_PID_BITS) - 1)

struct name;

/* The facts of a process, or of a thread: of its process, but for the comm */
struct table_who {
	u32 first;	     /* of its rows: its place plus 1, or 0 */
	u32 uid;	     /* effective, in the init user namespace */
	struct name *cgroup; /* NULL: not known (name.h) */
	struct name *exe;    /* the same */
	u32 parent;	     /* its tgid, in the init pid namespace */
	u32 exec : 31;	     /* grows with each exec */
	u32 exited : 1;	     /* it has exited: its comm is the last one */
};

struct table_row {
	u64 key;
	u64 start; /* start_boottime of the process or thread, in ns, so that
		    * a reused pid gets a row of its own; in a session's
		    * table a struct who
		    */
	union {
		struct {
			u64 count;
			u64 errors;
			u64 total; /* clock units, see clock.h */
			u64 max;
		};
		u64 buckets[SYSTALLY_HIST_BUCKETS]; /* of histograms */
		struct {
			u64 calls;
			u64 failed;
			u64 bytes;
			u64 time; /* clock units */
		} tls;
		struct table_who who; /* ROW_WHO */
	};
	union {
		char comm[SYSTALLY_COMM_LEN]; /* ROW_WHO */
		struct {
			u32 owner; /* place of the row of ROW_WHO, plus 1 */
			u32 next;  /* the next row of its list, likewise */
			u8 unused[7];
			u8 sessions; /* 0 in ROW_WHO, and in a session's table */
		};
	};
};

/* What one session has beside its rows */
struct table_sums {
	u64 orphan_exits;
	u64 untimed;
	u64 no_row; /* unattributed calls that have no row at all */
	/* Not in a session's table: its rows in this one, of unattributed calls
	 * excepted, and how many of them are late
	 */
	u32 rows, late;
};

/*
 * A CPU's table has the rows of all sessions, and `session` by their bits. A
 * session's table, its master, has the rows of that session, and uses the first
 * of `session` only.
 */
struct table {
	u32 mask; /* (rows - 1) * sizeof(struct table_row) */
	u32 used; /* rows */
	u64 entered;
	u64 serial;  /* of this use of the memory; see cpu_tables.h */
	u64 epoch;   /* serial of the oldest table of the epoch */
	u64 no_row;  /* unattributed calls, of any sessions, without a row */
	u32 whos;    /* rows of ROW_WHO, for who.c */
	bool closed; /* rows may be closed */
	u64 tallied; /* of a master only: sum of count over call rows */
	struct table_sums session[TABLE_SESSIONS];
	/* One row is one cache line. */
	struct table_row rows[] __aligned(sizeof(struct table_row));
};

static inline u64 key_make(enum row_kind kind, u32 sub, u32 tgid, u32 abi,
			   u32 nr)
{
	return (u64)kind << KEY_KIND_SHIFT | (u64)abi << KEY_ABI_SHIFT |
	       (u64)tgid << KEY_TGID_SHIFT | (u64)sub << KEY_SUB_SHIFT | nr;
}

static inline enum row_kind key_kind(u64 key)
{
	return key >> KEY_KIND_SHIFT & ((1u << KEY_KIND_BITS) - 1);
}

static inline u32 key_sub(u64 key)
{
	return key >> KEY_SUB_SHIFT & ((1u << KEY_PID_BITS) - 1);
}

static inline u32 key_tgid(u64 key)
{
	return key >> KEY_TGID_SHIFT & ((1u << KEY_PID_BITS) - 1);
}

static inline u32 key_abi(u64 key)
{
	return key >> KEY_ABI_SHIFT & ((1u << KEY_ABI_BITS) - 1);
}

static inline u32 key_nr(u64 key)
{
	return key & ((1u << KEY_NR_BITS) - 1);
}

static inline u32 table_rows(const struct table *table)
{
	return table->mask / sizeof(struct table_row) + 1;
}

/* What the rows take, without the header: a power of two, as their number */
static inline size_t table_row_bytes(u32 rows)
{
	return rows * sizeof(struct table_row);
}

static inline size_t table_bytes(u32 rows)
{
	return sizeof(struct table) + table_row_bytes(rows);
}

/* Used rows at which the writer should switch to another table */
static inline u32 table_soft_limit(const struct table *table)
{
	return table_rows(table) - table_rows(table) / 4;
}

/* Used rows from which on only rows of unattributed calls are inserted */
static inline u32 table_hard_limit(const struct table *table)
{
	return table_rows(table) - table_rows(table) / 8;
}

/* Whether rows of a kind are those that `counters` shows */
static inline bool kind_is_call(enum row_kind kind)
{
	return kind == ROW_CALL || kind == ROW_THREAD ||
	       kind == ROW_FOLDED_CALL;
}

/* Whether rows of a kind are for the calls of one number by all processes */
static inline bool kind_is_common(enum row_kind kind)
{
	return kind == ROW_UNATTRIBUTED || kind == ROW_DENIED;
}

/* Whether rows of a kind say more of calls that have another row */
static inline bool kind_is_detail(enum row_kind kind)
{
	return kind == ROW_ERROR || kind == ROW_FOLDED_ERROR ||
	       kind >= ROW_HIST;
}

/*
 * Used rows from which on no rows of a kind are inserted. Errnos, histograms
 * and denied calls leave room for calls: a process that makes many of them
 * cannot take the room that others need to be counted.
 */
static inline u32 table_limit(const struct table *table, enum row_kind kind)
{
	return kind_is_detail(kind) || kind == ROW_DENIED ?
		       table_soft_limit(table) :
		       table_hard_limit(table);
}

/*
 * A row's first place, as an offset in bytes. Multiplicative hashing (Knuth,
 * TAOCP 6.4) of the key's low half and the start; the start, in ns, is as good
 * as random. Keys that differ in the high half only mostly have another start,
 * too.
 */
static __always_inline u32 table_hash(const struct table *table, u64 key,
				      u64 start)
{
	return ((u32)key + (u32)start) * 0x9e3779b9u & table->mask;
}

/* The first place of (key, start): its row is there or after it. */
static __always_inline struct table_row *table_home(struct table *table,
						    u64 key, u64 start)
{
	return (void *)table->rows + table_hash(table, key, start);
}

static __always_inline struct table_row *table_next(struct table *table,
						    const struct table_row *row)
{
	return (void *)table->rows +
	       (((void *)(row + 1) - (void *)table->rows) & table->mask);
}

/*
 * table_lookup - the row of (key, start), or NULL
 *
 * Any context; for the table's writer. The loop ends because a table is never
 * full.
 */
static __always_inline struct table_row *table_lookup(struct table *table,
						      u64 key, u64 start)
{
	struct table_row *row = table_home(table, key, start);

	if (likely(row->key == key && row->start == start)) {
		/* Tells the compiler that the fast path needs no test. */
		if (!row)
			__builtin_unreachable();
		return row;
	}
	/* Most rows are at their first place: keep the compiler from computing
	 * anything for the loop before the test above.
	 */
	OPTIMIZER_HIDE_VAR(table);
	while (row->key) {
		row = table_next(table, row);
		if (row->key == key && row->start == start)
			return row;
	}
	return NULL;
}

/*
 * table_init - make a table of table_bytes(@rows) of zeroed memory
 * @rows: a power of two, at least 64
 *
 * Any context.
 */
void table_init(struct table *table, u32 rows);

/*
 * table_clean - empty a table; cheap if no row is used
 *
 * Any context; for the table's writer. Keeps the mask: a concurrent look-up
 * could loop on a changed one.
 */
void table_clean(struct table *table);

/*
 * table_insert - the row of (key, start); a new one if there is none
 * @sessions: of a new row; 0 in a session's table
 * @limit: number of used rows at which no row is inserted
 *
 * Any context; for the table's writer. Returns NULL if there is no room.
 */
struct table_row *table_insert(struct table *table, u64 key, u64 start,
			       u32 sessions, u32 limit);

/*
 * table_link - say whose a new row is
 * @who: a row of ROW_WHO of the same table
 *
 * Any context; for the table's writer, before the row is counted in.
 */
void table_link(struct table *table, struct table_row *who,
		struct table_row *row);

/* The row of ROW_WHO of a row that was linked to one, else NULL; any context */
static inline struct table_row *table_owner(struct table *table,
					    const struct table_row *row)
{
	return row->owner ? &table->rows[row->owner - 1] : NULL;
}

/* Whether a row is in a table; any context */
static inline bool table_has(const struct table *table,
			     const struct table_row *row)
{
	return row >= table->rows && row < table->rows + table_rows(table);
}

/*
 * table_close - close the rows of a process or thread: no handler finds them any
 * more
 * @who: key of its row of ROW_WHO
 * @start: of that row
 *
 * Any context, while another CPU writes the table: under systally_move_lock then, so
 * that the table is not freed. A handler that has found a row already still counts
 * in it.
 */
void table_close(struct table *table, u64 who, u64 start);

/* The sessions of a row of a CPU's table; any context */
static __always_inline u32 table_row_sessions(const struct table_row *row)
{
	return row->sessions;
}

/*
 * The key of a row for the calls of one number by all processes
 * @sessions: 0 in a session's table
 */
static inline u64 key_common(enum row_kind kind, u32 sessions, u32 abi, u32 nr)
{
	return key_make(kind, sessions, 0, abi, nr);
}

/* The start of the late row of @sessions for a process that has this start */
static inline u64 start_late(u64 start, u32 sessions)
{
	return start ^ (u64)sessions << TABLE_SESSIONS_SHIFT;
}

/*
 * table_row_plain - a row of a CPU's table as a session's table has it
 *
 * Any context. Returns a copy of @from without its sessions.
 */
struct table_row table_row_plain(const struct table_row *from);

/* table_row_untimed - set what is known of times only to 0; any context */
static inline void table_row_untimed(struct table_row *row)
{
	row->errors = 0;
	row->total = 0;
	row->max = 0;
}

/*
 * table_unattributed - the row of unattributed calls of @key's ABI and number
 * @sessions: 0 in a session's table
 *
 * Any context; for the table's writer. Returns NULL if there is no room.
 */
struct table_row *table_unattributed(struct table *table, u64 key,
				     u32 sessions);

/* Whether a row is of ROW_WHO */
static inline bool row_is_who(const struct table_row *row)
{
	return key_kind(row->key) == ROW_WHO;
}

/* Whether rows of a kind are of a process, a thread, or some that have exited */
static inline bool kind_has_who(enum row_kind kind)
{
	return kind != ROW_WHO && !kind_is_common(kind);
}

/* Whether all counts of a row are sums: of a histogram or of TLS. */
static inline bool row_is_sums(const struct table_row *row)
{
	return key_kind(row->key) >= ROW_HIST;
}

/*
 * table_count - add to a count of the caller's table
 *
 * Any context; for the table's writer. A plain addition, because this is on the
 * path of each call: it is one instruction on x86-64, and a WRITE_ONCE() would
 * take three. A 64-bit kernel stores an aligned word whole, so query.c reads
 * either the old or the new count.
 */
static __always_inline void table_count(u64 *count, u64 more)
{
	data_race(*count += more);
}

/* row_events - number of calls, failed calls or times in a row; any context */
u64 row_events(const struct table_row *row);

/*
 * row_add - add the counts of @from to those of @to
 *
 * Any context; for the writer of @to. Both rows are of one kind, or one that is
 * folded into the other.
 */
void row_add(struct table_row *to, const struct table_row *from);

/*
 * table_add_sums - add the counts of sessions that are not in rows
 *
 * Any context; for the writer of @to.
 */
void table_add_sums(struct table_sums *to, const struct table_sums *from);

/*
 * table_fold_row - add a row of an exited process to one that it shares
 * @start: of that row
 * @limit: as in table_insert()
 *
 * Any context; for the writer of @to. Returns false if there is no room.
 */
bool table_fold_row(struct table *to, const struct table_row *row, u64 start,
		    u32 limit);

#endif /* SYSTALLY_TABLE_H */
