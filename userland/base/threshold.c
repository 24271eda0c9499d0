// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reads and applies the thresholds of compare.
 */
#include <string.h>

#include "base/duration.h"
#include "base/threshold.h"

#define PER_UNIT    UINT64_C(1000000000) /* percent_e9 */
#define PERCENT_MAX PER_UNIT
#define COUNT_MAX   UINT64_C(1000000000000000000)
#define TIME_MAX_NS (UINT64_C(31536000) * 1000000000) /* a year */

static int read_percent(const char *text, size_t length, uint64_t *percent_e9)
{
	if (systally_decimal_parse(text, length, PER_UNIT, percent_e9))
		return -1;
	return *percent_e9 > PERCENT_MAX * PER_UNIT ? -1 : 0;
}

static int read_count(const char *text, size_t length, uint64_t *count)
{
	if (memchr(text, '.', length) ||
	    systally_decimal_parse(text, length, 1, count))
		return -1;
	return *count > COUNT_MAX ? -1 : 0;
}

static int read_time(const char *text, size_t length, uint64_t *ns)
{
	char copy[64];

	if (length >= sizeof(copy))
		return -1;
	memcpy(copy, text, length);
	copy[length] = '\0';
	if (systally_duration_parse(copy, ns))
		return -1;
	return *ns > TIME_MAX_NS ? -1 : 0;
}

int systally_threshold_parse(struct systally_threshold *threshold,
			     const char *text, bool time)
{
	bool has_amount = false, has_percent = false;
	size_t length;

	memset(threshold, 0, sizeof(*threshold));
	for (;; text += length + 1) {
		length = strcspn(text, ",");
		if (length && text[length - 1] == '%') {
			if (has_percent || read_percent(text, length - 1,
							&threshold->percent_e9))
				return -1;
			has_percent = true;
		} else {
			if (has_amount ||
			    (time ? read_time : read_count)(text, length,
							    &threshold->amount))
				return -1;
			has_amount = true;
		}
		if (!text[length])
			return 0;
	}
}

bool systally_threshold_exceeded(const struct systally_threshold *threshold,
				 uint64_t before, uint64_t after)
{
	if (after <= before || after - before <= threshold->amount)
		return false;
	return !before ||
	       (unsigned __int128)(after - before) * 100 * PER_UNIT >
		       (unsigned __int128)threshold->percent_e9 * before;
}
