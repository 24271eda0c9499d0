// SPDX-License-Identifier: GPL-2.0-only
/*
 * Unit tests of how `systally needs` starts processes. Run by
 * `make check-unit`.
 */
#include "needs_fixture.h"

#include <signal.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "needs/start.h"

/* A command that was forked and waits at its gate. */
struct waiting {
	struct systally_launchpad pad;
	struct systally_place place;
	struct systally_started started;
};

static void start_waiting(struct context *c, struct waiting *w, char **command)
{
	const struct systally_filter none = { 0 };

	assert_int_equal(systally_launchpad_prepare(&w->pad, command,
						    &c->signals, &c->error),
			 0);
	assert_int_equal(systally_place_make(&w->place, &c->error), 0);
	assert_int_equal(systally_start(&w->started, &w->pad, &w->place, &none,
					false, &c->error),
			 0);
}

static void end_waiting(struct context *c, struct waiting *w)
{
	systally_start_close(&w->started);
	assert_int_equal(systally_place_remove(&w->place, &c->error), 0);
	systally_launchpad_free(&w->pad);
}

/* Returns the first call after the read() that waits at the gate. */
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

/* The child makes no call of its own after the gate, so none is counted. */
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

/* The command is not executed if its gate is closed. */
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

/* A child that cannot be prepared is an error, not a failure of the command. */
static void test_unprepared(void **state)
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
					false, &c->error),
			 -1);
	assert_string_equal(
		c->error.text,
		"cannot open /no/such/folder: No such file or directory; check the name and its folder");
	systally_error_clear(&c->error);
	strcpy(w.place.said, "/no/such/file");
	assert_int_equal(systally_start_shell("true", false, &w.place,
					      variables, &c->signals,
					      &c->error),
			 -1);
	assert_string_equal(
		c->error.text,
		"cannot open /no/such/file: No such file or directory; check the name and its folder");
	systally_error_clear(&c->error);
	end_waiting(c, &w);
	/* such an error ends `systally needs` */
	assert_int_equal(NEEDS(c, "-r", "1", "-t", "true", "sh", "-c",
			       "rm -r \"${SYSTALLY_RUN_DIR%/run}\""),
			 SYSTALLY_NEEDS_TROUBLE);
	assert_non_null(
		strstr(c->error.text, "/said: No such file or directory"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(gate),
		TEST(gate_closed),
		TEST(unprepared),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
