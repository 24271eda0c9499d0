// SPDX-License-Identifier: GPL-2.0-only
/*
 * Unit tests of `systally needs --state`. Run by `make check-unit`.
 */
#include "needs_fixture.h"

#include <unistd.h>

/* A finished command line takes all runs from the state. */
static void test_resume(void **state)
{
	struct context *c = *state;
	char text[64], folder[4096];
	size_t done;

	assert_non_null(getcwd(folder, sizeof(folder)));

	assert_int_equal(NEEDS(c, "-r", "2", "-e", "read,fadvise64", "--state",
			       c->state, "-t", "test $SYSTALLY_STATUS = 0",
			       "cat", "/etc/passwd"),
			 0);
	done = c->plan.repeater.progress.timed;
	assert_int_equal(done, 2 + 1 + 2 * 2 * 2 + 2 + 2);
	assert_int_equal(NEEDS(c, "-r", "2", "-e", "read,fadvise64", "--state",
			       c->state, "-t", "test $SYSTALLY_STATUS = 0",
			       "cat", "/etc/passwd"),
			 0);
	assert_int_equal(c->plan.repeater.progress.timed, 0);
	assert_int_equal(c->plan.repeater.state.content.resumed, done);
	assert_string_equal(verdict(c, "read"), "required");
	assert_string_equal(verdict(c, "fadvise64"), "both");
	assert_int_equal(c->plan.together.run.passed, 2);
	/* runs of another command line are not taken from it */
	assert_refused(c,
		       NEEDS(c, "-r", "2", "-e", "read", "--state", c->state,
			     "-t", "true", "cat", "/etc/passwd"),
		       c->state);
	assert_int_equal(chdir("/"), 0);
	assert_refused(c,
		       NEEDS(c, "-r", "2", "-e", "read", "--state", c->state,
			     "-t", "test $SYSTALLY_STATUS = 0", "cat",
			     "/etc/passwd"),
		       "`folder` differs");
	assert_int_equal(chdir(folder), 0);
	/* a file with other content stays as it is */
	write_file(c->state, "precious");
	assert_refused(c,
		       NEEDS(c, "-r", "2", "-e", "read", "--state", c->state,
			     "-t", "true", "cat", "/etc/passwd"),
		       c->state);
	read_file(c->state, text, sizeof(text));
	assert_string_equal(text, "precious");
}

/* The calls of -e are not part of the command line: their runs are taken. */
static void test_resume_other_calls(void **state)
{
	struct context *c = *state;

	assert_int_equal(NEEDS(c, "-r", "2", "-e", "read,fadvise64", "--state",
			       c->state, "-t", "test $SYSTALLY_STATUS = 0",
			       "cat", "/etc/passwd"),
			 0);
	assert_int_equal(NEEDS(c, "-r", "2", "-e", "read", "--state", c->state,
			       "-t", "test $SYSTALLY_STATUS = 0", "cat",
			       "/etc/passwd"),
			 0);
	assert_int_equal(c->plan.repeater.progress.timed, 0);
}

/* A word that is not UTF-8, and the word that its escape looks like, differ. */
static void test_resume_bytes(void **state)
{
	struct context *c = *state;

	assert_int_equal(NEEDS(c, "-r", "1", "-e", "brk", "--state", c->state,
			       "-t", "true", "true", "\xff"),
			 0);
	assert_refused(c,
		       NEEDS(c, "-r", "1", "-e", "brk", "--state", c->state,
			     "-t", "true", "true", "\\xff"),
		       "`command` differs");
}

/* Removes all lines with @word from the file. */
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

/* Runs that are compared are done together, even after an interruption. */
static void test_resume_beside(void **state)
{
	struct context *c = *state;
	int again;

	for (again = 0; again < 2; again++) {
		assert_int_equal(NEEDS(c, "-r", "1", "-e", "read,fadvise64",
				       "--state", c->state, "--bench", "echo 1",
				       "-t", "test $SYSTALLY_STATUS = 0", "cat",
				       "/etc/passwd"),
				 0);
		/* first all; then stub, fake, beside, all at once, the end */
		assert_int_equal(c->plan.repeater.progress.timed,
				 again ? 2 + 1 + 2 : 1 + 1 + 2 * 2 + 1 + 2);
		assert_int_equal(c->plan.tried[0].beside.passed, 1);
		forget(c->state, "untouched beside fadvise64");
	}
}

/* All runs of a call are done again if one of them is missing. */
static void test_resume_incomplete(void **state)
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
				       "--state", c->state, "--bench",
				       "cat $FOLDER/figure", "-t", "true",
				       "cat", "/etc/passwd"),
				 0);
		forget(c->state, lost[i]);
		write_file(path, "200");
		assert_int_equal(NEEDS(c, "-r", "1", "-e", "fadvise64",
				       "--state", c->state, "--bench",
				       "cat $FOLDER/figure", "-t", "true",
				       "cat", "/etc/passwd"),
				 0);
		assert_true(c->plan.tried[0].ways[0].outcomes[0].performance ==
			    200);
		assert_true(c->plan.tried[0].ways[1].outcomes[0].performance ==
			    200);
		assert_true(c->plan.tried[0].beside.outcomes[0].performance ==
			    200);
		assert_true(c->plan.end.outcomes[0].performance == 200);
	}
}

/* TEST may pass now where it failed before, and fail where it passed. */
static void test_resume_test(void **state)
{
	struct context *c = *state;
	char path[96];

	snprintf(path, sizeof(path), "%s/there", c->folder);
	assert_refused(c,
		       NEEDS(c, "-r", "1", "-e", "fadvise64", "--state",
			     c->state, "-t", "test -e $FOLDER/there", "cat",
			     "/etc/passwd"),
		       "TEST failed (1)");
	write_file(path, "");
	assert_int_equal(NEEDS(c, "-r", "1", "-e", "fadvise64", "--state",
			       c->state, "-t", "test -e $FOLDER/there", "cat",
			       "/etc/passwd"),
			 0);
	assert_int_equal(c->plan.end.passed, 1);
	unlink(path);
	assert_int_equal(NEEDS(c, "-r", "1", "-e", "fadvise64,read", "--state",
			       c->state, "-t", "test -e $FOLDER/there", "cat",
			       "/etc/passwd"),
			 0);
	assert_int_equal(c->plan.end.passed, 0);
}

static char word[] = "true", *command[] = { word, NULL };

/* Opens the state as the command `systally needs -t true -- true` does. */
static int open_state(struct context *c, struct systally_state *file,
		      struct systally_used **used)
{
	memset(&c->request, 0, sizeof(c->request));
	c->request.test = "true";
	c->request.argv = command;
	c->request.argc = 1;
	c->request.replicas = 1;
	c->request.state = c->state;
	*used = systally_used_new(c->names);
	assert_non_null(*used);
	systally_error_clear(&c->error);
	return systally_state_open(file, &c->request, *used, &c->error);
}

static void close_state(struct systally_state *file, struct systally_used *used)
{
	systally_state_close(file);
	systally_used_free(used);
}

static const struct systally_outcome failed = {
	.why = "TEST failed (1)",
	.said = "a \"line\"",
	.peak = { .fds = 3, .memory_kb = 1234, .samples = 20 },
	.phase_ns = { 1, 2, UINT64_MAX },
};
static const struct systally_outcome passed = {
	.passed = true,
	.benched = true,
	.performance = 0.1,
};

/* Writes a file of two runs, one of which was done twice, and the calls. */
static void write_state(struct context *c)
{
	struct systally_state file;
	struct systally_used *used;

	assert_int_equal(open_state(c, &file, &used), 0);
	assert_int_equal(file.content.how, SYSTALLY_DISCOVER_AUTO);
	systally_used_add(used, SYSTALLY_ABI_I386, 20, NULL, 2);
	systally_used_add(used, SYSTALLY_ABI_X86_64, SYSTALLY_NR_MAX, NULL, 3);
	systally_used_add_part(used, SYSTALLY_ABI_X86_64, 16, UINT32_MAX, 4);
	assert_int_equal(
		systally_state_add(&file, "stub read 1", &passed, &c->error),
		0);
	assert_int_equal(
		systally_state_add(&file, "stub read 1", &failed, &c->error),
		0);
	assert_int_equal(systally_state_add_used(&file,
						 SYSTALLY_DISCOVER_PTRACE, used,
						 &c->error),
			 0);
	assert_int_equal(
		systally_state_add(&file, "fake read 1", &passed, &c->error),
		0);
	close_state(&file, used);
}

static void assert_same_outcome(const struct systally_state *file,
				const char *key,
				const struct systally_outcome *expected)
{
	struct systally_outcome outcome;

	assert_true(systally_state_find(file, key, &outcome));
	assert_int_equal(outcome.passed, expected->passed);
	assert_string_equal(outcome.why, expected->why);
	assert_string_equal(outcome.said, expected->said);
	assert_int_equal(outcome.benched, expected->benched);
	assert_true(outcome.performance == expected->performance);
	assert_memory_equal(&outcome.peak, &expected->peak,
			    sizeof(outcome.peak));
	assert_memory_equal(outcome.phase_ns, expected->phase_ns,
			    sizeof(outcome.phase_ns));
}

/* What was written is read again. Of two runs of one name, the later counts. */
static void test_round_trip(void **state)
{
	struct context *c = *state;
	struct systally_outcome outcome;
	struct systally_state file;
	struct systally_used *used;

	write_state(c);
	assert_int_equal(open_state(c, &file, &used), 0);
	assert_int_equal(file.content.resumed, 4);
	assert_same_outcome(&file, "stub read 1", &failed);
	assert_same_outcome(&file, "fake read 1", &passed);
	assert_false(systally_state_find(&file, "fake read 2", &outcome));
	assert_int_equal(file.content.how, SYSTALLY_DISCOVER_PTRACE);
	assert_int_equal(used->count[SYSTALLY_ABI_I386][20], 2);
	assert_int_equal(used->count[SYSTALLY_ABI_X86_64][SYSTALLY_NR_MAX], 3);
	assert_int_equal(used->part_count, 1);
	assert_int_equal(used->parts[0].nr, 16);
	assert_int_equal(used->parts[0].value, UINT32_MAX);
	assert_int_equal(used->parts[0].count, 4);
	close_state(&file, used);
}

/* A crash cuts the last line: that run is done again, the others are kept. */
static void test_cut_line(void **state)
{
	struct context *c = *state;
	struct systally_outcome outcome;
	struct systally_state file;
	struct systally_used *used;
	char text[2048], *end;

	write_state(c);
	read_file(c->state, text, sizeof(text));
	text[strlen(text) - 2] = '\0';
	write_file(c->state, text);
	assert_int_equal(open_state(c, &file, &used), 0);
	assert_int_equal(file.content.resumed, 3);
	assert_same_outcome(&file, "stub read 1", &failed);
	assert_false(systally_state_find(&file, "fake read 1", &outcome));
	/* a further line begins where the cut one began */
	assert_int_equal(
		systally_state_add(&file, "fake read 1", &passed, &c->error),
		0);
	close_state(&file, used);
	assert_int_equal(open_state(c, &file, &used), 0);
	assert_int_equal(file.content.resumed, 4);
	close_state(&file, used);
	/* the same for the first line, if it would be the same one */
	end = strchr(text, '\n');
	end[-1] = '\0';
	write_file(c->state, text);
	assert_int_equal(open_state(c, &file, &used), 0);
	assert_int_equal(file.content.resumed, 0);
	close_state(&file, used);
	write_file(c->state, "{\"kernel\":\"x");
	assert_int_equal(open_state(c, &file, &used), -1);
	assert_non_null(strstr(c->error.text, "is not a state file"));
	close_state(&file, used);
}

/* The error names the damaged line, and the file stays as it is. */
static void test_damage(void **state)
{
	static const struct {
		const char *line, *why;
	} damages[] = {
		{ "{\"key\":\"x\"}", "line 6: `passed` is missing" },
		{ "{\"passed\":true}", "line 6: `key` is missing" },
		{ "{\"key\":\"x\",\"passed\":true,\"fds\":-1,\"memory_kb\":0,\"samples\":0,\"work_ns\":0,\"test_ns\":0,\"bench_ns\":0}",
		  "line 6: `fds` is negative" },
		{ "{\"key\":\"used\",\"by\":\"module\",\"calls\":[]}",
		  "line 6: a second line of `used`" },
		{ "[]", "line 6: not one JSON object" },
		{ "", "line 6: not one JSON object" },
	};
	struct context *c = *state;
	struct systally_state file;
	struct systally_used *used;
	char good[2048], bad[4096], after[4096];
	size_t i;

	write_state(c);
	read_file(c->state, good, sizeof(good));
	for (i = 0; i < sizeof(damages) / sizeof(damages[0]); i++) {
		snprintf(bad, sizeof(bad), "%s%s\n", good, damages[i].line);
		write_file(c->state, bad);
		assert_int_equal(open_state(c, &file, &used), -1);
		if (!strstr(c->error.text, damages[i].why))
			fail_msg("'%s' is not in '%s'", damages[i].why,
				 c->error.text);
		close_state(&file, used);
		read_file(c->state, after, sizeof(after));
		assert_string_equal(after, bad);
	}
}

/* Impossible calls in the file are refused. */
static void test_damaged_calls(void **state)
{
	static const struct {
		const char *from, *to, *why;
	} damages[] = {
		{ "\"i386\"", "\"z80\"", "ABI 'z80' is not known" },
		{ "\"nr\":1023", "\"nr\":1024", "`nr` is too large" },
		{ "\"nr\":16", "\"nr\":1023", "`value` with a `nr` of 1023" },
		{ "4294967295", "4294967296", "`value` is too large" },
		{ "\"ptrace\"", "\"auto\"", "`by` is 'auto'" },
	};
	struct context *c = *state;
	struct systally_state file;
	struct systally_used *used;
	char good[2048], bad[4096], *found;
	size_t i;

	write_state(c);
	read_file(c->state, good, sizeof(good));
	for (i = 0; i < sizeof(damages) / sizeof(damages[0]); i++) {
		found = strstr(good, damages[i].from);
		assert_non_null(found);
		snprintf(bad, sizeof(bad), "%.*s%s%s", (int)(found - good),
			 good, damages[i].to, found + strlen(damages[i].from));
		write_file(c->state, bad);
		assert_int_equal(open_state(c, &file, &used), -1);
		if (!strstr(c->error.text, damages[i].why))
			fail_msg("'%s' is not in '%s'", damages[i].why,
				 c->error.text);
		close_state(&file, used);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(resume),	     TEST(resume_other_calls),
		TEST(resume_beside), TEST(resume_incomplete),
		TEST(resume_test),   TEST(round_trip),
		TEST(cut_line),	     TEST(damage),
		TEST(damaged_calls), TEST(resume_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
