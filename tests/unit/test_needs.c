// SPDX-License-Identifier: GPL-2.0-only
/*
 * Unit tests of `systally needs`, with real commands under real filters. Run
 * by `make check-unit`.
 */
#include "fixture.h"

#include <argp.h>
#include <errno.h>
#include <pthread.h>
#include <seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "needs/plan.h"
#include "needs/profile.h"
#include "needs/render.h"
#include "needs/tree.h"

struct context {
	struct systally_needs_options options;
	struct systally_signals signals;
	struct systally_names *names;
	struct systally_plan plan;
	struct systally_error error;
	bool planned;
	char folder[64];
	char state[80];
};

static int set_up(void **state)
{
	struct context *c = calloc(1, sizeof(*c));

	if (!c)
		return -1;
	strcpy(c->folder, "/tmp/systally-test-needs-XXXXXX");
	if (!mkdtemp(c->folder))
		return -1;
	snprintf(c->state, sizeof(c->state), "%s/state", c->folder);
	/* for the shell commands below */
	setenv("FOLDER", c->folder, 1);
	c->names = systally_names_new();
	if (systally_signals_open(&c->signals, &c->error))
		return -1;
	*state = c;
	return 0;
}

static int tear_down(void **state)
{
	struct context *c = *state;
	char command[96];

	if (c->planned)
		systally_plan_free(&c->plan);
	/* whatever was tried, nothing is left running */
	if (waitpid(-1, NULL, WNOHANG) != -1 || errno != ECHILD)
		return -1;
	systally_signals_close(&c->signals);
	systally_names_free(c->names);
	snprintf(command, sizeof(command), "rm -rf %s", c->folder);
	if (system(command))
		return -1;
	free(c);
	return 0;
}

/* Runs `systally needs` with these words. Returns its exit status. */
static int needs(struct context *c, char *const *words)
{
	/* the options go on pointing there */
	static char self[] = "systally needs", *argv[32];
	int argc;

	argv[0] = self;
	for (argc = 1; words[argc - 1]; argc++)
		argv[argc] = words[argc - 1];
	argv[argc] = NULL;
	if (systally_needs_options_parse(&c->options, argc, argv,
					 ARGP_NO_EXIT | ARGP_NO_ERRS |
					 ARGP_NO_HELP))
		return -1;
	if (c->planned)
		systally_plan_free(&c->plan);
	c->planned = true;
	systally_error_clear(&c->error);
	return systally_plan_run(&c->plan, &c->options, c->names, &c->signals,
				 &c->error);
}

#define NEEDS(c, ...)	needs(c, (char *[]){ __VA_ARGS__, NULL })

static const struct systally_tried *tried(struct context *c, const char *label)
{
	size_t i;

	for (i = 0; i < c->plan.count; i++) {
		if (!strcmp(c->plan.tried[i].feature.label, label))
			return &c->plan.tried[i];
	}
	fail_msg("%s was not tried", label);
	return NULL;
}

static const char *verdict(struct context *c, const char *label)
{
	return systally_needs_verdict_name(tried(c, label)->verdict);
}

/* One line that has @text in it */
static void assert_refused(struct context *c, int status, const char *text)
{
	assert_int_equal(status, SYSTALLY_NEEDS_UNFIT);
	if (!strstr(c->error.text, text))
		fail_msg("'%s' is not in '%s'", text, c->error.text);
	assert_null(strchr(c->error.text, '\n'));
}

static void read_file(const char *path, char *text, size_t size)
{
	FILE *file = fopen(path, "re");
	size_t got;

	assert_non_null(file);
	got = fread(text, 1, size - 1, file);
	fclose(file);
	text[got] = '\0';
}

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

/* Not one line per way that was tried, and a remedy that may be one. */
static void test_undiscovered(void **state)
{
	struct context *c = *state;

	assert_refused(c, NEEDS(c, "-r", "1", "-t", "test $SYSTALLY_STATUS = 0",
				"--discover", "ptrace", "grep", "-q",
				"TracerPid:.0", "/proc/self/status"),
		       "TEST failed (1); try another --discover");
}

/* Where another server answers, that is not taken for the command. */
static void test_server_gone(void **state)
{
	struct context *c = *state;

	assert_refused(c, NEEDS(c, "-r", "1", "--server", "-t",
				"echo >$FOLDER/a; while kill -0 $SYSTALLY_PID; do sleep 0.01; done; true",
				"sh", "-c",
				"until test -e $FOLDER/a; do sleep 0.01; done; exit 7"),
		       "ended (7) before it was tested");
	assert_refused(c, NEEDS(c, "-r", "1", "--server", "--ready", "true",
				"-t",
				"echo >$FOLDER/b; while kill -0 $SYSTALLY_PID; do sleep 0.01; done; true",
				"sh", "-c",
				"until test -e $FOLDER/b; do sleep 0.01; done; exit 7"),
		       "ended (7) while it was tested");
}

/* Whatever a run leaves goes with it, and none leaves a core. */
static void test_left_in_folder(void **state)
{
	struct rlimit old, core = { 0 };
	struct context *c = *state;
	char path[96], left[96];

	assert_int_equal(getrlimit(RLIMIT_CORE, &old), 0);
	core = old;
	core.rlim_cur = core.rlim_max;
	setrlimit(RLIMIT_CORE, &core);
	assert_int_equal(NEEDS(c, "-r", "1", "-e", "none", "-t",
			       "grep -q '^0$' $SYSTALLY_OUTPUT", "bash", "-c",
			       "ulimit -c; cd $SYSTALLY_RUN_DIR; pwd >$FOLDER/where; "
			       "n=$(printf d%.0s {1..200}); "
			       "for i in {1..25}; do mkdir $n; cd $n; done; "
			       "touch x; mkdir -m 0 y"), 0);
	setrlimit(RLIMIT_CORE, &old);
	snprintf(path, sizeof(path), "%s/where", c->folder);
	read_file(path, left, sizeof(left));
	left[strcspn(left, "\n")] = '\0';
	assert_non_null(strstr(left, "/systally-needs-"));
	assert_int_equal(access(left, F_OK), -1);
	*strrchr(left, '/') = '\0';
	assert_int_equal(access(left, F_OK), -1);
}

static void test_flaps(void **state)
{
	struct context *c = *state;

	assert_refused(c, NEEDS(c, "-r", "4", "-t",
				"echo >>$FOLDER/n; test $(($(wc -l <$FOLDER/n) % 2)) = 0",
				"true"), "TEST flaps: 2 of 4");
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

/* Runs that are counted in a file; what stands in @format makes use of it. */
#define NTH	"n=$(cat $FOLDER/n 2>/dev/null); echo $((n + 1)) >$FOLDER/n; "

/* Returns what @render writes, which the caller frees. */
static char *rendered(struct context *c,
		      int (*render)(FILE *out, const struct systally_plan *plan))
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	assert_int_equal(render(out, &c->plan), 0);
	fclose(out);
	return text;
}

static char *markdown(struct context *c)
{
	return rendered(c, systally_needs_markdown);
}

/* It is said if it works no more in the end, whatever is measured. */
static void test_breaks(void **state)
{
	struct context *c = *state;
	char *text;

	/* untouched, discovery, stub, fake; then no more */
	assert_int_equal(NEEDS(c, "-r", "1", "-e", "fadvise64", "-t",
			       NTH "test \"${n:-0}\" -lt 4", "cat",
			       "/etc/passwd"), 0);
	text = markdown(c);
	assert_non_null(strstr(text,
		"\nIt flaps: 1 of 2 untouched runs did not pass (TEST failed (1)), "));
	assert_non_null(strstr(text,
		"\n- fadvise64 passed before and failed now: it flaps. It is left as it is.\n"));
	free(text);
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

/* What leaves its parent, and its session, is ended all the same. */
static void test_daemon(void **state)
{
	struct context *c = *state;
	char line[16] = "";
	char path[80];
	FILE *file;

	assert_int_equal(NEEDS(c, "-r", "1", "-e", "none", "-t",
		"test -s $FOLDER/pid", "sh", "-c",
		"(setsid sh -c 'echo $$ >$FOLDER/pid; exec sleep 1000') & "
		"while ! test -s $FOLDER/pid; do :; done"), 0);
	snprintf(path, sizeof(path), "%s/pid", c->folder);
	file = fopen(path, "re");
	assert_non_null(file);
	assert_non_null(fgets(line, sizeof(line), file));
	fclose(file);
	assert_int_equal(kill(atoi(line), 0), -1);
	assert_int_equal(errno, ESRCH);
}

static void test_server(void **state)
{
	struct context *c = *state;

	assert_int_equal(NEEDS(c, "-r", "1", "--server", "-e",
		"clock_nanosleep,rt_sigreturn", "-t", "test -s $FOLDER/up",
		"-b", "echo 42", "sh", "-c",
		"echo >$FOLDER/up; trap 'rm $FOLDER/up; exit' TERM; sleep 1000 & "
		"mkfifo $SYSTALLY_RUN_DIR/end; read x <$SYSTALLY_RUN_DIR/end"),
		0);
	assert_string_equal(verdict(c, "clock_nanosleep"), "both");
	assert_true(c->plan.untouched.outcomes[0].benched);
	assert_true(c->plan.untouched.outcomes[0].performance == 42);
	assert_true(c->plan.untouched.outcomes[0].peak.fds >= 3);
}

static void write_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "we");

	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static void test_resume(void **state)
{
	struct context *c = *state;
	char text[64], folder[4096];
	size_t done;

	assert_non_null(getcwd(folder, sizeof(folder)));

	assert_int_equal(NEEDS(c, "-r", "2", "-e", "read,fadvise64", "--state",
			       c->state, "-t", "test $SYSTALLY_STATUS = 0",
			       "cat", "/etc/passwd"), 0);
	done = c->plan.repeater.progress.timed;
	assert_int_equal(done, 2 + 1 + 2 * 2 * 2 + 2 + 2);
	assert_int_equal(NEEDS(c, "-r", "2", "-e", "read,fadvise64", "--state",
			       c->state, "-t", "test $SYSTALLY_STATUS = 0",
			       "cat", "/etc/passwd"), 0);
	assert_int_equal(c->plan.repeater.progress.timed, 0);
	assert_int_equal(c->plan.repeater.state.resumed, done);
	assert_string_equal(verdict(c, "read"), "required");
	assert_string_equal(verdict(c, "fadvise64"), "both");
	assert_int_equal(c->plan.together.run.passed, 2);
	/* and no other question is answered from it */
	assert_refused(c, NEEDS(c, "-r", "2", "-e", "read", "--state", c->state,
				"-t", "true", "cat", "/etc/passwd"), c->state);
	assert_int_equal(chdir("/"), 0);
	assert_refused(c, NEEDS(c, "-r", "2", "-e", "read", "--state", c->state,
				"-t", "test $SYSTALLY_STATUS = 0", "cat",
				"/etc/passwd"), "`folder` differs");
	assert_int_equal(chdir(folder), 0);
	/* nor is anything written to a file of other things */
	write_file(c->state, "precious");
	assert_refused(c, NEEDS(c, "-r", "2", "-e", "read", "--state", c->state,
				"-t", "true", "cat", "/etc/passwd"), c->state);
	read_file(c->state, text, sizeof(text));
	assert_string_equal(text, "precious");
}

/* The same command goes on for other calls. */
static void test_resume_others(void **state)
{
	struct context *c = *state;

	assert_int_equal(NEEDS(c, "-r", "2", "-e", "read,fadvise64", "--state",
			       c->state, "-t", "test $SYSTALLY_STATUS = 0",
			       "cat", "/etc/passwd"), 0);
	assert_int_equal(NEEDS(c, "-r", "2", "-e", "read", "--state", c->state,
			       "-t", "test $SYSTALLY_STATUS = 0", "cat",
			       "/etc/passwd"), 0);
	assert_int_equal(c->plan.repeater.progress.timed, 0);
}

/* Takes the lines away in which @word stands. */
static void forget(const char *path, const char *word)
{
	char text[16384], kept[16384] = "";
	char *line, *rest = text;

	read_file(path, text, sizeof(text));
	while ((line = strsep(&rest, "\n")) && *line) {
		if (!strstr(line, word))
			strcat(strcat(kept, line), "\n");
	}
	write_file(path, kept);
}

/* What is compared is of one time, wherever it was interrupted. */
static void test_resume_beside(void **state)
{
	struct context *c = *state;
	int again;

	for (again = 0; again < 2; again++) {
		assert_int_equal(NEEDS(c, "-r", "1", "-e", "read,fadvise64",
				       "--state", c->state, "-b", "echo 1", "-t",
				       "test $SYSTALLY_STATUS = 0", "cat",
				       "/etc/passwd"), 0);
		/* at first all; then beside, what it stands beside, the end */
		assert_int_equal(c->plan.repeater.progress.timed,
				 again ? 2 + 1 + 2 : 1 + 1 + 2 * 2 + 1 + 2);
		assert_int_equal(c->plan.tried[0].beside.passed, 1);
		forget(c->state, "untouched beside fadvise64");
	}
}

/* Nor is one way of then and the other of now. */
static void test_resume_way(void **state)
{
	static const char *const lost[] = { "stub fadvise64", "beside" };
	struct context *c = *state;
	char path[96];
	size_t i;

	snprintf(path, sizeof(path), "%s/figure", c->folder);
	for (i = 0; i < 2; i++) {
		write_file(path, "100");
		unlink(c->state);
		assert_int_equal(NEEDS(c, "-r", "1", "-e", "fadvise64",
				       "--state", c->state, "-b", "cat $FOLDER/figure",
				       "-t", "true", "cat", "/etc/passwd"), 0);
		forget(c->state, lost[i]);
		write_file(path, "200");
		assert_int_equal(NEEDS(c, "-r", "1", "-e", "fadvise64",
				       "--state", c->state, "-b", "cat $FOLDER/figure",
				       "-t", "true", "cat", "/etc/passwd"), 0);
		assert_true(c->plan.tried[0].ways[0].outcomes[0].performance == 200);
		assert_true(c->plan.tried[0].ways[1].outcomes[0].performance == 200);
		assert_true(c->plan.tried[0].beside.outcomes[0].performance == 200);
		assert_true(c->plan.end.outcomes[0].performance == 200);
	}
}

/* What TEST needs may be there now; and may have gone since. */
static void test_resume_test(void **state)
{
	struct context *c = *state;
	char path[96];

	snprintf(path, sizeof(path), "%s/there", c->folder);
	assert_refused(c, NEEDS(c, "-r", "1", "-e", "fadvise64", "--state",
				c->state, "-t", "test -e $FOLDER/there", "cat",
				"/etc/passwd"), "TEST failed (1)");
	write_file(path, "");
	assert_int_equal(NEEDS(c, "-r", "1", "-e", "fadvise64", "--state",
			       c->state, "-t", "test -e $FOLDER/there", "cat",
			       "/etc/passwd"), 0);
	assert_int_equal(c->plan.end.passed, 1);
	unlink(path);
	assert_int_equal(NEEDS(c, "-r", "1", "-e", "fadvise64,read", "--state",
			       c->state, "-t", "test -e $FOLDER/there", "cat",
			       "/etc/passwd"), 0);
	assert_int_equal(c->plan.end.passed, 0);
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

/* However a server's run comes out, it is asked to end. */
static void test_stop(void **state)
{
	struct context *c = *state;
	char path[96], text[64];

	snprintf(path, sizeof(path), "%s/stops", c->folder);
	assert_int_equal(NEEDS(c, "-r", "1", "--server", "-e", "openat,read",
			       "--stop", "echo . >>$FOLDER/stops; kill $SYSTALLY_PID",
			       "--ready", "true", "-t",
			       "sleep 0.2; test -s $SYSTALLY_OUTPUT", "sh", "-c",
			       "cat /etc/passwd; exec sleep 100"), 0);
	assert_string_equal(verdict(c, "openat"), "required");
	read_file(path, text, sizeof(text));
	/* untouched, discovered, stub and fake of two, the end */
	assert_int_equal(strlen(text), 2 * (2 + 4 + 1));
}

/* What TEST leaves behind is not of the command. */
static void test_leftovers(void **state)
{
	struct context *c = *state;
	uint64_t begin = systally_signals_now_ns();

	assert_int_equal(NEEDS(c, "-r", "1", "--server", "-e", "none", "-t",
			       "exec 3</etc/passwd 4<&3 5<&3 6<&3 7<&3 8<&3; sleep 100 &",
			       "-b", "sleep 0.3; echo 1", "sleep", "100"), 0);
	assert_true(c->plan.untouched.outcomes[0].peak.fds < 9);
	/* and one whose time is over before it has begun does not stay */
	assert_refused(c, NEEDS(c, "-r", "1", "-e", "none", "--timeout", "2",
				"-t", "sleep 100", "sh", "-c",
				"(sleep 3; kill -CONT $PPID) & kill -STOP $PPID"),
		       "timeout in TEST");
	assert_true(systally_signals_now_ns() - begin < 30000000000ULL);
}

/* Both ways to find the calls find the same ones. */
static void test_discover(void **state)
{
	struct context *c = *state;
	char *labels[128];
	size_t count, i;

	assert_int_equal(NEEDS(c, "-r", "1", "-e", "%file", "--discover",
			       "seccomp", "-t", "true", "cat", "/etc/passwd"),
			 0);
	count = c->plan.count;
	assert_in_range(count, 2, 100);
	for (i = 0; i < count; i++)
		labels[i] = strdup(c->plan.tried[i].feature.label);
	assert_int_equal(NEEDS(c, "-r", "1", "-e", "%file", "--discover",
			       "ptrace", "-t", "true", "cat", "/etc/passwd"),
			 0);
	assert_int_equal(c->plan.how, SYSTALLY_DISCOVER_PTRACE);
	assert_int_equal(c->plan.count, count);
	for (i = 0; i < count; i++) {
		assert_string_equal(c->plan.tried[i].feature.label, labels[i]);
		free(labels[i]);
	}
}

/* A command of a call by itself, and the profile of what was used */
static void test_parts(void **state)
{
	struct context *c = *state;
	char *text = NULL;
	size_t size, unnamed;
	FILE *out;

	assert_int_equal(NEEDS(c, "-r", "1", "--sub", "-e", "fcntl", "-t",
			       "test $SYSTALLY_STATUS = 0", "sh", "-c",
			       "exec 3>&1; exit 0 >/dev/null"), 0);
	assert_true(tried(c, "fcntl(F_DUPFD)")->feature.part);
	out = open_memstream(&text, &size);
	assert_int_equal(systally_needs_profile(out, c->plan.used, c->names,
						&unnamed), 0);
	fclose(out);
	assert_int_equal(unnamed, 0);
	assert_non_null(strstr(text, "\"SCMP_ARCH_X86_64\""));
	assert_non_null(strstr(text, "\"fcntl\""));
	assert_non_null(strstr(text, "\"execve\""));
	assert_null(strstr(text, "\"mkdir\""));
	free(text);
}

static void test_formats(void **state)
{
	struct context *c = *state;
	char *text;

	assert_int_equal(NEEDS(c, "-r", "1", "-e", "write,fadvise64", "-b",
			       "echo 7", "-t",
			       "cmp /etc/passwd \"$SYSTALLY_OUTPUT\"", "cat",
			       "/etc/passwd"), 0);
	text = rendered(c, systally_needs_markdown);
	assert_non_null(strstr(text,
		"\n| fadvise64 | 1 | both | 1.00 | 1.00 |  |\n"));
	assert_non_null(strstr(text,
		"Of 2: 1 required, 1 may be stubbed or faked, 0 only stubbed, 0 only faked.\n"));
	free(text);
	text = rendered(c, systally_needs_json);
	assert_non_null(strstr(text,
		"{\"feature\":\"write\",\"call\":\"write\",\"value\":null,\"calls\":1,\"verdict\":\"required\",\"stub\":{\"runs\":1,\"passed\":0,\"why\":\"TEST failed (1)\""));
	free(text);
	text = rendered(c, systally_needs_csv);
	assert_non_null(strstr(text,
		"\nfadvise64,1,both,1,1,1.0000,,,1,1,1.0000,,,\"\"\n"));
	free(text);
}

/* A machine that becomes faster is not a call that is better left out. */
static void test_drift(void **state)
{
	struct context *c = *state;
	char *text;

	assert_int_equal(NEEDS(c, "-r", "2", "-e", "fadvise64", "-t", "true",
			       "-b", NTH "test \"${n:-0}\" -lt 2 && echo 100 || echo 200",
			       "cat", "/etc/passwd"), 0);
	text = markdown(c);
	assert_non_null(strstr(text, "\n| fadvise64 | 1 | both | 1.00 | 1.00 |"));
	assert_non_null(strstr(text, "all at once: it works. performance 1.00.\n"));
	assert_non_null(strstr(text,
		"\nUntouched, its performance went from 100 to 200 meanwhile.\n"));
	free(text);
}

/* It begins to flap when the calls are being tried. */
static void test_flaps_later(void **state)
{
	struct context *c = *state;
	char *text;

	/* the fifth: untouched, discovery, stub, fake, untouched */
	assert_int_equal(NEEDS(c, "-r", "1", "-e", "fadvise64", "-t",
			       NTH "test \"$n\" != 4", "-b", "echo 1", "cat",
			       "/etc/passwd"), 0);
	assert_string_equal(verdict(c, "fadvise64"), "both");
	text = markdown(c);
	assert_non_null(strstr(text,
		"\nIt flaps: 1 of 3 untouched runs did not pass (TEST failed (1)), "));
	free(text);
}

static void *stay(void *unused)
{
	(void)unused;
	for (;;)
		pause();
	return NULL;
}

/* A leader that ends before its thread does: a zombie that is alive */
static void test_leaderless(void **state)
{
	struct context *c = *state;
	siginfo_t info;
	struct systally_tree tree;
	pthread_t thread;
	pid_t pid;
	int tries;

	assert_int_equal(systally_tree_init(&tree, &c->error), 0);
	pid = fork();
	if (!pid) {
		/* not even if this test fails is it left behind */
		if (prctl(PR_SET_PDEATHSIG, SIGKILL) ||
		    pthread_create(&thread, NULL, stay, NULL))
			_exit(1);
		pthread_exit(NULL);
	}
	for (tries = 0; tries < 50; tries++) {
		usleep(10000);
		assert_int_equal(systally_tree_list(&tree, 0, true), 1);
		assert_int_equal(tree.pids[0], pid);
	}
	systally_tree_signal(&tree, SIGKILL);
	/* as long as it is not reaped, it is a zombie of one thread */
	assert_int_equal(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT),
			 0);
	assert_int_equal(info.si_status, SIGKILL);
	assert_int_equal(systally_tree_list(&tree, 0, true), 0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	systally_tree_free(&tree);
}

/* A command that has been forked and stands at its gate */
struct waiting {
	struct systally_launchpad pad;
	struct systally_place place;
	struct systally_started started;
};

static void start_waiting(struct context *c, struct waiting *w, char **command)
{
	const struct systally_filter none = { 0 };

	assert_int_equal(systally_launchpad_prepare(&w->pad, command,
						    &c->signals, &c->error), 0);
	assert_int_equal(systally_place_make(&w->place, &c->error), 0);
	assert_int_equal(systally_start(&w->started, &w->pad, &w->place, &none,
					false, &c->error), 0);
}

static void end_waiting(struct context *c, struct waiting *w)
{
	systally_start_close(&w->started);
	assert_int_equal(systally_place_remove(&w->place, &c->error), 0);
	systally_launchpad_free(&w->pad);
}

/* Returns the first call after the read() that has opened the gate. */
static uint64_t call_after_gate(pid_t pid)
{
	struct __ptrace_syscall_info info;
	uint64_t last = 0;
	bool open = false;
	int status;

	for (;;) {
		assert_int_equal(ptrace(PTRACE_SYSCALL, pid, NULL, NULL), 0);
		assert_int_equal(waitpid(pid, &status, __WALL), pid);
		assert_true(WIFSTOPPED(status));
		assert_true(ptrace(PTRACE_GET_SYSCALL_INFO, pid,
				   (void *)sizeof(info), &info) > 0);
		if (info.op == PTRACE_SYSCALL_INFO_EXIT) {
			open = last == SYS_read && info.exit.rval == 1;
		} else if (info.op == PTRACE_SYSCALL_INFO_ENTRY) {
			last = info.entry.nr;
			if (open)
				return last;
		}
	}
}

/* Whoever counts the command's calls does not count any of ours. */
static void test_gate(void **state)
{
	struct context *c = *state;
	char word[] = "true", *command[] = { word, NULL };
	long options = PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL;
	struct waiting w;
	pid_t pid;

	start_waiting(c, &w, command);
	pid = w.started.pid;
	assert_int_equal(ptrace(PTRACE_SEIZE, pid, NULL, options), 0);
	assert_int_equal(ptrace(PTRACE_INTERRUPT, pid, NULL, NULL), 0);
	assert_int_equal(waitpid(pid, NULL, __WALL), pid);
	systally_start_release(&w.started);
	assert_int_equal(call_after_gate(pid), SYS_execve);
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, NULL, __WALL), pid);
	end_waiting(c, &w);
}

/* Nor does it run when nobody is to watch it. */
static void test_gate_closed(void **state)
{
	struct context *c = *state;
	char sh[] = "sh", option[] = "-c", text[] = "echo >$FOLDER/ran";
	char *command[] = { sh, option, text, NULL };
	struct waiting w;
	char path[80];
	int status;

	start_waiting(c, &w, command);
	systally_start_close(&w.started);
	assert_int_equal(waitpid(w.started.pid, &status, 0), w.started.pid);
	end_waiting(c, &w);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 126);
	snprintf(path, sizeof(path), "%s/ran", c->folder);
	assert_int_equal(access(path, F_OK), -1);
}

/* What systally cannot do is neither the command's failure nor TEST's. */
static void test_set_up(void **state)
{
	struct context *c = *state;
	const struct systally_filter none = { 0 };
	char word[] = "true", *command[] = { word, NULL };
	char *variables[] = { NULL };
	struct waiting w;

	start_waiting(c, &w, command);
	systally_start_close(&w.started);
	assert_int_equal(waitpid(w.started.pid, NULL, 0), w.started.pid);
	strcpy(w.place.output, "/no/such/folder");
	assert_int_equal(systally_start(&w.started, &w.pad, &w.place, &none,
					false, &c->error), -1);
	assert_string_equal(c->error.text,
		"cannot open /no/such/folder: No such file or directory");
	systally_error_clear(&c->error);
	strcpy(w.place.said, "/no/such/file");
	assert_int_equal(systally_start_shell("true", false, &w.place,
					      variables, &c->signals,
					      &c->error), -1);
	assert_string_equal(c->error.text,
		"cannot open /no/such/file: No such file or directory");
	systally_error_clear(&c->error);
	end_waiting(c, &w);
	/* and so it ends */
	assert_int_equal(NEEDS(c, "-r", "1", "-t", "true", "sh", "-c",
			       "rm -r \"${SYSTALLY_RUN_DIR%/run}\""),
			 SYSTALLY_NEEDS_TROUBLE);
	assert_non_null(strstr(c->error.text,
			       "/said: No such file or directory"));
}

/*
 * Runs `systally needs` where the kernel refuses @call, or only where its
 * first argument is @argument, if that is not 0. Returns the wait status of
 * that: 0 if @check is content with what came out.
 */
static int needs_without(struct context *c, int call, unsigned int argument,
			 int why, char *const *words,
			 bool (*check)(const struct context *c, int status))
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
	int status;
	pid_t pid;

	assert_non_null(filter);
	assert_int_equal(seccomp_rule_add(filter, SCMP_ACT_ERRNO(why), call,
					  argument ? 1 : 0,
					  SCMP_A0(SCMP_CMP_EQ, argument)), 0);
	pid = fork();
	if (!pid) {
		/* without cmocka's handler; and rather not for ever */
		signal(SIGILL, SIG_DFL);
		alarm(60);
		if (seccomp_load(filter))
			_exit(2);
		_exit(!check(c, needs(c, words)));
	}
	seccomp_release(filter);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

static bool wants_5_3(const struct context *c, int status)
{
	return status == SYSTALLY_NEEDS_UNFIT &&
	       strstr(c->error.text, "needs Linux 5.3") &&
	       !strchr(c->error.text, '\n');
}

/* Nor does a file that has become a pipe hold it up. */
static void test_pipe(void **state)
{
	struct context *c = *state;

	assert_refused(c, NEEDS(c, "-r", "1", "-t", "false", "sh", "-c",
			       "cd \"${SYSTALLY_RUN_DIR%/run}\"; rm -f error; mkfifo error"),
		       "TEST failed (1)");
}

/* As Linux before 5.3 */
static void test_old_ptrace(void **state)
{
	char *words[] = { "-r", "1", "-e", "none", "--discover", "ptrace",
			  "-t", "true", "true", NULL };

	assert_int_equal(needs_without(*state, SCMP_SYS(ptrace),
				       PTRACE_GET_SYSCALL_INFO, EIO, words,
				       wants_5_3), 0);
}

static bool found_by_ptrace(const struct context *c, int status)
{
	return !status && c->plan.how == SYSTALLY_DISCOVER_PTRACE;
}

/* Where the filter's listener does not come, another way is taken. */
static void test_deaf(void **state)
{
	char *words[] = { "-r", "1", "-e", "none", "-t", "true", "true", NULL };

	assert_int_equal(needs_without(*state, SCMP_SYS(sendmsg), 0, EPERM,
				       words, found_by_ptrace), 0);
}

/* A call of i386 by a program of x86-64, and one that fails by ENOSYS */
static int make_calls(void)
{
	int pid = 20;	/* getpid */

	asm volatile("int $0x80" : "+a" (pid) : :
		     "memory", "cc", "r8", "r9", "r10", "r11");
	return syscall(500) != -1 || errno != ENOSYS || pid != getpid();
}

static bool has_int80(void)
{
	int status = -1;
	pid_t pid = fork();

	if (!pid) {
		/* without cmocka's handler */
		signal(SIGSEGV, SIG_DFL);
		_exit(make_calls());
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return !status;
}

static void test_compat(void **state)
{
	static char *const ways[] = { "seccomp", "ptrace" };
	struct context *c = *state;
	size_t i;

	if (!has_int80())
		skip();
	for (i = 0; i < 2; i++) {
		assert_int_equal(NEEDS(c, "-r", "1", "-e", "none",
				       "--discover", ways[i], "-t",
				       "test $SYSTALLY_STATUS = 0",
				       "/proc/self/exe", "make-calls"), 0);
		assert_int_equal(c->plan.used->count[SYSTALLY_ABI_I386][20], 1);
		assert_int_equal(c->plan.used->count[SYSTALLY_ABI_X86_64][500],
				 1);
	}
}

#define MANY	1000	/* their numbers are more than 4096 bytes */

/*
 * Starts a process that has many children, in a group of its own. Returns its
 * number, which is the group's; negative if there cannot be so many.
 */
static pid_t start_many(void)
{
	/* not by this program, as the sanitizers make its forks slow */
	static const char text[] =
		"for (1..1000) { defined($p = fork) or syswrite(STDOUT, 0), exit; $p or sleep(100), exit } syswrite(STDOUT, 1); sleep 100";
	int ready[2];
	pid_t pid;
	char byte = 0;

	assert_int_equal(pipe(ready), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (!pid) {
		if (!setpgid(0, 0) && !prctl(PR_SET_PDEATHSIG, SIGKILL) &&
		    dup2(ready[1], STDOUT_FILENO) >= 0 && !close(ready[0]))
			execlp("perl", "perl", "-e", text, NULL);
		_exit(1);
	}
	close(ready[1]);
	if (read(ready[0], &byte, 1) != 1 || byte != '1')
		pid = -pid;
	close(ready[0]);
	return pid;
}

/* However many children there are, all are listed, and nobody else. */
static void test_many(void **state)
{
	struct context *c = *state;
	struct systally_tree tree;
	size_t listed, same = 0, i;
	pid_t group;

	assert_int_equal(systally_tree_init(&tree, &c->error), 0);
	group = start_many();
	listed = systally_tree_list(&tree, 0, false);
	for (i = 0; i < listed; i++)
		same += getpgid(tree.pids[i]) == group;
	kill(group > 0 ? -group : group, SIGKILL);
	while (waitpid(-1, NULL, 0) > 0)
		;
	systally_tree_free(&tree);
	if (group < 0)
		skip();
	assert_int_equal(listed, MANY + 1);
	assert_int_equal(same, MANY + 1);
}

/* Whether it ends too soon, or has too many processes */
static void test_unseen(void **state)
{
	struct context *c = *state;
	char *text;

	assert_int_equal(NEEDS(c, "-r", "1", "-e", "none", "-t", "true",
			       "true"), 0);
	text = markdown(c);
	assert_non_null(strstr(text,
		"\nIts descriptors and memory could not be looked at often enough to be told.\n"));
	free(text);
	/* untouched it takes its time, stubbed or faked it does not */
	assert_int_equal(NEEDS(c, "-r", "1", "-e", "clock_nanosleep", "-t",
			       "true", "sleep", "1"), 0);
	text = markdown(c);
	assert_non_null(strstr(text,
		"\n| clock_nanosleep | 1 | both | - | - | - | - |  |\n"));
	assert_non_null(strstr(text,
		"\n`-` where runs passed: they ended before they could be looked at often enough.\n"));
	free(text);
}

#define TEST(name)	\
	cmocka_unit_test_setup_teardown(test_##name, set_up, tear_down)

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		TEST(verdicts), TEST(unfit), TEST(flaps), TEST(flaky),
		TEST(conflict), TEST(daemon), TEST(server), TEST(resume),
		TEST(resume_others), TEST(resume_beside), TEST(resume_way),
		TEST(resume_test), TEST(filtered), TEST(stop), TEST(leftovers),
		TEST(breaks), TEST(kill), TEST(untried),
		TEST(discover), TEST(parts), TEST(formats),
		TEST(drift), TEST(flaps_later), TEST(leaderless),
		TEST(gate), TEST(gate_closed), TEST(set_up), TEST(pipe), TEST(old_ptrace),
		TEST(deaf), TEST(compat), TEST(many), TEST(unseen),
		TEST(undiscovered), TEST(server_gone), TEST(left_in_folder),
	};

	if (argc == 2 && !strcmp(argv[1], "make-calls"))
		_exit(make_calls());
	return cmocka_run_group_tests(tests, NULL, NULL);
}
