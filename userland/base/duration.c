// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reads durations and decimal numbers in integer arithmetic: every value that
 * the result can express is exact.
 */
#include <string.h>

#include "base/duration.h"

#define SECOND_NS UINT64_C(1000000000)

static uint64_t unit_ns(const char *name)
{
	static const struct {
		const char *name;
		uint64_t ns;
	} units[] = {
		{ "", SECOND_NS },
		{ "ns", 1 },
		{ "us", 1000 },
		{ "ms", 1000000 },
		{ "s", SECOND_NS },
		{ "m", 60 * SECOND_NS },
		{ "h", 3600 * SECOND_NS },
		{ "d", 86400 * SECOND_NS },
	};
	size_t i;

	for (i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (!strcmp(units[i].name, name))
			return units[i].ns;
	}
	return 0;
}

int systally_decimal_parse(const char *text, size_t length, uint64_t scale,
			   uint64_t *value)
{
	uint64_t whole = 0, twice = 0;
	size_t whole_length, i;

	for (i = 0; i < length && text[i] >= '0' && text[i] <= '9'; i++) {
		if (__builtin_mul_overflow(whole, 10, &whole) ||
		    __builtin_add_overflow(whole, text[i] - '0', &whole))
			return -1;
	}
	whole_length = i;
	if (i < length && text[i] == '.') {
		/*
		 * From the last digit to the first: what each division drops
		 * cannot change the integer part of the next one. Twice the
		 * fraction, so that rounding sees the half.
		 */
		for (i = length - 1; i > whole_length; i--) {
			if (text[i] < '0' || text[i] > '9')
				return -1;
			twice += 2 * scale * (uint64_t)(text[i] - '0');
			twice /= 10;
		}
		if (length == 1)
			return -1;
	} else if (i < length || !length) {
		return -1;
	}
	if (__builtin_mul_overflow(whole, scale, &whole) ||
	    __builtin_add_overflow(whole, (twice + 1) / 2, &whole))
		return -1;
	*value = whole;
	return 0;
}

int systally_duration_parse(const char *text, uint64_t *ns)
{
	size_t length = strspn(text, "0123456789.");
	uint64_t unit = unit_ns(text + length);

	return unit ? systally_decimal_parse(text, length, unit, ns) : -1;
}
