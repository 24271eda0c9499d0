// SPDX-License-Identifier: GPL-2.0-only
/*
 * Unit tests of stats/histogram.c: the command has the same buckets as the
 * module, and the percentiles are right. Run by `make check-unit`.
 */
#include "fixture.h"

#include "../../module/hist.h"
#include "stats/histogram.h"

#define KHZ 1000000 /* a clock unit is a ns */

/* xorshift64*, so that each run has the same times */
static uint64_t random_state = 88172645463325252ull;

static uint64_t random_bits(void)
{
	random_state ^= random_state >> 12;
	random_state ^= random_state << 25;
	random_state ^= random_state >> 27;
	return random_state * 2685821657736338717ull;
}

/* Returns a random number; all lengths in bits are equally likely. */
static uint64_t random_time(void)
{
	uint64_t bits = random_bits();

	return bits >> (random_bits() % 64);
}

static void check_bucket(uint64_t units)
{
	uint32_t index = hist_index(units);
	uint64_t low, high, middle, off;

	assert_true(index < SYSTALLY_HIST_SIZE);
	low = systally_hist_low(index);
	high = systally_hist_high(index);
	assert_true(units >= low);
	assert_true(units < high ||
		    (units == UINT64_MAX && high == UINT64_MAX));
	middle = low + (high - low) / 2;
	off = middle > units ? middle - units : units - middle;
	/* 12.5% is an eighth */
	if (off > units / 8 && (unsigned __int128)off * 8 > units)
		fail_msg("%llu is shown as %llu", (unsigned long long)units,
			 (unsigned long long)middle);
}

static void buckets_join(void **state)
{
	unsigned int i;

	(void)state;
	assert_int_equal(systally_hist_low(0), 0);
	for (i = 0; i < SYSTALLY_HIST_SIZE; i++) {
		uint64_t low = systally_hist_low(i);
		uint64_t high = systally_hist_high(i);

		assert_true(low < high);
		assert_int_equal(hist_index(low), i);
		assert_int_equal(hist_index(high - 1), i);
		if (i + 1 < SYSTALLY_HIST_SIZE) {
			assert_int_equal(systally_hist_low(i + 1), high);
			assert_int_equal(hist_index(high), i + 1);
		}
	}
	assert_int_equal(hist_index(UINT64_MAX), SYSTALLY_HIST_SIZE - 1);
	/* small durations have a bucket each */
	for (i = 0; i < 8; i++) {
		assert_int_equal(systally_hist_low(i), i);
		assert_int_equal(systally_hist_high(i), i + 1);
	}
	/* the example in systally.h */
	assert_int_equal(systally_hist_low(13), 20);
	assert_int_equal(systally_hist_low(15), 28);
}

static void buckets_are_narrow(void **state)
{
	uint64_t units;
	int i;

	(void)state;
	for (units = 0; units <= 1000000; units++)
		check_bucket(units);
	for (i = 0; i < 1000000; i++)
		check_bucket(random_time());
	check_bucket(UINT64_MAX);
	check_bucket(1ull << 63);
}

/* The keys of hist rows are made of the call row's key, and differ from it. */
static void keys(void **state)
{
	u64 call = key_make(ROW_CALL, 0, 4711, SYSTALLY_ABI_I386, 1023);
	u64 thread = key_make(ROW_THREAD, PID_MAX_LIMIT - 1, PID_MAX_LIMIT - 1,
			      SYSTALLY_ABI_X32, 7);
	u32 index;

	(void)state;
	for (index = 0; index < SYSTALLY_HIST_SIZE; index++) {
		u64 key = hist_key(call, index);
		u64 none = hist_key(thread, index);

		assert_true(key == key_make(ROW_HIST, HIST_SUB + index / 4,
					    4711, SYSTALLY_ABI_I386, 1023));
		assert_int_equal(hist_octave(key), index / 4);
		assert_int_equal(hist_bucket(index), index % 4);
		/* threads have no histograms; a CPU's table has no such kind */
		assert_int_equal(key_kind(none), ROW_FOLDED_HIST);
	}
}

static void units(void **state)
{
	(void)state;
	assert_int_equal(systally_hist_ns(0, 3), 0);
	assert_int_equal(systally_hist_ns(12345, KHZ), 12345);
	/* 2.1 GHz: rounded to the nearest */
	assert_int_equal(systally_hist_ns(2100, 2100000), 1000);
	assert_int_equal(systally_hist_ns(1, 2100000), 0);
	assert_int_equal(systally_hist_ns(2, 2100000), 1);
	assert_true(systally_hist_ns(UINT64_MAX, KHZ) == UINT64_MAX);
	assert_true(systally_hist_ns(UINT64_MAX, 1) == UINT64_MAX);
}

static int compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static void put(struct systally_hist *hist, uint64_t time)
{
	struct systally_row row = { .octave = hist_index(time) / 4 };

	row.buckets[hist_index(time) % 4] = 1;
	systally_hist_add(hist, &row);
}

/* Compares with sorted lists of 1 to 300 durations, and with longer ones. */
static void percentiles(void **state)
{
	static const double parts[] = { 0.5, 0.9, 0.99, 0.999 };
	static uint64_t times[20011];
	struct systally_hist hist;
	size_t count, i;
	int p;

	(void)state;
	for (count = 1; count <= 20011; count += count < 300 ? 1 : 6570) {
		memset(&hist, 0, sizeof(hist));
		for (i = 0; i < count; i++) {
			/* 52 bits, which a double holds exactly */
			times[i] = random_time() >> 12;
			put(&hist, times[i]);
		}
		assert_int_equal(hist.count, count);
		qsort(times, count, sizeof(*times), compare);
		for (p = 0; p < SYSTALLY_PERCENTILES; p++) {
			/* rounded up; 0.9 is not exact as a double */
			size_t rank =
				(size_t)(parts[p] * (double)count + 0.9999999);
			double truth = (double)times[rank - 1];
			double shown = (double)systally_hist_percentile(
				&hist, (enum systally_percentile)p, KHZ);

			if (shown < truth * 0.875 || shown > truth * 1.125)
				fail_msg("%zu times, %g: %g, shown %g", count,
					 parts[p], truth, shown);
		}
	}
}

static void percentiles_by_hand(void **state)
{
	struct systally_hist hist = { 0 };
	int i;

	(void)state;
	assert_int_equal(systally_hist_percentile(&hist, SYSTALLY_P50, KHZ), 0);
	for (i = 0; i < 900; i++)
		put(&hist, 3);
	for (i = 0; i < 99; i++)
		put(&hist, 100); /* 96 to 112 */
	put(&hist, 1000);	 /* 896 to 1024 */
	assert_int_equal(systally_hist_percentile(&hist, SYSTALLY_P50, KHZ), 3);
	/* the 900th of 1000 */
	assert_int_equal(systally_hist_percentile(&hist, SYSTALLY_P90, KHZ), 3);
	assert_int_equal(systally_hist_percentile(&hist, SYSTALLY_P99, KHZ),
			 104);
	/* the 999th of 1000; after one more, the 1000th of 1001 */
	assert_int_equal(systally_hist_percentile(&hist, SYSTALLY_P999, KHZ),
			 104);
	put(&hist, 1000);
	assert_int_equal(systally_hist_percentile(&hist, SYSTALLY_P999, KHZ),
			 960);
	/* a sum that does not fit stays at UINT64_MAX */
	hist.buckets[0] = UINT64_MAX;
	hist.count = UINT64_MAX;
	assert_int_equal(systally_hist_percentile(&hist, SYSTALLY_P999, KHZ),
			 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(buckets_join),
		cmocka_unit_test(buckets_are_narrow),
		cmocka_unit_test(keys),
		cmocka_unit_test(units),
		cmocka_unit_test(percentiles),
		cmocka_unit_test(percentiles_by_hand),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
