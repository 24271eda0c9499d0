// SPDX-License-Identifier: GPL-2.0-only
/*
 * Unit tests of base/json.c. Run by `make check-unit`. Reports were written by
 * json-c before, so the text must be what json-c prints without spaces and with
 * slashes as they are.
 */
#include "fixture.h"

#include <float.h>
#include <json-c/json.h>
#include <math.h>
#include <stdio.h>

#include "base/json.h"

struct context {
	struct systally_json *json;
	FILE *out;
	char *text; /* what was written, after finish() */
	size_t length;
};

static int set_up(void **state)
{
	struct context *c = calloc(1, sizeof(*c));

	if (!c)
		return -1;
	c->out = open_memstream(&c->text, &c->length);
	c->json = c->out ? systally_json_new(c->out) : NULL;
	*state = c;
	return c->json ? 0 : -1;
}

static int tear_down(void **state)
{
	struct context *c = *state;

	free(c->text);
	free(c);
	return 0;
}

/* Frees the writer. Returns what systally_json_free() returned. */
static int finish(struct context *c)
{
	int result = systally_json_free(c->json);

	fclose(c->out);
	return result;
}

static void expect(struct context *c, const char *text)
{
	assert_int_equal(finish(c), 0);
	assert_string_equal(c->text, text);
}

static void nesting(void **state)
{
	static char *const words[] = { "ls", "-l", "" };
	struct context *c = *state;

	systally_json_object(c->json, NULL);
	systally_json_number(c->json, "format", -1);
	systally_json_words(c->json, "command", words, 3);
	systally_json_words(c->json, "none", NULL, 0);
	systally_json_array(c->json, "rows");
	systally_json_object(c->json, NULL);
	systally_json_end(c->json);
	systally_json_object(c->json, NULL);
	systally_json_bool(c->json, "yes", true);
	systally_json_bool(c->json, "no", false);
	systally_json_end(c->json);
	systally_json_null(c->json, NULL);
	systally_json_text(c->json, NULL, NULL);
	systally_json_end(c->json);
	systally_json_null(c->json, "last");
	systally_json_end(c->json);
	systally_json_line(c->json);
	systally_json_array(c->json, NULL);
	systally_json_end(c->json);
	systally_json_line(c->json);
	expect(c, "{\"format\":-1,\"command\":[\"ls\",\"-l\",\"\"],\"none\":[],"
		  "\"rows\":[{},{\"yes\":true,\"no\":false},null,null],"
		  "\"last\":null}\n[]\n");
}

static void numbers(void **state)
{
	struct context *c = *state;

	systally_json_array(c->json, NULL);
	systally_json_count(c->json, NULL, 0);
	systally_json_count(c->json, NULL, UINT64_MAX);
	systally_json_number(c->json, NULL, INT64_MIN);
	systally_json_number(c->json, NULL, INT64_MAX);
	systally_json_decimal(c->json, NULL, 12.345678, 2);
	systally_json_decimal(c->json, NULL, -0.5, 0);
	systally_json_decimal(c->json, NULL, NAN, 2);
	systally_json_decimal(c->json, NULL, INFINITY, 2);
	systally_json_double(c->json, NULL, -INFINITY);
	systally_json_end(c->json);
	expect(c, "[0,18446744073709551615,-9223372036854775808,"
		  "9223372036854775807,12.35,-0,null,null,null]");
}

/* The largest number, with digits that fit and with one too many. */
static void number_too_long(void **state)
{
	struct context *c = *state;

	systally_json_array(c->json, NULL);
	systally_json_decimal(c->json, NULL, -DBL_MAX, 20);
	systally_json_end(c->json);
	systally_json_line(c->json);
	systally_json_decimal(c->json, NULL, 1, 400);
	assert_int_equal(finish(c), -1);
	assert_int_equal(c->length, strlen("[]\n") + 1 + 309 + 1 + 20);
}

/* Appends what json-c prints for @value, which is freed. */
static void append_old(char *to, size_t size, struct json_object *value)
{
	size_t used = strlen(to);

	assert_non_null(value);
	snprintf(to + used, size - used, "%s%s", used ? "," : "",
		 json_object_to_json_string_ext(
			 value, JSON_C_TO_STRING_PLAIN |
					JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(value);
}

static void doubles_as_json_c(void **state)
{
	static const double cases[] = {
		0,     -0.0,   1,	0.1,	    1e15,    1e16, 1e17,
		1e300, 5e-324, DBL_MAX, 123456.789, 1.0 / 3, -2,
	};
	struct context *c = *state;
	char old[1024] = "";
	char expected[1100];
	size_t i;

	systally_json_array(c->json, NULL);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		systally_json_double(c->json, NULL, cases[i]);
		append_old(old, sizeof(old), json_object_new_double(cases[i]));
	}
	systally_json_end(c->json);
	snprintf(expected, sizeof(expected), "[%s]", old);
	expect(c, expected);
}

/*
 * Each byte from 1 to 0x7e, slashes and characters of two to four bytes. The
 * hexadecimal digits of \u001B are capitals, which json-c's are not. JSON makes
 * no difference between them.
 */
static void texts_as_json_c(void **state)
{
	static const char *const others[] = {
		"",
		"/usr/bin/ls",
		"\"a\\b\"",
		"\xc3\xa4\xe2\x82\xac",
		"\xf0\x9f\x90\xa7",
		"\xc2\xa0\xef\xbf\xbf",
	};
	struct context *c = *state;
	char old[4096] = "";
	char expected[4200];
	char *digits;
	size_t i;
	int byte;

	systally_json_array(c->json, NULL);
	for (byte = 1; byte < 0x7f; byte++) {
		char text[] = { 'a', (char)byte, 'z', '\0' };

		systally_json_text(c->json, NULL, text);
		append_old(old, sizeof(old), json_object_new_string(text));
	}
	for (digits = old; (digits = strstr(digits, "\\u00")) != NULL;
	     digits += 6) {
		if (digits[5] >= 'a')
			digits[5] = (char)(digits[5] - 'a' + 'A');
	}
	for (i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		systally_json_text(c->json, NULL, others[i]);
		append_old(old, sizeof(old), json_object_new_string(others[i]));
	}
	systally_json_end(c->json);
	snprintf(expected, sizeof(expected), "[%s]", old);
	expect(c, expected);
}

/* An overlong slash, a lone surrogate, a character that is cut. */
static void texts_that_are_no_utf8(void **state)
{
	struct context *c = *state;

	systally_json_object(c->json, NULL);
	systally_json_text(c->json, "a", "\xc0\xaf");
	systally_json_text(c->json, "b", "x\xed\xa0\x80y");
	systally_json_text(c->json, "c", "\xc3\xa4 \xe2\x82");
	systally_json_end(c->json);
	expect(c, "{\"a\":\"\\\\xc0\\\\xaf\",\"b\":\"x\\\\xed\\\\xa0\\\\x80y\","
		  "\"c\":\"\xc3\xa4 \\\\xe2\\\\x82\"}");
}

/* Characters that a terminal obeys or that are not seen, of one to four bytes */
static void texts_that_act(void **state)
{
	struct context *c = *state;

	systally_json_object(c->json, NULL);
	systally_json_text(c->json, "a", "\x7f");
	systally_json_text(c->json, "b",
			   "x\xc2\x9b"
			   "31m\xc3\xa4");
	systally_json_text(c->json, "c", "\xe2\x80\xae\xe2\x80\xa8\n");
	systally_json_text(c->json, "d", "\xf3\xa0\x81\xa1");
	/* a backslash is written so that it can be told from an escaped byte */
	systally_json_text(c->json, "e", "\\x41\\n\xff");
	systally_json_ascii(c->json, "f", "\xc3\xa4\\n\n");
	systally_json_end(c->json);
	expect(c, "{\"a\":\"\\u007F\",\"b\":\"x\\u009B31m\xc3\xa4\","
		  "\"c\":\"\\u202E\\u2028\\n\",\"d\":\"\\uDB40\\uDC61\","
		  "\"e\":\"\\\\x5cx41\\\\n\\\\xff\","
		  "\"f\":\"\\\\xc3\\\\xa4\\\\x5cn\\\\x0a\"}");
}

/* Keys of others are escaped, short and long ones. */
static void keys_of_any_text(void **state)
{
	struct context *c = *state;
	char key[200], wanted[300];

	memset(key, 'k', sizeof(key) - 1);
	key[sizeof(key) - 1] = '\0';
	systally_json_any_keys(c->json);
	systally_json_object(c->json, NULL);
	systally_json_count(c->json, "a\"b\\", 1);
	systally_json_count(c->json, key, 2);
	systally_json_end(c->json);
	snprintf(wanted, sizeof(wanted), "{\"a\\\"b\\\\\":1,\"%s\":2}", key);
	expect(c, wanted);
}

/* The bytes leave while the document grows. */
static void streaming(void **state)
{
	struct context *c = *state;

	systally_json_array(c->json, NULL);
	systally_json_count(c->json, NULL, 1);
	fflush(c->out);
	assert_string_equal(c->text, "[1");
	systally_json_end(c->json);
	expect(c, "[1]");
}

static void no_key(struct systally_json *json)
{
	systally_json_object(json, NULL);
	systally_json_count(json, NULL, 1);
	systally_json_end(json);
}

static void key_in_array(struct systally_json *json)
{
	systally_json_array(json, NULL);
	systally_json_count(json, "key", 1);
	systally_json_end(json);
}

static void key_at_top(struct systally_json *json)
{
	systally_json_object(json, "key");
	systally_json_end(json);
}

/* As json-c with JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED. */
static void pretty(void **state)
{
	struct context *c = *state;

	systally_json_pretty(c->json);
	systally_json_object(c->json, NULL);
	systally_json_count(c->json, "one", 1);
	systally_json_array(c->json, "list");
	systally_json_object(c->json, NULL);
	systally_json_text(c->json, "name", "read");
	systally_json_end(c->json);
	systally_json_text(c->json, NULL, "write");
	systally_json_end(c->json);
	systally_json_end(c->json);
	expect(c, "{\n  \"one\": 1,\n  \"list\": [\n    {\n"
		  "      \"name\": \"read\"\n    },\n    \"write\"\n  ]\n}\n");
}

static void not_ended(struct systally_json *json)
{
	systally_json_object(json, NULL);
}

static void line_within(struct systally_json *json)
{
	systally_json_object(json, NULL);
	systally_json_line(json);
	systally_json_end(json);
}

static void line_without_value(struct systally_json *json)
{
	systally_json_null(json, NULL);
	systally_json_line(json);
	systally_json_line(json);
}

static void nothing_to_end(struct systally_json *json)
{
	systally_json_end(json);
}

static void two_values(struct systally_json *json)
{
	systally_json_count(json, NULL, 1);
	systally_json_count(json, NULL, 2);
}

static void too_deep(struct systally_json *json)
{
	int i;

	for (i = 0; i < 200; i++)
		systally_json_array(json, NULL);
	for (i = 0; i < 200; i++)
		systally_json_end(json);
}

/* An error stops the output at once, and is reported in the end. */
static void misuse(void **state)
{
	static const struct {
		void (*misuse)(struct systally_json *json);
		const char *text; /* NULL: any */
	} cases[] = {
		{ no_key, "{" },	{ key_in_array, "[" },
		{ key_at_top, "" },	{ not_ended, "{" },
		{ line_within, "{" },	{ line_without_value, "null\n" },
		{ nothing_to_end, "" }, { two_values, "1" },
		{ too_deep, NULL },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct context *c;
		void *made;

		assert_int_equal(set_up(&made), 0);
		c = made;
		cases[i].misuse(c->json);
		assert_int_equal(finish(c), -1);
		if (cases[i].text)
			assert_string_equal(c->text, cases[i].text);
		tear_down(&made);
	}
	assert_int_equal(systally_json_free(NULL), -1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(nesting),
		TEST(numbers),
		TEST(number_too_long),
		TEST(doubles_as_json_c),
		TEST(texts_as_json_c),
		TEST(texts_that_are_no_utf8),
		TEST(texts_that_act),
		TEST(keys_of_any_text),
		TEST(streaming),
		TEST(pretty),
		cmocka_unit_test(misuse),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
