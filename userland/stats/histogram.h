/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A histogram of how long calls took, merged from rows of a snapshot, and its
 * percentiles. systally.h draws the buckets.
 */
#ifndef SYSTALLY_HISTOGRAM_H
#define SYSTALLY_HISTOGRAM_H

#include <stdint.h>

#include "systally.h"

#define SYSTALLY_HIST_SIZE	(SYSTALLY_HIST_OCTAVES * SYSTALLY_HIST_BUCKETS)

struct systally_hist {
	uint64_t count;				/* the sum of them all */
	uint64_t buckets[SYSTALLY_HIST_SIZE];	/* of all octaves, in order */
};

/* The percentiles that are shown. */
enum systally_percentile {
	SYSTALLY_P50,
	SYSTALLY_P90,
	SYSTALLY_P99,
	SYSTALLY_P999,
	SYSTALLY_PERCENTILES,
};

/* Adds the buckets of a hist row, whose octave has been checked. */
void systally_hist_add(struct systally_hist *hist,
		       const struct systally_row *row);

/*
 * The bounds of a bucket, in clock units: a time is in it if it is not below
 * the first, and below the second. For the last bucket the second is
 * UINT64_MAX, which is in it.
 */
uint64_t systally_hist_low(unsigned int bucket);
uint64_t systally_hist_high(unsigned int bucket);

/* Returns clock units in ns, to the nearest; UINT64_MAX if that is too long. */
uint64_t systally_hist_ns(uint64_t units, uint64_t clock_khz);

/*
 * Returns a percentile in ns: the middle of the bucket of the k-th shortest of
 * n times, k being n times the percentile, rounded up. It is within 12.5% of
 * that time. Returns 0 for a histogram without times.
 */
uint64_t systally_hist_percentile(const struct systally_hist *hist,
				  enum systally_percentile percentile,
				  uint64_t clock_khz);

#endif /* SYSTALLY_HISTOGRAM_H */
