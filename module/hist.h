/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Latency histograms: the bucket of a time, and the row that holds the bucket.
 * include/systally.h draws the buckets. Compiles in userland too, for the unit
 * tests.
 *
 * All functions: any context.
 */
#ifndef SYSTALLY_HIST_H
#define SYSTALLY_HIST_H

#ifdef __KERNEL__
#include <linux/bitops.h>
#endif

#include "table.h"

/*
 * The sub of the row of octave 0. In a table of 4096 rows, sub modulo 256
 * decides a row's first place (table_hash()). On a clock of 3 GHz, times from
 * 0.1 us to a second get 39 to 62, and most errnos that occur are below that.
 */
#define HIST_SUB (4096 + 32)

#define HIST_BUCKET_BITS 2

/* The index of a time's bucket over all octaves: octave * 4 + bucket. */
static __always_inline u32 hist_index(u64 units)
{
	u32 shift = __fls(units | SYSTALLY_HIST_BUCKETS) - HIST_BUCKET_BITS;

	return (u32)(units >> shift) + (shift << HIST_BUCKET_BITS);
}

/* The bucket within its octave. */
static __always_inline u32 hist_bucket(u32 index)
{
	return index & (SYSTALLY_HIST_BUCKETS - 1);
}

/*
 * The key of the histogram's row that belongs to a process's row (ROW_CALL). It
 * is a sum, which is cheap for handlers. With a thread's key the sum is a key
 * that no row in a CPU's table has.
 */
static __always_inline u64 hist_key(u64 call_key, u32 index)
{
	return call_key + key_make(ROW_HIST, HIST_SUB, 0, 0, 0) +
	       ((u64)(index & ~(SYSTALLY_HIST_BUCKETS - 1))
		<< (KEY_SUB_SHIFT - HIST_BUCKET_BITS));
}

/* The octave of a histogram's row. */
static inline u32 hist_octave(u64 key)
{
	return key_sub(key) - HIST_SUB;
}

#endif /* SYSTALLY_HIST_H */
