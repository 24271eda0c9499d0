// SPDX-License-Identifier: GPL-2.0-only
/*
 * Unit tests of the three formats. Run by `make check-unit`.
 */
#include "fixture.h"

#include <json-c/json.h>
#include <stdio.h>

#include "base/text.h"
#include "render/formats.h"

struct context {
	struct systally_names *names;
	struct systally_group groups[4];
	struct systally_ranking ranking;
	struct systally_header header;
	struct systally_notes notes;
	struct systally_report report;
	char *text;
};

static int set_up(void **state)
{
	struct context *c = calloc(1, sizeof(*c));
	struct systally_group *groups;

	if (!c)
		return -1;
	groups = c->groups;
	groups[0] =
		(struct systally_group){ .count = 4321,
					 .errors = 12,
					 .total_ns = 98765432,
					 .max_ns = 1234567890,
					 .tgid = 4194304,
					 .pid = 4194304,
					 .tid = 4194303,
					 .nr = 7,
					 .comm = "nginx",
					 .percentile_ns = { 21, 22, 23, 24 },
					 .hist_count = 4309 };
	groups[1] = (struct systally_group){ .count = 5,
					     .tgid = 0,
					     .nr = 168,
					     .abi = SYSTALLY_ABI_I386,
					     .comm = "a b" };
	c->names = systally_names_new();
	c->ranking.names = c->names;
	c->ranking.groups = groups;
	c->ranking.shown = 2;
	c->ranking.by = systally_by_one(SYSTALLY_BY_SYSCALL);
	c->ranking.total = groups[0];
	c->ranking.total.count += groups[1].count;
	c->ranking.timed = true;
	c->header.collect = SYSTALLY_COLLECT_TIME;
	c->header.unattributed = 3;
	c->report = (struct systally_report){ .ranking = &c->ranking,
					      .header = &c->header,
					      .notes = &c->notes,
					      .width = SYSTALLY_TEXT_WIDTH };
	*state = c;
	return 0;
}

static int tear_down(void **state)
{
	struct context *c = *state;

	systally_notes_free(&c->notes);
	systally_names_free(c->names);
	free(c->text);
	free(c);
	return 0;
}

static const char *render(struct context *c,
			  const struct systally_format *format)
{
	size_t size;
	FILE *out;

	free(c->text);
	c->text = NULL;
	out = open_memstream(&c->text, &size);
	assert_non_null(out);
	assert_int_equal(format->report(out, &c->report), 0);
	fclose(out);
	return c->text;
}

/* No line is longer than @width, ends in a blank, or holds a control byte. */
static void check_lines(const char *text, size_t width)
{
	size_t length, i;

	while (*text) {
		length = strcspn(text, "\n");
		if (length > width)
			fail_msg("%zu columns: %.*s", length, (int)length,
				 text);
		if (length && text[length - 1] == ' ')
			fail_msg("blank at the end: '%.*s'", (int)length, text);
		for (i = 0; i < length; i++)
			assert_true(text[i] >= ' ' && text[i] <= '~');
		text += length + 1;
	}
}

static void text_lines_up(void **state)
{
	struct context *c = *state;

	c->report.latency = true;
	assert_string_equal(
		render(c, &systally_format_text),
		"calls  %calls  errors     total       avg      max  syscall\n"
		" 4321   99.88      12  98.765ms  22.857us  1.234s   poll\n"
		"    5    0.12       -         -         -        -  i386:poll\n"
		" 4326  100.00      12  98.765ms  22.830us  1.234s   total\n");
	c->report.latency = false;
	c->ranking.rest = c->groups[1];
	c->ranking.rest_groups = 12;
	c->ranking.shown = 1;
	assert_string_equal(render(c, &systally_format_text),
			    "calls  %calls  errors  syscall\n"
			    " 4321   99.88      12  poll\n"
			    "    5    0.12       -  (12 more)\n"
			    " 4326  100.00      12  total\n");
}

/* Without times there is no errors column, because errors are not known. */
static void text_hides_unknown(void **state)
{
	struct context *c = *state;

	/* counted under collect=count, and collect is time only now */
	c->ranking.timed = false;
	c->ranking.by = systally_by_one(SYSTALLY_BY_PROCESS);
	assert_string_equal(render(c, &systally_format_text),
			    "calls  %calls      pid  command\n"
			    " 4321   99.88  4194304  nginx\n"
			    "    5    0.12        -  a b\n"
			    " 4326  100.00           total\n");
}

static void text_fits(void **state)
{
	static const enum systally_dimension_id bys[] = {
		SYSTALLY_BY_SYSCALL, SYSTALLY_BY_PROCESS, SYSTALLY_BY_THREAD,
		SYSTALLY_BY_COMMAND, SYSTALLY_BY_ERRNO,
	};
	struct context *c = *state;
	struct systally_group *g = &c->groups[0];
	size_t i;

	g->count = UINT64_MAX;
	g->errors = UINT64_MAX;
	g->total_ns = UINT64_MAX;
	g->max_ns = UINT64_MAX;
	g->abi = SYSTALLY_ABI_I386;
	g->error = 516;
	g->nr = 423; /* sched_rr_get_interval_time64 */
	memset(g->comm, '\x1b', SYSTALLY_COMM_LEN - 1);
	c->ranking.total = *g;
	for (i = 0; i < SYSTALLY_PERCENTILES; i++)
		g->percentile_ns[i] = UINT64_MAX;
	c->ranking.total = *g;
	for (i = 0; i < 3 * sizeof(bys) / sizeof(bys[0]); i++) {
		c->ranking.by = systally_by_one(bys[i / 3]);
		c->report.latency = i % 3 == 1;
		c->report.percentiles = i % 3 == 2;
		check_lines(render(c, &systally_format_text), 80);
		/* numbers are shortened no more than necessary */
		if (!strstr(c->text, "18446744073G") &&
		    !(i % 3 && strstr(c->text, "18446P")) &&
		    !(c->report.percentiles &&
		      bys[i / 3] == SYSTALLY_BY_THREAD &&
		      strstr(c->text, "18E")))
			fail_msg("%s", c->text);
		/* a cut is marked */
		if (bys[i / 3] == SYSTALLY_BY_THREAD)
			assert_non_null(strstr(c->text, "~\n"));
	}
	/* a very narrow terminal causes no crash */
	c->report.width = 1;
	render(c, &systally_format_text);
}

static void text_has_percentiles(void **state)
{
	struct context *c = *state;
	struct systally_group *g = &c->groups[0];

	c->report.percentiles = true;
	g->percentile_ns[SYSTALLY_P50] = 999;
	g->percentile_ns[SYSTALLY_P90] = 12345;
	g->percentile_ns[SYSTALLY_P99] = 999999;
	g->percentile_ns[SYSTALLY_P999] = 1200000000;
	assert_string_equal(
		render(c, &systally_format_text),
		"calls  %calls  errors     p50     p90     p99   p99.9     max  syscall\n"
		" 4321   99.88      12  0.99us  12.3us   999us  1.20s   1.23s   poll\n"
		"    5    0.12       -       -       -       -       -       -  i386:poll\n"
		" 4326  100.00      12  0.02us  0.02us  0.02us  0.02us  1.23s   total\n");
	/* they take the place of the other times */
	c->report.latency = true;
	assert_null(strstr(render(c, &systally_format_text), "avg"));
}

static void make_histogram(struct context *c)
{
	struct systally_hist *hist = &c->ranking.hist;

	c->header.clock_khz = 1000000;
	c->report.histogram = "poll";
	hist->buckets[26] = 3; /* 192 to 224 ns */
	hist->buckets[28] = 77;
	hist->buckets[29] = 154;
	hist->buckets[30] = 1;
	hist->buckets[100] = 1; /* 67 to 83 ms, far away */
	hist->count = 236;
	c->ranking.total.hist_count = 236;
}

static void text_draws_histogram(void **state)
{
	struct context *c = *state;

	make_histogram(c);
	assert_string_equal(
		render(c, &systally_format_text),
		"poll: 236 calls timed\n"
		"p50 0.02us, p90 0.02us, p99 0.02us, p99.9 0.02us, max 1.23s\n"
		"[     0.192us,      0.224us)   3 |@                                            |\n"
		"[     0.224us,      0.256us)   0 |                                             |\n"
		"[     0.256us,      0.320us)  77 |@@@@@@@@@@@@@@@@@@@@@@                       |\n"
		"[     0.320us,      0.384us) 154 |@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@|\n"
		"[     0.384us,      0.448us)   1 |@                                            |\n"
		"...\n"
		"[    67.108ms,     83.886ms)   1 |@                                            |\n");
	/* the largest number fits, too */
	c->ranking.hist.buckets[251] = UINT64_MAX;
	check_lines(render(c, &systally_format_text), 80);
	c->report.width = 1;
	render(c, &systally_format_text);
	/* nothing to draw */
	memset(&c->ranking.hist, 0, sizeof(c->ranking.hist));
	assert_string_equal(render(c, &systally_format_text), "");
}

static void text_wraps_notes(void **state)
{
	struct context *c = *state;
	int i;

	c->ranking.shown = 0;
	systally_notes_add(&c->notes, "short");
	assert_string_equal(render(c, &systally_format_text), "note: short\n");
	for (i = 0; i < 40; i++)
		systally_notes_add(&c->notes, "%0*d words of a long note, %s",
				   i, 0, "and they go on and on, to the end");
	check_lines(render(c, &systally_format_text), 80);
}

static struct json_object *read_json(const char *text)
{
	enum json_tokener_error why;
	struct json_object *object = json_tokener_parse_verbose(text, &why);

	if (!object)
		fail_msg("%s in %s", json_tokener_error_desc(why), text);
	return object;
}

static struct json_object *at(struct json_object *object, const char *key)
{
	struct json_object *value = NULL;

	if (!json_object_object_get_ex(object, key, &value))
		fail_msg("no %s in %s", key,
			 json_object_to_json_string(object));
	return value;
}

static void json_is_read_back(void **state)
{
	static const char *const keys[] = {
		"tgid",	  "comm",   "abi",	"nr",	  "syscall",
		"count",  "errors", "total_ns", "max_ns", "p50_ns",
		"p90_ns", "p99_ns", "p999_ns",
	};
	struct context *c = *state;
	struct json_object *object, *row;
	size_t i;

	c->ranking.by =
		systally_by_two(SYSTALLY_BY_PROCESS, SYSTALLY_BY_SYSCALL);
	c->groups[0].count = UINT64_MAX;
	c->groups[0].nr = -1;
	object = read_json(render(c, &systally_format_json));
	assert_int_equal(json_object_get_int(at(object, "format")), 1);
	assert_string_equal(json_object_get_string(at(object, "collect")),
			    "time");
	assert_int_equal(json_object_get_int(at(object, "unattributed")), 3);
	assert_true(
		json_object_is_type(at(object, "kernel"), json_type_string));
	assert_int_equal(json_object_array_length(at(object, "rows")), 2);
	row = json_object_array_get_idx(at(object, "rows"), 0);
	assert_int_equal(json_object_object_length(row),
			 sizeof(keys) / sizeof(keys[0]));
	for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		at(row, keys[i]);
	assert_true(json_object_get_uint64(at(row, "count")) == UINT64_MAX);
	assert_true(json_object_is_type(at(row, "total_ns"), json_type_int));
	assert_int_equal(json_object_get_int(at(row, "nr")), -1);
	assert_string_equal(json_object_get_string(at(row, "abi")), "x86-64");
	assert_string_equal(json_object_get_string(at(row, "comm")), "nginx");
	assert_int_equal(json_object_get_int(at(row, "p50_ns")), 21);
	assert_int_equal(json_object_get_int(at(row, "p999_ns")), 24);
	json_object_put(object);
	/* one report, one line */
	assert_ptr_equal(strchr(c->text, '\n'), c->text + strlen(c->text) - 1);
}

/* There is no share of nothing. */
static void no_share_of_nothing(void **state)
{
	struct context *c = *state;

	c->ranking.sort = SYSTALLY_SORT_ERRORS;
	c->groups[0].errors = c->ranking.total.errors = 0;
	assert_string_equal(render(c, &systally_format_text),
			    "calls  %errors  errors  syscall\n"
			    " 4321        -       0  poll\n"
			    "    5        -       -  i386:poll\n"
			    " 4326        -       0  total\n");
}

/* What was not measured is null in JSON and empty in CSV; 0 is a figure. */
static void unknown_is_no_zero(void **state)
{
	static const char *const times[] = { "errors", "total_ns", "max_ns" };
	static const char *const percentiles[] = { "p50_ns", "p90_ns", "p99_ns",
						   "p999_ns" };
	struct context *c = *state;
	struct systally_group *group = &c->groups[1];
	struct json_object *object, *row;
	size_t i;

	c->header.collect = SYSTALLY_COLLECT_COUNT;
	object = read_json(render(c, &systally_format_json));
	row = json_object_array_get_idx(at(object, "rows"), 1);
	assert_int_equal(json_object_get_int(at(row, "count")), 5);
	for (i = 0; i < 3; i++)
		assert_null(at(row, times[i]));
	for (i = 0; i < 4; i++)
		assert_null(at(row, percentiles[i]));
	json_object_put(object);
	assert_non_null(strstr(render(c, &systally_format_csv),
			       "\ni386,168,poll,5,,,,,,,,count\n"));
	/* calls have returned, none has failed: no histogram */
	c->header.collect = SYSTALLY_COLLECT_TIME;
	group->total_ns = 10;
	group->max_ns = 7;
	object = read_json(render(c, &systally_format_json));
	row = json_object_array_get_idx(at(object, "rows"), 1);
	assert_true(json_object_is_type(at(row, "errors"), json_type_int));
	assert_int_equal(json_object_get_int(at(row, "errors")), 0);
	assert_null(at(row, "p50_ns"));
	json_object_put(object);
	assert_non_null(strstr(render(c, &systally_format_csv),
			       "\ni386,168,poll,5,0,10,7,,,,,time\n"));
	/* a call that failed in less than a unit of the clock took 0 */
	*group = (struct systally_group){ .count = 1, .errors = 1 };
	assert_non_null(strstr(render(c, &systally_format_csv),
			       "\nx86-64,0,read,1,1,0,0,,,,,time\n"));
	c->report.latency = true;
	assert_non_null(
		strstr(render(c, &systally_format_text), "  0.000us  read\n"));
}

static void json_has_fitting_fields(void **state)
{
	static const struct {
		enum systally_dimension_id by;
		const char *has, *lacks;
	} cases[] = {
		{ SYSTALLY_BY_SYSCALL, "syscall", "tgid" },
		{ SYSTALLY_BY_PROCESS, "tgid", "syscall" },
		{ SYSTALLY_BY_THREAD, "tid", "nr" },
		{ SYSTALLY_BY_COMMAND, "comm", "tgid" },
		{ SYSTALLY_BY_ERRNO, "errno", "total_ns" },
	};
	struct context *c = *state;
	struct json_object *object, *row, *value;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		c->ranking.by = systally_by_one(cases[i].by);
		object = read_json(render(c, &systally_format_json));
		row = json_object_array_get_idx(at(object, "rows"), 0);
		at(row, cases[i].has);
		at(row, "count");
		assert_false(
			json_object_object_get_ex(row, cases[i].lacks, &value));
		json_object_put(object);
	}
	c->report.series = true;
	c->header.taken_ns = 1000;
	object = read_json(render(c, &systally_format_json));
	assert_int_equal(json_object_get_int(at(object, "interval_ns")), 1000);
	assert_int_equal(json_object_get_string_len(at(object, "time")), 25);
	json_object_put(object);
	/* the counters were reset meanwhile */
	c->header.taken_ns = 0;
	object = read_json(render(c, &systally_format_json));
	assert_null(at(object, "interval_ns"));
	json_object_put(object);
	assert_non_null(strstr(render(c, &systally_format_text),
			       "  4326 calls since the counters were reset\n"));
	c->header.taken_ns = 2000000000;
	assert_non_null(strstr(render(c, &systally_format_text),
			       "  4326 calls in 2.000 s, 2163/s\n"));
}

static void weird_comms(void **state)
{
	static const struct {
		const char *comm, *text, *json, *csv;
	} cases[] = {
		{ "plain", "plain", "plain", "plain" },
		{ "with space", "with space", "with space", "with space" },
		{ "q\"u'o,te", "q\"u'o,te", "q\"u'o,te", "\"q\"\"u'o,te\"" },
		{ "line\nfeed", "line\\x0afeed", "line\nfeed",
		  "\"line\\x0afeed\"" },
		{ "\x1b[31mred", "\\x1b[31mred", "\x1b[31mred",
		  "\\x1b[31mred" },
		{ "back\\slash", "back\\x5cslash", "back\\slash",
		  "back\\slash" },
		{ "\xc3\xa9t\xc3\xa9", "\\xc3\\xa9t\\xc3\\xa9",
		  "\xc3\xa9t\xc3\xa9", "\xc3\xa9t\xc3\xa9" },
		/* not UTF-8: cut, overlong, a surrogate, beyond Unicode */
		{ "a\xc3", "a\\xc3", "a\\xc3", "a\\xc3" },
		{ "\xc0\xaf", "\\xc0\\xaf", "\\xc0\\xaf", "\\xc0\\xaf" },
		{ "\xed\xa0\x80", "\\xed\\xa0\\x80", "\\xed\\xa0\\x80",
		  "\\xed\\xa0\\x80" },
		{ "\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80",
		  "\\xf4\\x90\\x80\\x80", "\\xf4\\x90\\x80\\x80" },
		{ "", "", "", "\"\"" },
		{ " ", " ", " ", "\" \"" },
	};
	struct context *c = *state;
	struct json_object *object, *row;
	char line[128];
	size_t i;

	c->ranking.by = systally_by_one(SYSTALLY_BY_COMMAND);
	c->ranking.shown = 1;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		memset(c->groups[0].comm, 0, SYSTALLY_COMM_LEN);
		strcpy(c->groups[0].comm, cases[i].comm);
		snprintf(line, sizeof(line), "12  %s\n", cases[i].text);
		if (!strstr(render(c, &systally_format_text), line))
			fail_msg("no '%s' in %s", line, c->text);
		object = read_json(render(c, &systally_format_json));
		row = json_object_array_get_idx(at(object, "rows"), 0);
		assert_string_equal(json_object_get_string(at(row, "comm")),
				    cases[i].json);
		json_object_put(object);
		snprintf(line, sizeof(line), "\n%s,4321,", cases[i].csv);
		if (!strstr(render(c, &systally_format_csv), line))
			fail_msg("no '%s' in %s", line, c->text);
	}
}

static void csv_has_one_head(void **state)
{
	struct context *c = *state;

	assert_string_equal(
		render(c, &systally_format_csv),
		"abi,nr,syscall,count,errors,total_ns,max_ns,p50_ns,p90_ns,p99_ns,p999_ns,collect\n"
		"x86-64,7,poll,4321,12,98765432,1234567890,21,22,23,24,time\n"
		"i386,168,poll,5,,,,,,,,time\n");
	c->report.series = true;
	c->report.first = true;
	assert_non_null(
		strstr(render(c, &systally_format_csv), "time,abi,nr,"));
	c->report.first = false;
	assert_null(strstr(render(c, &systally_format_csv), "abi,nr"));
	assert_int_equal(strcspn(c->text, ","), 25);
}

static void data_has_histogram(void **state)
{
	struct context *c = *state;
	struct json_object *object, *buckets, *bucket;

	make_histogram(c);
	object = read_json(render(c, &systally_format_json));
	buckets = at(object, "histogram");
	assert_int_equal(json_object_array_length(buckets), 5);
	bucket = json_object_array_get_idx(buckets, 0);
	assert_int_equal(json_object_get_int(at(bucket, "low_ns")), 192);
	assert_int_equal(json_object_get_int(at(bucket, "high_ns")), 224);
	assert_int_equal(json_object_get_int(at(bucket, "count")), 3);
	assert_int_equal(json_object_array_length(at(object, "rows")), 2);
	json_object_put(object);
	assert_string_equal(render(c, &systally_format_csv),
			    "low_ns,high_ns,count\n"
			    "192,224,3\n"
			    "256,320,77\n"
			    "320,384,154\n"
			    "384,448,1\n"
			    "67108864,83886080,1\n");
	c->report.series = true;
	c->report.first = true;
	assert_non_null(
		strstr(render(c, &systally_format_csv), "time,low_ns,"));
	c->report.first = false;
	assert_null(strstr(render(c, &systally_format_csv), "low_ns"));
	assert_int_equal(strcspn(c->text, ","), 25);
}

/* Names are code: no markup, link, mention or end of a cell. */
static void markdown_is_safe(void **state)
{
	struct context *c = *state;

	assert_string_equal(render(c, &systally_format_markdown),
			    "| calls | %calls | errors | syscall     |\n"
			    "| ----: | -----: | -----: | ----------- |\n"
			    "|  4321 |  99.88 |     12 | `poll`      |\n"
			    "|     5 |   0.12 |      - | `i386:poll` |\n"
			    "|  4326 | 100.00 |     12 | total       |\n");
	c->ranking.by = systally_by_one(SYSTALLY_BY_COMMAND);
	strcpy(c->groups[0].comm, "<b>|@x`*_\n");
	systally_notes_add(&c->notes, "the control `a_b|c` is <0> | _x_");
	assert_string_equal(
		render(c, &systally_format_markdown),
		"| calls | %calls | errors | command              |\n"
		"| ----: | -----: | -----: | -------------------- |\n"
		"|  4321 |  99.88 |     12 | `` <b>\\|@x`*_\\x0a `` |\n"
		"|     5 |   0.12 |      - | `a b`                |\n"
		"|  4326 | 100.00 |     12 | total                |\n"
		"\n"
		"> note: the control `a_b\\|c` is \\<0\\> \\| \\_x\\_\n");
}

static void errnos(void **state)
{
	struct context *c = *state;

	c->ranking.by = systally_by_one(SYSTALLY_BY_ERRNO);
	c->ranking.sort = SYSTALLY_SORT_ERRORS;
	c->ranking.shown = 1;
	c->groups[0].error = 4;
	assert_string_equal(render(c, &systally_format_text),
			    "errors  %errors  errno  meaning\n"
			    "    12   100.00  EINTR  Interrupted system call\n"
			    "    12   100.00         total\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(text_lines_up, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(text_hides_unknown, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(text_fits, set_up, tear_down),
		cmocka_unit_test_setup_teardown(text_has_percentiles, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(text_draws_histogram, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(data_has_histogram, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(text_wraps_notes, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(json_is_read_back, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(unknown_is_no_zero, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(no_share_of_nothing, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(json_has_fitting_fields, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(weird_comms, set_up, tear_down),
		cmocka_unit_test_setup_teardown(csv_has_one_head, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(markdown_is_safe, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(errnos, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
