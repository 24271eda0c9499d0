// SPDX-License-Identifier: GPL-2.0-only
/*
 * Unit tests of `systally needs --state`. Run by `make check-unit`.
 */
#include "needs_fixture.h"

#include <unistd.h>

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(resume), TEST(resume_others), TEST(resume_beside),
		TEST(resume_way), TEST(resume_test),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
