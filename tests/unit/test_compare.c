// SPDX-License-Identifier: GPL-2.0-only
/*
 * Unit tests of compare: what changed, by how much, whether that is too much,
 * and how it is shown. Run by `make check-unit`.
 */
#include "fixture.h"

#include <json-c/json.h>
#include <stdio.h>

#include "stats/change.h"
#include "render/formats.h"

struct context {
	struct fixture a, b;
	struct systally_record records[2];
	struct systally_names *names;
	struct systally_set set;
	struct systally_threshold threshold, time;
	struct systally_comparison comparison;
	struct systally_changes changes;
	struct systally_notes notes;
	struct systally_error error;
	char *text;
};

static char *words[] = { "./server", "--once" };

static int set_up(void **state)
{
	struct context *c = calloc(1, sizeof(*c));
	int side;

	if (!c)
		return -1;
	c->names = systally_names_new();
	fixture_init(&c->a);
	fixture_init(&c->b);
	c->set.all = true;
	c->comparison = (struct systally_comparison){
		.by = systally_by_one(SYSTALLY_BY_SYSCALL),
		.set = &c->set,
		.threshold = &c->threshold,
	};
	for (side = 0; side < 2; side++) {
		c->records[side].kernel = "6.1.0";
		c->records[side].date = "2026-11-25T07:30:00+00:00";
		c->records[side].command = words;
		c->records[side].command_count = 2;
		c->records[side].ended = true;
	}
	*state = c;
	return 0;
}

static int tear_down(void **state)
{
	struct context *c = *state;
	int side;

	for (side = 0; side < 2; side++)
		systally_snapshot_free(&c->records[side].snapshot);
	systally_changes_free(&c->changes);
	systally_notes_free(&c->notes);
	systally_names_free(c->names);
	free(c->text);
	free(c);
	return 0;
}

static void compare(struct context *c)
{
	int side;

	for (side = 0; side < 2; side++) {
		systally_snapshot_free(&c->records[side].snapshot);
		fixture_parse(side ? &c->b : &c->a, &c->records[side].snapshot);
	}
	systally_changes_free(&c->changes);
	if (systally_compare(&c->changes, &c->comparison,
			     &c->records[0].snapshot, &c->records[1].snapshot,
			     c->names, &c->error))
		fail_msg("%s", c->error.text);
}

static const char *render(struct context *c,
			  const struct systally_format *format)
{
	struct systally_change_report report = {
		.changes = &c->changes,
		.files = { "before", "after" },
		.records = c->records,
		.notes = &c->notes,
		.latency = c->comparison.latency,
		.width = 80,
	};
	size_t size;
	FILE *out;

	free(c->text);
	c->text = NULL;
	out = open_memstream(&c->text, &size);
	assert_int_equal(format->change(out, &report), 0);
	fclose(out);
	return c->text;
}

#define HEAD                                                             \
	"A  before: 2026-11-25T07:30:00+00:00, 6.1.0, ./server --once\n" \
	"B  after: 2026-11-25T07:30:00+00:00, 6.1.0, ./server --once\n"

static void a_thousand_polls(void **state)
{
	struct context *c = *state;

	fixture_call(&c->a, 12, "x", 7, 307);
	fixture_call(&c->a, 12, "x", 0, 1009);
	/* other processes, in another order */
	fixture_call(&c->b, 90, "x", 0, 1000);
	fixture_call(&c->b, 91, "y", 0, 9);
	fixture_call(&c->b, 90, "x", 7, 1307);
	compare(c);
	assert_int_equal(c->changes.shown, 1);
	assert_int_equal(c->changes.same, 1);
	assert_int_equal(c->changes.regressions, 1);
	assert_int_equal(c->changes.list[0].b.nr, 7);
	assert_string_equal(
		render(c, &systally_format_text),
		HEAD "      A     B  change       %  syscall\n"
		     "!   307  1307   +1000  +325.7  poll\n"
		     "   1316  2316   +1000   +76.0  total\n"
		     "1 regression: more (!) than the threshold allows\n");
}

static void nothing_changed(void **state)
{
	struct context *c = *state;

	fixture_call(&c->a, 12, "x", 7, 307)->total_ns = 5;
	fixture_call(&c->b, 13, "z", 7, 307)->total_ns = 7;
	compare(c);
	assert_string_equal(render(c, &systally_format_text),
			    HEAD "no call has changed, of 1\n");
	/* with --latency, other times are a change */
	c->comparison.latency = true;
	compare(c);
	assert_int_equal(c->changes.shown, 1);
	assert_int_equal(c->changes.regressions, 0);
	/* two recordings without calls */
	c->comparison.latency = false;
	fixture_init(&c->a);
	fixture_init(&c->b);
	compare(c);
	assert_string_equal(render(c, &systally_format_text),
			    HEAD "no call has changed, of 0\n");
}

static void added_gone_and_failing(void **state)
{
	struct context *c = *state;
	struct systally_row *row;

	fixture_call(&c->a, 12, "x", 7, 10);
	fixture_call(&c->a, 12, "x", 1, 4);
	fixture_call(&c->a, 12, "x", 3, 8)->errors = 2;
	fixture_call(&c->b, 12, "x", 0, 3);
	fixture_call(&c->b, 12, "x", 1, 1);
	fixture_call(&c->b, 12, "x", 3, 8)->errors = 5;
	/* the same number on another ABI is another call */
	row = fixture_call(&c->b, 12, "x", 1, 4);
	row->abi = SYSTALLY_ABI_X32;
	compare(c);
	assert_string_equal(
		render(c, &systally_format_text), HEAD
		"    A   B  change      %  errors  change       %  syscall\n"
		"   10   0     -10   gone       0       -       -  poll\n"
		"!   0   4      +4    new       0       -       -  x32:write\n"
		"!   0   3      +3    new       0       -       -  read\n"
		"    4   1      -3  -75.0       0       -       -  write\n"
		"!   8   8       -      -       5      +3  +150.0  close\n"
		"   22  16      -6  -27.3       5      +3  +150.0  total\n"
		"3 regressions: more (!) than the threshold allows\n");
	c->comparison.sort = SYSTALLY_SORT_ERRORS;
	c->comparison.limit = 2;
	compare(c);
	assert_string_equal(
		render(c, &systally_format_text), HEAD
		"    A   B  change       %  errors  change       %  syscall\n"
		"!   8   8       -       -       5      +3  +150.0  close\n"
		"   10   0     -10    gone       0       -       -  poll\n"
		"!   4   8      +4  +100.0       0       -       -  (3 more)\n"
		"   22  16      -6   -27.3       5      +3  +150.0  total\n"
		"3 regressions: more (!) than the threshold allows\n");
}

/* Calls of different ABIs are different, even if number or name is the same. */
static void abis_apart(void **state)
{
	struct context *c = *state;

	fixture_call(&c->a, 12, "x", 1, 4)->abi = SYSTALLY_ABI_X32;
	fixture_call(&c->b, 12, "x", 1, 4);
	compare(c);
	assert_string_equal(
		render(c, &systally_format_text),
		HEAD "   A  B  change     %  syscall\n"
		     "!  0  4      +4   new  write\n"
		     "   4  0      -4  gone  x32:write\n"
		     "   4  4       -     -  total\n"
		     "1 regression: more (!) than the threshold allows\n");
}

static void by_command(void **state)
{
	struct context *c = *state;

	fixture_call(&c->a, 12, "sh", 7, 10);
	fixture_call(&c->a, 13, "cat", 7, 20);
	fixture_call(&c->a, 14, "cat", 7, 30);
	fixture_call(&c->b, 12, "cat", 7, 40);
	fixture_call(&c->b, 13, "cat", 7, 10);
	fixture_call(&c->b, 15, "sh", 7, 11);
	fixture_call(&c->b, 15, "s\x1b", 7, 1);
	c->comparison.by =
		systally_by_two(SYSTALLY_BY_COMMAND, SYSTALLY_BY_SYSCALL);
	compare(c);
	assert_string_equal(
		render(c, &systally_format_text),
		HEAD "    A   B  change      %  command  syscall\n"
		     "!   0   1      +1    new  s\\x1b    poll\n"
		     "!  10  11      +1  +10.0  sh       poll\n"
		     "   60  62      +2   +3.3           total\n"
		     "2 regressions: more (!) than the threshold allows\n");
}

static void times(void **state)
{
	struct context *c = *state;

	fixture_call(&c->a, 12, "x", 7, 100)->total_ns = 1000000;
	fixture_call(&c->b, 12, "x", 7, 100)->total_ns = 1500000;
	fixture_call(&c->a, 12, "x", 0, 10)->total_ns = 30000000000;
	fixture_call(&c->b, 12, "x", 0, 10)->total_ns = 15000000000;
	c->comparison.latency = true;
	c->comparison.time = &c->time;
	c->comparison.sort = SYSTALLY_SORT_TIME;
	c->time.percent_e9 = 49900000000;
	compare(c);
	assert_int_equal(c->changes.regressions, 1);
	assert_string_equal(
		render(c, &systally_format_text), HEAD
		"   calls  change   total  change      %     avg   change      %  syscall\n"
		"      10       -   15.0s  -15.0s  -50.0   1.50s   -1.50s  -50.0  read\n"
		"!    100       -  1.50ms  +500us  +50.0  15.0us  +5.00us  +50.0  poll\n"
		"     110       -   15.0s  -14.9s  -50.0   136ms   -136ms  -50.0  total\n"
		"1 regression: more (!) than the threshold allows\n");
	c->time.percent_e9 = 50000000000;
	compare(c);
	assert_int_equal(c->changes.regressions, 0);
	assert_non_null(
		strstr(render(c, &systally_format_text), "\nno regression\n"));
	/* counters without times are compared by count alone */
	c->a.header.collect = SYSTALLY_COLLECT_COUNT;
	compare(c);
	assert_false(c->changes.timed);
	assert_int_equal(c->changes.shown, 0);
}

/* More errors are a regression even if counts and times are the same. */
static void times_and_errors(void **state)
{
	struct context *c = *state;

	fixture_call(&c->a, 12, "x", 7, 100)->total_ns = 1000000;
	fixture_call(&c->b, 12, "x", 7, 100)->total_ns = 1000000;
	c->a.rows[0].errors = 1;
	c->b.rows[0].errors = 3;
	c->comparison.latency = true;
	compare(c);
	assert_string_equal(
		render(c, &systally_format_text), HEAD
		"   calls  change  errors  change   total  change  %     avg  change  %  syscall\n"
		"!    100       -       3      +2  1.00ms       -  -  10.0us       -  -  poll\n"
		"     100       -       3      +2  1.00ms       -  -  10.0us       -  -  total\n"
		"1 regression: more (!) than the threshold allows\n");
}

/* A regression can be among the rows that -n leaves out. */
static void rest_regresses(void **state)
{
	struct context *c = *state;

	fixture_call(&c->a, 12, "x", 7, 5000);
	fixture_call(&c->b, 12, "x", 7, 10);
	fixture_call(&c->a, 12, "x", 3, 8);
	fixture_call(&c->b, 12, "x", 3, 8)->errors = 5;
	c->comparison.limit = 1;
	compare(c);
	assert_string_equal(
		render(c, &systally_format_text), HEAD
		"      A   B  change      %  errors  change    %  syscall\n"
		"   5000  10   -4990  -99.8       0       -    -  poll\n"
		"!     8   8       -      -       5      +5  new  (1 more)\n"
		"   5008  18   -4990  -99.6       5      +5  new  total\n"
		"1 regression: more (!) than the threshold allows\n");
}

/* Unattributed calls are part of their call's count. */
static void unattributed_count(void **state)
{
	struct context *c = *state;
	struct systally_row *row;

	fixture_call(&c->a, 12, "x", 7, 307);
	fixture_call(&c->b, 12, "x", 7, 300);
	row = fixture_row(&c->b, &c->b.header.unattributed_rows);
	row->nr = 7;
	row->count = 1007;
	c->b.header.unattributed = 1007;
	c->b.header.entered += 1007;
	compare(c);
	assert_int_equal(c->changes.regressions, 1);
	assert_int_equal(c->changes.list[0].b.count, 1307);
	c->comparison.by =
		systally_by_two(SYSTALLY_BY_COMMAND, SYSTALLY_BY_SYSCALL);
	compare(c);
	assert_string_equal(
		render(c, &systally_format_text),
		HEAD "     A     B  change       %  command  syscall\n"
		     "!    0  1007   +1007     new  ?        poll\n"
		     "   307   300      -7    -2.3  x        poll\n"
		     "   307  1307   +1000  +325.7           total\n"
		     "1 regression: more (!) than the threshold allows\n");
}

/* If a line does not fit, its numbers are shortened first, then its names. */
static void squeezes(void **state)
{
	struct context *c = *state;
	struct systally_row *a, *b;

	a = fixture_call(&c->a, 12, "a-long-command", 231, 12345678);
	b = fixture_call(&c->b, 12, "a-long-command", 231, 98765432);
	a->abi = b->abi = SYSTALLY_ABI_I386;
	a->errors = 1234567;
	b->errors = 9876543;
	c->comparison.by =
		systally_by_two(SYSTALLY_BY_COMMAND, SYSTALLY_BY_SYSCALL);
	compare(c);
	assert_string_equal(
		render(c, &systally_format_text), HEAD
		"         A        B    change  errors   change command        syscall\n"
		"! 12345678 98765432 +86419754 9876543 +8641976 a-long-command i386:fgetxattr\n"
		"  12345678 98765432 +86419754 9876543 +8641976                total\n"
		"1 regression: more (!) than the threshold allows\n");
}

static void thresholds(void **state)
{
	static const struct {
		const char *text;
		bool time;
		uint64_t before, after;
		bool exceeded;
	} cases[] = {
		{ "0", false, 5, 5, false },
		{ "0", false, 5, 6, true },
		{ "0", false, 6, 5, false },
		{ "0", false, 0, 1, true },
		{ "10", false, 5, 15, false },
		{ "10", false, 5, 16, true },
		{ "10", false, 0, 10, false },
		{ "10", false, 0, 11, true },
		{ "10%", false, 100, 110, false },
		{ "10%", false, 100, 111, true },
		{ "10%", false, 0, 1, true },
		{ "5,10%", false, 10, 15, false },
		{ "5,10%", false, 10, 16, true },
		{ "10%,5", false, 1000, 1090, false },
		{ "10%,5", false, 1000, 1101, true },
		{ "0.5%", false, 1000, 1005, false },
		{ "0.5%", false, 1000, 1006, true },
		/* a double cannot hold these percentages exactly */
		{ "0.57%", false, 10000, 10057, false },
		{ "0.57%", false, 10000, 10058, true },
		{ "1.14%", false, 5000, 5057, false },
		{ "1.38%", false, 5000, 5069, false },
		{ "100%", false, UINT64_MAX / 2, UINT64_MAX - 1, false },
		{ "100%", false, UINT64_MAX / 2, UINT64_MAX, true },
		{ "50ms", true, 1, 50000001, false },
		{ "50ms", true, 1, 50000002, true },
		{ "1.5us", true, 0, 1501, true },
		{ "2s,20%", true, 1, UINT64_MAX, true },
		{ "5m", true, 0, UINT64_C(300000000000), false },
		{ "5m", true, 0, UINT64_C(300000000001), true },
		/* without a unit, seconds */
		{ "5", true, 1, UINT64_C(5000000001), false },
		{ "5", true, 1, UINT64_C(5000000002), true },
		{ "5.5", true, 0, UINT64_C(5500000001), true },
		{ ".5", true, 0, 500000000, false },
		{ "1000000000000000000", false, 0, 1000000000000000000, false },
		{ "0", false, 0, UINT64_MAX, true },
		{ "1000000000%", false, UINT64_MAX - 1, UINT64_MAX, false },
	};
	static const struct {
		const char *text;
		bool time;
	} refused[] = {
		{ "", false },
		{ "-1", false },
		{ "%", false },
		{ "x", false },
		{ "5x", false },
		{ "5 ", false },
		{ "1.5.5%", false },
		{ "5%%", false },
		{ "5,6", false },
		{ "5%,6%", false },
		{ "5,", false },
		{ ",5", false },
		{ "nan", false },
		{ "inf%", false },
		{ "0x10", false },
		{ "1e3", false },
		{ "99999999999999999999", false },
		{ "9999999999999%", false },
		{ "5ms", false },
		{ "5x", true },
		{ "5y", true },
		{ "5 ms", true },
		{ "366d", true },
		{ "1.5", false },
		{ "1000000000000000001", false },
		{ "1000000001%", false },
		{ "5ms,6ms", true },
		{ "99999999999s", true },
		{ "111111111111111111111111111111111111111111", false },
	};
	struct systally_threshold threshold;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (systally_threshold_parse(&threshold, cases[i].text,
					     cases[i].time))
			fail_msg("'%s' was refused", cases[i].text);
		if (systally_threshold_exceeded(&threshold, cases[i].before,
						cases[i].after) !=
		    cases[i].exceeded)
			fail_msg("%s: from %llu to %llu", cases[i].text,
				 (unsigned long long)cases[i].before,
				 (unsigned long long)cases[i].after);
	}
	for (i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		if (!systally_threshold_parse(&threshold, refused[i].text,
					      refused[i].time))
			fail_msg("'%s' was accepted", refused[i].text);
	}
}

/* The threshold applies to errors, too. */
static void errors_regress(void **state)
{
	struct context *c = *state;

	fixture_call(&c->a, 1, "x", 3, 100)->errors = 1;
	fixture_call(&c->b, 1, "x", 3, 100)->errors = 7;
	c->threshold.amount = 6;
	compare(c);
	assert_int_equal(c->changes.regressions, 0);
	c->threshold.amount = 5;
	compare(c);
	assert_int_equal(c->changes.regressions, 1);
}

static void ignores(void **state)
{
	struct context *c = *state;
	struct systally_set ignored = { 0 };

	fixture_call(&c->b, 1, "x", 3, 100);
	fixture_call(&c->b, 1, "x", 7, 100);
	assert_int_equal(
		systally_set_parse(&ignored, c->names, "poll,futex", &c->error),
		0);
	systally_set_remove(&c->set, &ignored);
	compare(c);
	assert_int_equal(c->changes.shown, 1);
	assert_int_equal(c->changes.list[0].a.nr, 3);
	assert_int_equal(c->changes.total.b.count, 100);
	/* a negated set: all but close are ignored */
	assert_int_equal(
		systally_set_parse(&ignored, c->names, "!close", &c->error), 0);
	systally_set_keep(&c->set, &ignored);
	assert_false(systally_set_has(&c->set, 0, 3));
	assert_false(systally_set_has(&c->set, 0, 7));
	assert_true(systally_set_has(&c->set, 0, 0));
	assert_false(systally_set_is_empty(&c->set));
	ignored.all = true;
	systally_set_remove(&c->set, &ignored);
	assert_true(systally_set_is_empty(&c->set));
	compare(c);
	assert_int_equal(c->changes.shown, 0);
	systally_set_keep(&ignored, &c->set);
	assert_true(systally_set_is_empty(&ignored));
}

static void saturates(void **state)
{
	struct context *c = *state;

	fixture_call(&c->a, 1, "x", 3, 0)->errors = 1;
	fixture_call(&c->b, 1, "x", 3, UINT64_MAX);
	fixture_call(&c->b, 1, "x", 4, UINT64_MAX);
	compare(c);
	assert_int_equal(c->changes.total.b.count, UINT64_MAX);
	assert_int_equal(systally_difference(0, UINT64_MAX), INT64_MAX);
	assert_int_equal(systally_difference(UINT64_MAX, 0), -INT64_MAX);
	assert_int_equal(systally_difference(3, 1), -2);
	assert_non_null(
		strstr(render(c, &systally_format_text), "+18446744073G"));
}

static struct json_object *get(struct json_object *object, const char *key)
{
	struct json_object *value = NULL;

	if (!json_object_object_get_ex(object, key, &value))
		fail_msg("no %s", key);
	return value;
}

static void for_programs(void **state)
{
	struct context *c = *state;
	struct json_object *object, *row;

	fixture_call(&c->a, 12, "x", 7, 307)->total_ns = 614;
	fixture_call(&c->b, 12, "x", 7, 1307)->total_ns = 1307;
	fixture_call(&c->b, 12, "x", 0, 2);
	systally_notes_add(&c->notes, "a note");
	compare(c);
	assert_string_equal(
		render(c, &systally_format_csv),
		"abi,nr,syscall,change,regression,count_a,count_b,count_change,count_percent,errors_a,errors_b,errors_change,errors_percent,total_ns_a,total_ns_b,total_ns_change,total_percent,avg_ns_a,avg_ns_b,avg_ns_change,avg_percent\n"
		"x86-64,7,poll,changed,1,307,1307,1000,325.73,0,0,0,,614,1307,693,112.87,2,1,-1,-50.00\n"
		"x86-64,0,read,added,1,0,2,2,,0,0,0,,0,,,,,,,\n");
	object = json_tokener_parse(render(c, &systally_format_json));
	assert_non_null(object);
	assert_int_equal(json_object_get_int(get(object, "format")), 1);
	assert_int_equal(json_object_get_int(get(object, "regressions")), 2);
	assert_int_equal(json_object_array_length(get(object, "rows")), 2);
	row = json_object_array_get_idx(get(object, "rows"), 0);
	assert_string_equal(json_object_get_string(get(row, "syscall")),
			    "poll");
	assert_int_equal(json_object_get_int(get(row, "count_change")), 1000);
	assert_string_equal(json_object_get_string(get(row, "count_percent")),
			    "325.73");
	assert_string_equal(json_object_get_string(get(row, "change")),
			    "changed");
	row = json_object_array_get_idx(get(object, "rows"), 1);
	assert_null(get(row, "count_percent"));
	/* no call in A is no time in A, but there is no average of none */
	assert_non_null(get(row, "total_ns_a"));
	assert_null(get(row, "avg_ns_a"));
	/* no call in B has returned */
	assert_null(get(row, "total_ns_b"));
	assert_null(get(row, "avg_ns_change"));
	assert_string_equal(
		json_object_get_string(get(get(object, "a"), "file")),
		"before");
	assert_int_equal(
		json_object_get_int(get(get(object, "total"), "count_b")),
		1309);
	assert_string_equal(json_object_get_string(get(object, "notes")),
			    "[ \"a note\" ]");
	json_object_put(object);
	/* times that only one recording has are not compared */
	c->a.header.collect = SYSTALLY_COLLECT_COUNT;
	compare(c);
	assert_non_null(strstr(
		render(c, &systally_format_csv),
		"\nx86-64,7,poll,changed,1,307,1307,1000,325.73,,,,,,,,,,,,\n"));
	object = json_tokener_parse(render(c, &systally_format_json));
	row = json_object_array_get_idx(get(object, "rows"), 0);
	assert_int_equal(json_object_get_int(get(row, "count_b")), 1307);
	assert_null(get(row, "errors_b"));
	assert_null(get(row, "total_ns_change"));
	assert_null(get(get(object, "total"), "avg_ns_a"));
	json_object_put(object);
}

/* Names can be read; what a terminal obeys, or shows elsewhere, cannot act. */
static void header_is_readable(void **state)
{
	static char *names[] = {
		"\xc3\xa9t\xc3\xa9", "\xe6\x97\xa5\xe6\x9c\xac",
		"\xf0\x9f\x98\x80",  "a\xff",
		"\xc2\x9b",	     "\xe2\x80\xae",
		"\xc0\xaf",	     "b\\",
	};
	static char *longer[] = {
		"\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9",
	};
	struct context *c = *state;

	c->records[0].command = names;
	c->records[0].command_count = 8;
	c->records[0].date = c->records[0].kernel = "";
	c->records[1].command = longer;
	c->records[1].command_count = 1;
	compare(c);
	assert_non_null(strstr(
		render(c, &systally_format_text),
		"A  before: , , \xc3\xa9t\xc3\xa9 \xe6\x97\xa5\xe6\x9c\xac \xf0\x9f\x98\x80 a\\xff \\xc2\\x9b \\xe2\\x80\\xae \\xc0\\xaf b\\\n"));
	/* a character is a column, and none is cut */
	assert_non_null(strstr(c->text, "\xc3\xa9~\n"));
	assert_null(strstr(c->text, "\xc3~"));
}

/* Text of a file is printed without control bytes, and its lines fit. */
static void text_is_safe(void **state)
{
	static char *hostile[] = { "\x1b[2J\xc2\x9b" };
	struct context *c = *state;
	const char *line;
	int i;

	c->records[0].command = hostile;
	c->records[0].command_count = 1;
	c->records[1].kernel =
		"a kernel whose name is as long as no other's and does not fit a line of text";
	for (i = 0; i < 20; i++) {
		struct systally_row *row =
			fixture_call(&c->b, 1, "\x1b]0;x\x07 \xff\xff\xff\xff",
				     127 + i, UINT64_MAX / 20);

		row->abi = SYSTALLY_ABI_X32;
		row->errors = UINT64_MAX / 20;
		row->total_ns = UINT64_MAX / 20;
	}
	c->comparison.by =
		systally_by_two(SYSTALLY_BY_COMMAND, SYSTALLY_BY_SYSCALL);
	for (i = 0; i < 2; i++) {
		c->comparison.latency = i;
		compare(c);
		for (line = render(c, &systally_format_text); *line;
		     line += strcspn(line, "\n") + 1) {
			size_t k, length = strcspn(line, "\n");

			if (length > 80)
				fail_msg("%zu: %.*s", length, (int)length,
					 line);
			assert_true(!length || line[length - 1] != ' ');
			for (k = 0; k < length; k++)
				assert_in_range(line[k], ' ', '~');
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
		TEST(a_thousand_polls),
		TEST(nothing_changed),
		TEST(added_gone_and_failing),
		TEST(abis_apart),
		TEST(by_command),
		TEST(times),
		TEST(times_and_errors),
		TEST(rest_regresses),
		TEST(unattributed_count),
		TEST(squeezes),
		TEST(thresholds),
		TEST(errors_regress),
		TEST(ignores),
		TEST(saturates),
		TEST(for_programs),
		TEST(header_is_readable),
		TEST(text_is_safe),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
