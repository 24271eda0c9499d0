// SPDX-License-Identifier: GPL-2.0-only
/*
 * Unit tests of what each format makes of hostile names: nothing in an output
 * acts on a terminal, in a spreadsheet, in markdown, or in a parser, and programs
 * can read the names back. Run by `make check-unit`.
 */
#include "hostile.h"

#include <json-c/json.h>

#include "base/text.h"
#include "render/formats.h"

struct context {
	struct systally_names *names;
	struct systally_notes notes;
	char *word;
	char *text; /* what was rendered last */
	size_t size;
	FILE *out;
};

static int set_up(void **state)
{
	struct context *c = calloc(1, sizeof(*c));
	size_t i;

	if (!c)
		return -1;
	c->names = systally_names_new();
	c->word = hostile_word();
	for (i = 0; i < HOSTILE; i++)
		systally_notes_add(&c->notes, "`-e %s`, <%s>", hostile[i],
				   hostile[i]);
	systally_notes_add(&c->notes, "%s", c->word);
	*state = c;
	return 0;
}

static int tear_down(void **state)
{
	struct context *c = *state;

	systally_notes_free(&c->notes);
	systally_names_free(c->names);
	free(c->word);
	free(c->text);
	free(c);
	return 0;
}

static FILE *begin(struct context *c)
{
	free(c->text);
	c->text = NULL;
	c->out = open_memstream(&c->text, &c->size);
	assert_non_null(c->out);
	return c->out;
}

static const char *end(struct context *c)
{
	fclose(c->out);
	return c->text;
}

/* A report of one command, by command. */
static const char *report(struct context *c,
			  const struct systally_format *format,
			  const char *comm)
{
	struct systally_group group = { .count = 5, .tgid = 7 };
	struct systally_ranking ranking = {
		.names = c->names,
		.groups = &group,
		.shown = 1,
		.by = systally_by_one(SYSTALLY_BY_COMMAND),
		.total = { .count = 5 },
	};
	const struct systally_header header = { .collect = 0 };
	const struct systally_report report = {
		.ranking = &ranking,
		.header = &header,
		.notes = &c->notes,
		.kernel = c->word,
		.width = SYSTALLY_TEXT_WIDTH,
	};

	strcpy(group.comm, comm);
	assert_int_equal(format->report(begin(c), &report), 0);
	return end(c);
}

/* Returns the text of a member, without the escapes of bytes. */
static char *member(struct json_object *object, const char *key)
{
	struct json_object *value;
	char *text;

	assert_true(json_object_object_get_ex(object, key, &value));
	text = strdup(json_object_get_string(value));
	assert_non_null(text);
	undo_escapes(text);
	return text;
}

static void assert_member(struct json_object *object, const char *key,
			  const char *expected)
{
	char *text = member(object, key);

	assert_string_equal(text, expected);
	free(text);
}

static void texts(void **state)
{
	struct context *c = *state;
	char expected[128];
	size_t i;

	for (i = 0; i < HOSTILE; i++) {
		char *line, *column;

		assert_harmless(report(c, &systally_format_text, hostile[i]),
				SIZE_MAX);
		/* the second line is that of the command */
		line = strchr(c->text, '\n') + 1;
		*strchr(line, '\n') = '\0';
		column = strstr(line, "100.00  ");
		assert_non_null(column);
		snprintf(expected, sizeof(expected), "%s", hostile[i]);
		undo_escapes(column);
		assert_string_equal(column + 8, expected);
	}
}

static void jsons(void **state)
{
	struct context *c = *state;
	struct json_object *object, *rows;
	size_t i;

	for (i = 0; i < HOSTILE; i++) {
		assert_harmless(report(c, &systally_format_json, hostile[i]),
				1);
		object = json_tokener_parse(c->text);
		assert_non_null(object);
		assert_true(json_object_object_get_ex(object, "rows", &rows));
		assert_member(json_object_array_get_idx(rows, 0), "comm",
			      hostile[i]);
		assert_member(object, "kernel", c->word);
		json_object_put(object);
	}
}

static void csvs(void **state)
{
	struct context *c = *state;
	const char *line;
	char *field;
	size_t i;

	for (i = 0; i < HOSTILE; i++) {
		line = strchr(report(c, &systally_format_csv, hostile[i]),
			      '\n') +
		       1;
		assert_harmless(c->text, 2);
		line = csv_field(line, &field);
		assert_int_equal(line[-1], ',');
		assert_no_formula(field);
		undo_escapes(field);
		assert_string_equal(field, hostile[i]);
		free(field);
		assert_int_equal(strncmp(line, "5,,", 3), 0);
	}
}

static void markdowns(void **state)
{
	struct context *c = *state;
	const char *line;
	size_t i;

	for (i = 0; i < HOSTILE; i++) {
		line = report(c, &systally_format_markdown, hostile[i]);
		assert_harmless(line, SIZE_MAX);
		line = strstr(line, " 100.00 | ");
		assert_non_null(line);
		if (*hostile[i])
			assert_code_cell(line + 10);
	}
}

/*
 * Outside of code spans, as a parser finds them, every < has its backslash. A
 * span ends at the next run of as many backticks as began it.
 */
static void markdown_notes(void **state)
{
	static const char *const notes[] = {
		"`a` <b>",     "`a <b>",    "` a `` <b> ```", "`` a ` <b> ` ``",
		"``<b> ` <i>", "a` <b> `c", "\\` <b> `",      "`` ` <b> `` `",
	};
	struct context *c = *state;
	const char *at, *close;
	size_t i, run;

	systally_notes_free(&c->notes);
	for (i = 0; i < sizeof(notes) / sizeof(notes[0]); i++)
		systally_notes_add(&c->notes, "%s", notes[i]);
	at = report(c, &systally_format_markdown, "x");
	at = strstr(at, "> note: ");
	assert_non_null(at);
	while (*at) {
		if (!strncmp(at, "\n> note: ", 9)) {
			at += 9;
		} else if (*at == '\\') {
			at += 2;
		} else if (*at == '`') {
			run = strspn(at, "`");
			for (close = at + run; *close && *close != '\n';
			     close += strspn(close, "`") ?: 1) {
				if (strspn(close, "`") == run)
					break;
			}
			at = *close == '`' ? close + run : at + run;
		} else {
			if (*at == '<')
				fail_msg("markup: %s", at);
			at++;
		}
	}
}

static void list_line(FILE *out, const char *const *cells)
{
	fprintf(out, "%s: %s\n", cells[0], cells[1] ? cells[1] : "none");
}

/* Status and doctor show lists. */
static void lists(void **state)
{
	static const char *const keys[] = { "key", "value" };
	struct context *c = *state;
	const char *cells[2 * (HOSTILE + 1)], *line;
	struct systally_list list = {
		.keys = keys,
		.columns = 2,
		.cells = cells,
		.rows = HOSTILE + 1,
		.kernel = c->word,
		.array = "checks",
		.line = list_line,
	};
	struct json_object *object, *rows, *row;
	char *field;
	size_t i;

	for (i = 0; i <= HOSTILE; i++) {
		cells[2 * i] = "name";
		cells[2 * i + 1] = i < HOSTILE ? hostile[i] : c->word;
	}
	assert_int_equal(systally_format_text.list(begin(c), &list), 0);
	assert_harmless(end(c), list.rows);
	assert_int_equal(systally_format_markdown.list(begin(c), &list), 0);
	assert_harmless(end(c), list.rows + 2);
	assert_int_equal(systally_format_csv.list(begin(c), &list), 0);
	assert_harmless(end(c), list.rows + 1);
	line = strchr(c->text, '\n') + 1;
	for (i = 0; i < list.rows; i++) {
		line = csv_field(line, &field);
		free(field);
		line = csv_field(line, &field);
		assert_no_formula(field);
		undo_escapes(field);
		assert_string_equal(field, cells[2 * i + 1]);
		free(field);
	}
	assert_int_equal(systally_format_json.list(begin(c), &list), 0);
	assert_harmless(end(c), 1);
	object = json_tokener_parse(c->text);
	assert_member(object, "kernel", c->word);
	assert_true(json_object_object_get_ex(object, "checks", &rows));
	for (i = 0; i < list.rows; i++) {
		row = json_object_array_get_idx(rows, i);
		assert_member(row, "value", cells[2 * i + 1]);
	}
	json_object_put(object);
}

/* Names of files, dates and commands, and a command that one of them has. */
static void comparisons(void **state)
{
	static const struct systally_format *const formats[] = {
		&systally_format_text,
		&systally_format_csv,
		&systally_format_json,
		&systally_format_markdown,
	};
	struct context *c = *state;
	char *words[] = { c->word, "=1+1" };
	struct systally_record record = {
		.kernel = c->word,
		.date = c->word,
		.command = words,
		.command_count = 2,
	};
	struct systally_change change = { .a.count = 1, .b.count = 2 };
	struct systally_changes changes = {
		.names = c->names,
		.by = systally_by_one(SYSTALLY_BY_COMMAND),
		.list = &change,
		.shown = 1,
	};
	struct systally_change_report report = {
		.changes = &changes,
		.records = (struct systally_record[]){ record, record },
		.files = { c->word, "\x1b]0;b\x07" },
		.notes = &c->notes,
		.width = 80,
	};
	struct json_object *object, *side;
	size_t i, f;

	for (i = 0; i < HOSTILE; i++) {
		strcpy(change.a.comm, hostile[i]);
		strcpy(change.b.comm, hostile[i]);
		for (f = 0; f < 4; f++) {
			assert_int_equal(formats[f]->change(begin(c), &report),
					 0);
			assert_harmless(end(c), SIZE_MAX);
			if (formats[f] == &systally_format_csv) {
				char *field;

				csv_field(strchr(c->text, '\n') + 1, &field);
				assert_no_formula(field);
				free(field);
			}
			if (formats[f] != &systally_format_json)
				continue;
			object = json_tokener_parse(c->text);
			assert_true(
				json_object_object_get_ex(object, "a", &side));
			assert_member(side, "file", c->word);
			assert_member(side, "date", c->word);
			json_object_put(object);
		}
	}
}

/* -H names its call in the head. */
static void histogram_label(void **state)
{
	struct context *c = *state;
	struct systally_ranking ranking = {
		.names = c->names,
		.hist = { .buckets = { [3] = 1 }, .count = 1 },
	};
	const struct systally_header header = { .clock_khz = 1000000 };
	const struct systally_report report = {
		.ranking = &ranking,
		.header = &header,
		.notes = &c->notes,
		.histogram = c->word,
		.width = SYSTALLY_TEXT_WIDTH,
	};

	assert_int_equal(systally_format_text.report(begin(c), &report), 0);
	assert_harmless(end(c), SIZE_MAX);
	assert_int_equal(systally_format_markdown.report(begin(c), &report), 0);
	assert_harmless(end(c), SIZE_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
		TEST(texts),	   TEST(jsons),		  TEST(csvs),
		TEST(markdowns),   TEST(markdown_notes),  TEST(lists),
		TEST(comparisons), TEST(histogram_label),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
