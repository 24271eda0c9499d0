// SPDX-License-Identifier: GPL-2.0-only
/*
 * Unit tests of `systally needs`: verdicts, with real commands under real
 * filters. Run by `make check-unit`.
 */
#include "needs_fixture.h"

#include <unistd.h>

static void test_verdicts(void **state)
{
	struct context *c = *state;

	assert_int_equal(NEEDS(c, "-r", "2", "-e", "read,write,close,fadvise64",
			       "-t", "cmp /etc/passwd \"$SYSTALLY_OUTPUT\"",
			       "cat", "/etc/passwd"), 0);
	assert_int_equal(c->plan.count, 4);
	assert_string_equal(verdict(c, "read"), "required");
	assert_string_equal(verdict(c, "write"), "required");
	assert_string_equal(verdict(c, "fadvise64"), "both");
	/* the loader does not go on without; but it does not look again */
	assert_string_equal(verdict(c, "close"), "fake");
	assert_int_equal(tried(c, "write")->feature.count, 1);
	assert_int_equal(tried(c, "fadvise64")->ways[SYSTALLY_STUB].passed, 2);
	/* the last two at once */
	assert_int_equal(c->plan.together.run.passed, 2);
	assert_int_equal(c->plan.together.conflict_count, 0);
}

static void test_unfit(void **state)
{
	struct context *c = *state;

	assert_refused(c, NEEDS(c, "-t", "true", "/no/such/command"),
		       "no such command");
	assert_refused(c, NEEDS(c, "-t", "true", "/etc/passwd"), "cannot run");
	assert_refused(c, NEEDS(c, "-t", "echo seen; exit 3", "true"),
		       "TEST failed (3), and the last line is 'seen'");
	assert_refused(c, NEEDS(c, "-t", "true", "-b", "echo fast", "true"),
		       "BENCH printed no number");
	assert_refused(c, NEEDS(c, "-t", "true", "-b", "true", "true"),
		       "BENCH printed no number");
	assert_refused(c, NEEDS(c, "-t", "true", "-b", "echo 1 2", "true"),
		       "BENCH printed no number");
	assert_refused(c, NEEDS(c, "-t", "true", "-b", "echo -5", "true"),
		       "BENCH printed no number above 0");
	assert_refused(c, NEEDS(c, "-t", "true", "--server", "--stop",
				"exit 3", "sleep", "1000"), "--stop failed (3)");
	assert_int_equal(NEEDS(c, "-t", "true", "-r", "1.5", "true"), -1);
	assert_refused(c, NEEDS(c, "-t", "true", "--timeout", "0.2", "sleep",
				"1000"), "timeout");
	assert_refused(c, NEEDS(c, "-t", "true", "--server", "--ready",
				"false", "--timeout", "0.2", "sleep", "1000"),
		       "not ready in time");
	assert_refused(c, NEEDS(c, "-t", "true", "-e", "nosuch", "true"),
		       "nosuch");
	assert_refused(c, NEEDS(c, "-t", "sleep 9", "--timeout", "0.1", "true"),
		       "longer --timeout");
	assert_refused(c, NEEDS(c, "-t", "true", "-b", "sleep 9; echo 1",
				"--timeout", "0.1", "true"),
		       "longer --timeout");
	/* what is no file may be there twice */
	assert_int_equal(NEEDS(c, "-t", "true", "-o", c->state, "--state",
			       c->state, "true"), -1);
	assert_int_equal(NEEDS(c, "-t", "true", "-o", c->state, "--seccomp",
			       c->state, "true"), -1);
	assert_int_equal(NEEDS(c, "-t", "true", "--seccomp", "-", "true"), -1);
}

static void test_flaps(void **state)
{
	struct context *c = *state;

	assert_refused(c, NEEDS(c, "-r", "4", "-t",
				"echo >>$FOLDER/n; test $(($(wc -l <$FOLDER/n) % 2)) = 0",
				"true"), "TEST is flaky: 2 of 4");
}

/* A call without which the command works every second time only */
static void test_flaky(void **state)
{
	struct context *c = *state;

	assert_int_equal(NEEDS(c, "-r", "2", "-e", "mkdir", "-t",
		"test $SYSTALLY_STATUS = 0", "sh", "-c",
		"mkdir $SYSTALLY_RUN_DIR/x || { echo >>$FOLDER/n; exit $(($(wc -l <$FOLDER/n) % 2)); }"),
		0);
	assert_string_equal(verdict(c, "mkdir"), "flaky");
	assert_int_equal(tried(c, "mkdir")->ways[SYSTALLY_STUB].passed, 1);
	assert_int_equal(tried(c, "mkdir")->ways[SYSTALLY_FAKE].passed, 2);
	/* nothing is built on it */
	assert_int_equal(c->plan.together.count, 0);
}

/* Either of two may go, both may not. */
static void test_conflict(void **state)
{
	struct context *c = *state;

	assert_int_equal(NEEDS(c, "-r", "1", "-e", "mkdir,symlinkat,fadvise64",
		"-t", "test -d $SYSTALLY_RUN_DIR/a || test -L $SYSTALLY_RUN_DIR/b",
		"sh", "-c",
		"mkdir $SYSTALLY_RUN_DIR/a; ln -s x $SYSTALLY_RUN_DIR/b; cat /etc/passwd"),
		0);
	assert_string_equal(verdict(c, "mkdir"), "both");
	assert_string_equal(verdict(c, "symlinkat"), "both");
	assert_int_equal(c->plan.together.count, 3);
	assert_int_equal(c->plan.together.conflict_count, 1);
	assert_int_equal(c->plan.together.conflicts[0].count, 2);
	assert_false(c->plan.together.conflicts[0].other_way);
	/* the third one still goes along */
	assert_int_equal(c->plan.together.kept[0] + c->plan.together.kept[1] + c->plan.together.kept[2],
			 2);
	assert_int_equal(c->plan.together.run.passed, 1);
}

/* A kill() of -1, which may be a fork's that was stubbed, reaches nobody. */
static void test_kill(void **state)
{
	struct context *c = *state;

	assert_int_equal(NEEDS(c, "-r", "1", "-e", "access,kill", "-t",
			       "grep -q 0 $SYSTALLY_OUTPUT", "sh", "-c",
			       "kill -s 0 -- -1; echo $?"), 0);
	assert_string_equal(verdict(c, "access"), "required");
	assert_string_equal(verdict(c, "kill"), "fake");
	/* what a stubbed getpid() returns, to kill() with another sign or not */
	assert_int_equal(NEEDS(c, "-r", "1", "-e", "access,getpgrp", "-t",
			       "test $SYSTALLY_STATUS != 1", "perl", "-e",
			       "getpgrp; $! = 0; kill 0, -38; exit $!"), 0);
	assert_string_equal(verdict(c, "access"), "required");
	/* others may not signal that one anyway */
	if (geteuid())
		return;
	assert_int_equal(NEEDS(c, "-r", "1", "-e", "access,getpgrp", "-t",
			       "test $SYSTALLY_STATUS != 1", "perl", "-e",
			       "syscall(111); $! = 0; kill 0, 38; exit $!"), 0);
	assert_string_equal(verdict(c, "access"), "both");
	assert_string_equal(verdict(c, "getpgrp"), "required");
}

/* A number that is no call's is left alone; the others are tried. */
static void test_untried(void **state)
{
	struct context *c = *state;

	assert_int_equal(NEEDS(c, "-r", "1", "-e", "500,access", "-t", "true",
			       "perl", "-e", "syscall(500)"), 0);
	assert_int_equal(c->plan.count, 2);
	assert_string_equal(systally_needs_verdict_name(c->plan.tried[1].verdict),
			    "untried");
	assert_string_equal(verdict(c, "access"), "both");
	assert_int_equal(NEEDS(c, "-r", "1", "-e", "out_of_range,access", "-t",
			       "true", "perl", "-e",
			       "syscall(5000); syscall(6000)"), 0);
	assert_string_equal(verdict(c, "out_of_range"), "untried");
	assert_int_equal(tried(c, "out_of_range")->feature.count, 2);
}

/* Untouched runs pay for a filter, too: its price is not the calls'. */
static void test_filtered(void **state)
{
	struct context *c = *state;

	assert_int_equal(NEEDS(c, "-r", "1", "-e", "fadvise64", "-t",
			       "grep -q '^Seccomp:.2' $SYSTALLY_OUTPUT", "cat",
			       "/proc/self/status"), 0);
	assert_int_equal(c->plan.untouched.passed, 1);
	assert_int_equal(c->plan.end.passed, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(verdicts), TEST(unfit), TEST(flaps), TEST(flaky),
		TEST(conflict), TEST(kill), TEST(untried), TEST(filtered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
