/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the unit tests of `systally needs` share: it runs real commands.
 */
#ifndef SYSTALLY_NEEDS_FIXTURE_H
#define SYSTALLY_NEEDS_FIXTURE_H

#include "fixture.h"

#include <errno.h>
#include <stdio.h>
#include <sys/wait.h>

#include "commands/commands.h"
#include "needs/plan.h"
#include "needs/render.h"

struct context {
	struct systally_request request;
	struct systally_signals signals;
	struct systally_names *names;
	struct systally_plan plan;
	struct systally_error error;
	bool planned;
	char folder[64];
	char state[80];
};

static inline int set_up(void **state)
{
	struct context *c = calloc(1, sizeof(*c));

	if (!c)
		return -1;
	strcpy(c->folder, "/tmp/systally-test-needs-XXXXXX");
	if (!mkdtemp(c->folder))
		return -1;
	snprintf(c->state, sizeof(c->state), "%s/state", c->folder);
	/* for the shell commands of the tests */
	setenv("FOLDER", c->folder, 1);
	c->names = systally_names_new();
	if (systally_signals_open(&c->signals, &c->error))
		return -1;
	*state = c;
	return 0;
}

static inline int tear_down(void **state)
{
	struct context *c = *state;
	char command[96];

	if (c->planned)
		systally_plan_free(&c->plan);
	/* no test may leave a process */
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

/*
 * Runs `systally needs` with these words. Returns its exit status, or -1 for a
 * usage error.
 */
static inline int needs(struct context *c, char *const *words)
{
	/* the options point to it after this function has returned */
	static char self[] = "systally needs", *argv[32];
	struct systally_request request;
	int argc;

	argv[0] = self;
	for (argc = 1; words[argc - 1]; argc++)
		argv[argc] = words[argc - 1];
	argv[argc] = NULL;
	if (systally_options_try(&request, systally_command_find("needs"), argc,
				 argv))
		return -1;
	c->request = request;
	if (c->planned)
		systally_plan_free(&c->plan);
	c->planned = true;
	systally_error_clear(&c->error);
	return systally_plan_run(&c->plan, &c->request, c->names, &c->signals,
				 &c->error);
}

#define NEEDS(c, ...) needs(c, (char *[]){ __VA_ARGS__, NULL })

/* Returns the result for the feature @label; fails the test without one. */
static inline const struct systally_tried *tried(struct context *c,
						 const char *label)
{
	size_t i;

	for (i = 0; i < c->plan.count; i++) {
		if (!strcmp(c->plan.tried[i].feature.label, label))
			return &c->plan.tried[i];
	}
	fail_msg("%s was not tried", label);
	return NULL;
}

static inline const char *verdict(struct context *c, const char *label)
{
	return systally_needs_verdict_name(tried(c, label)->verdict);
}

/* Checks that the command was refused, by one line that contains @text. */
static inline void assert_refused(struct context *c, int status,
				  const char *text)
{
	assert_int_equal(status, SYSTALLY_NEEDS_UNFIT);
	if (!strstr(c->error.text, text))
		fail_msg("'%s' is not in '%s'", text, c->error.text);
	assert_null(strchr(c->error.text, '\n'));
}

static inline void read_file(const char *path, char *text, size_t size)
{
	FILE *file = fopen(path, "re");
	size_t got;

	assert_non_null(file);
	got = fread(text, 1, size - 1, file);
	fclose(file);
	text[got] = '\0';
}

static inline void write_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "we");

	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

/* Shell: counts the runs in a file. $n is empty in the first run, then 1. */
#define COUNT_RUNS \
	"n=$(cat $FOLDER/n 2>/dev/null); echo $((n + 1)) >$FOLDER/n; "

/*
 * Leaves the test without a result. Not cmocka's skip(): in TAP, that prints a
 * failed test, which prove counts as a failure.
 */
#define LEAVE_TEST(why)                                        \
	do {                                                   \
		print_message("# not tested here: %s\n", why); \
		return;                                        \
	} while (0)

#define TEST(name) \
	cmocka_unit_test_setup_teardown(test_##name, set_up, tear_down)

#endif /* SYSTALLY_NEEDS_FIXTURE_H */
