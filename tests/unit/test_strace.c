// SPDX-License-Identifier: GPL-2.0-only
/*
 * Unit tests of strace's format. What is expected was printed by strace 6.1,
 * in part with a clock that ran fast, for the widths of large numbers. Run by
 * `make check-unit`.
 */
#include "fixture.h"

#include <stdio.h>

#include "base/text.h"
#include "stats/rank.h"
#include "render/formats.h"

struct context {
	struct fixture fixture;
	struct systally_snapshot snapshot;
	struct systally_names *names;
	struct systally_ranking ranking;
	char *text;
};

static int set_up(void **state)
{
	struct context *c = calloc(1, sizeof(*c));

	if (!c)
		return -1;
	c->names = systally_names_new();
	fixture_init(&c->fixture);
	*state = c;
	return 0;
}

static int tear_down(void **state)
{
	struct context *c = *state;

	systally_names_free(c->names);
	systally_snapshot_free(&c->snapshot);
	free(c->text);
	free(c);
	return 0;
}

static void add(struct context *c, unsigned int abi, const char *name,
		uint64_t count, uint64_t errors, uint64_t total_ns)
{
	int nr = systally_names_number(c->names, abi, name);
	struct systally_row *row;

	if (nr < 0)
		fail_msg("no call %s", name);
	row = fixture_call(&c->fixture, 7, "x", nr, count);
	row->abi = (__u16)abi;
	row->errors = errors;
	row->total_ns = total_ns;
}

static const char *render(struct context *c, enum systally_sort sort,
			  size_t limit)
{
	struct systally_question question = {
		.by = systally_by_one(SYSTALLY_BY_SYSCALL),
		.sort = sort,
		.limit = limit,
	};
	struct systally_notes notes = { 0 };
	struct systally_report report = {
		.ranking = &c->ranking,
		.header = &c->snapshot.header,
		.notes = &notes,
		.width = SYSTALLY_TEXT_WIDTH,
	};
	struct systally_error error = { "" };
	size_t size;
	FILE *out;

	systally_snapshot_free(&c->snapshot);
	fixture_parse(&c->fixture, &c->snapshot);
	assert_int_equal(systally_rank(&c->ranking, &question, &c->snapshot,
				       c->names, &error),
			 0);
	free(c->text);
	out = open_memstream(&c->text, &size);
	assert_int_equal(systally_format_strace.report(out, &report), 0);
	fclose(out);
	systally_ranking_free(&c->ranking);
	return c->text;
}

/* Printed by strace -c -w, with a clock that advances 1500 ns per reading */
static void small_numbers(void **state)
{
	struct context *c = *state;

	add(c, 0, "execve", 1, 0, 1500);
	add(c, 0, "mmap", 8, 0, 12000);
	add(c, 0, "pread64", 2, 0, 3000);
	assert_string_equal(
		render(c, SYSTALLY_SORT_TIME, 0),
		"% time     seconds  usecs/call     calls    errors syscall\n"
		"------ ----------- ----------- --------- --------- ----------------\n"
		" 72.73    0.000012           1         8           mmap\n"
		" 18.18    0.000003           1         2           pread64\n"
		"  9.09    0.000002           1         1           execve\n"
		"------ ----------- ----------- --------- --------- ----------------\n"
		"100.00    0.000017           1        11           total\n");
}

/* Printed by the same strace, with clocks at least a million times as fast */
static void large_numbers(void **state)
{
	struct context *c = *state;

	add(c, 0, "clock_nanosleep", 3, 0, 3256360000000);
	add(c, 0, "openat", 33, 7, 503281000000);
	add(c, 0, "sched_get_priority_max", 1, 0, 8302000000);
	assert_string_equal(
		render(c, SYSTALLY_SORT_TIME, 0),
		"% time     seconds  usecs/call     calls    errors syscall\n"
		"------ ----------- ----------- --------- --------- -----------------------\n"
		" 86.42 3256.360000  1085453333         3           clock_nanosleep\n"
		" 13.36  503.281000    15250939        33         7 openat\n"
		"  0.22    8.302000     8302000         1           sched_get_priority_max\n"
		"------ ----------- ----------- --------- --------- -----------------------\n"
		"100.00 3767.943000   101836297        37         7 total\n");
	c->fixture.rows[0].total_ns = 320387000000000;
	c->fixture.rows[1].total_ns = 40453200000000;
	c->fixture.rows[2].total_ns = 803200000000;
	assert_string_equal(
		render(c, SYSTALLY_SORT_TIME, 0),
		"% time       seconds   usecs/call     calls    errors syscall\n"
		"------ ------------- ------------ --------- --------- -----------------------\n"
		" 88.59 320387.000000 106795666666         3           clock_nanosleep\n"
		" 11.19  40453.200000   1225854545        33         7 openat\n"
		"  0.22    803.200000    803200000         1           sched_get_priority_max\n"
		"------ ------------- ------------ --------- --------- -----------------------\n"
		"100.00 361643.400000   9774145945        37         7 total\n");
}

/* Without any time, strace prints 100% for the total. */
static void no_time(void **state)
{
	struct context *c = *state;

	add(c, 0, "sched_get_priority_max", 1, 0, 0);
	add(c, 0, "clock_nanosleep", 3, 0, 0);
	assert_string_equal(
		render(c, SYSTALLY_SORT_NOTHING, 0),
		"% time     seconds  usecs/call     calls    errors syscall\n"
		"------ ----------- ----------- --------- --------- -----------------------\n"
		"  0.00    0.000000           0         1           sched_get_priority_max\n"
		"  0.00    0.000000           0         3           clock_nanosleep\n"
		"------ ----------- ----------- --------- --------- -----------------------\n"
		"100.00    0.000000           0         4           total\n");
}

static void tables_by_abi(void **state)
{
	struct context *c = *state;

	add(c, SYSTALLY_ABI_I386, "getppid", 202, 0, 1160000);
	add(c, SYSTALLY_ABI_I386, "close", 22, 22, 137000);
	assert_string_equal(
		render(c, SYSTALLY_SORT_TIME, 0),
		"System call usage summary for 32 bit mode:\n"
		"% time     seconds  usecs/call     calls    errors syscall\n"
		"------ ----------- ----------- --------- --------- ----------------\n"
		" 89.44    0.001160           5       202           getppid\n"
		" 10.56    0.000137           6        22        22 close\n"
		"------ ----------- ----------- --------- --------- ----------------\n"
		"100.00    0.001297           5       224        22 total\n");
	add(c, 0, "execve", 1, 0, 0);
	add(c, SYSTALLY_ABI_X32, "getppid", 5, 5, 1000);
	render(c, SYSTALLY_SORT_TIME, 0);
	assert_int_equal(strncmp(c->text, "% time ", 7), 0);
	assert_non_null(strstr(
		c->text,
		" total\nSystem call usage summary for 32 bit mode:\n% time "));
	assert_non_null(strstr(
		c->text,
		" total\nSystem call usage summary for x32 mode:\n% time "));
}

/* The total of a table includes the rows that -n leaves out. */
static void limit(void **state)
{
	struct context *c = *state;

	add(c, 0, "execve", 1, 0, 1000000);
	add(c, 0, "mmap", 8, 1, 3000000);
	assert_string_equal(
		render(c, SYSTALLY_SORT_TIME, 1),
		"% time     seconds  usecs/call     calls    errors syscall\n"
		"------ ----------- ----------- --------- --------- ----------------\n"
		" 75.00    0.003000         375         8         1 mmap\n"
		"------ ----------- ----------- --------- --------- ----------------\n"
		"100.00    0.004000         444         9         1 total\n");
	/* the total is printed even if -n leaves out all rows */
	add(c, SYSTALLY_ABI_I386, "close", 6, 0, 137000);
	assert_non_null(strstr(
		render(c, SYSTALLY_SORT_TIME, 1),
		"System call usage summary for 32 bit mode:\n"
		"% time     seconds  usecs/call     calls    errors syscall\n"
		"------ ----------- ----------- --------- --------- ----------------\n"
		"------ ----------- ----------- --------- --------- ----------------\n"
		"100.00    0.000137          22         6           total\n"));
}

static void nothing(void **state)
{
	assert_string_equal(render(*state, SYSTALLY_SORT_TIME, 0), "");
}

/* Unsorted rows are in the order of the call numbers, as strace prints them. */
static void by_number(void **state)
{
	struct context *c = *state;
	const char *read, *poll, *dup;

	add(c, 0, "dup2", 9, 0, 0);
	add(c, 0, "poll", 1, 0, 0);
	add(c, 0, "read", 5, 0, 0);
	render(c, SYSTALLY_SORT_NOTHING, 0);
	read = strstr(c->text, " read\n");
	poll = strstr(c->text, " poll\n");
	dup = strstr(c->text, " dup2\n");
	assert_true(read && poll && dup && read < poll && poll < dup);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(small_numbers, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(large_numbers, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(no_time, set_up, tear_down),
		cmocka_unit_test_setup_teardown(tables_by_abi, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(limit, set_up, tear_down),
		cmocka_unit_test_setup_teardown(nothing, set_up, tear_down),
		cmocka_unit_test_setup_teardown(by_number, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
