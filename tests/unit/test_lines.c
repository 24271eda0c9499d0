// SPDX-License-Identifier: GPL-2.0-only
/*
 * Unit tests of base/lines.c. test_record.c tests the same code with damaged
 * recordings. Run by `make check-unit`.
 */
#include "fixture.h"

#include <stdio.h>
#include <unistd.h>

#include "base/lines.h"

/* The end of a message about a line of a diary. */
#define REST "; it was changed or damaged, keep it again"

static const struct systally_lines_kind diary = {
	.noun = "a diary",
	.maker = "`keep FILE` makes one",
	.remedy = "keep it again",
	.key = "diary",
	.version = 3,
};

/* The same, with lines added one by one. */
static const struct systally_lines_kind log_book = {
	.noun = "a log",
	.maker = "`log FILE` makes one",
	.remedy = "log it again",
	.key = "log",
	.version = 1,
	.appended = true,
};

struct context {
	struct systally_lines lines;
	struct systally_error error;
	char path[64];
	bool open;
};

static int set_up(void **state)
{
	struct context *c = calloc(1, sizeof(*c));
	int fd;

	if (!c)
		return -1;
	strcpy(c->path, "/tmp/systally-lines-XXXXXX");
	fd = mkstemp(c->path);
	*state = c;
	return fd < 0 ? -1 : close(fd);
}

static int tear_down(void **state)
{
	struct context *c = *state;

	if (c->open)
		systally_lines_close(&c->lines);
	unlink(c->path);
	free(c);
	return 0;
}

/* Writes @text to the file and opens it as @kind. */
static void open_text(struct context *c, const char *text,
		      const struct systally_lines_kind *kind)
{
	FILE *file = fopen(c->path, "w");

	assert_non_null(file);
	fputs(text, file);
	assert_int_equal(fclose(file), 0);
	if (c->open)
		systally_lines_close(&c->lines);
	systally_error_clear(&c->error);
	c->open = !systally_lines_open(&c->lines, c->path, kind, &c->error);
	assert_true(c->open);
}

/* The error is the file's path and @rest. It is cleared for the next one. */
static void expect_error(struct context *c, int result, const char *rest)
{
	assert_int_equal(result, -1);
	assert_memory_equal(c->error.text, c->path, strlen(c->path));
	assert_string_equal(c->error.text + strlen(c->path), rest);
	systally_error_clear(&c->error);
}

static void first_lines(void **state)
{
	static const struct {
		const char *text, *error;
	} cases[] = {
		{ "diary", " is not a diary; `keep FILE` makes one" },
		{ "{\"log\":3}",
		  " is JSON, but not a diary; `keep FILE` makes one" },
		{ "{\"diary\":2}",
		  " is a diary of version 2, this command reads version 3; use the systally that wrote it, or keep it again" },
		{ "{\"diary\":\"3\"}",
		  ", line 1: `diary` is missing or not an integer; it was changed or damaged, keep it again" },
		{ "{\"diary\"",
		  ", line 1: cut short; it was changed or damaged, keep it again" },
	};
	struct context *c = *state;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		open_text(c, cases[i].text, &diary);
		expect_error(c, systally_lines_first(&c->lines),
			     cases[i].error);
	}
	open_text(c, "", &diary);
	assert_int_equal(systally_lines_first(&c->lines), 0);
	assert_true(c->lines.ended);
}

static void values(void **state)
{
	struct context *c = *state;
	struct systally_lines *lines = &c->lines;
	uint64_t count;
	double number;
	bool flag;

	open_text(c,
		  "{\"diary\":3}\n"
		  "{\"text\":\"a\",\"nul\":\"a\\u0000\",\"none\":null,"
		  "\"count\":18446744073709551615,\"minus\":-1,"
		  "\"half\":0.5,\"yes\":true,\"list\":[]}",
		  &diary);
	assert_int_equal(systally_lines_first(lines), 0);
	assert_int_equal(systally_lines_next(lines), 0);
	assert_false(lines->ended);
	assert_string_equal(systally_lines_text(lines, "text"), "a");
	assert_int_equal(
		systally_lines_count(lines, "count", UINT64_MAX, &count), 0);
	assert_true(count == UINT64_MAX);
	assert_int_equal(systally_lines_double(lines, "half", &number), 0);
	assert_true(number == 0.5);
	assert_int_equal(systally_lines_double(lines, "minus", &number), 0);
	assert_true(number == -1);
	assert_int_equal(systally_lines_bool(lines, "yes", &flag), 0);
	assert_true(flag);
	assert_true(systally_lines_has(lines, "none"));
	assert_true(systally_lines_null(lines, "none"));
	assert_false(systally_lines_null(lines, "text"));
	assert_false(systally_lines_has(lines, "nothing"));
	assert_false(systally_lines_null(lines, "nothing"));
	assert_non_null(systally_lines_find(lines, "list", json_type_array));
	assert_null(systally_lines_text(lines, "nul"));
	expect_error(c, -1, ", line 2: `nul` has a NUL in it" REST);
	assert_null(systally_lines_text(lines, "count"));
	expect_error(c, -1, ", line 2: `count` is missing or not a text" REST);
	assert_null(systally_lines_find(lines, "text", json_type_array));
	expect_error(c, -1, ", line 2: `text` is missing or not an array" REST);
	expect_error(c, systally_lines_count(lines, "minus", 9, &count),
		     ", line 2: `minus` is negative" REST);
	expect_error(c, systally_lines_count(lines, "count", 9, &count),
		     ", line 2: `count` is too large" REST);
	expect_error(c, systally_lines_count(lines, "half", 9, &count),
		     ", line 2: `half` is missing or not an integer" REST);
	expect_error(c, systally_lines_double(lines, "yes", &number),
		     ", line 2: `yes` is missing or not a number" REST);
	expect_error(c, systally_lines_bool(lines, "count", &flag),
		     ", line 2: `count` is missing or not true or false" REST);
	assert_int_equal(systally_lines_next(lines), 0);
	assert_true(lines->ended);
}

static void objects_within(void **state)
{
	struct context *c = *state;
	struct systally_lines *lines = &c->lines;
	struct json_object *list;
	uint64_t count;

	open_text(c, "{\"diary\":3,\"list\":[{\"n\":7},8]}\n{\"n\":9}\n",
		  &diary);
	assert_int_equal(systally_lines_first(lines), 0);
	list = systally_lines_find(lines, "list", json_type_array);
	assert_non_null(list);
	assert_int_equal(
		systally_lines_enter(lines, "list",
				     json_object_array_get_idx(list, 0)),
		0);
	assert_int_equal(systally_lines_count(lines, "n", 7, &count), 0);
	assert_int_equal(count, 7);
	assert_false(systally_lines_has(lines, "diary"));
	expect_error(
		c,
		systally_lines_enter(lines, "list",
				     json_object_array_get_idx(list, 1)),
		", line 1: `list` has something else than an object in it" REST);
	assert_int_equal(systally_lines_enter(lines, "list", NULL), 0);
	assert_true(systally_lines_has(lines, "diary"));
	expect_error(
		c,
		systally_lines_count_of(lines, "list",
					json_object_array_get_idx(list, 0), 9,
					&count),
		", line 1: `list` has something else than an integer in it" REST);
	assert_int_equal(systally_lines_count_of(
				 lines, "list",
				 json_object_array_get_idx(list, 1), 9, &count),
			 0);
	assert_int_equal(count, 8);
	/* the next line ends what was entered */
	assert_int_equal(
		systally_lines_enter(lines, "list",
				     json_object_array_get_idx(list, 0)),
		0);
	assert_int_equal(systally_lines_next(lines), 0);
	assert_int_equal(systally_lines_count(lines, "n", 9, &count), 0);
	assert_int_equal(count, 9);
}

/* A log that is cut has all its whole lines. */
static void leaves_out_a_cut_line(void **state)
{
	static const char text[] = "{\"log\":1}\n{\"n\":1}\n{\"n\":2}\n";
	struct context *c = *state;
	struct systally_lines *lines = &c->lines;
	size_t size, whole, count;
	char copy[sizeof(text)];

	for (size = 0; size < sizeof(text); size++) {
		snprintf(copy, size + 1, "%s", text);
		open_text(c, copy, &log_book);
		assert_int_equal(systally_lines_first(lines), 0);
		for (count = 0; !lines->ended; count++)
			assert_int_equal(systally_lines_next(lines), 0);
		whole = size < 10 ? 0 : size < 18 ? 10 : size < 26 ? 18 : 26;
		assert_int_equal(lines->whole_bytes, whole);
		assert_int_equal(count, (whole + 7) / 8 - !!whole);
		assert_int_equal(lines->cut, size != whole);
		assert_int_equal(lines->length, size - whole);
		assert_memory_equal(lines->line ? lines->line : "",
				    text + whole, size - whole);
	}
	/* a whole line is never left out, even if it is damaged */
	open_text(c, "{\"log\":1}\n{\"n\"\n", &log_book);
	assert_int_equal(systally_lines_first(lines), 0);
	expect_error(
		c, systally_lines_next(lines),
		", line 2: cut short; it was changed or damaged, log it again");
	/* a file of another program is not a cut log */
	open_text(c, "[]", &log_book);
	expect_error(c, systally_lines_first(lines),
		     " is not a log; `log FILE` makes one");
}

/* Another kind of file may lack the last line feed. */
static void reads_a_last_line_without_its_end(void **state)
{
	struct context *c = *state;

	open_text(c, "{\"diary\":3}", &diary);
	assert_int_equal(systally_lines_first(&c->lines), 0);
	assert_false(c->lines.ended);
	assert_false(c->lines.cut);
	assert_int_equal(c->lines.whole_bytes, 11);
	assert_int_equal(systally_lines_next(&c->lines), 0);
	assert_true(c->lines.ended);
}

/* Characters of two, three and four bytes, and one after a backslash. */
static void reads_what_is_not_ascii(void **state)
{
	static const char text[] = "\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80";
	struct context *c = *state;
	char line[128];

	snprintf(line, sizeof(line),
		 "{\"diary\":3,\"a\":\"%s\",\"%s\":\"\\\\%s\"}\n", text, text,
		 text);
	open_text(c, line, &diary);
	assert_int_equal(systally_lines_first(&c->lines), 0);
	assert_string_equal(systally_lines_text(&c->lines, "a"), text);
	assert_int_equal(systally_lines_text(&c->lines, text)[0], '\\');
	assert_string_equal(systally_lines_text(&c->lines, text) + 1, text);
	open_text(c, "{\"diary\":3,\"a\":\"\\\xc3\xa9\"}\n", &diary);
	assert_int_equal(systally_lines_first(&c->lines), -1);
	assert_non_null(strstr(c->error.text, "line 1: not one JSON object"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(first_lines),
		TEST(values),
		TEST(objects_within),
		TEST(leaves_out_a_cut_line),
		TEST(reads_a_last_line_without_its_end),
		TEST(reads_what_is_not_ascii),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
