// SPDX-License-Identifier: GPL-2.0-only
/*
 * Unit tests of base/members.c: it reads the same lines as base/lines.c, and the
 * same values. Run by `make check-unit`.
 */
#include "fixture.h"

#include <stdio.h>
#include <unistd.h>

#include "base/members.h"

static const struct systally_lines_kind diary = {
	.noun = "a diary",
	.maker = "`keep FILE` makes one",
	.remedy = "keep it again",
	.key = "diary",
	.version = 3,
};

enum { TEXT, NUMBER, LIST, KEYS };

static const char *const keys[KEYS] = { "text", "number", "list" };

struct context {
	struct systally_lines lines;
	struct systally_error error;
	struct systally_member members[KEYS];
	char path[64];
	bool open;
};

static int set_up(void **state)
{
	struct context *c = calloc(1, sizeof(*c));
	int fd;

	if (!c)
		return -1;
	strcpy(c->path, "/tmp/systally-members-XXXXXX");
	fd = mkstemp(c->path);
	*state = c;
	return fd < 0 ? -1 : close(fd);
}

static void close_lines(struct context *c)
{
	if (c->open)
		systally_lines_close(&c->lines);
	c->open = false;
	systally_error_clear(&c->error);
}

static int tear_down(void **state)
{
	struct context *c = *state;

	close_lines(c);
	unlink(c->path);
	free(c);
	return 0;
}

static void open_text(struct context *c, const char *text, size_t size)
{
	FILE *file = fopen(c->path, "w");

	assert_non_null(file);
	assert_int_equal(fwrite(text, 1, size, file), size);
	assert_int_equal(fclose(file), 0);
	close_lines(c);
	c->open = !systally_lines_open(&c->lines, c->path, &diary, &c->error);
	assert_true(c->open);
}

static int read_line(struct context *c, const char *line)
{
	open_text(c, line, strlen(line));
	return systally_members_read(&c->lines, keys, KEYS, c->members);
}

static void same_lines(void **state)
{
	static const char *const cases[] = {
		"{}",
		"{\"text\":\"a\"}",
		"{ \"text\" : [ 1 , null ] }",
		"{\"text\":\"\\u00e9\\\\\\\"\\/\\b\\f\\n\\r\\t\"}",
		"{\"text\":\"\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80\"}",
		"{\"a\":{\"b\":[[{}]]}}",
		"{\"a\":-0.5e+3,\"b\":1E9,\"c\":-0}",
		"{\"a\":true,\"b\":false,\"c\":null}",
		"{\"a\":1,\"a\":2}",
		/* what is no object, or more than one */
		"{\"a\":1}{}",
		"{\"a\":1},",
		"{\"a\":1}x",
		"{\"a\":1}\"x",
		"{\"a\":1}\"x}",
		"{\"a\":1}\"\\",
		"{\"a\":1}1",
		"{\"a\":1}tru",
		"{\"a\":1}\v",
		"{\"a\":1} ",
		"{\"a\":1}-",
		/* wrong within */
		"{,}",
		"{\"a\"}",
		"{\"a\":}",
		"{\"a\":1,}",
		"{\"a\":[1,]}",
		"{\"a\":1 \"b\":2}",
		"{a:1}",
		"{\"a\":01}",
		"{\"a\":+1}",
		"{\"a\":.5}",
		"{\"a\":1e}",
		"{\"a\":-}",
		"{\"a\":0x1}",
		"{\"a\":True}",
		"{\"a\":nul}",
		"{\"a\":\"\\x\"}",
		"{\"a\":\"\\u12g4\"}",
		"{\"a\":\"\\\xc3\xa9\"}",
		"{\"a\":1/**/}",
		"{\"a\":1}//",
		"{\"a\":\"\xff\"}",
		"{\"a\":\"\xc0\xaf\"}",
		"{\"a\":\"\xed\xa0\x80\"}",
		"{\"a\xff\":1}",
		"{]",
		"{\"a\":[}",
		/* cut short */
		"{",
		"{\"a",
		"{\"a\"",
		"{\"a\":",
		"{\"a\":t",
		"{\"a\":1",
		"{\"a\":\"",
		"{\"a\":\"\\",
		"{\"a\":\"\\u00",
		"{\"a\":[1",
		/* too deep */
		"{\"a\":[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]}",
	};
	struct context *c = *state;
	struct systally_error wanted;
	size_t i;
	int result;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		open_text(c, cases[i], strlen(cases[i]));
		result = systally_lines_next(&c->lines);
		wanted = c->error;
		if (read_line(c, cases[i]) != result ||
		    strcmp(c->error.text, wanted.text))
			fail_msg("%s: %s; wanted: %s", cases[i], c->error.text,
				 wanted.text);
	}
}

/* json-c takes these, which are no JSON. */
static void stricter(void **state)
{
	static const char *const cases[] = {
		"{'a':1}",	    "{\"a\":1.}",
		"{\"a\":NaN}",	    "{\"text\":\"\\udc27\"}",
		"{\"a\":Infinity}", "{\"a\":\"\x01\"}",
		"{\"a\":\"\t\"}",   "{\"text\\u0000\":\"a\"}",
	};
	struct context *c = *state;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(read_line(c, cases[i]), -1);
		assert_non_null(
			strstr(c->error.text, "line 1: not one JSON object"));
	}
}

/* Fails unless @digits are read as @wanted, or refused with @message. */
static void expect_count(struct context *c, const char *digits, uint64_t max,
			 uint64_t wanted, const char *message)
{
	uint64_t count = 0;
	char line[128];
	int result;

	snprintf(line, sizeof(line), "{\"number\":%s}", digits);
	assert_int_equal(read_line(c, line), 0);
	result = systally_member_count(&c->lines, "number", &c->members[NUMBER],
				       max, &count);
	assert_int_equal(result, message ? -1 : 0);
	if (message && !strstr(c->error.text, message))
		fail_msg("%s: %s", digits, c->error.text);
	assert_true(count == wanted);
}

static void integers(void **state)
{
	struct context *c = *state;

	expect_count(c, "0", 0, 0, NULL);
	expect_count(c, "-0", 0, 0, NULL);
	expect_count(c, "18446744073709551615", UINT64_MAX, UINT64_MAX, NULL);
	expect_count(c, "18446744073709551616", UINT64_MAX, 0, "too large");
	expect_count(c, "99999999999999999999999", UINT64_MAX, 0, "too large");
	expect_count(c, "8", 7, 0, "`number` is too large");
	expect_count(c, "-1", 7, 0, "`number` is negative");
	expect_count(c, "1.0", 7, 0, "missing or not an integer");
	expect_count(c, "1e0", 7, 0, "missing or not an integer");
	expect_count(c, "\"1\"", 7, 0, "missing or not an integer");
	expect_count(c, "[1]", 7, 0, "missing or not an integer");
	expect_count(c, "1,\"number\":null", 7, 0, "missing or not");
	expect_count(c, "null,\"number\":3", 7, 3, NULL);
	expect_count(c, "3,\"text\":{\"number\":4}", 7, 3, NULL);
	expect_count(c, "3,\"text\":[{\"number\":4},5]", 7, 3, NULL);
}

static void texts(void **state)
{
	struct context *c = *state;
	char line[256], text[SYSTALLY_MEMBER_TEXT_LEN + 40];
	const char *found;

	assert_int_equal(read_line(c, "{\"text\":\"a\\u00e9\\\\\"}"), 0);
	found = systally_member_text(&c->lines, "text", &c->members[TEXT]);
	assert_string_equal(found, "a\xc3\xa9\\");
	assert_int_equal(read_line(c, "{\"text\":\"a\\u0000b\"}"), 0);
	assert_null(systally_member_text(&c->lines, "text", &c->members[TEXT]));
	assert_non_null(strstr(c->error.text, "`text` has a NUL in it"));
	assert_int_equal(read_line(c, "{\"tex\":1}"), 0);
	assert_null(systally_member_text(&c->lines, "text", &c->members[TEXT]));
	assert_non_null(strstr(c->error.text, "missing or not a text"));
	/* a longer one is cut */
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	snprintf(line, sizeof(line), "{\"text\":\"%s\"}", text);
	assert_int_equal(read_line(c, line), 0);
	found = systally_member_text(&c->lines, "text", &c->members[TEXT]);
	assert_int_equal(strlen(found), SYSTALLY_MEMBER_TEXT_LEN);
}

static void arrays(void **state)
{
	struct context *c = *state;
	const struct systally_member *list = &c->members[LIST];
	uint64_t count;

	assert_int_equal(read_line(c, "{\"list\":[7,\"a\",-1,[8],9,10]}"), 0);
	assert_int_equal(list->type, SYSTALLY_MEMBER_ARRAY);
	assert_int_equal(list->length, 6);
	assert_int_equal(
		systally_member_count_of(&c->lines, "list", list, 0, 7, &count),
		0);
	assert_int_equal(count, 7);
	assert_int_equal(
		systally_member_count_of(&c->lines, "list", list, 1, 7, &count),
		-1);
	assert_non_null(strstr(c->error.text, "`list` has something else"));
	systally_error_clear(&c->error);
	assert_int_equal(
		systally_member_count_of(&c->lines, "list", list, 2, 7, &count),
		-1);
	assert_non_null(strstr(c->error.text, "`list` is negative"));
	systally_error_clear(&c->error);
	assert_int_equal(
		systally_member_count_of(&c->lines, "list", list, 3, 9, &count),
		-1);
	/* a second array takes the place of the first */
	assert_int_equal(read_line(c, "{\"list\":[1,2],\"list\":[]}"), 0);
	assert_int_equal(list->length, 0);
}

/* Lines of all lengths around the size of a block, without and with a last feed. */
static void long_lines(void **state)
{
	struct context *c = *state;
	const size_t block = sizeof(c->lines.block);
	char *text = malloc(3 * block);
	size_t length, i, used;

	assert_non_null(text);
	for (length = block - 2; length <= block + 2; length++) {
		used = 0;
		for (i = 0; i < 2; i++) {
			memset(text + used, ' ', length);
			memcpy(text + used, "{\"number\":1", 11);
			text[used + length - 1] = '}';
			text[used + length] = '\n';
			used += length + 1;
		}
		open_text(c, text, used - 1);
		for (i = 0; i < 2; i++) {
			assert_int_equal(systally_members_read(&c->lines, keys,
							       KEYS,
							       c->members),
					 0);
			assert_false(c->lines.ended);
			assert_int_equal(c->lines.length, length);
		}
		assert_int_equal(c->lines.whole_bytes, used - 1);
		assert_int_equal(systally_members_read(&c->lines, keys, KEYS,
						       c->members),
				 0);
		assert_true(c->lines.ended);
	}
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
		TEST(same_lines), TEST(stricter), TEST(integers),
		TEST(texts),	  TEST(arrays),	  TEST(long_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
