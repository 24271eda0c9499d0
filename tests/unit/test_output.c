// SPDX-License-Identifier: GPL-2.0-only
/*
 * Unit tests of outputs: a file is replaced when the new one is whole, and not
 * before. Run by `make check-unit`.
 */
#include "fixture.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/output.h"
#include "base/spool.h"

struct context {
	char folder[40];
	int former; /* working folder */
	struct systally_output output;
	struct systally_error error;
};

static void make_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static void expect_file(const char *path, const char *text)
{
	char *found = systally_file_read(path, NULL);

	assert_non_null(found);
	assert_string_equal(found, text);
	free(found);
}

static ino_t inode(const char *path)
{
	struct stat status;

	assert_int_equal(lstat(path, &status), 0);
	return status.st_ino;
}

static unsigned int mode(const char *path)
{
	struct stat status;

	assert_int_equal(lstat(path, &status), 0);
	return status.st_mode & 07777;
}

static int count_files(void)
{
	DIR *folder = opendir(".");
	int count = -2; /* . and .. */

	assert_non_null(folder);
	while (readdir(folder))
		count++;
	closedir(folder);
	return count;
}

static int set_up(void **state)
{
	struct context *c = calloc(1, sizeof(*c));

	if (!c)
		return -1;
	strcpy(c->folder, "/tmp/systally-output-XXXXXX");
	c->former = open(".", O_RDONLY | O_DIRECTORY);
	if (!mkdtemp(c->folder) || chdir(c->folder))
		return -1;
	make_file("old", "old\n");
	*state = c;
	return 0;
}

static int tear_down(void **state)
{
	struct context *c = *state;
	struct dirent *entry;
	DIR *folder = opendir(".");

	if (!folder)
		return -1;
	while ((entry = readdir(folder)))
		unlink(entry->d_name);
	closedir(folder);
	if (fchdir(c->former) || rmdir(c->folder))
		return -1;
	close(c->former);
	free(c);
	return 0;
}

static FILE *begin(struct context *c, const char *path)
{
	FILE *out;

	systally_error_clear(&c->error);
	if (systally_output_prepare(&c->output, path, &c->error))
		fail_msg("%s", c->error.text);
	out = systally_output_begin(&c->output, NULL);
	assert_non_null(out);
	return out;
}

static void write_to(struct context *c, const char *path, const char *text)
{
	FILE *out = begin(c, path);

	fputs(text, out);
	if (systally_output_end(&c->output, out, &c->error))
		fail_msg("%s", c->error.text);
}

static void replaces_when_whole(void **state)
{
	struct context *c = *state;
	FILE *out;

	assert_int_equal(chmod("old", 0604), 0);
	out = begin(c, "old");
	fputs("new\n", out);
	fflush(out);
	expect_file("old", "old\n");
	assert_int_equal(count_files(), 1);
	assert_int_equal(systally_output_end(&c->output, out, &c->error), 0);
	expect_file("old", "new\n");
	assert_int_equal(mode("old"), 0604);
	/* a shorter one */
	write_to(c, "./old", "");
	expect_file("old", "");
	assert_int_equal(count_files(), 1);
}

static void makes_new_files(void **state)
{
	struct context *c = *state;
	mode_t former = umask(027);
	FILE *out = begin(c, "new");

	fputs("new\n", out);
	fflush(out);
	assert_int_equal(count_files(), 1);
	assert_int_equal(systally_output_end(&c->output, out, &c->error), 0);
	umask(former);
	expect_file("new", "new\n");
	assert_int_equal(mode("new"), 0640);
	assert_int_equal(count_files(), 2);
	/* one that somebody else makes meanwhile is replaced */
	unlink("new");
	out = begin(c, "new");
	make_file("new", "other\n");
	fputs("new\n", out);
	assert_int_equal(systally_output_end(&c->output, out, &c->error), 0);
	expect_file("new", "new\n");
	assert_int_equal(count_files(), 2);
}

static void cancels(void **state)
{
	static const char *const paths[] = { "old", "new", "nowhere" };
	struct context *c = *state;
	size_t i;

	assert_int_equal(symlink("target", "nowhere"), 0);
	for (i = 0; i < 3; i++) {
		fputs("new\n", begin(c, paths[i]));
		systally_output_cancel(&c->output);
		systally_output_cancel(&c->output);
		expect_file("old", "old\n");
		assert_int_equal(count_files(), 2);
	}
}

/* What writes is killed: the file is as it was, and there is no other. */
static void killed(void **state)
{
	struct context *c = *state;
	int status;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (!pid) {
		FILE *out = begin(c, "old");

		fputs("new\n", out);
		fflush(out);
		raise(SIGKILL);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
	expect_file("old", "old\n");
	assert_int_equal(count_files(), 1);
}

/* Where a file system has no files without a name, the file is a copy. */
static void copies_a_temporary_file(void **state)
{
	FILE *spool = tmpfile();
	int target;

	(void)state;
	assert_non_null(spool);
	fputs("new\n", spool);
	assert_int_equal(systally_spool_place(spool, "new", -1), 0);
	expect_file("new", "new\n");
	assert_int_equal(chmod("old", 0604), 0);
	target = open("old", O_WRONLY);
	assert_int_equal(systally_spool_place(spool, "old", target), 0);
	close(target);
	expect_file("old", "new\n");
	assert_int_equal(mode("old"), 0604);
	assert_int_equal(systally_spool_place(spool, "none/x", -1), -1);
	assert_int_equal(count_files(), 2);
	fclose(spool);
}

/* The disk is full: a limit on the size of files is like it. */
static void full(void **state)
{
	struct context *c = *state;
	struct rlimit former, limit = { 65536, 65536 };
	char block[4096];
	FILE *out;
	int i;

	assert_int_equal(getrlimit(RLIMIT_FSIZE, &former), 0);
	limit.rlim_max = former.rlim_max;
	memset(block, 'x', sizeof(block));
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
	out = begin(c, "old");
	for (i = 0; i < 32; i++)
		fwrite(block, 1, sizeof(block), out);
	assert_int_equal(systally_output_end(&c->output, out, &c->error) < 0,
			 1);
	setrlimit(RLIMIT_FSIZE, &former);
	signal(SIGXFSZ, SIG_DFL);
	assert_non_null(strstr(c->error.text, "old"));
	expect_file("old", "old\n");
	assert_int_equal(count_files(), 1);
}

static void links(void **state)
{
	struct context *c = *state;
	ino_t former = inode("old");

	assert_int_equal(symlink("old", "soft"), 0);
	write_to(c, "soft", "soft\n");
	expect_file("old", "soft\n");
	assert_int_equal(readlink("soft", c->error.text, 8), 3);
	assert_true(inode("old") != former);
	/* a file with two names keeps both */
	assert_int_equal(link("old", "hard"), 0);
	former = inode("old");
	write_to(c, "hard", "a longer line\n");
	write_to(c, "hard", "hard\n");
	expect_file("old", "hard\n");
	assert_true(inode("old") == former);
	/* a link that leads nowhere */
	assert_int_equal(symlink("target", "nowhere"), 0);
	write_to(c, "nowhere", "target\n");
	expect_file("target", "target\n");
	assert_int_equal(count_files(), 5);
}

/* The file that standard output is redirected to stays the same one. */
static void standard_output(void **state)
{
	struct context *c = *state;
	const ino_t former = inode("old");
	int status, fd;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (!pid) {
		fd = open("old", O_WRONLY);
		dup2(fd, STDOUT_FILENO);
		write_to(c, "/dev/stdout", "new\n");
		write_to(c, "/dev/fd/1", "newer\n");
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	expect_file("old", "newer\n");
	assert_true(inode("old") == former);
	assert_int_equal(count_files(), 1);
}

static void pipes_and_devices(void **state)
{
	struct context *c = *state;
	char text[8] = "";
	int reader;
	FILE *out;

	assert_int_equal(mkfifo("pipe", 0600), 0);
	reader = open("pipe", O_RDONLY | O_NONBLOCK);
	out = begin(c, "pipe");
	fputs("new\n", out);
	fflush(out);
	assert_int_equal(read(reader, text, sizeof(text)), 4);
	assert_int_equal(systally_output_end(&c->output, out, &c->error), 0);
	assert_int_equal(read(reader, text, sizeof(text)), 0);
	close(reader);
	write_to(c, "/dev/null", "nothing\n");
	out = begin(c, "/dev/full");
	fputs("new\n", out);
	assert_true(systally_output_end(&c->output, out, &c->error) < 0);
	assert_non_null(strstr(c->error.text, "/dev/full"));
	assert_int_equal(count_files(), 2);
}

static void refuses_early(void **state)
{
	static const char *const paths[] = { "", ".", "none/x", "old/x",
					     "new/" };
	struct context *c = *state;
	size_t i;

	for (i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		systally_error_clear(&c->error);
		if (!systally_output_prepare(&c->output, paths[i], &c->error))
			fail_msg("'%s' is accepted", paths[i]);
		assert_non_null(strstr(c->error.text, "cannot write to "));
		systally_output_cancel(&c->output);
	}
	assert_int_equal(count_files(), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
		TEST(replaces_when_whole),
		TEST(makes_new_files),
		TEST(cancels),
		TEST(killed),
		TEST(copies_a_temporary_file),
		TEST(full),
		TEST(links),
		TEST(standard_output),
		TEST(pipes_and_devices),
		TEST(refuses_early),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
