/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Latency histograms: which bucket a time belongs to, and which row of a table
 * holds it. include/systally.h draws the buckets. Used by event.h and tally.c;
 * compiles in userland too, for the unit tests.
 */
#ifndef SYSTALLY_HIST_H
#define SYSTALLY_HIST_H

#ifdef __KERNEL__
#include <linux/bitops.h>
#endif

#include "table.h"

/*
 * A row's sub of octave 0. In a table of 1024 rows, sub modulo 64 decides a
 * row's place (table_hash): times from 0.1 us to a second come to 39 to 62 on a
 * clock of 3 GHz, and the errnos that are met with are mostly below.
 */
#define HIST_SUB	(4096 + 32)

#define HIST_BUCKET_BITS	2

/* The bucket of a time, counted over all octaves: octave * 4 + bucket. */
static __always_inline u32 hist_index(u64 units)
{
	u32 shift = __fls(units | SYSTALLY_HIST_BUCKETS) - HIST_BUCKET_BITS;

	return (u32)(units >> shift) + (shift << HIST_BUCKET_BITS);
}

static __always_inline u32 hist_bucket(u32 index)
{
	return index & (SYSTALLY_HIST_BUCKETS - 1);
}

/*
 * The key of the histogram's row beside a process's row (ROW_CALL): a sum, for
 * the handlers' sake. What it makes of a thread's key is no per-CPU table's.
 */
static __always_inline u64 hist_key(u64 call_key, u32 index)
{
	return call_key + key_make(ROW_HIST, HIST_SUB, 0, 0, 0) +
	       ((u64)(index & ~(SYSTALLY_HIST_BUCKETS - 1)) <<
		(KEY_SUB_SHIFT - HIST_BUCKET_BITS));
}

/* The octave that a histogram's row is of. */
static inline u32 hist_octave(u64 key)
{
	return key_sub(key) - HIST_SUB;
}

#endif /* SYSTALLY_HIST_H */
