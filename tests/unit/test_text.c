// SPDX-License-Identifier: GPL-2.0-only
/*
 * Unit tests of base/text.c. Run by `make check-unit`.
 */
#include "fixture.h"

#include <limits.h>
#include <stdio.h>

#include "base/text.h"

static void escapes(void **state)
{
	/* 16 bytes without a NUL: each becomes four characters */
	static const char full[SYSTALLY_COMM_LEN] = {
		1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
	};
	char text[SYSTALLY_ESCAPED_LEN];

	(void)state;
	systally_text_escape("a~ \\\x7f\xc3\xa4\n", text);
	assert_string_equal(text, "a~ \\x5c\\x7f\\xc3\\xa4\\x0a");
	systally_text_escape(full, text);
	assert_int_equal(strlen(text), SYSTALLY_ESCAPED_LEN - 1);
	systally_text_escape_utf8("a~ \\\x7f\xc3\xa4\n", text);
	assert_string_equal(text, "a~ \\\x7f\xc3\xa4\n");
	systally_text_escape_utf8("a\xc3", text);
	assert_string_equal(text, "a\\xc3");
	systally_text_escape_utf8(full, text);
	assert_int_equal(strlen(text), SYSTALLY_COMM_LEN);
}

static void utf8(void **state)
{
	static const struct {
		const char *bytes, *escaped; /* NULL: it is UTF-8 */
	} cases[] = {
		{ "", NULL },
		{ "plain \x01\x7f", NULL },
		{ "\xc2\x80", NULL },			  /* U+0080 */
		{ "\xdf\xbf\xe0\xa0\x80", NULL },	  /* U+07FF, U+0800 */
		{ "\xed\x9f\xbf\xee\x80\x80", NULL },	  /* U+D7FF, U+E000 */
		{ "\xef\xbf\xbf\xf0\x90\x80\x80", NULL }, /* FFFF, 10000 */
		{ "\xf4\x8f\xbf\xbf", NULL },		  /* U+10FFFF */
		{ "\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80" },
		{ "\xc0\x80", "\\xc0\\x80" }, /* overlong NUL */
		{ "\xe0\x9f\xbf", "\\xe0\\x9f\\xbf" },
		{ "\xf0\x8f\xbf\xbf", "\\xf0\\x8f\\xbf\\xbf" },
		{ "\xed\xa0\x80", "\\xed\\xa0\\x80" }, /* surrogate */
		{ "\x80", "\\x80" },
		{ "\xe2\x82", "\\xe2\\x82" }, /* cut */
		{ "\xe2\x82x", "\\xe2\\x82x" },
		{ "\xff\xc3\xa4", "\\xff\xc3\xa4" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *bytes = cases[i].bytes;
		char *escaped = systally_text_escape_word(bytes);

		assert_int_equal(systally_text_is_utf8(bytes, strlen(bytes)),
				 !cases[i].escaped);
		assert_string_equal(escaped, cases[i].escaped ?: bytes);
		assert_true(systally_text_is_utf8(escaped, strlen(escaped)));
		free(escaped);
	}
	assert_true(systally_text_is_utf8("a\0b", 3));
	assert_false(systally_text_is_utf8("\xc3\xa4", 1));
}

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

static void csv(void **state)
{
	static const struct {
		const char *field, *text;
	} cases[] = {
		{ "plain", "plain" },
		{ "", "\"\"" },
		{ "a b", "a b" },
		{ " a", "\" a\"" },
		{ "a ", "\"a \"" },
		{ "a,b", "\"a,b\"" },
		{ "say \"hi\"", "\"say \"\"hi\"\"\"" },
		{ "a\nb", "\"a\\x0ab\"" },
		{ "a\tb\x7f", "a\\x09b\\x7f" },
		{ "\xc3\xa4", "\xc3\xa4" },
	};
	size_t i, length;
	char *text;
	FILE *out;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		out = open_memstream(&text, &length);
		assert_non_null(out);
		systally_text_csv(out, cases[i].field);
		fclose(out);
		assert_string_equal(text, cases[i].text);
		free(text);
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
		cmocka_unit_test(escapes), cmocka_unit_test(utf8),
		cmocka_unit_test(numbers), cmocka_unit_test(durations),
		cmocka_unit_test(times),   cmocka_unit_test(csv),
		cmocka_unit_test(notes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
