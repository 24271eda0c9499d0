// SPDX-License-Identifier: GPL-2.0-only
/*
 * Histograms of durations: buckets, their bounds, and percentiles.
 */
#include "stats/histogram.h"
#include "device/snapshot.h"

void systally_hist_add(struct systally_hist *hist,
		       const struct systally_row *row)
{
	uint64_t *buckets = &hist->buckets[row->octave * SYSTALLY_HIST_BUCKETS];
	unsigned int i;

	for (i = 0; i < SYSTALLY_HIST_BUCKETS; i++) {
		buckets[i] = systally_sum(buckets[i], row->buckets[i]);
		hist->count = systally_sum(hist->count, row->buckets[i]);
	}
}

uint64_t systally_hist_low(unsigned int bucket)
{
	unsigned int octave = bucket / SYSTALLY_HIST_BUCKETS;
	uint64_t within = bucket % SYSTALLY_HIST_BUCKETS;

	return octave ? (SYSTALLY_HIST_BUCKETS + within) << (octave - 1) :
			within;
}

uint64_t systally_hist_high(unsigned int bucket)
{
	return bucket + 1 < SYSTALLY_HIST_SIZE ? systally_hist_low(bucket + 1) :
						 UINT64_MAX;
}

uint64_t systally_hist_ns(uint64_t units, uint64_t clock_khz)
{
	unsigned __int128 ns = (unsigned __int128)units * 1000000;

	ns = (ns + clock_khz / 2) / clock_khz;
	return ns > UINT64_MAX ? UINT64_MAX : (uint64_t)ns;
}

static uint64_t middle_ns(unsigned int bucket, uint64_t clock_khz)
{
	uint64_t low = systally_hist_low(bucket);

	return systally_hist_ns(low + (systally_hist_high(bucket) - low) / 2,
				clock_khz);
}

uint64_t systally_hist_longest(const struct systally_hist *hist,
			       uint64_t clock_khz)
{
	unsigned int i = SYSTALLY_HIST_SIZE;

	while (i--) {
		if (hist->buckets[i])
			return middle_ns(i, clock_khz);
	}
	return 0;
}

uint64_t systally_hist_percentile(const struct systally_hist *hist,
				  enum systally_percentile percentile,
				  uint64_t clock_khz)
{
	static const unsigned int per_mille[SYSTALLY_PERCENTILES] = { 500, 900,
								      990,
								      999 };
	unsigned __int128 rank = hist->count;
	unsigned __int128 passed = 0;
	unsigned int i;

	rank = (rank * per_mille[percentile] + 999) / 1000;
	for (i = 0; i < SYSTALLY_HIST_SIZE; i++) {
		passed += hist->buckets[i];
		if (hist->buckets[i] && passed >= rank)
			break;
	}
	return i == SYSTALLY_HIST_SIZE ? 0 : middle_ns(i, clock_khz);
}
