// SPDX-License-Identifier: GPL-2.0-only
/*
 * Unit tests of the controls, of sessions, and of watches. A folder of plain files
 * stands for debugfs. In it, the session s1 is there before it is begun, and stays.
 * Run by `make check-unit`.
 */
#define _GNU_SOURCE
#include "fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/process.h"
#include "device/control.h"
#include "device/session.h"
#include "cli/command.h"
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
	{ "sessions/new", "s1\n" },
	{ "sessions/s1/collect", "count\n" },
	{ "sessions/s1/targets", "none\n" },
	{ "sessions/s1/follow", "0\n" },
	{ "sessions/s1/syscalls", "all\n" },
	{ "sessions/s1/threads", "0\n" },
	{ "sessions/s1/status", "entered: 5\n" },
	{ "sessions/s1/snapshot", "" },
};

static const char *const folders[] = { "sessions", "sessions/s1" };

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
static void put_snapshot(struct context *c, const char *file)
{
	char path[PATH_MAX + 32];
	struct fixture empty;
	FILE *stream;

	fixture_init(&empty);
	snprintf(path, sizeof(path), "%s/%s", c->control.directory, file);
	stream = fopen(path, "w");
	assert_non_null(stream);
	fwrite(&empty, fixture_bytes(&empty), 1, stream);
	fclose(stream);
}

static int set_up(void **state)
{
	struct context *c = calloc(1, sizeof(*c));
	char folder[] = "/tmp/systally-test-XXXXXX", path[PATH_MAX];
	size_t i;

	if (!c || !mkdtemp(folder))
		return -1;
	setenv("SYSTALLY_DEBUGFS", folder, 1);
	strcpy(c->control.directory, folder);
	for (i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", folder, folders[i]);
		if (mkdir(path, 0700))
			return -1;
	}
	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		put(c, files[i].file, files[i].text);
	put_snapshot(c, "snapshot");
	put_snapshot(c, "sessions/s1/snapshot");
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
	for (i = sizeof(folders) / sizeof(folders[0]); i--;) {
		snprintf(path, sizeof(path), "%s/%s", c->control.directory,
			 folders[i]);
		rmdir(path);
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

static void a_session_has_its_own_controls(void **state)
{
	struct context *c = *state;
	const struct systally_session_wants wants = {
		.collect = SYSTALLY_COLLECT_TIME,
		.threads = true,
		.calls = &c->set,
		.follow = true,
	};
	struct systally_session session = SYSTALLY_SESSION_NONE;

	assert_int_equal(systally_set_parse(&c->set, c->names, "7", &c->error),
			 0);
	assert_int_equal(
		systally_session_begin(&session, &c->control, &c->error), 0);
	assert_true(fcntl(session.file, F_GETFD) & FD_CLOEXEC);
	assert_int_equal(systally_session_prepare(&session, &wants, &c->error),
			 0);
	expect(c, "sessions/s1/collect", "time");
	expect(c, "sessions/s1/threads", "1");
	expect(c, "sessions/s1/syscalls", "7");
	expect(c, "sessions/s1/follow", "1");
	expect(c, "sessions/s1/targets", "none");
	expect(c, "collect", "count");
	expect(c, "threads", "0");
	expect(c, "syscalls", "all");
	assert_string_equal(c->error.text, "");
	systally_session_end(&session);
	assert_int_equal(session.file, -1);
	/* a second end does nothing */
	systally_session_end(&session);
}

static void a_session_that_cannot_begin(void **state)
{
	struct context *c = *state;
	struct systally_session session = SYSTALLY_SESSION_NONE;
	char path[PATH_MAX + 32];

	put(c, "enabled", "0\n");
	assert_int_equal(
		systally_session_begin(&session, &c->control, &c->error), -1);
	assert_non_null(strstr(c->error.text, "echo 1 >"));
	assert_int_equal(session.file, -1);
	put(c, "enabled", "1\n");
	systally_error_clear(&c->error);
	put(c, "sessions/new", "");
	assert_int_equal(
		systally_session_begin(&session, &c->control, &c->error), -1);
	assert_non_null(strstr(c->error.text, "cannot read"));
	assert_int_equal(session.file, -1);
	systally_error_clear(&c->error);
	snprintf(path, sizeof(path), "%s/sessions/new", c->control.directory);
	unlink(path);
	assert_int_equal(
		systally_session_begin(&session, &c->control, &c->error), -1);
	assert_non_null(strstr(c->error.text, "older than this command"));
	assert_non_null(strstr(systally_control_meaning("sessions/new", EUSERS),
			       "systally status"));
	assert_non_null(strstr(systally_control_meaning("targets", EUSERS),
			       "systally status"));
}

static int count_session(const struct systally_control *session,
			 const char *name, void *context)
{
	(void)session;
	assert_string_equal(name, "s1");
	++*(int *)context;
	return 0;
}

static void sessions_are_found_by_name(void **state)
{
	static const char *const wrong[] = { "",      ".",   "..", "new", "s2",
					     "../s1", "s1/", "/",  "S1" };
	struct context *c = *state;
	struct systally_control found;
	int count = 0;
	size_t i;

	assert_int_equal(systally_session_find(&found, &c->control, "default",
					       &c->error),
			 0);
	assert_string_equal(found.directory, c->control.directory);
	assert_int_equal(
		systally_session_find(&found, &c->control, "s1", &c->error), 0);
	assert_non_null(strstr(found.directory, "/sessions/s1"));
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		systally_error_clear(&c->error);
		assert_int_equal(systally_session_find(&found, &c->control,
						       wrong[i], &c->error),
				 -1);
		if (!strstr(c->error.text, "there are default, s1"))
			fail_msg("'%s': %s", wrong[i], c->error.text);
	}
	assert_int_equal(systally_session_each(&c->control, count_session,
					       &count, &c->error),
			 0);
	assert_int_equal(count, 1);
}

static int begin(struct context *c, struct systally_watch *watch)
{
	systally_error_clear(&c->error);
	return systally_watch_begin(watch, &c->control, &c->request, &c->set,
				    &c->error);
}

static void a_watch_has_its_own_session(void **state)
{
	static uint32_t pids[] = { 12, 34 };
	struct context *c = *state;
	struct systally_watch watch = SYSTALLY_WATCH_NONE;

	assert_int_equal(begin(c, &watch), 0);
	assert_true(watch.own && !watch.filter);
	expect(c, "sessions/s1/targets", "all");
	expect(c, "targets", "none");
	systally_watch_end(&watch);

	c->request.scope.pids = pids;
	c->request.scope.pid_count = 2;
	put(c, "targets", "all\n");
	assert_int_equal(begin(c, &watch), 0);
	expect(c, "sessions/s1/targets", "+12,+34");
	expect(c, "sessions/s1/follow", "1");
	expect(c, "targets", "all");
	/* -p does not name the children, but they are shown too */
	assert_true(watch.own && !watch.filter);
	systally_watch_end(&watch);
	expect(c, "reset", "");
}

static void a_watch_follows_the_default_session(void **state)
{
	static const struct systally_command top = { .series = true };
	struct context *c = *state;
	struct systally_watch watch = SYSTALLY_WATCH_NONE;
	struct systally_notes notes = { 0 };

	c->request.command = &top;

	put(c, "targets", "12\n99\n");
	assert_int_equal(begin(c, &watch), 0);
	assert_false(watch.own || watch.filter);
	assert_string_equal(watch.control.directory, c->control.directory);
	systally_watch_end(&watch);
	expect(c, "targets", "12\n99");
	expect(c, "sessions/s1/targets", "none");
	/* what that does not collect, a session of its own does */
	c->request.collect = SYSTALLY_COLLECT_TIME;
	assert_int_equal(begin(c, &watch), 0);
	assert_true(watch.own);
	expect(c, "sessions/s1/targets", "all");
	expect(c, "sessions/s1/collect", "time");
	systally_watch_end(&watch);
	c->request.collect = SYSTALLY_COLLECT_COUNT;
	c->request.threads = true;
	assert_int_equal(begin(c, &watch), 0);
	assert_true(watch.own);
	systally_watch_end(&watch);
	expect(c, "collect", "count");
	/* calls that it does not count, but not if none is asked for */
	c->request.threads = false;
	put(c, "syscalls", "read\n");
	assert_int_equal(begin(c, &watch), 0);
	assert_false(watch.own);
	systally_watch_end(&watch);
	c->request.syscalls = "write";
	watch = (struct systally_watch)SYSTALLY_WATCH_NONE;
	assert_int_equal(begin(c, &watch), 0);
	assert_true(watch.own);
	systally_watch_note(&watch, &notes);
	assert_int_equal(notes.count, 1);
	assert_non_null(strstr(notes.text[0], "does not count all calls"));
	systally_notes_free(&notes);
	systally_watch_end(&watch);
}

static void a_watch_follows_a_named_session(void **state)
{
	static uint32_t pids[] = { 12, 34 };
	struct context *c = *state;
	struct systally_watch watch = SYSTALLY_WATCH_NONE;

	c->request.session = "s1";
	put(c, "sessions/s1/targets", "12\n");
	assert_int_equal(begin(c, &watch), 0);
	assert_false(watch.own || watch.filter);
	assert_non_null(strstr(watch.control.directory, "/sessions/s1"));
	assert_string_equal(watch.what, "session s1");
	systally_watch_end(&watch);
	expect(c, "sessions/s1/targets", "12");
	/* what it does not collect cannot be shown */
	c->request.collect = SYSTALLY_COLLECT_HIST;
	assert_int_equal(begin(c, &watch), -1);
	assert_non_null(strstr(c->error.text, "without times"));
	systally_watch_end(&watch);
	put(c, "sessions/s1/collect", "time\n");
	assert_int_equal(begin(c, &watch), -1);
	assert_non_null(strstr(c->error.text, "without histograms"));
	systally_watch_end(&watch);
	c->request.collect = SYSTALLY_COLLECT_COUNT;
	c->request.threads = true;
	assert_int_equal(begin(c, &watch), -1);
	assert_non_null(strstr(c->error.text, "by thread"));
	systally_watch_end(&watch);
	c->request.threads = false;
	/* -p needs the numbers that the module shows */
	c->request.scope.pids = pids;
	c->request.scope.pid_count = 2;
	assert_int_equal(begin(c, &watch),
			 systally_process_is_inside() ? -1 : 0);
	assert_true(systally_process_is_inside() || watch.filter);
	systally_watch_end(&watch);
	expect(c, "sessions/s1/targets", "12");
	c->request.session = "nosuch";
	assert_int_equal(begin(c, &watch), -1);
	systally_watch_end(&watch);
}

/* Writes @count pids from 4000000 + @first on into @text. */
static void list_pids(unsigned int first, unsigned int count, char *text)
{
	unsigned int i;

	for (i = 0; i < count; i++)
		text += sprintf(text, "%s+%u", i ? "," : "",
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
	c->request.scope.pids = pids;
	c->request.scope.pid_count = 500;
	/* 9 bytes each: 455 of them, and a second write of the rest */
	assert_int_equal(begin(c, &watch), 0);
	list_pids(456, 45, text);
	expect(c, "sessions/s1/targets", text);
	systally_watch_end(&watch);
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
	c->request.scope.pids = &pid;
	c->request.scope.pid_count = 1;
	assert_int_equal(begin(c, &watch), 0);
	assert_false(systally_watch_over(&watch));
	kill((pid_t)pid, SIGKILL);
	waitpid((pid_t)pid, NULL, 0);
	/* what it has started is still a target */
	assert_false(systally_watch_over(&watch));
	put(c, "sessions/s1/targets", "none\n");
	assert_true(systally_watch_over(&watch));
	systally_watch_end(&watch);
	c->request.scope.pid_count = 0;
	assert_int_equal(begin(c, &watch), 0);
	put(c, "sessions/s1/targets", "none\n");
	assert_false(systally_watch_over(&watch));
	systally_watch_end(&watch);
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
		TEST(a_session_has_its_own_controls),
		TEST(a_session_that_cannot_begin),
		TEST(sessions_are_found_by_name),
		TEST(a_watch_has_its_own_session),
		TEST(a_watch_follows_the_default_session),
		TEST(a_watch_follows_a_named_session),
		TEST(many_pids_are_written_in_pieces),
		TEST(a_watch_is_over_when_its_processes_have_ended),
	};

	return cmocka_run_group_tests_name("session", tests, NULL, NULL);
}
