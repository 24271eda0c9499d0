// SPDX-License-Identifier: GPL-2.0-only
/*
 * Unit tests of the options. Run by `make check-unit`.
 */
#include "fixture.h"

#include <argp.h>
#include <stdio.h>

#include "cli/options.h"

#define WORDS_MAX	32

/* Parses @line, split at blanks, as the arguments of @command. */
static int parse(struct systally_options *options,
		 enum systally_command command, const char *line)
{
	static char copy[512];
	static char *argv[WORDS_MAX + 1];
	char *rest;
	int argc = 0;

	snprintf(copy, sizeof(copy), "systally %s", line);
	argv[0] = strtok_r(copy, " ", &rest);
	while (argv[argc] && argc < WORDS_MAX)
		argv[++argc] = strtok_r(NULL, " ", &rest);
	return systally_options_parse(options, command, argc, argv,
				      ARGP_NO_EXIT | ARGP_NO_ERRS);
}

static void takes_all(void **state)
{
	struct systally_options o;

	(void)state;
	assert_int_equal(parse(&o, SYSTALLY_TOP,
		"-p 12,13 -p 99 -n 5 -b process -s max -e %file -x -L -i 0.5 -d 10 --format csv -o out"), 0);
	assert_int_equal(o.pid_count, 3);
	assert_int_equal(o.pids[0], 12);
	assert_int_equal(o.pids[2], 99);
	assert_int_equal(o.limit, 5);
	assert_int_equal(o.by, SYSTALLY_BY_PROCESS);
	assert_int_equal(o.sort, SYSTALLY_SORT_MAX);
	assert_string_equal(o.syscalls, "%file");
	assert_true(o.failed && o.latency);
	assert_int_equal(o.interval_ns, 500000000);
	assert_int_equal(o.duration_ns, 10000000000);
	assert_int_equal(o.format, SYSTALLY_CSV);
	assert_string_equal(o.output, "out");
	systally_options_free(&o);
	assert_int_equal(parse(&o, SYSTALLY_REPORT,
			       "--by=errno --sort=errors --rows=3"), 0);
	assert_int_equal(o.by, SYSTALLY_BY_ERRNO);
	assert_int_equal(o.limit, 3);
}

static void settles_defaults(void **state)
{
	struct systally_options o;

	(void)state;
	assert_int_equal(parse(&o, SYSTALLY_TOP, ""), 0);
	assert_int_equal(o.limit, 10);
	assert_int_equal(o.by, SYSTALLY_BY_SYSCALL);
	assert_int_equal(o.sort, SYSTALLY_SORT_COUNT);
	assert_int_equal(o.interval_ns, 1000000000);
	assert_int_equal(o.duration_ns, 0);
	assert_false(systally_options_need_time(&o));
	/* all rows in run, and where programs read them */
	assert_int_equal(parse(&o, SYSTALLY_RUN, "ls"), 0);
	assert_int_equal(o.limit, 0);
	assert_int_equal(parse(&o, SYSTALLY_REPORT, "--format json"), 0);
	assert_int_equal(o.limit, 0);
	assert_int_equal(o.by, SYSTALLY_BY_ROW);
	assert_int_equal(parse(&o, SYSTALLY_REPORT, "--format json -n 10"), 0);
	assert_int_equal(o.limit, 10);
	assert_int_equal(parse(&o, SYSTALLY_REPORT,
			       "--format csv -b syscall"), 0);
	assert_int_equal(o.by, SYSTALLY_BY_SYSCALL);
	assert_int_equal(parse(&o, SYSTALLY_REPORT, "-x"), 0);
	assert_int_equal(o.sort, SYSTALLY_SORT_ERRORS);
	assert_true(systally_options_need_time(&o));
	assert_int_equal(parse(&o, SYSTALLY_REPORT, "-x -s count"), 0);
	assert_int_equal(o.sort, SYSTALLY_SORT_COUNT);
	assert_int_equal(parse(&o, SYSTALLY_REPORT, "-s avg"), 0);
	assert_true(o.latency);
	assert_int_equal(parse(&o, SYSTALLY_REPORT, "-b errno"), 0);
	assert_true(systally_options_need_time(&o));
	assert_false(systally_options_need_hist(&o));
	assert_int_equal(parse(&o, SYSTALLY_REPORT, "-L"), 0);
	assert_false(systally_options_need_hist(&o));
	assert_int_equal(parse(&o, SYSTALLY_REPORT, "-P"), 0);
	assert_true(systally_options_need_hist(&o));
	assert_true(systally_options_need_time(&o));
	assert_int_equal(parse(&o, SYSTALLY_REPORT, "-s p99.9"), 0);
	assert_int_equal(o.sort, SYSTALLY_SORT_P999);
	assert_true(o.percentiles);
	assert_int_equal(parse(&o, SYSTALLY_REPORT, "-s p50"), 0);
	assert_int_equal(o.sort, SYSTALLY_SORT_P50);
	assert_int_equal(parse(&o, SYSTALLY_RUN, "-H read -- ls"), 0);
	assert_string_equal(o.syscalls, "read");
	assert_string_equal(o.histogram, "read");
	assert_true(systally_options_need_hist(&o));
}

static void passes_command_on(void **state)
{
	struct systally_options o;

	(void)state;
	assert_int_equal(parse(&o, SYSTALLY_RUN, "-n 3 -- ls -l -n x"), 0);
	assert_int_equal(o.limit, 3);
	assert_int_equal(o.rest_count, 4);
	assert_string_equal(o.rest[0], "ls");
	assert_string_equal(o.rest[3], "x");
	assert_null(o.rest[4]);
	/* without -- too, and a later -- is the command's */
	assert_int_equal(parse(&o, SYSTALLY_RUN, "-x sh -- -x"), 0);
	assert_int_equal(o.rest_count, 3);
	assert_string_equal(o.rest[1], "--");
	assert_int_equal(parse(&o, SYSTALLY_RUN, "-- -dash"), 0);
	assert_string_equal(o.rest[0], "-dash");
	assert_int_equal(parse(&o, SYSTALLY_LOAD, "targets=all collect=time"),
			 0);
	assert_int_equal(o.rest_count, 2);
}

static void knows_strace(void **state)
{
	static const struct {
		const char *word;
		enum systally_sort sort;
	} words[] = {
		{ "time", SYSTALLY_SORT_TIME },
		{ "time-percent", SYSTALLY_SORT_TIME },
		{ "time-total", SYSTALLY_SORT_TIME },
		{ "total-time", SYSTALLY_SORT_TIME },
		{ "max-time", SYSTALLY_SORT_MAX },
		{ "longest", SYSTALLY_SORT_MAX },
		{ "time-max", SYSTALLY_SORT_MAX },
		{ "avg-time", SYSTALLY_SORT_AVG },
		{ "time-avg", SYSTALLY_SORT_AVG },
		{ "calls", SYSTALLY_SORT_COUNT },
		{ "count", SYSTALLY_SORT_COUNT },
		{ "errors", SYSTALLY_SORT_ERRORS },
		{ "error", SYSTALLY_SORT_ERRORS },
		{ "name", SYSTALLY_SORT_NAME },
		{ "syscall", SYSTALLY_SORT_NAME },
		{ "syscall-name", SYSTALLY_SORT_NAME },
		{ "nothing", SYSTALLY_SORT_NOTHING },
		{ "none", SYSTALLY_SORT_NOTHING },
	};
	struct systally_options o;
	char line[64];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		snprintf(line, sizeof(line), "-s %s", words[i].word);
		assert_int_equal(parse(&o, SYSTALLY_REPORT, line), 0);
		assert_int_equal(o.sort, words[i].sort);
	}
	/* strace has all rows, by time */
	assert_int_equal(parse(&o, SYSTALLY_REPORT, "--format strace"), 0);
	assert_int_equal(o.by, SYSTALLY_BY_SYSCALL);
	assert_int_equal(o.sort, SYSTALLY_SORT_TIME);
	assert_int_equal(o.limit, 0);
	assert_true(systally_options_need_time(&o));
	assert_false(systally_options_need_hist(&o));
	assert_int_equal(parse(&o, SYSTALLY_RUN,
			       "--format strace -s calls -n 3 -x ls"), 0);
	assert_int_equal(o.sort, SYSTALLY_SORT_COUNT);
	assert_int_equal(o.limit, 3);
}

static void takes_files(void **state)
{
	struct systally_options o;

	(void)state;
	assert_int_equal(parse(&o, SYSTALLY_REPORT, "-L a -x"), 0);
	assert_int_equal(o.file_count, 1);
	assert_string_equal(o.files[0], "a");
	assert_int_equal(parse(&o, SYSTALLY_RECORD,
			       "-e %poll -L -P -d 3 -o out ls -o x"), 0);
	assert_int_equal(o.rest_count, 3);
	assert_string_equal(o.output, "out");
	assert_true(systally_options_need_hist(&o));
	assert_int_equal(parse(&o, SYSTALLY_RECORD, "-o out -b thread ls"), 0);
	assert_int_equal(o.by, SYSTALLY_BY_THREAD);
	assert_true(systally_options_need_time(&o));
	assert_false(systally_options_need_hist(&o));
	assert_int_equal(parse(&o, SYSTALLY_COMPARE,
		"a --threshold 7,5% b --time-threshold 2ms --ignore futex"), 0);
	assert_int_equal(o.file_count, 2);
	assert_string_equal(o.files[1], "b");
	assert_int_equal(o.threshold.amount, 7);
	assert_int_equal(o.time_threshold.amount, 2000000);
	assert_string_equal(o.ignore, "futex");
	assert_true(o.time_threshold_given && o.latency);
	assert_int_equal(o.by, SYSTALLY_BY_SYSCALL);
	assert_int_equal(parse(&o, SYSTALLY_COMPARE,
			       "-b process --format json a b"), 0);
	assert_int_equal(o.by, SYSTALLY_BY_COMMAND);
	assert_false(o.time_threshold_given || o.latency);
	assert_int_equal(o.limit, 0);
}

static void refuses(void **state)
{
	static const struct {
		enum systally_command command;
		const char *line;
	} cases[] = {
		{ SYSTALLY_TOP, "-n 0" }, { SYSTALLY_TOP, "-n -1" },
		{ SYSTALLY_TOP, "-n x" }, { SYSTALLY_TOP, "-n 3x" },
		{ SYSTALLY_TOP, "-n 99999999999999999999" },
		{ SYSTALLY_TOP, "-n 1000000001" }, { SYSTALLY_TOP, "-n +3" },
		{ SYSTALLY_TOP, "-n" },
		{ SYSTALLY_TOP, "-i 0" }, { SYSTALLY_TOP, "-i -1" },
		{ SYSTALLY_TOP, "-i 1s" }, { SYSTALLY_TOP, "-i nan" },
		{ SYSTALLY_TOP, "-i inf" }, { SYSTALLY_TOP, "-i 1e9" },
		{ SYSTALLY_TOP, "-i 0x10" }, { SYSTALLY_TOP, "-i ." },
		{ SYSTALLY_TOP, "-i 1.2.3" }, { SYSTALLY_TOP, "-i 0.0001" },
		{ SYSTALLY_TOP, "-d 0" }, { SYSTALLY_TOP, "-d 99999999999" },
		{ SYSTALLY_TOP, "-p 0" }, { SYSTALLY_TOP, "-p 1,,2" },
		{ SYSTALLY_TOP, "-p 1," }, { SYSTALLY_TOP, "-p ,1" },
		{ SYSTALLY_TOP, "-p -5" }, { SYSTALLY_TOP, "-p 1x" },
		{ SYSTALLY_TOP, "-p 4294967297" },
		{ SYSTALLY_TOP, "-b user" }, { SYSTALLY_TOP, "-b=" },
		{ SYSTALLY_TOP, "-s size" }, { SYSTALLY_TOP, "--format xml" },
		{ SYSTALLY_TOP, "-b errno -L" },
		{ SYSTALLY_TOP, "-b errno -s avg" },
		{ SYSTALLY_TOP, "-b errno -P" },
		{ SYSTALLY_TOP, "-b errno -s p90" },
		{ SYSTALLY_TOP, "-b errno -H read" },
		{ SYSTALLY_TOP, "-b thread -H read" },
		{ SYSTALLY_TOP, "-x -H read" }, { SYSTALLY_TOP, "-H" },
		{ SYSTALLY_TOP, "-e read -H read" },
		{ SYSTALLY_TOP, "-s p9" }, { SYSTALLY_STATUS, "-P" },
		{ SYSTALLY_TOP, "word" }, { SYSTALLY_TOP, "-Z" },
		{ SYSTALLY_TOP, "--verify" },
		{ SYSTALLY_RUN, "" }, { SYSTALLY_RUN, "--" },
		{ SYSTALLY_RUN, "-p 1 -- ls" }, { SYSTALLY_RUN, "-i 1 -- ls" },
		{ SYSTALLY_REPORT, "-i 1" }, { SYSTALLY_STATUS, "-n 1" },
		{ SYSTALLY_TOP, "--format strace" },
		{ SYSTALLY_STATUS, "--format strace" },
		{ SYSTALLY_COMPARE, "--format strace a b" },
		{ SYSTALLY_RUN, "--format strace -b process ls" },
		{ SYSTALLY_RUN, "--format strace -b errno ls" },
		{ SYSTALLY_RUN, "--format strace -P ls" },
		{ SYSTALLY_RUN, "--format strace -s p99 ls" },
		{ SYSTALLY_RUN, "--format strace -H read ls" },
		{ SYSTALLY_RUN, "-s min-time ls" },
		{ SYSTALLY_REPORT, "a b" }, { SYSTALLY_REPORT, "-d 1 a" },
		{ SYSTALLY_RECORD, "ls" }, { SYSTALLY_RECORD, "-o out" },
		{ SYSTALLY_RECORD, "-o out -b process ls" },
		{ SYSTALLY_RECORD, "-o out --format json ls" },
		{ SYSTALLY_COMPARE, "" }, { SYSTALLY_COMPARE, "a" },
		{ SYSTALLY_COMPARE, "a b c" },
		{ SYSTALLY_COMPARE, "-b errno a b" },
		{ SYSTALLY_COMPARE, "-b thread a b" },
		{ SYSTALLY_COMPARE, "-s max a b" },
		{ SYSTALLY_COMPARE, "-s p50 a b" },
		{ SYSTALLY_COMPARE, "--threshold x a b" },
		{ SYSTALLY_COMPARE, "--threshold 5ms a b" },
		{ SYSTALLY_COMPARE, "--time-threshold 5 a b" },
		{ SYSTALLY_UNLOAD, "x" }, { SYSTALLY_UNLOAD, "-o x" },
	};
	struct systally_options o;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (!parse(&o, cases[i].command, cases[i].line))
			fail_msg("'%s' was accepted", cases[i].line);
		assert_null(o.pids);
	}
}

static void knows_commands(void **state)
{
	(void)state;
	assert_int_equal(systally_options_command("doctor"), SYSTALLY_DOCTOR);
	assert_int_equal(systally_options_command("nosuch"),
			 SYSTALLY_COMMANDS);
	assert_string_equal(systally_options_command_name(SYSTALLY_RUN),
			    "run");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_all),
		cmocka_unit_test(settles_defaults),
		cmocka_unit_test(passes_command_on),
		cmocka_unit_test(knows_strace),
		cmocka_unit_test(takes_files),
		cmocka_unit_test(refuses),
		cmocka_unit_test(knows_commands),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
