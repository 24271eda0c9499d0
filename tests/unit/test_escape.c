// SPDX-License-Identifier: GPL-2.0-only
/*
 * Unit tests of base/escape.c. Run by `make check-unit`.
 */
#include "hostile.h"

#include "base/error.h"
#include "base/escape.h"

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
		char *escaped =
			systally_escape_new(bytes, SYSTALLY_ESCAPE_UTF8);

		assert_int_equal(systally_utf8_valid(bytes, strlen(bytes)),
				 !cases[i].escaped);
		assert_string_equal(escaped, cases[i].escaped ?: bytes);
		assert_true(systally_utf8_valid(escaped, strlen(escaped)));
		free(escaped);
	}
	assert_true(systally_utf8_valid("a\0b", 3));
	assert_false(systally_utf8_valid("\xc3\xa4", 1));
}

/* The ends of the ranges, and their neighbours. */
static void acts(void **state)
{
	static const struct {
		uint32_t point;
		bool acts;
	} cases[] = {
		{ 0x00, true },	    { 0x1b, true },	 { 0x1f, true },
		{ 0x20, false },    { 0x7e, false },	 { 0x7f, true },
		{ 0x80, true },	    { 0x9b, true },	 { 0x9f, true },
		{ 0xa0, false },    { 0xac, false },	 { 0xad, true },
		{ 0xe9, false },    { 0x200a, false },	 { 0x200b, true },
		{ 0x200f, true },   { 0x2010, false },	 { 0x2028, true },
		{ 0x202e, true },   { 0x202f, false },	 { 0x2060, true },
		{ 0x2066, true },   { 0x2069, true },	 { 0x2070, false },
		{ 0x20ac, false },  { 0xfefe, false },	 { 0xfeff, true },
		{ 0xff1d, false },  { 0x1f427, false },	 { 0xe0061, true },
		{ 0xe1000, false }, { 0x10ffff, false },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (systally_escape_acts(cases[i].point) != cases[i].acts)
			fail_msg("U+%04X", cases[i].point);
	}
}

static void expect(const char *text, enum systally_escape how,
		   const char *expected)
{
	char *escaped = systally_escape_new(text, how);

	assert_string_equal(escaped, expected);
	free(escaped);
}

static void kinds(void **state)
{
	static const char text[] =
		"a\\b \\x41 \\xg \x1b\xc2\x9b caf\xc3\xa9 \xe2\x80\xae \xff";

	(void)state;
	expect(text, SYSTALLY_ESCAPE_SHOWN,
	       "a\\b \\x41 \\xg \\x1b\\xc2\\x9b caf\xc3\xa9 \\xe2\\x80\\xae \\xff");
	expect(text, SYSTALLY_ESCAPE_EXACT,
	       "a\\b \\x5cx41 \\xg \\x1b\\xc2\\x9b caf\xc3\xa9 \\xe2\\x80\\xae \\xff");
	expect(text, SYSTALLY_ESCAPE_UTF8,
	       "a\\b \\x5cx41 \\xg \x1b\xc2\x9b caf\xc3\xa9 \xe2\x80\xae \\xff");
	expect(text, SYSTALLY_ESCAPE_ASCII,
	       "a\\x5cb \\x5cx41 \\x5cxg \\x1b\\xc2\\x9b caf\\xc3\\xa9 \\xe2\\x80\\xae \\xff");
}

/* What is escaped can be read back, and escaping for people twice is as once. */
static void is_read_back(void **state)
{
	static const enum systally_escape exact[] = {
		SYSTALLY_ESCAPE_EXACT,
		SYSTALLY_ESCAPE_UTF8,
		SYSTALLY_ESCAPE_ASCII,
	};
	char *word = hostile_word(), *escaped, *again;
	size_t i, e;

	(void)state;
	for (i = 0; i <= HOSTILE; i++) {
		const char *text = i < HOSTILE ? hostile[i] : word;

		for (e = 0; e < 3; e++) {
			escaped = systally_escape_new(text, exact[e]);
			if (exact[e] != SYSTALLY_ESCAPE_UTF8)
				assert_harmless(escaped, 0);
			again = strdup(escaped);
			systally_unescape(escaped);
			assert_string_equal(escaped, text);
			undo_escapes(again);
			assert_string_equal(again, text);
			free(escaped);
			free(again);
		}
		escaped = systally_escape_new(text, SYSTALLY_ESCAPE_SHOWN);
		assert_harmless(escaped, 0);
		expect(escaped, SYSTALLY_ESCAPE_SHOWN, escaped);
		free(escaped);
	}
	free(word);
	escaped = strdup("\\x00 \\x4 \\X41 \\x4G \\x");
	systally_unescape(escaped);
	assert_string_equal(escaped, "\\x00 \\x4 \\X41 \\x4G \\x");
	free(escaped);
}

/* Neither a character nor an escape is cut. */
static void fits(void **state)
{
	char room[8];

	(void)state;
	assert_int_equal(
		systally_escape("abcdefgh", SYSTALLY_ESCAPE_SHOWN, room, 8), 7);
	assert_string_equal(room, "abcdefg");
	systally_escape("abcd\x1b", SYSTALLY_ESCAPE_SHOWN, room, 8);
	assert_string_equal(room, "abcd");
	systally_escape("abc\x1b", SYSTALLY_ESCAPE_SHOWN, room, 8);
	assert_string_equal(room, "abc\\x1b");
	systally_escape("abcdef\xc3\xa9", SYSTALLY_ESCAPE_SHOWN, room, 8);
	assert_string_equal(room, "abcdef");
	assert_int_equal(systally_escape("a", SYSTALLY_ESCAPE_SHOWN, room, 1),
			 0);
	assert_string_equal(room, "");
}

static char *written(void (*write)(FILE *out, const char *text),
		     const char *text)
{
	size_t length;
	char *result;
	FILE *out = open_memstream(&result, &length);

	assert_non_null(out);
	write(out, text);
	fclose(out);
	return result;
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
		{ "\xc2\x9b", "\\xc2\\x9b" },
		{ "\xff", "\\xff" },
		{ "\\x41 \\n", "\\x5cx41 \\n" },
		/* formulas */
		{ "=1+1", "\\x3d1+1" },
		{ "+a", "\\x2ba" },
		{ "-a", "\\x2da" },
		{ "@a", "\\x40a" },
		{ "\t=a", "\\x09=a" },
		{ " =a", "\" \\x3da\"" },
		{ "\"=a\"", "\"\"\"\\x3da\"\"\"" },
		{ "a=b", "a=b" },
		{ "a; =b", "a; \\x3db" },
		{ "\xef\xbc\x9d"
		  "a",
		  "\\xef\\xbc\\x9da" },
		{ "1+1", "1+1" },
		{ "-5e", "\\x2d5e" },
		{ "-5-1", "\\x2d5-1" },
		/* numbers */
		{ "-5", "-5" },
		{ "+5", "+5" },
		{ "-.5", "-.5" },
		{ "-5.25e-3", "-5.25e-3" },
		{ "-", "-" },
		{ "--", "\\x2d-" },
		{ "-.", "\\x2d." },
	};
	size_t i;
	char *text;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		text = written(systally_escape_csv, cases[i].field);
		assert_string_equal(text, cases[i].text);
		free(text);
	}
}

static void put(void **state)
{
	char *word = hostile_word(), *text;

	(void)state;
	text = written(systally_escape_put, word);
	assert_harmless(text, 0);
	free(text);
	free(word);
}

static void ticks(void **state)
{
	(void)state;
	assert_int_equal(systally_escape_ticks(""), 0);
	assert_int_equal(systally_escape_ticks("a`b"), 1);
	assert_int_equal(systally_escape_ticks("`a```b``"), 3);
}

/* A message is one line, whatever is in it, and keeps both of its ends. */
static void messages(void **state)
{
	struct systally_error error = { "" };
	char *word = hostile_word();
	size_t i;

	(void)state;
	for (i = 0; i < HOSTILE; i++) {
		systally_error_clear(&error);
		assert_int_equal(systally_error_set(&error, "cannot open %s",
						    hostile[i]),
				 -1);
		assert_harmless(error.text, 0);
	}
	systally_error_clear(&error);
	systally_error_set(&error, "cannot open %s: too wild; rename it", word);
	assert_harmless(error.text, 0);
	assert_int_equal(strncmp(error.text, "cannot open \\x01\\x02", 20), 0);
	assert_non_null(strstr(error.text, "\\xff: too wild; rename it"));
	assert_int_equal(strlen(strstr(error.text, ": too wild")), 21);
	/* the first message stays */
	systally_error_set(&error, "another");
	assert_null(strstr(error.text, "another"));
	/* what is cut are whole characters */
	for (i = 0; i < 4; i++) {
		systally_error_clear(&error);
		systally_error_set(
			&error, "%.*s%0*d\xf0\x9f\x90\xa7%0*d\xf0\x9f\x90\xa7",
			(int)i, "xyz", 314, 0, 900, 0);
		assert_harmless(error.text, 0);
		assert_non_null(strstr(error.text, "..."));
	}
	free(word);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(utf8),	    cmocka_unit_test(acts),
		cmocka_unit_test(kinds),    cmocka_unit_test(is_read_back),
		cmocka_unit_test(fits),	    cmocka_unit_test(csv),
		cmocka_unit_test(put),	    cmocka_unit_test(ticks),
		cmocka_unit_test(messages),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
