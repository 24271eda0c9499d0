/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How much more of something is too much: an amount, a percentage, or both.
 */
#ifndef SYSTALLY_THRESHOLD_H
#define SYSTALLY_THRESHOLD_H

#include <stdbool.h>
#include <stdint.h>

/* All zero: whatever grows at all is too much. */
struct systally_threshold {
	uint64_t amount;	/* calls, or ns */
	uint64_t percent_e9;	/* of what it was before, in 10^-9 % */
};

/*
 * Reads `10`, `5%` or `10,5%`; with @time, amounts are times such as `50ms`
 * (ns, us, ms or s, and fractions). Returns 0, or -1 if @text is neither.
 */
int systally_threshold_parse(struct systally_threshold *threshold,
			     const char *text, bool time);

/*
 * Did it grow from @before to @after by more than the amount and by more than
 * the percentage? What was not there before has grown by any percentage.
 */
bool systally_threshold_exceeded(const struct systally_threshold *threshold,
				 uint64_t before, uint64_t after);

#endif /* SYSTALLY_THRESHOLD_H */
