// SPDX-License-Identifier: GPL-2.0-only
/*
 * Unit tests of the controls, and of sessions and watches, which change and
 * restore them. A folder of plain files stands for debugfs. Run by
 * `make check-unit`.
 */
#define _GNU_SOURCE
#include "fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/process.h"
#include "device/control.h"
#include "device/session.h"
#include "commands/watch.h"

static const struct {
	const char *file, *text;
} files[] = {
	{ "README", "help\n" },
	{ "enabled", "1\n" },
	{ "collect", "count\n" },
	{ "targets", "none\n" },
	{ "follow", "0\n" },
	{ "syscalls", "all\n" },
	{ "threads", "0\n" },
	{ "reset", "" },
	{ "status", "entered: 5\nkprobe_missed: 12\n" },
	{ "snapshot", "" },
};

struct context {
	struct systally_control control;
	struct systally_names *names;
	struct systally_set set;
	struct systally_request request;
	struct systally_error error;
};

static void put(struct context *c, const char *file, const char *text)
{
	char path[PATH_MAX + 32];
	FILE *stream;

	snprintf(path, sizeof(path), "%s/%s", c->control.directory, file);
	stream = fopen(path, "w");
	assert_non_null(stream);
	fputs(text, stream);
	fclose(stream);
}

static void expect(struct context *c, const char *file, const char *text)
{
	char *found = systally_control_read(&c->control, file, NULL, &c->error);

	assert_non_null(found);
	if (strcmp(found, text))
		fail_msg("%s is '%s', not '%s'", file, found, text);
	free(found);
}

/* A snapshot without rows */
static void put_snapshot(struct context *c)
{
	char path[PATH_MAX + 32];
	struct fixture empty;
	FILE *stream;

	fixture_init(&empty);
	snprintf(path, sizeof(path), "%s/snapshot", c->control.directory);
	stream = fopen(path, "w");
	assert_non_null(stream);
	fwrite(&empty, fixture_bytes(&empty), 1, stream);
	fclose(stream);
}

static int set_up(void **state)
{
	struct context *c = calloc(1, sizeof(*c));
	char folder[] = "/tmp/systally-test-XXXXXX";
	size_t i;

	if (!c || !mkdtemp(folder))
		return -1;
	setenv("SYSTALLY_DEBUGFS", folder, 1);
	strcpy(c->control.directory, folder);
	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		put(c, files[i].file, files[i].text);
	put_snapshot(c);
	c->names = systally_names_new();
	c->set.all = true;
	*state = c;
	return 0;
}

static int tear_down(void **state)
{
	struct context *c = *state;
	char path[PATH_MAX + 32];
	size_t i;

	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", c->control.directory,
			 files[i].file);
		unlink(path);
	}
	rmdir(c->control.directory);
	systally_names_free(c->names);
	free(c);
	return 0;
}

static void debugfs_is_found_in_the_mounts(void **state)
{
	struct context *c = *state;
	char path[PATH_MAX], mounts[PATH_MAX + 32];

	put(c, "status",
	    "proc /proc proc rw 0 0\n"
	    "none /some\\040where/debug debugfs rw,nosuid 0 0\n");
	snprintf(mounts, sizeof(mounts), "%s/status", c->control.directory);
	assert_int_equal(systally_control_find_debugfs(mounts, path, &c->error),
			 0);
	assert_string_equal(path, "/some where/debug");
	put(c, "status", "proc /debugfs proc rw 0 0\n");
	assert_int_equal(systally_control_find_debugfs(mounts, path, &c->error),
			 -1);
	assert_non_null(strstr(c->error.text, "mount -t debugfs"));
}

static void control_needs_the_module_loaded(void **state)
{
	struct context *c = *state;
	struct systally_control control;

	assert_int_equal(systally_control_open(&control, &c->error), 0);
	assert_string_equal(control.directory, c->control.directory);
	setenv("SYSTALLY_DEBUGFS", "/nonexistent/systally", 1);
	assert_int_equal(systally_control_open(&control, &c->error), -1);
	assert_non_null(strstr(c->error.text, "SYSTALLY_DEBUGFS is '/nonex"));
	assert_non_null(strstr(c->error.text, "; unset it"));
}

static void controls_are_read_and_written(void **state)
{
	struct context *c = *state;
	struct systally_snapshot snapshot;
	uint64_t number = 0;
	char *large;
	size_t size;

	expect(c, "enabled", "1");
	assert_true(systally_control_is(&c->control, "enabled", "1"));
	assert_false(systally_control_is(&c->control, "enabled", "0"));
	assert_int_equal(
		systally_control_write(&c->control, "enabled", "0", &c->error),
		0);
	expect(c, "enabled", "0");
	assert_int_equal(systally_control_missed(&c->control), 12);
	assert_true(systally_control_status_number("a: 1\nbb: 22\nb: 3x\n",
						   "bb", &number));
	assert_int_equal(number, 22);
	assert_false(systally_control_status_number("a: 1\nbb: 22\nb: 3x\n",
						    "b", &number));
	assert_false(systally_control_status_number("", "b", &number));
	assert_true(
		systally_control_status_number("bb: 22\nb: 3\n", "b", &number));
	assert_int_equal(number, 3);
	/* larger than the first buffer */
	large = malloc(300001);
	assert_non_null(large);
	memset(large, 'x', 300000);
	large[300000] = '\0';
	put(c, "status", large);
	expect(c, "status", large);
	free(large);
	large = systally_control_read(&c->control, "status", &size, &c->error);
	assert_int_equal(size, 300000);
	free(large);
	put(c, "snapshot", "");
	assert_int_equal(
		systally_control_snapshot(&c->control, &snapshot, &c->error),
		-1);
	assert_non_null(strstr(c->error.text, "empty"));
	systally_error_clear(&c->error);
	assert_int_equal(
		systally_control_write(&c->control, "nosuch", "1", &c->error),
		-ENOENT);
	assert_non_null(strstr(c->error.text, "nosuch"));
	systally_error_clear(&c->error);
	assert_null(
		systally_control_read(&c->control, "nosuch", NULL, &c->error));
}

/* The child has a file of the folder open until the gate is closed. */
static void users_of_the_files_are_found(void **state)
{
	struct context *c = *state;
	char path[PATH_MAX + 32];
	int gate[2], ready[2];
	int own;
	char byte;
	pid_t pid;

	snprintf(path, sizeof(path), "%s/enabled", c->control.directory);
	own = open(path, O_RDONLY | O_CLOEXEC);
	assert_true(own >= 0);
	/* the calling process is not reported as a user */
	assert_int_equal(systally_control_user(&c->control), 0);
	assert_int_equal(pipe(gate) | pipe(ready), 0);
	pid = fork();
	if (!pid) {
		close(own);
		close(gate[1]);
		if (open(path, O_RDONLY) < 0 || write(ready[1], "", 1) != 1)
			_exit(1);
		_exit((int)read(gate[0], &byte, 1));
	}
	assert_int_equal(read(ready[0], &byte, 1), 1);
	assert_int_equal(systally_control_user(&c->control), pid);
	close(gate[1]);
	waitpid(pid, NULL, 0);
	assert_int_equal(systally_control_user(&c->control), 0);
	close(own);
	close(gate[0]);
	close(ready[0]);
	close(ready[1]);
}

static void session_restores_the_controls(void **state)
{
	struct context *c = *state;
	const struct systally_session_wants wants = {
		.collect = SYSTALLY_COLLECT_TIME,
		.threads = true,
		.calls = &c->set,
	};
	struct systally_session session = SYSTALLY_SESSION_NONE;

	put(c, "syscalls", "read\ni386:poll\n");
	assert_int_equal(systally_set_parse(&c->set, c->names, "7", &c->error),
			 0);
	assert_int_equal(
		systally_session_begin(&session, &c->control, &c->error), 0);
	assert_int_equal(systally_session_prepare(&session, &wants, &c->error),
			 0);
	assert_int_equal(
		systally_session_set(&session, "targets", "123", &c->error), 0);
	expect(c, "collect", "time");
	expect(c, "threads", "1");
	expect(c, "syscalls", "7");
	expect(c, "targets", "123");
	assert_int_equal(systally_session_end(&session, &c->error), 0);
	expect(c, "collect", "count");
	expect(c, "threads", "0");
	expect(c, "syscalls", "read\ni386:poll");
	expect(c, "targets", "none");
	assert_string_equal(c->error.text, "");
	/* a second end does nothing */
	assert_int_equal(systally_session_end(&session, &c->error), 0);
}

static void session_keeps_a_setting_it_cannot_restore(void **state)
{
	struct context *c = *state;
	const struct systally_session_wants wants = { .calls = &c->set };
	struct systally_session session = SYSTALLY_SESSION_NONE;
	char text[5000];

	memset(text, '7', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	put(c, "syscalls", text);
	assert_int_equal(
		systally_session_begin(&session, &c->control, &c->error), 0);
	/* it could not be restored, so it is not changed */
	assert_int_equal(systally_session_prepare(&session, &wants, &c->error),
			 -1);
	expect(c, "syscalls", text);
	systally_session_end(&session, &c->error);
}

/* Waits until no process has the lock, also no guardian. */
static void wait_for_the_lock(struct context *c)
{
	char path[PATH_MAX + 32];
	int fd;

	snprintf(path, sizeof(path), "%s/README", c->control.directory);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	assert_int_equal(flock(fd, LOCK_EX), 0);
	close(fd);
}

/* Changes controls in a child, and ends that by a signal. */
static void kill_a_session(struct context *c, int signal_number, bool end)
{
	const struct systally_session_wants wants = {
		.collect = SYSTALLY_COLLECT_TIME,
		.threads = true,
		.calls = &c->set,
	};
	struct systally_session session = SYSTALLY_SESSION_NONE;
	int ready[2], wait_status;
	char byte;
	pid_t pid;

	assert_int_equal(pipe2(ready, O_CLOEXEC), 0);
	pid = fork();
	if (!pid) {
		signal(signal_number, SIG_DFL); /* cmocka catches crashes */
		if (!systally_session_begin(&session, &c->control, &c->error) &&
		    !systally_session_prepare(&session, &wants, &c->error) &&
		    !systally_session_set(&session, "targets", "123",
					  &c->error) &&
		    !systally_session_note(&session, "follow", "0",
					   &c->error) &&
		    !systally_control_write(&c->control, "follow", "1",
					    &c->error) &&
		    (!end || !systally_session_end(&session, &c->error)))
			(void)!write(ready[1], "", 1);
		close(ready[1]);
		for (;;)
			pause();
	}
	close(ready[1]);
	assert_int_equal(read(ready[0], &byte, 1), 1);
	/* the guardian does not have this pipe open */
	assert_int_equal(read(ready[0], &byte, 1), 0);
	close(ready[0]);
	if (end)
		put(c, "collect", "hist\n");
	else
		expect(c, "targets", "123");
	kill(pid, signal_number);
	waitpid(pid, &wait_status, 0);
	assert_true(WIFSIGNALED(wait_status));
	wait_for_the_lock(c);
}

static void a_killed_session_is_restored(void **state)
{
	static const int signals[] = { SIGKILL, SIGSEGV, SIGABRT, SIGUSR1 };
	struct context *c = *state;
	size_t i;

	put(c, "syscalls", "read\ni386:poll\n");
	for (i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
		kill_a_session(c, signals[i], false);
		expect(c, "collect", "count");
		expect(c, "threads", "0");
		expect(c, "syscalls", "read\ni386:poll");
		expect(c, "targets", "none");
		expect(c, "follow", "0");
	}
	/* after the end of a session, nothing is written any more */
	kill_a_session(c, SIGKILL, true);
	expect(c, "collect", "hist");
}

static void only_one_session_at_a_time(void **state)
{
	struct context *c = *state;
	struct systally_session first = SYSTALLY_SESSION_NONE;
	struct systally_session second = SYSTALLY_SESSION_NONE;
	char pid[32];

	assert_int_equal(systally_session_begin(&first, &c->control, &c->error),
			 0);
	assert_int_equal(
		systally_session_begin(&second, &c->control, &c->error), -1);
	snprintf(pid, sizeof(pid), "pid %d", getpid());
	if (!strstr(c->error.text, pid))
		fail_msg("%s", c->error.text);
	systally_session_end(&second, &c->error);
	systally_session_end(&first, &c->error);
	systally_error_clear(&c->error);
	assert_int_equal(
		systally_session_begin(&second, &c->control, &c->error), 0);
	systally_session_end(&second, &c->error);
}

static int begin(struct context *c, struct systally_watch *watch)
{
	systally_error_clear(&c->error);
	return systally_watch_begin(watch, &c->control, &c->request, &c->set,
				    &c->error);
}

static void watch_without_targets_sets_its_own(void **state)
{
	static uint32_t pids[] = { 12, 34 };
	struct context *c = *state;
	struct systally_watch watch = SYSTALLY_WATCH_NONE;

	assert_int_equal(begin(c, &watch), 0);
	assert_true(watch.own && !watch.filter);
	expect(c, "targets", "all");
	/* else `report` would mix its calls with those of before */
	expect(c, "reset", "1");
	assert_int_equal(systally_watch_end(&watch, &c->error), 0);
	expect(c, "targets", "none");
	expect(c, "follow", "0");

	c->request.pids = pids;
	c->request.pid_count = 2;
	assert_int_equal(begin(c, &watch), 0);
	expect(c, "targets", "12,34");
	expect(c, "follow", "1");
	/* -p does not name the children, but they are shown too */
	assert_false(watch.filter);
	assert_int_equal(systally_watch_end(&watch, &c->error), 0);
	expect(c, "targets", "none");

	put(c, "enabled", "0\n");
	assert_int_equal(begin(c, &watch), -1);
	assert_non_null(strstr(c->error.text, "enabled"));
	systally_watch_end(&watch, &c->error);
	expect(c, "targets", "none");
}

static void watch_with_targets_leaves_them(void **state)
{
	static uint32_t pids[] = { 12, 34 };
	struct context *c = *state;
	struct systally_watch watch = SYSTALLY_WATCH_NONE;

	put(c, "targets", "12\n99\n");
	assert_int_equal(begin(c, &watch), 0);
	assert_false(watch.own || watch.filter);
	expect(c, "targets", "12\n99");
	expect(c, "reset", "");
	systally_watch_end(&watch, &c->error);
	expect(c, "targets", "12\n99");
	/* what is not collected cannot be shown */
	c->request.collect = SYSTALLY_COLLECT_TIME;
	assert_int_equal(begin(c, &watch), -1);
	systally_watch_end(&watch, &c->error);
	expect(c, "collect", "count");
	c->request.collect = SYSTALLY_COLLECT_COUNT;
	c->request.threads = true;
	assert_int_equal(begin(c, &watch), -1);
	systally_watch_end(&watch, &c->error);
	c->request.threads = false;
	/* where others are counted, -p needs the numbers that the module shows */
	if (systally_process_is_inside()) {
		c->request.pids = pids;
		c->request.pid_count = 2;
		assert_int_equal(begin(c, &watch), -1);
		systally_watch_end(&watch, &c->error);
		expect(c, "targets", "12\n99");
		return;
	}
	/* adds and removes only pids that are no targets yet */
	c->request.pids = pids;
	c->request.pid_count = 2;
	assert_int_equal(begin(c, &watch), 0);
	assert_true(watch.filter);
	expect(c, "targets", "+34");
	assert_int_equal(systally_watch_end(&watch, &c->error), 0);
	expect(c, "targets", "-34");
	put(c, "targets", "all\n");
	assert_int_equal(begin(c, &watch), 0);
	assert_true(watch.filter);
	expect(c, "targets", "all");
	systally_watch_end(&watch, &c->error);
	expect(c, "targets", "all");
}

/* Writes @count pids from 4000001 on, with @sign, into @text. */
static void list_pids(unsigned int first, unsigned int count, const char *sign,
		      char *text)
{
	unsigned int i;

	for (i = 0; i < count; i++)
		text += sprintf(text, "%s%s%u", i ? "," : "", sign,
				4000000 + first + i);
}

static void many_pids_are_written_in_pieces(void **state)
{
	static uint32_t pids[500];
	struct context *c = *state;
	struct systally_watch watch = SYSTALLY_WATCH_NONE;
	char text[8192];
	unsigned int i;

	for (i = 0; i < 500; i++)
		pids[i] = 4000001 + i;
	c->request.pids = pids;
	c->request.pid_count = 500;
	/* 8 bytes each: one write */
	assert_int_equal(begin(c, &watch), 0);
	list_pids(1, 500, "", text);
	expect(c, "targets", text);
	systally_watch_end(&watch, &c->error);
	expect(c, "targets", "none");
	if (systally_process_is_inside())
		return;
	/* 9 bytes each: 455 of them, and a second write of the rest */
	put(c, "targets", "12\n");
	assert_int_equal(begin(c, &watch), 0);
	list_pids(456, 45, "+", text);
	expect(c, "targets", text);
	assert_int_equal(systally_watch_end(&watch, &c->error), 0);
	expect(c, "targets", "-4000500");
}

static void a_watch_is_over_when_its_processes_have_ended(void **state)
{
	struct context *c = *state;
	struct systally_watch watch = SYSTALLY_WATCH_NONE;
	uint32_t pid = (uint32_t)fork();

	if (!pid) {
		pause();
		_exit(0);
	}
	c->request.pids = &pid;
	c->request.pid_count = 1;
	assert_int_equal(begin(c, &watch), 0);
	assert_false(systally_watch_over(&watch));
	kill((pid_t)pid, SIGKILL);
	waitpid((pid_t)pid, NULL, 0);
	/* what it has started is still a target */
	assert_false(systally_watch_over(&watch));
	put(c, "targets", "none\n");
	assert_true(systally_watch_over(&watch));
	systally_watch_end(&watch, &c->error);
	c->request.pid_count = 0;
	assert_int_equal(begin(c, &watch), 0);
	put(c, "targets", "none\n");
	assert_false(systally_watch_over(&watch));
	systally_watch_end(&watch, &c->error);
}

#define TEST(function) \
	cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(debugfs_is_found_in_the_mounts),
		TEST(control_needs_the_module_loaded),
		TEST(controls_are_read_and_written),
		TEST(users_of_the_files_are_found),
		TEST(session_restores_the_controls),
		TEST(session_keeps_a_setting_it_cannot_restore),
		TEST(a_killed_session_is_restored),
		TEST(only_one_session_at_a_time),
		TEST(watch_without_targets_sets_its_own),
		TEST(watch_with_targets_leaves_them),
		TEST(many_pids_are_written_in_pieces),
		TEST(a_watch_is_over_when_its_processes_have_ended),
	};

	return cmocka_run_group_tests_name("session", tests, NULL, NULL);
}
