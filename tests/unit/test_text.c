// SPDX-License-Identifier: GPL-2.0-only
/*
 * Unit tests of base/text.c. Run by `make check-unit`.
 */
#include "fixture.h"

#include <limits.h>
#include <stdio.h>

#include "base/text.h"

static void numbers(void **state)
{
	static const struct {
		uint64_t number;
		int digits;
		const char *text;
	} cases[] = {
		{ 0, 12, "0" },
		{ 999999999999, 12, "999999999999" },
		{ 1000000000000, 12, "1000000000k" },
		{ UINT64_MAX, 12, "18446744073G" },
		{ 99999999, 8, "99999999" },
		{ 100000000, 8, "100000k" },
		{ UINT64_MAX, 8, "18446P" },
		{ UINT64_MAX, 3, "18E" },
	};
	char text[24];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		systally_text_number(cases[i].number, cases[i].digits, text);
		assert_string_equal(text, cases[i].text);
	}
}

static void durations(void **state)
{
	static const struct {
		uint64_t ns;
		const char *text;
	} cases[] = {
		{ 0, "0.000us" },
		{ 1, "0.001us" },
		{ 999999, "999.999us" },
		{ 1000000, "1.000ms" },
		{ 999999999, "999.999ms" },
		{ 1000000000, "1.000s " },
		{ 99999999999999, "99999.999s " },
		{ 100000000000000, "100000s " },
		{ UINT64_MAX, "18446744073s " },
	};
	static const struct {
		uint64_t ns;
		const char *text;
	} shorts[] = {
		{ 0, "0.00us" },
		{ 10, "0.01us" },
		{ 9999, "9.99us" },
		{ 10000, "10.0us" },
		{ 99999, "99.9us" },
		{ 100000, "100us" },
		{ 999999, "999us" },
		{ 1000000, "1.00ms" },
		{ 999999999, "999ms" },
		{ 1000000000, "1.00s " },
		{ 999999999999, "999s " },
		{ 1000000000000, "1000s " },
		{ 9999999999999, "9999s " },
		{ 10000000000000, "2h " },
		{ 36000ULL * 1000000000000, "416d " },
		{ UINT64_MAX, "213503d " },
	};
	char text[24];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		systally_text_ns(cases[i].ns, text);
		assert_string_equal(text, cases[i].text);
	}
	for (i = 0; i < sizeof(shorts) / sizeof(shorts[0]); i++) {
		systally_text_ns_short(shorts[i].ns, text);
		assert_string_equal(text, shorts[i].text);
		assert_true(strlen(text) <= 8);
	}
}

static void times(void **state)
{
	static const struct {
		const char *zone;
		time_t when;
		const char *text;
	} cases[] = {
		{ "UTC0", 0, "1970-01-01T00:00:00+00:00" },
		{ "IST-5:30", 1700000000, "2023-11-15T03:43:20+05:30" },
		{ "NST3:30", 1700000000, "2023-11-14T18:43:20-03:30" },
		/* the year does not fit in an int */
		{ "UTC0", LONG_MAX, "" },
	};
	struct timespec when = { 0 };
	char text[32];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(setenv("TZ", cases[i].zone, 1), 0);
		tzset();
		when.tv_sec = cases[i].when;
		systally_text_time(&when, text);
		assert_string_equal(text, cases[i].text);
	}
}

static void notes(void **state)
{
	static const struct {
		const char *note, *text;
		unsigned int width;
	} cases[] = {
		{ "one two three", "note: one two three\n", 80 },
		{ "one two three", "note: one two three\n", 19 },
		{ "one two three", "note: one two\n      three\n", 18 },
		/* a word that is longer than the line */
		{ "an enormous-word b",
		  "note: an\n      enormous-word\n      b\n", 12 },
		{ "", "note:\n", 80 },
		/* what acts is escaped */
		{ "a\x1b[2J b\n", "note: a\\x1b[2J b\\x0a\n", 80 },
	};
	size_t i, length;
	char *text;
	FILE *out;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		out = open_memstream(&text, &length);
		assert_non_null(out);
		systally_text_note(out, cases[i].note, cases[i].width);
		fclose(out);
		assert_string_equal(text, cases[i].text);
		free(text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers),
		cmocka_unit_test(durations),
		cmocka_unit_test(times),
		cmocka_unit_test(notes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
