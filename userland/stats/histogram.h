/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A histogram of durations, added up from hist rows of a snapshot, and its
 * percentiles. systally.h says what the buckets are.
 */
#ifndef SYSTALLY_HISTOGRAM_H
#define SYSTALLY_HISTOGRAM_H

#include <stdint.h>

#include "systally.h"

#define SYSTALLY_HIST_SIZE (SYSTALLY_HIST_OCTAVES * SYSTALLY_HIST_BUCKETS)

struct systally_hist {
	uint64_t count;			      /* the sum of the buckets */
	uint64_t buckets[SYSTALLY_HIST_SIZE]; /* octave after octave */
};

/* The percentiles that are shown. */
enum systally_percentile {
	SYSTALLY_P50,
	SYSTALLY_P90,
	SYSTALLY_P99,
	SYSTALLY_P999,
	SYSTALLY_PERCENTILES,
};

/* Adds the buckets of a hist row. Its octave must have been checked. */
void systally_hist_add(struct systally_hist *hist,
		       const struct systally_row *row);

/*
 * Return the bounds of a bucket, in clock units. A duration is in the bucket if
 * low <= duration < high. The last bucket also has its high, UINT64_MAX.
 */
uint64_t systally_hist_low(unsigned int bucket);
uint64_t systally_hist_high(unsigned int bucket);

/* Returns clock units in ns, rounded; UINT64_MAX if that does not fit. */
uint64_t systally_hist_ns(uint64_t units, uint64_t clock_khz);

/*
 * Returns a percentile in ns: of n durations, the k-th shortest, where k is n
 * times the percentile, rounded up. The value is the middle of the bucket that
 * this duration is in, and so within 12.5% of it. Returns 0 if the histogram is
 * empty.
 */
uint64_t systally_hist_percentile(const struct systally_hist *hist,
				  enum systally_percentile percentile,
				  uint64_t clock_khz);

/* Returns the middle of the last bucket with a duration in it, in ns. */
uint64_t systally_hist_longest(const struct systally_hist *hist,
			       uint64_t clock_khz);

#endif /* SYSTALLY_HISTOGRAM_H */
