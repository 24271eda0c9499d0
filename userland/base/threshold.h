/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Thresholds of compare: how much a number may grow before that is a
 * regression. An amount, a percentage, or both.
 */
#ifndef SYSTALLY_THRESHOLD_H
#define SYSTALLY_THRESHOLD_H

#include <stdbool.h>
#include <stdint.h>

/* All zero: any growth is too much. */
struct systally_threshold {
	uint64_t amount;     /* calls, or ns */
	uint64_t percent_e9; /* of the former value, in 10^-9 % */
};

/*
 * Reads `10`, `5%` or `10,5%`. With @time, amounts are durations such as
 * `50ms`, or seconds without a unit, and at most a year. Percentages are kept as
 * integers, so that growth by exactly the threshold does not exceed it.
 * Returns 0, or -1 if @text is anything else.
 */
int systally_threshold_parse(struct systally_threshold *threshold,
			     const char *text, bool time);

/*
 * Returns true if the growth from @before to @after is more than the amount
 * and more than the percentage. Growth from 0 exceeds every percentage.
 */
bool systally_threshold_exceeded(const struct systally_threshold *threshold,
				 uint64_t before, uint64_t after);

#endif /* SYSTALLY_THRESHOLD_H */
