// SPDX-License-Identifier: GPL-2.0-only
/*
 * Unit tests of `systally needs`: verdicts of real commands under real filters.
 * Run by `make check-unit`.
 */
#include "needs_fixture.h"

#include <sys/syscall.h>
#include <unistd.h>

#include "needs/measure.h"

#define TEXT(number)  #number
#define NUMBER(macro) TEXT(macro)

static void test_verdicts(void **state)
{
	struct context *c = *state;

	assert_int_equal(NEEDS(c, "-r", "2", "-e", "read,write,close,fadvise64",
			       "-t", "cmp /etc/passwd \"$SYSTALLY_OUTPUT\"",
			       "cat", "/etc/passwd"),
			 0);
	assert_int_equal(c->plan.count, 4);
	assert_string_equal(verdict(c, "read"), "required");
	assert_string_equal(verdict(c, "write"), "required");
	assert_string_equal(verdict(c, "fadvise64"), "both");
	/* the loader checks the result of close, but not what it does */
	assert_string_equal(verdict(c, "close"), "fake");
	assert_int_equal(tried(c, "write")->feature.count, 1);
	assert_int_equal(tried(c, "fadvise64")->ways[SYSTALLY_STUB].passed, 2);
	/* the last two calls, removed together */
	assert_int_equal(c->plan.together.run.passed, 2);
	assert_int_equal(c->plan.together.conflict_count, 0);
}

/* Unusable commands, TESTs and options are refused, with the reason. */
static void test_unusable(void **state)
{
	struct context *c = *state;

	assert_refused(c, NEEDS(c, "-t", "true", "/no/such/command"),
		       "no such command");
	assert_refused(c, NEEDS(c, "-t", "true", "/etc/passwd"), "cannot run");
	assert_refused(c, NEEDS(c, "-t", "echo seen; exit 3", "true"),
		       "TEST failed (3), and the last line is 'seen'");
	assert_refused(c,
		       NEEDS(c, "-t", "true", "--bench", "echo fast", "true"),
		       "BENCH printed no number");
	assert_refused(c, NEEDS(c, "-t", "true", "--bench", "true", "true"),
		       "BENCH printed no number");
	assert_refused(c, NEEDS(c, "-t", "true", "--bench", "echo 1 2", "true"),
		       "BENCH printed no number");
	assert_refused(c, NEEDS(c, "-t", "true", "--bench", "echo -5", "true"),
		       "BENCH printed no number above 0");
	assert_refused(c,
		       NEEDS(c, "-t", "true", "--server", "--stop", "exit 3",
			     "sleep", "1000"),
		       "--stop failed (3)");
	assert_int_equal(NEEDS(c, "-t", "true", "-r", "1.5", "true"), -1);
	assert_refused(
		c, NEEDS(c, "-t", "true", "--timeout", "0.2", "sleep", "1000"),
		"timeout");
	assert_refused(c,
		       NEEDS(c, "-t", "true", "--server", "--ready", "false",
			     "--timeout", "0.2", "sleep", "1000"),
		       "not ready in time");
	assert_refused(c, NEEDS(c, "-t", "true", "-e", "nosuch", "true"),
		       "nosuch");
	assert_refused(c, NEEDS(c, "-t", "sleep 9", "--timeout", "0.1", "true"),
		       "longer --timeout");
	assert_refused(c,
		       NEEDS(c, "-t", "true", "--bench", "sleep 9; echo 1",
			     "--timeout", "0.1", "true"),
		       "longer --timeout");
	/* two results cannot go to one file */
	assert_int_equal(NEEDS(c, "-t", "true", "-o", c->state, "--state",
			       c->state, "true"),
			 -1);
	assert_int_equal(NEEDS(c, "-t", "true", "-o", c->state, "--seccomp",
			       c->state, "true"),
			 -1);
	assert_int_equal(NEEDS(c, "-t", "true", "--seccomp", "-", "true"), -1);
}

/* A TEST that passes untouched runs only sometimes is refused. */
static void test_flaky_test(void **state)
{
	struct context *c = *state;

	assert_refused(
		c,
		NEEDS(c, "-r", "4", "-t",
		      "echo >>$FOLDER/n; test $(($(wc -l <$FOLDER/n) % 2)) = 0",
		      "true"),
		"TEST is flaky: 2 of 4 untouched runs passed");
}

/* Without the call, the command passes only every second time. */
static void test_flaky_call(void **state)
{
	struct context *c = *state;

	assert_int_equal(
		NEEDS(c, "-r", "2", "-e", "mkdir", "-t",
		      "test $SYSTALLY_STATUS = 0", "sh", "-c",
		      "mkdir $SYSTALLY_RUN_DIR/x || { echo >>$FOLDER/n; exit $(($(wc -l <$FOLDER/n) % 2)); }"),
		0);
	assert_string_equal(verdict(c, "mkdir"), "flaky");
	assert_int_equal(tried(c, "mkdir")->ways[SYSTALLY_STUB].passed, 1);
	assert_int_equal(tried(c, "mkdir")->ways[SYSTALLY_FAKE].passed, 2);
	/* it is not part of the run that removes all calls together */
	assert_int_equal(c->plan.together.count, 0);
}

/* Each of two calls can be stubbed, but not both. */
static void test_conflict(void **state)
{
	struct context *c = *state;

	assert_int_equal(
		NEEDS(c, "-r", "1", "-e", "mkdir,symlinkat,fadvise64", "-t",
		      "test -d $SYSTALLY_RUN_DIR/a || test -L $SYSTALLY_RUN_DIR/b",
		      "sh", "-c",
		      "mkdir $SYSTALLY_RUN_DIR/a; ln -s x $SYSTALLY_RUN_DIR/b; cat /etc/passwd"),
		0);
	assert_string_equal(verdict(c, "mkdir"), "both");
	assert_string_equal(verdict(c, "symlinkat"), "both");
	assert_int_equal(c->plan.together.count, 3);
	assert_int_equal(c->plan.together.conflict_count, 1);
	assert_int_equal(c->plan.together.conflicts[0].count, 2);
	assert_false(c->plan.together.conflicts[0].other_way);
	/* the third one does not conflict */
	assert_int_equal(c->plan.together.kept[0] + c->plan.together.kept[1] +
				 c->plan.together.kept[2],
			 2);
	assert_int_equal(c->plan.together.run.passed, 1);
}

/*
 * kill(-1) reaches no other process: the -1 may be the result of a stubbed
 * fork().
 */
static void test_kill_is_limited(void **state)
{
	struct context *c = *state;

	assert_int_equal(NEEDS(c, "-r", "1", "-e", "access,kill", "-t",
			       "grep -q 0 $SYSTALLY_OUTPUT", "sh", "-c",
			       "kill -s 0 -- -1; echo $?"),
			 0);
	assert_string_equal(verdict(c, "access"), "required");
	assert_string_equal(verdict(c, "kill"), "fake");
	/* -38 is the result of a stubbed getpid() */
	assert_int_equal(NEEDS(c, "-r", "1", "-e", "access,getpgrp", "-t",
			       "test $SYSTALLY_STATUS != 1", "perl", "-e",
			       "getpgrp; $! = 0; kill 0, -38; exit $!"),
			 0);
	assert_string_equal(verdict(c, "access"), "required");
	/* without root, kill(38) fails anyway; 38 is -getpgrp() when stubbed */
	if (geteuid())
		return;
	assert_int_equal(
		NEEDS(c, "-r", "1", "-e", "access,getpgrp", "-t",
		      "test $SYSTALLY_STATUS != 1", "perl", "-e",
		      "syscall(" NUMBER(SYS_getpgrp) "); $! = 0; "
						     "kill 0, 38; exit $!"),
		0);
	assert_string_equal(verdict(c, "access"), "both");
	assert_string_equal(verdict(c, "getpgrp"), "required");
}

/* A number without a call cannot be tried; the other calls are. */
static void test_untried(void **state)
{
	struct context *c = *state;

	assert_int_equal(NEEDS(c, "-r", "1", "-e", "500,access", "-t", "true",
			       "perl", "-e", "syscall(500)"),
			 0);
	assert_int_equal(c->plan.count, 2);
	assert_string_equal(
		systally_needs_verdict_name(c->plan.tried[1].verdict),
		"untried");
	assert_string_equal(verdict(c, "access"), "both");
	assert_int_equal(NEEDS(c, "-r", "1", "-e", "out_of_range,access", "-t",
			       "true", "perl", "-e",
			       "syscall(5000); syscall(6000)"),
			 0);
	assert_string_equal(verdict(c, "out_of_range"), "untried");
	assert_int_equal(tried(c, "out_of_range")->feature.count, 2);
}

/* The exec that starts the command always passes, so nothing is tried. */
static void test_first_exec(void **state)
{
	struct context *c = *state;
	char why[160];

	assert_int_equal(NEEDS(c, "-r", "1", "-e", "execve,exit_group", "-t",
			       "true", "true"),
			 0);
	assert_string_equal(verdict(c, "execve"), "untried");
	assert_int_equal(tried(c, "execve")->feature.count, 1);
	assert_int_equal(tried(c, "execve")->ways[0].count, 0);
	systally_tried_why(tried(c, "execve"), why);
	assert_string_equal(why, "it only starts the command");
	/* one more can be changed */
	assert_int_equal(NEEDS(c, "-r", "1", "-e", "execve", "-t",
			       "test $SYSTALLY_STATUS = 0", "sh", "-c",
			       "exec /bin/true"),
			 0);
	assert_string_equal(verdict(c, "execve"), "required");
	assert_int_equal(tried(c, "execve")->feature.count, 2);
}

/* Untouched runs have a filter, too: its cost is not an effect of a call. */
static void test_untouched_has_filter(void **state)
{
	struct context *c = *state;

	assert_int_equal(NEEDS(c, "-r", "1", "-e", "fadvise64", "-t",
			       "grep -q '^Seccomp:.2' $SYSTALLY_OUTPUT", "cat",
			       "/proc/self/status"),
			 0);
	assert_int_equal(c->plan.untouched.passed, 1);
	assert_int_equal(c->plan.end.passed, 1);
}

/* A machine that becomes faster looks like no effect of a call. */
static void test_faster_machine(void **state)
{
	struct context *c = *state;
	struct systally_ratio ratio;
	double earlier, later;

	/* the two untouched runs of the beginning are slow, all others fast */
	assert_int_equal(NEEDS(c, "-r", "2", "-e", "fadvise64", "-t", "true",
			       "--bench",
			       COUNT_RUNS
			       "test \"${n:-0}\" -lt 2 && echo 100 || echo 200",
			       "cat", "/etc/passwd"),
			 0);
	ratio = systally_measure_ratio(
		&c->plan, &tried(c, "fadvise64")->ways[0],
		&tried(c, "fadvise64")->beside, SYSTALLY_PERFORMANCE);
	assert_true(ratio.known && ratio.value == 1 && !ratio.outside);
	ratio = systally_measure_ratio(&c->plan, &c->plan.together.run,
				       &c->plan.end, SYSTALLY_PERFORMANCE);
	assert_true(ratio.known && ratio.value == 1 && !ratio.outside);
	assert_true(systally_measure_drift(&c->plan, SYSTALLY_PERFORMANCE,
					   &earlier, &later));
	assert_true(earlier == 100 && later == 200);
}

static void assert_untouched(struct context *c, unsigned int count,
			     unsigned int failures)
{
	const struct systally_outcome *failed;
	unsigned int passed;

	assert_int_equal(systally_measure_untouched(&c->plan, &passed, &failed),
			 count);
	assert_int_equal(passed, count - failures);
	assert_string_equal(failed ? failed->why : "", "TEST failed (1)");
}

/* TEST becomes flaky while the calls are tried. */
static void test_flaky_later(void **state)
{
	struct context *c = *state;

	/* it fails in the 5th run: untouched, discovery, stub, fake, beside */
	assert_int_equal(NEEDS(c, "-r", "1", "-e", "fadvise64", "-t",
			       COUNT_RUNS "test \"$n\" != 4", "--bench",
			       "echo 1", "cat", "/etc/passwd"),
			 0);
	assert_string_equal(verdict(c, "fadvise64"), "both");
	assert_untouched(c, 3, 1);
}

/* TEST fails from the run that removes all calls together on. */
static void test_fails_at_end(void **state)
{
	struct context *c = *state;

	/* the first four: untouched, discovery, stub, fake */
	assert_int_equal(NEEDS(c, "-r", "1", "-e", "fadvise64", "-t",
			       COUNT_RUNS "test \"${n:-0}\" -lt 4", "cat",
			       "/etc/passwd"),
			 0);
	assert_untouched(c, 2, 1);
	assert_int_equal(c->plan.together.conflict_count, 1);
	assert_int_equal(c->plan.together.conflicts[0].count, 1);
	assert_false(c->plan.together.kept[0]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(verdicts),
		TEST(unusable),
		TEST(flaky_test),
		TEST(flaky_call),
		TEST(conflict),
		TEST(kill_is_limited),
		TEST(untried),
		TEST(first_exec),
		TEST(untouched_has_filter),
		TEST(faster_machine),
		TEST(flaky_later),
		TEST(fails_at_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
