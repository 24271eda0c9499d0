// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reads and applies the thresholds of compare. Called by options.c and
 * change.c.
 */
#include <stdlib.h>
#include <string.h>

#include "base/threshold.h"

#define PERCENT_MAX	1e9
#define PER_UNIT	1000000000	/* percent_e9 */
#define COUNT_MAX	1e18
#define SECONDS_MAX	31536000	/* a year */

/* Digits and at most one point, up to @end. Returns -1 for anything else. */
static double read_number(const char *text, const char **end)
{
	size_t length = strspn(text, "0123456789.");
	double value;
	char *stop;

	/* strtod takes nan, inf, hex and exponents too */
	if (!length || length > 30)
		return -1;
	value = strtod(text, &stop);
	*end = stop;
	return stop == text + length ? value : -1;
}

static double unit_ns(const char *text, size_t length)
{
	static const struct {
		const char *name;
		double ns;
	} units[] = { { "ns", 1 }, { "us", 1e3 }, { "ms", 1e6 }, { "s", 1e9 } };
	size_t i;

	for (i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (strlen(units[i].name) == length &&
		    !strncmp(units[i].name, text, length))
			return units[i].ns;
	}
	return 0;
}

int systally_threshold_parse(struct systally_threshold *threshold,
			     const char *text, bool time)
{
	bool amount = false, percent = false;
	const char *end;
	double value;
	size_t left;

	memset(threshold, 0, sizeof(*threshold));
	for (;; text = end + left + 1) {
		value = read_number(text, &end);
		if (value < 0)
			return -1;
		left = strcspn(end, ",");
		if (*end == '%' && left == 1) {
			if (percent || value > PERCENT_MAX)
				return -1;
			/* an integer, so that `exactly as much` is not more */
			threshold->percent_e9 = (uint64_t)(value * 1e9 + 0.5);
			percent = true;
		} else {
			if (time)
				value *= unit_ns(end, left);
			/* a time without a unit would be guesswork */
			if (amount || (time ? !unit_ns(end, left) :
					      left || memchr(text, '.',
						(size_t)(end - text))) ||
			    value > (time ? SECONDS_MAX * 1e9 : COUNT_MAX))
				return -1;
			threshold->amount = (uint64_t)(value + 0.5);
			amount = true;
		}
		if (!end[left])
			return 0;
	}
}

bool systally_threshold_exceeded(const struct systally_threshold *threshold,
				 uint64_t before, uint64_t after)
{
	if (after <= before || after - before <= threshold->amount)
		return false;
	return !before || (unsigned __int128)(after - before) * 100 * PER_UNIT >
			  (unsigned __int128)threshold->percent_e9 * before;
}
