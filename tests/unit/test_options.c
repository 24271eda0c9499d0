// SPDX-License-Identifier: GPL-2.0-only
/*
 * Unit tests of the options. Run by `make check-unit`.
 */
#include "fixture.h"

#include <stdio.h>

#include "commands/commands.h"
#include "stats/by.h"

#define WORDS_MAX 32

/* Parses @line, split at blanks, as the arguments of @command. */
static int parse(struct systally_request *request, const char *command,
		 const char *line)
{
	static char copy[512];
	static char *argv[WORDS_MAX + 1];
	char *rest;
	int argc = 0;

	snprintf(copy, sizeof(copy), "systally %s", line);
	argv[0] = strtok_r(copy, " ", &rest);
	while (argv[argc] && argc < WORDS_MAX)
		argv[++argc] = strtok_r(NULL, " ", &rest);
	return systally_options_try(request, systally_command_find(command),
				    argc, argv);
}

static void takes_all(void **state)
{
	struct systally_request o;

	(void)state;
	assert_int_equal(
		parse(&o, "top",
		      "-p 12,13 -p 99 -n 5 -b process -s max -e %file -x -L -i 0.5 -d 10 --format csv -o out"),
		0);
	assert_int_equal(o.scope.pid_count, 3);
	assert_int_equal(o.scope.pids[0], 12);
	assert_int_equal(o.scope.pids[2], 99);
	assert_int_equal(o.limit, 5);
	assert_true(systally_by_only(&o.by, SYSTALLY_BY_PROCESS));
	assert_int_equal(o.sort, SYSTALLY_SORT_MAX);
	assert_string_equal(o.syscalls, "%file");
	assert_true(o.failed && o.latency);
	assert_int_equal(o.interval_ns, 500000000);
	assert_int_equal(o.duration_ns, 10000000000);
	assert_ptr_equal(o.format, &systally_format_csv);
	assert_string_equal(o.output, "out");
	systally_options_free(&o);
	assert_int_equal(
		parse(&o, "report", "--by=errno --sort=errors --rows=3"), 0);
	assert_true(systally_by_only(&o.by, SYSTALLY_BY_ERRNO));
	assert_int_equal(o.limit, 3);
}

/* As pidof prints them, and with commas */
static void takes_pids(void **state)
{
	static char name[] = "systally", option[] = "-p";
	static const struct {
		const char *text;
		size_t count;
	} cases[] = {
		{ "12", 1 },	    { "12,13", 2 },	 { "12 13", 2 },
		{ " 12  13\n", 2 }, { "12, 13 ,14", 3 }, { "2147483647", 1 },
		{ "", 0 },	    { " ", 0 },		 { "12,", 0 },
		{ ",12", 0 },	    { "12,,13", 0 },	 { "12 , , 13", 0 },
		{ "0", 0 },	    { "-1", 0 },	 { "2147483648", 0 },
		{ "nginx", 0 },	    { "12 nginx", 0 },	 { "12\n\t\v", 0 },
	};
	struct systally_request o;
	char text[32];
	char *argv[] = { name, option, text, NULL };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int result;

		strcpy(text, cases[i].text);
		result = systally_options_try(&o, systally_command_find("top"),
					      3, argv);
		if (!!result == !!cases[i].count)
			fail_msg("'%s' gives %d", text, result);
		assert_int_equal(o.scope.pid_count, cases[i].count);
		systally_options_free(&o);
	}
}

static void settles_defaults(void **state)
{
	struct systally_request o;

	(void)state;
	assert_int_equal(parse(&o, "top", ""), 0);
	assert_int_equal(o.limit, 10);
	assert_true(systally_by_only(&o.by, SYSTALLY_BY_SYSCALL));
	assert_int_equal(o.sort, SYSTALLY_SORT_COUNT);
	assert_int_equal(o.interval_ns, 1000000000);
	assert_int_equal(o.duration_ns, 0);
	assert_int_equal(o.collect, SYSTALLY_COLLECT_COUNT);
	/* run shows all rows, and so do formats for programs */
	assert_int_equal(parse(&o, "run", "ls"), 0);
	assert_int_equal(o.limit, 0);
	assert_int_equal(parse(&o, "report", "--format json"), 0);
	assert_int_equal(o.limit, 0);
	assert_int_equal(o.by.count, 2);
	assert_int_equal(parse(&o, "report", "--format json -n 10"), 0);
	assert_int_equal(o.limit, 10);
	assert_int_equal(parse(&o, "report", "--format csv -b syscall"), 0);
	assert_true(systally_by_only(&o.by, SYSTALLY_BY_SYSCALL));
	assert_int_equal(parse(&o, "report", "-x"), 0);
	assert_int_equal(o.sort, SYSTALLY_SORT_ERRORS);
	assert_true(o.collect >= SYSTALLY_COLLECT_TIME);
	assert_int_equal(parse(&o, "report", "-x -s count"), 0);
	assert_int_equal(o.sort, SYSTALLY_SORT_COUNT);
	assert_int_equal(parse(&o, "report", "-s avg"), 0);
	assert_true(o.latency);
	assert_int_equal(parse(&o, "report", "-b errno"), 0);
	assert_true(o.collect >= SYSTALLY_COLLECT_TIME);
	assert_true(o.collect < SYSTALLY_COLLECT_HIST);
	assert_int_equal(parse(&o, "report", "-L"), 0);
	assert_true(o.collect < SYSTALLY_COLLECT_HIST);
	assert_int_equal(parse(&o, "report", "-P"), 0);
	assert_int_equal(o.collect, SYSTALLY_COLLECT_HIST);
	assert_true(o.collect >= SYSTALLY_COLLECT_TIME);
	assert_int_equal(parse(&o, "report", "-s p99.9"), 0);
	assert_int_equal(o.sort, SYSTALLY_SORT_P999);
	assert_true(o.percentiles);
	assert_int_equal(parse(&o, "report", "-s p50"), 0);
	assert_int_equal(o.sort, SYSTALLY_SORT_P50);
	assert_int_equal(parse(&o, "run", "-H read -- ls"), 0);
	assert_string_equal(o.syscalls, "read");
	assert_string_equal(o.histogram, "read");
	assert_int_equal(o.collect, SYSTALLY_COLLECT_HIST);
}

static void passes_command_on(void **state)
{
	struct systally_request o;

	(void)state;
	assert_int_equal(parse(&o, "run", "-n 3 -- ls -l -n x"), 0);
	assert_int_equal(o.limit, 3);
	assert_int_equal(o.argc, 4);
	assert_string_equal(o.argv[0], "ls");
	assert_string_equal(o.argv[3], "x");
	assert_null(o.argv[4]);
	/* also without --; a later -- belongs to the command */
	assert_int_equal(parse(&o, "run", "-x sh -- -x"), 0);
	assert_int_equal(o.argc, 3);
	assert_string_equal(o.argv[1], "--");
	assert_int_equal(parse(&o, "run", "-- -dash"), 0);
	assert_string_equal(o.argv[0], "-dash");
	assert_int_equal(parse(&o, "load", "targets=all collect=time"), 0);
	assert_int_equal(o.argc, 2);
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
	struct systally_request o;
	char line[64];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		snprintf(line, sizeof(line), "-s %s", words[i].word);
		assert_int_equal(parse(&o, "report", line), 0);
		assert_int_equal(o.sort, words[i].sort);
	}
	/* strace has all rows, by time */
	assert_int_equal(parse(&o, "report", "--format strace"), 0);
	assert_true(systally_by_only(&o.by, SYSTALLY_BY_SYSCALL));
	assert_int_equal(o.sort, SYSTALLY_SORT_TIME);
	assert_int_equal(o.limit, 0);
	assert_true(o.collect >= SYSTALLY_COLLECT_TIME);
	assert_true(o.collect < SYSTALLY_COLLECT_HIST);
	assert_int_equal(
		parse(&o, "run", "--format strace -s calls -n 3 -x ls"), 0);
	assert_int_equal(o.sort, SYSTALLY_SORT_COUNT);
	assert_int_equal(o.limit, 3);
}

static void takes_files(void **state)
{
	struct systally_request o;

	(void)state;
	assert_int_equal(parse(&o, "report", "-L a -x"), 0);
	assert_int_equal(o.file_count, 1);
	assert_string_equal(o.files[0], "a");
	assert_int_equal(
		parse(&o, "record", "-e %poll -L -P -d 3 -o out ls -o x"), 0);
	assert_int_equal(o.argc, 3);
	assert_string_equal(o.output, "out");
	assert_int_equal(o.collect, SYSTALLY_COLLECT_HIST);
	assert_int_equal(parse(&o, "record", "-o out -b thread ls"), 0);
	assert_true(systally_by_only(&o.by, SYSTALLY_BY_THREAD));
	assert_true(o.collect >= SYSTALLY_COLLECT_TIME);
	assert_true(o.collect < SYSTALLY_COLLECT_HIST);
	assert_int_equal(
		parse(&o, "compare",
		      "a --threshold 7,5% b --time-threshold 2ms --ignore futex"),
		0);
	assert_int_equal(o.file_count, 2);
	assert_string_equal(o.files[1], "b");
	assert_int_equal(o.threshold.amount, 7);
	assert_int_equal(o.time_threshold.amount, 2000000);
	assert_string_equal(o.ignore, "futex");
	assert_true(o.given & SYSTALLY_GIVEN_TIME_THRESHOLD && o.latency);
	/* without a unit, seconds, as everywhere */
	assert_int_equal(parse(&o, "compare", "--time-threshold 5 a b"), 0);
	assert_int_equal(o.time_threshold.amount, 5000000000);
	assert_int_equal(parse(&o, "compare", "a b"), 0);
	assert_true(systally_by_only(&o.by, SYSTALLY_BY_SYSCALL));
	assert_int_equal(parse(&o, "compare", "-b command --format json a b"),
			 0);
	assert_true(systally_by_only(&o.by, SYSTALLY_BY_COMMAND));
	assert_false(o.given & SYSTALLY_GIVEN_TIME_THRESHOLD || o.latency);
	assert_int_equal(o.limit, 0);
	/* what runs already */
	assert_int_equal(parse(&o, "record", "-o out -p 12,13 -d 1m"), 0);
	assert_int_equal(o.scope.pid_count, 2);
	assert_int_equal(o.argc, 0);
	systally_options_free(&o);
	assert_int_equal(parse(&o, "record", "-o out -d 1"), 0);
	assert_int_equal(o.collect, SYSTALLY_COLLECT_TIME);
	assert_int_equal(parse(&o, "record", "-o out -u nobody ls -u x"), 0);
	assert_string_equal(o.user, "nobody");
	assert_int_equal(o.argc, 3);
	assert_int_equal(parse(&o, "run", "--run-as=nobody ls"), 0);
	assert_string_equal(o.user, "nobody");
}

static void refuses(void **state)
{
	static const struct {
		const char *command;
		const char *line;
	} cases[] = {
		{ "top", "-n -1" },
		{ "top", "-n x" },
		{ "top", "-n 3x" },
		{ "top", "-n 99999999999999999999" },
		{ "top", "-n 1000000001" },
		{ "top", "-n +3" },
		{ "top", "-n" },
		{ "top", "-i 0" },
		{ "top", "-i -1" },
		{ "top", "-i 1sec" },
		{ "top", "-i nan" },
		{ "top", "-i inf" },
		{ "top", "-i 1e9" },
		{ "top", "-i 0x10" },
		{ "top", "-i ." },
		{ "top", "-i 1.2.3" },
		{ "top", "-i 0.0001" },
		{ "top", "-d 0" },
		{ "top", "-d 99999999999" },
		{ "top", "-p 0" },
		{ "top", "-p 1,,2" },
		{ "top", "-p 1," },
		{ "top", "-p ,1" },
		{ "top", "-p -5" },
		{ "top", "-p 1x" },
		{ "top", "-p 4294967297" },
		{ "top", "-b usr" },
		{ "top", "-b=" },
		{ "top", "-s size" },
		{ "top", "--format xml" },
		{ "top", "-b errno -L" },
		{ "top", "-b errno -s avg" },
		{ "top", "-b errno -P" },
		{ "top", "-b errno -s p90" },
		{ "top", "-b errno -H read" },
		{ "top", "-b thread -H read" },
		{ "top", "-x -H read" },
		{ "top", "-H" },
		{ "top", "-e read -H read" },
		{ "top", "-s p9" },
		{ "status", "-P" },
		{ "top", "word" },
		{ "top", "-Z" },
		{ "top", "--verify" },
		{ "run", "" },
		{ "run", "--" },
		{ "run", "-p 1 -- ls" },
		{ "run", "-i 1 -- ls" },
		{ "report", "-i 1" },
		{ "status", "-n 1" },
		{ "top", "--format strace" },
		{ "status", "--format strace" },
		{ "compare", "--format strace a b" },
		{ "run", "--format strace -b process ls" },
		{ "run", "--format strace -b errno ls" },
		{ "run", "--format strace -P ls" },
		{ "run", "--format strace -s p99 ls" },
		{ "run", "--format strace -H read ls" },
		{ "run", "-s min-time ls" },
		{ "report", "a b" },
		{ "report", "-d 1 a" },
		{ "record", "ls" },
		{ "record", "-o out" },
		{ "record", "-p 12 -d 1" },
		{ "record", "-o out -p 12 ls" },
		{ "record", "-o out -p 12 -u nobody" },
		{ "top", "-u nobody" },
		{ "record", "-o out -b process ls" },
		{ "record", "-o out --format json ls" },
		{ "compare", "" },
		{ "compare", "a" },
		{ "compare", "a b c" },
		{ "compare", "- -" },
		{ "compare", "-b errno a b" },
		{ "compare", "-b process a b" },
		{ "top", "-b syscall,syscall" },
		{ "top", "-b syscall," },
		{ "top", "-b ,syscall" },
		{ "compare", "-b thread a b" },
		{ "compare", "-s max a b" },
		{ "compare", "-s p50 a b" },
		{ "compare", "--threshold x a b" },
		{ "compare", "--threshold 5ms a b" },
		{ "compare", "--time-threshold 5x a b" },
		/* a second value would silently replace the first */
		{ "top", "-e poll -e read" },
		{ "top", "-b process -b syscall" },
		{ "top", "-o a -o b" },
		{ "needs", "-b x -t true true" },
		{ "top", "--syscalls=" },
		{ "unload", "x" },
		{ "unload", "-o x" },
	};
	struct systally_request o;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (!parse(&o, cases[i].command, cases[i].line))
			fail_msg("'%s' was accepted", cases[i].line);
		assert_null(o.scope.pids);
	}
}

/* -h is in the help of every command, and -n 0 means all rows. */
static void shows_help(void **state)
{
	const struct systally_command *command;
	const struct argp_option *option;
	struct systally_request o;

	(void)state;
	for (command = systally_commands; command->name; command++) {
		option = systally_options_find(command, "-h", 0);
		assert_non_null(option);
		assert_string_equal(option->name, "help");
		assert_false(option->flags & OPTION_HIDDEN);
	}
	assert_int_equal(parse(&o, "top", "-n 0"), 0);
	assert_int_equal(o.limit, 0);
	assert_int_equal(parse(&o, "report", "-n 0"), 0);
	assert_int_equal(o.limit, 0);
}

/* An option means the same everywhere: it has the same letter and name. */
static void options_agree(void **state)
{
	const struct systally_command *a, *b;
	const struct argp_option *one, *other;
	char name[3] = "-x";
	size_t i;

	(void)state;
	for (a = systally_commands; a->name; a++) {
		for (i = 0; (one = systally_options_find(a, NULL, i)); i++) {
			if (one->key > 255)
				continue;
			name[1] = (char)one->key;
			for (b = a + 1; b->name; b++) {
				other = systally_options_find(b, name, 0);
				if (other && strcmp(one->name, other->name))
					fail_msg("%s is --%s in %s, --%s in %s",
						 name, one->name, a->name,
						 other->name, b->name);
			}
		}
	}
}

static void knows_commands(void **state)
{
	(void)state;
	assert_string_equal(systally_command_find("doctor")->name, "doctor");
	assert_null(systally_command_find("nosuch"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_all),
		cmocka_unit_test(takes_pids),
		cmocka_unit_test(settles_defaults),
		cmocka_unit_test(passes_command_on),
		cmocka_unit_test(knows_strace),
		cmocka_unit_test(takes_files),
		cmocka_unit_test(refuses),
		cmocka_unit_test(shows_help),
		cmocka_unit_test(options_agree),
		cmocka_unit_test(knows_commands),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
