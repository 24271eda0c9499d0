/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The counting table: open addressing with linear probing, one cache line per
 * row. The tally keeps one per CPU and one that everything is folded into.
 * Compiles in userland too, for the unit tests.
 *
 * Concurrency: a table has one writer at a time, and no reader beside it but
 * query.c, and tally.c's make_room() for `used`; tally.h says how a table
 * changes hands.
 */
#ifndef SYSTALLY_TABLE_H
#define SYSTALLY_TABLE_H

#ifdef __KERNEL__
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
 *   63  60 59   56 55  54 53          32 31          10 9        0
 *   +-----+-------+------+--------------+--------------+----------+
 *   |  0  | kind  | abi  |     tgid     |     sub      |    nr    |
 *   +-----+-------+------+--------------+--------------+----------+
 *
 * sub is the tid of a thread's row, the errno of an error row, HIST_SUB plus
 * the octave of a histogram's row (hist.h), else 0.
 *
 * so that the key of a process's x86-64 calls is tgid << 32 | nr, whatever nr
 * is: a number of more than 10 bits finds no row. A pid has at most 22 bits
 * (PID_MAX_LIMIT, include/linux/threads.h). A key of 0 is an empty row: no
 * process has tgid 0.
 */
#define KEY_NR_BITS	10
#define KEY_SUB_SHIFT	KEY_NR_BITS
#define KEY_PID_BITS	22
#define KEY_TGID_SHIFT	(KEY_SUB_SHIFT + KEY_PID_BITS)
#define KEY_ABI_SHIFT	(KEY_TGID_SHIFT + KEY_PID_BITS)
#define KEY_ABI_BITS	2
#define KEY_KIND_SHIFT	(KEY_ABI_SHIFT + KEY_ABI_BITS)

/* The number that stands for all that are too large for the key. */
#define KEY_NR_OUT_OF_RANGE	((1u << KEY_NR_BITS) - 1)

enum row_kind {
	ROW_CALL,		/* a process's calls of one number */
	ROW_THREAD,		/* a thread's calls of one number */
	ROW_ERROR,		/* a process's calls that failed with an errno */
	ROW_EXITED,		/* it has exited; comm is its last */
	ROW_UNATTRIBUTED,	/* calls of a number with no row of their own */
	ROW_FOLDED_CALL,	/* calls of exited processes of one comm */
	ROW_FOLDED_ERROR,	/* likewise ROW_ERROR */
	ROW_HIST,		/* one octave of how long a process's calls of
				 * one number took
				 */
	ROW_FOLDED_HIST,	/* likewise */
};

struct table_row {
	u64 key;
	u64 start;		/* start_boottime of the process, or thread, in
				 * ns: with the pid, no reused pid inherits a
				 * row; of folded rows a hash of comm
				 */
	union {
		struct {
			u64 count;
			u64 errors;
			u64 total;	/* clock units, see clock.h */
			u64 max;
		};
		u64 buckets[SYSTALLY_HIST_BUCKETS];	/* of histograms */
	};
	char comm[SYSTALLY_COMM_LEN];
};

struct table {
	u32 mask;		/* (rows - 1) * sizeof(struct table_row) */
	u32 used;		/* rows; others take it as a hint */
	u64 entered;
	u64 serial;		/* of this use of the memory; see tally.h */
	u64 epoch;		/* serial of the oldest table of the epoch */
	u64 orphan_exits;
	u64 untimed;
	u64 nameless;		/* unattributed without a row for the number */
	u64 pad;
	struct table_row rows[];
};

static inline u64 key_make(enum row_kind kind, u32 sub, u32 tgid, u32 abi,
			   u32 nr)
{
	return (u64)kind << KEY_KIND_SHIFT | (u64)abi << KEY_ABI_SHIFT |
	       (u64)tgid << KEY_TGID_SHIFT | (u64)sub << KEY_SUB_SHIFT | nr;
}

static inline enum row_kind key_kind(u64 key)
{
	return key >> KEY_KIND_SHIFT;
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

static inline size_t table_bytes(u32 rows)
{
	return sizeof(struct table) + rows * sizeof(struct table_row);
}

/*
 * Up to here ordinary rows are inserted freely; above, the owner should
 * switch to another table.
 */
static inline u32 table_soft_limit(const struct table *table)
{
	return table_rows(table) - table_rows(table) / 4;
}

/* Above this only rows for unattributed calls are inserted. */
static inline u32 table_hard_limit(const struct table *table)
{
	return table_rows(table) - table_rows(table) / 8;
}

/*
 * Where a row should be, as an offset in bytes. Multiplicative hashing (Knuth,
 * TAOCP 6.4); the start, in ns, is as good as random. What else the key holds
 * rarely differs where both of these agree.
 */
static __always_inline u32 table_hash(const struct table *table, u64 key,
				      u64 start)
{
	return ((u32)key + (u32)start) * 0x9e3779b9u & table->mask;
}

/* Where the row of (key, start) is, unless that place was taken before. */
static __always_inline struct table_row *table_home(struct table *table,
						    u64 key, u64 start)
{
	return (void *)table->rows + table_hash(table, key, start);
}

static __always_inline struct table_row *
table_next(struct table *table, const struct table_row *row)
{
	return (void *)table->rows +
	       (((void *)(row + 1) - (void *)table->rows) & table->mask);
}

/*
 * table_lookup - the row of (key, start), or NULL
 *
 * Any context; the caller owns the table. Ends because a table is never full.
 */
static __always_inline struct table_row *table_lookup(struct table *table,
						      u64 key, u64 start)
{
	struct table_row *row = table_home(table, key, start);

	if (likely(row->key == key && row->start == start)) {
		/* Spares the caller's fast path its test for NULL. */
		if (!row)
			__builtin_unreachable();
		return row;
	}
	/* Most rows are at home: nothing is to be computed ahead for this. */
	OPTIMIZER_HIDE_VAR(table);
	while (row->key) {
		row = table_next(table, row);
		if (row->key == key && row->start == start)
			return row;
	}
	return NULL;
}

/*
 * table_init - make zeroed memory of table_bytes(rows) a table
 * @rows: a power of two, at least 64
 */
void table_init(struct table *table, u32 rows);

/*
 * table_clean - empty a table; cheap if nothing of it is used
 *
 * Its mask stays as it is, for who looks for rows meanwhile: with another one
 * that might never end.
 */
void table_clean(struct table *table);

/*
 * table_insert - the row of (key, start), made if there is room
 * @comm: copied into a new row, SYSTALLY_COMM_LEN bytes
 * @limit: number of used rows at which there is no more room
 *
 * Any context; the caller owns the table. Returns NULL if there is no room.
 */
struct table_row *table_insert(struct table *table, u64 key, u64 start,
			       const char *comm, u32 limit);

/*
 * table_unattributed - the row for calls of key's abi and nr that can have no
 * row of their own
 *
 * Any context; the caller owns the table. Returns NULL if there is no room
 * even for that.
 */
struct table_row *table_unattributed(struct table *table, u64 key);

/* Whether a row is part of a histogram. */
static inline bool row_is_hist(const struct table_row *row)
{
	return key_kind(row->key) >= ROW_HIST;
}

/*
 * table_count - add to a count of the caller's table
 *
 * Any context. On the path of each call, hence plain: x86-64 adds to one
 * aligned word by one instruction, where a marked store takes three. query.c,
 * which may look at it meanwhile, gets the word of before or after.
 */
static __always_inline void table_count(u64 *count, u64 more)
{
	data_race(*count += more);
}

/* How many calls, or failed calls, or times, a row stands for. */
u64 row_events(const struct table_row *row);

/*
 * row_add - add what @from counted to @to
 *
 * Their keys may differ, but either both are of histograms, or none.
 */
void row_add(struct table_row *to, const struct table_row *from);

/* table_add_sums - add the numbers that stand beside the rows */
void table_add_sums(struct table *to, const struct table *from);

/* comm_hash - what stands for a command's name in a folded row's start */
u64 comm_hash(const char *comm);

/*
 * table_fold_row - add a row of an exited process to its command's row
 * @comm: the process's last comm
 *
 * Process context, the caller owns @to. Returns false if there is no room.
 */
bool table_fold_row(struct table *to, const struct table_row *row,
		    const char *comm, u32 limit);

#endif /* SYSTALLY_TABLE_H */
