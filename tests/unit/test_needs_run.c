// SPDX-License-Identifier: GPL-2.0-only
/*
 * Unit tests of single runs of `systally needs`. Run by `make check-unit`.
 */
#include "needs_fixture.h"

#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

/* A process that leaves its parent and its session is ended, too. */
static void test_daemon(void **state)
{
	struct context *c = *state;
	char path[80], line[16];

	assert_int_equal(
		NEEDS(c, "-r", "1", "-e", "none", "-t", "test -s $FOLDER/pid",
		      "sh", "-c",
		      "(setsid sh -c 'echo $$ >$FOLDER/pid; exec sleep 1000') & "
		      "while ! test -s $FOLDER/pid; do :; done"),
		0);
	snprintf(path, sizeof(path), "%s/pid", c->folder);
	read_file(path, line, sizeof(line));
	assert_int_equal(kill(atoi(line), 0), -1);
	assert_int_equal(errno, ESRCH);
}

static void test_server(void **state)
{
	struct context *c = *state;

	assert_int_equal(
		NEEDS(c, "-r", "1", "--server", "-e",
		      "clock_nanosleep,rt_sigreturn", "-t",
		      "test -s $FOLDER/up", "--bench", "echo 42", "sh", "-c",
		      "echo >$FOLDER/up; trap 'rm $FOLDER/up; exit' TERM; sleep 1000 & "
		      "mkfifo $SYSTALLY_RUN_DIR/end; read x <$SYSTALLY_RUN_DIR/end"),
		0);
	assert_string_equal(verdict(c, "clock_nanosleep"), "both");
	assert_true(c->plan.untouched.outcomes[0].benched);
	assert_true(c->plan.untouched.outcomes[0].performance == 42);
	assert_true(c->plan.untouched.outcomes[0].peak.fds >= 3);
}

/* The server has ended, but TEST passes: another server must have answered. */
static void test_server_ends_early(void **state)
{
	struct context *c = *state;

	assert_refused(
		c,
		NEEDS(c, "-r", "1", "--server", "-t",
		      "echo >$FOLDER/a; while kill -0 $SYSTALLY_PID; do sleep 0.01; done; true",
		      "sh", "-c",
		      "until test -e $FOLDER/a; do sleep 0.01; done; exit 7"),
		"ended (7) before it was tested");
	assert_refused(
		c,
		NEEDS(c, "-r", "1", "--server", "--ready", "true", "-t",
		      "echo >$FOLDER/b; while kill -0 $SYSTALLY_PID; do sleep 0.01; done; true",
		      "sh", "-c",
		      "until test -e $FOLDER/b; do sleep 0.01; done; exit 7"),
		"ended (7) while it was tested");
}

/* Each server is asked to end, whether its run has passed or failed. */
static void test_stop(void **state)
{
	struct context *c = *state;
	char path[96], text[64];

	snprintf(path, sizeof(path), "%s/stops", c->folder);
	/* TEST waits until the server executes sleep, or has ended */
	assert_int_equal(
		NEEDS(c, "-r", "1", "--server", "-e", "openat,read", "--stop",
		      "echo . >>$FOLDER/stops; kill $SYSTALLY_PID", "--ready",
		      "true", "-t",
		      "until grep -q sleep /proc/$SYSTALLY_PID/comm || "
		      "! kill -0 $SYSTALLY_PID; do sleep 0.01; done; "
		      "test -s $SYSTALLY_OUTPUT",
		      "sh", "-c", "cat /etc/passwd; exec sleep 100"),
		0);
	assert_string_equal(verdict(c, "openat"), "required");
	read_file(path, text, sizeof(text));
	/* untouched, discovery, two calls stubbed and faked, the end */
	assert_int_equal(strlen(text), 2 * (2 + 4 + 1));
}

/* Processes that TEST leaves are killed and not measured as the command's. */
static void test_left_by_test(void **state)
{
	struct context *c = *state;
	uint64_t begin = systally_signals_now_ns();
	const struct systally_peak *peak;

	/* BENCH gives time for samples after TEST */
	assert_int_equal(
		NEEDS(c, "-r", "1", "--server", "-e", "none", "-t",
		      "exec 3</etc/passwd 4<&3 5<&3 6<&3 7<&3 8<&3; sleep 100 &",
		      "--bench", "sleep 0.3; echo 1", "sleep", "100"),
		0);
	peak = &c->plan.untouched.outcomes[0].peak;
	assert_true(peak->samples > 1);
	assert_in_range(peak->fds, 3, 8);
	/* systally is stopped until the time is over: TEST still gets a second */
	assert_refused(c,
		       NEEDS(c, "-r", "1", "-e", "none", "--timeout", "2", "-t",
			     "sleep 100", "sh", "-c",
			     "(sleep 3; kill -CONT $PPID) & kill -STOP $PPID"),
		       "timeout in TEST");
	assert_true(systally_signals_now_ns() - begin < 30000000000ULL);
}

/* The folder of a run is removed with all files in it, and nothing dumps core. */
static void test_left_by_command(void **state)
{
	struct rlimit old, core = { 0 };
	struct context *c = *state;
	char path[96], left[96];

	assert_int_equal(getrlimit(RLIMIT_CORE, &old), 0);
	core = old;
	core.rlim_cur = core.rlim_max;
	setrlimit(RLIMIT_CORE, &core);
	assert_int_equal(
		NEEDS(c, "-r", "1", "-e", "none", "-t",
		      "grep -q '^0$' $SYSTALLY_OUTPUT", "bash", "-c",
		      "ulimit -c; cd $SYSTALLY_RUN_DIR; pwd >$FOLDER/where; "
		      "n=$(printf d%.0s {1..200}); "
		      "for i in {1..25}; do mkdir $n; cd $n; done; "
		      "touch x; mkdir -m 0 y"),
		0);
	setrlimit(RLIMIT_CORE, &old);
	snprintf(path, sizeof(path), "%s/where", c->folder);
	read_file(path, left, sizeof(left));
	left[strcspn(left, "\n")] = '\0';
	assert_non_null(strstr(left, "/systally-needs-"));
	assert_int_equal(access(left, F_OK), -1);
	*strrchr(left, '/') = '\0';
	assert_int_equal(access(left, F_OK), -1);
}

/* systally does not wait for a writer of a FIFO that replaced its file. */
static void test_fifo(void **state)
{
	struct context *c = *state;

	assert_refused(
		c,
		NEEDS(c, "-r", "1", "-t", "false", "sh", "-c",
		      "cd \"${SYSTALLY_RUN_DIR%/run}\"; rm -f error; mkfifo error"),
		"TEST failed (1)");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(daemon), TEST(server),	  TEST(server_ends_early),
		TEST(stop),   TEST(left_by_test), TEST(left_by_command),
		TEST(fifo),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
