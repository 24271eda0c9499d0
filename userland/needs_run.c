// SPDX-License-Identifier: GPL-2.0-only
/*
 * One run of the command, from its start to the end of all its descendants.
 * Called by needs_plan.c.
 *
 * Everything is waited for in one place, step(), which reaps, samples, and
 * serves the discovery on the way.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "needs_run.h"
#include "process.h"

#define MS	1000000ULL
#define SECOND	(1000 * MS)

#define LIMIT_LEAST	(5 * SECOND)	/* of any phase */
#define LIMIT_FACTOR	5		/* of what it took untouched */
#define LIMIT_UNTOUCHED	(3600 * SECOND)
#define LIMIT_READY	(60 * SECOND)	/* the same, for a server's start */
#define DISCOVERY_SLOWS	10
#define GRACE		(3 * SECOND)	/* between SIGTERM and SIGKILL */
#define STOP_LIMIT	(20 * SECOND)	/* for --stop */
#define KILL_LIMIT	(20 * SECOND)	/* until SIGKILL must have worked */

#define SAMPLE_FIRST	(1 * MS)	/* between two, in the beginning */
#define SAMPLE		(5 * MS)	/* and later */
#define SAMPLE_SHARE	50		/* of the time, at most a 50th */

struct run {
	struct systally_runner *runner;
	struct systally_discovery *discovery;
	struct systally_outcome *outcome;
	struct systally_error *error;
	struct systally_place place;
	struct systally_started started;
	bool ended;		/* the command itself, not its descendants */
	int status;
	pid_t helper;		/* TEST or the like; 0: none is running */
	int helper_status;
	uint64_t begin_ns;
	uint64_t sample_ns;	/* the next one is due; 0: none are taken */
	bool interrupted;
};

static void reap(struct run *run)
{
	struct rusage usage;
	int status;
	pid_t pid;

	while ((pid = wait4(-1, &status, WNOHANG | __WALL, &usage)) > 0) {
		if (WIFSTOPPED(status)) {
			if (run->discovery)
				systally_discovery_stopped(run->discovery, pid,
							   status);
			continue;
		}
		if (pid == run->helper) {
			run->helper = 0;
			run->helper_status = systally_process_status(status);
		} else if (pid == run->started.pid && !run->ended) {
			uint64_t most_kb = (uint64_t)usage.ru_maxrss;

			run->ended = true;
			run->status = systally_process_status(status);
			/* up to there it may be ours, from before the exec */
			if (most_kb > run->runner->tree.floor_kb &&
			    most_kb > run->outcome->peak.memory_kb)
				run->outcome->peak.memory_kb = most_kb;
		}
	}
}

static void sample(struct run *run)
{
	uint64_t now = systally_signals_now_ns();
	uint64_t pause = now - run->begin_ns < 20 * MS ? SAMPLE_FIRST : SAMPLE;
	uint64_t took;

	systally_tree_sample(&run->runner->tree, run->helper,
			     &run->outcome->peak);
	took = systally_signals_now_ns() - now;
	if (took * SAMPLE_SHARE > pause)
		pause = took * SAMPLE_SHARE;
	run->sample_ns = now + took + pause;
}

/* Waits for anything to happen, until @until_ns at most. */
static void step(struct run *run, uint64_t until_ns)
{
	struct systally_discovery *discovery = run->discovery;
	int listener = discovery ? discovery->listener : -1;
	struct signalfd_siginfo info;

	if (run->sample_ns && run->sample_ns < until_ns)
		until_ns = run->sample_ns;
	switch (systally_signals_wait(run->runner->signals, until_ns, listener,
				      &info)) {
	case SYSTALLY_EVENT_SIGNAL:
		if (systally_signals_ends(&info))
			run->interrupted = true;
		break;
	case SYSTALLY_EVENT_INPUT:
		systally_discovery_serve(discovery);
		break;
	default:
		break;
	}
	reap(run);
	if (run->sample_ns && systally_signals_now_ns() >= run->sample_ns)
		sample(run);
}

static void fail(struct run *run, const char *format, int number)
{
	if (run->outcome->why[0])
		return;
	/* the formats are ours, and take one number at most */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	snprintf(run->outcome->why, sizeof(run->outcome->why), format, number);
#pragma GCC diagnostic pop
}

/* Keeps the last line that was written, for messages. */
static void keep_last_line(struct run *run, const char *path)
{
	FILE *file = fopen(path, "re");
	char line[160];
	char *c;

	while (file && fgets(line, sizeof(line), file)) {
		line[strcspn(line, "\n")] = '\0';
		for (c = line; *c; c++) {
			if (*c < ' ' || *c > '~')
				*c = '?';
		}
		if (line[strspn(line, " ")])
			strcpy(run->outcome->said, line);
	}
	if (file)
		fclose(file);
}

/* The time when the phase that begins now has to be over. */
static uint64_t phase_end(const struct run *run, enum systally_phase phase)
{
	uint64_t timeout = run->runner->options->timeout_ns;
	uint64_t slower = run->discovery ? DISCOVERY_SLOWS : 1;

	if (timeout)
		return run->begin_ns + timeout * slower;
	return systally_signals_now_ns() +
	       run->runner->limit_ns[phase] * slower;
}

/* Waits for @text to end. Returns 0, or -1: interrupted, or in trouble. */
static int run_helper(struct run *run, const char *text, bool figure,
		      uint64_t until_ns, bool *in_time)
{
	char status[32], pid[32], seconds[48];
	char *variables[] = { seconds, pid, status, NULL };
	uint64_t now = systally_signals_now_ns();

	snprintf(status, sizeof(status), "SYSTALLY_STATUS=%d", run->status);
	snprintf(pid, sizeof(pid), "SYSTALLY_PID=%d", run->started.pid);
	snprintf(seconds, sizeof(seconds), "SYSTALLY_SECONDS=%.6f",
		 (double)(run->outcome->phase_ns[SYSTALLY_PHASE_WORK] ?:
			  now - run->begin_ns) / 1e9);
	if (!run->ended)
		variables[2] = NULL;
	run->helper_status = -1;
	run->helper = systally_start_shell(text, figure, &run->place, variables,
					   run->runner->signals, run->error);
	if (run->helper < 0) {
		run->helper = 0;
		return -1;
	}
	while (run->helper && !run->interrupted &&
	       systally_signals_now_ns() < until_ns)
		step(run, until_ns);
	*in_time = !run->helper;
	if (run->helper) {
		kill(-run->helper, SIGKILL);
		while (run->helper)
			step(run, systally_signals_now_ns() + 100 * MS);
	}
	return run->interrupted ? -1 : 0;
}

/* Is anything of the command still there? */
static bool lives(struct run *run)
{
	return !run->ended ||
	       systally_tree_list(&run->runner->tree, run->helper, false);
}

/* Waits until it can be tested. Returns 0, or -1 with an outcome or error. */
static int wait_for_work(struct run *run)
{
	const struct systally_needs_options *options = run->runner->options;
	uint64_t until = phase_end(run, SYSTALLY_PHASE_WORK);
	uint64_t pause = 5 * MS, next;
	bool in_time = true;

	while (!run->interrupted) {
		if (systally_signals_now_ns() >= until) {
			fail(run, options->server ? "not ready in time" :
						    "timeout", 0);
			return -1;
		}
		if (!options->server) {
			if (run->ended)
				return 0;
			step(run, until);
			continue;
		}
		if (!lives(run)) {
			fail(run, "ended (%d) before it was ready",
			     run->status);
			return -1;
		}
		if (run_helper(run, options->ready ?: options->test, false, until,
			       &in_time))
			return -1;
		if (in_time && !run->helper_status)
			return 0;
		next = systally_signals_now_ns() + pause;
		while (systally_signals_now_ns() < next && !run->interrupted)
			step(run, next);
		if (pause < 200 * MS)
			pause *= 2;
	}
	return -1;
}

static int run_test(struct run *run)
{
	bool in_time = true;

	if (run_helper(run, run->runner->options->test, false,
		       phase_end(run, SYSTALLY_PHASE_TEST), &in_time))
		return -1;
	if (in_time && !run->helper_status)
		return 0;
	fail(run, in_time ? "TEST failed (%d)" : "timeout in TEST",
	     run->helper_status);
	return -1;
}

/* Reads the one number that BENCH has printed. */
static int read_number(struct run *run)
{
	FILE *file = fopen(run->place.figure, "re");
	char text[128];
	size_t got = 0;
	char *end;

	if (file) {
		got = fread(text, 1, sizeof(text) - 1, file);
		fclose(file);
	}
	text[got] = '\0';
	errno = 0;
	run->outcome->performance = strtod(text, &end);
	if (end != text && !end[strspn(end, " \t\r\n")] &&
	    isfinite(run->outcome->performance) && strlen(text) == got) {
		run->outcome->benched = true;
		return 0;
	}
	fail(run, "BENCH printed no number", 0);
	keep_last_line(run, run->place.figure);
	return -1;
}

static int run_bench(struct run *run)
{
	bool in_time = true;

	if (run_helper(run, run->runner->options->bench, true,
		       phase_end(run, SYSTALLY_PHASE_BENCH), &in_time))
		return -1;
	if (in_time && !run->helper_status)
		return read_number(run);
	fail(run, in_time ? "BENCH failed (%d)" : "timeout in BENCH",
	     run->helper_status);
	return -1;
}

static void run_phases(struct run *run)
{
	static int (*const functions[SYSTALLY_PHASES])(struct run *run) = {
		wait_for_work, run_test, run_bench,
	};
	uint64_t begin = run->begin_ns, now;
	int phase;

	for (phase = 0; phase < SYSTALLY_PHASES; phase++) {
		if (phase == SYSTALLY_PHASE_BENCH &&
		    !run->runner->options->bench)
			break;
		if (functions[phase](run)) {
			keep_last_line(run, run->place.error);
			keep_last_line(run, run->place.said);
			return;
		}
		now = systally_signals_now_ns();
		run->outcome->phase_ns[phase] = now - begin;
		begin = now;
	}
	run->outcome->passed = true;
}

/* Asks the server to end, and gives it time. */
static void end_gently(struct run *run)
{
	struct systally_tree *tree = &run->runner->tree;
	const char *stop = run->runner->options->stop;
	uint64_t until;
	bool in_time;

	if (stop) {
		run_helper(run, stop, false, systally_signals_now_ns() + STOP_LIMIT,
			   &in_time);
	} else if (!run->ended) {
		kill(run->started.pid, SIGTERM);
	} else {
		systally_tree_list(tree, 0, true);
		systally_tree_signal(tree, SIGTERM);
	}
	until = systally_signals_now_ns() + GRACE;
	while (systally_signals_now_ns() < until && !run->interrupted &&
	       (!run->ended || systally_tree_list(tree, 0, false)))
		step(run, systally_signals_now_ns() + 20 * MS);
}

/*
 * Ends all that is left. Orphans become our children, so when we have none,
 * none are left. Returns 0, or -1 with the error.
 */
static int end_all(struct run *run)
{
	struct systally_tree *tree = &run->runner->tree;
	uint64_t until = systally_signals_now_ns() + KILL_LIMIT;

	run->sample_ns = 0;
	while (systally_signals_now_ns() < until) {
		reap(run);
		systally_tree_list(tree, 0, true);
		systally_tree_signal(tree, SIGKILL);
		if (!tree->count &&
		    (tree->before_count ||
		     (waitpid(-1, NULL, WNOHANG | __WALL) < 0 &&
		      errno == ECHILD)))
			return 0;
		step(run, systally_signals_now_ns() + 5 * MS);
	}
	if (!tree->count)
		return systally_error_set(run->error,
			"a child is left that is not in /proc; mount /proc without hidepid");
	return systally_error_set(run->error,
		"process %d cannot be ended, even by SIGKILL; see what it waits for in /proc/%d/stack",
		tree->pids[0], tree->pids[0]);
}

/* Waits until the command is executed. Returns 0, or what run_once returns. */
static int wait_for_exec(struct run *run, bool changed)
{
	int why;

	for (;;) {
		why = systally_start_result(&run->started);
		if (why >= 0)
			break;
		if (run->interrupted)
			return SYSTALLY_NEEDS_INTERRUPTED;
		step(run, systally_signals_now_ns() + MS);
	}
	if (!why)
		return 0;
	if (why >= SYSTALLY_START_FILTER) {
		systally_error_set(run->error,
			"the kernel refuses the seccomp filter: %s",
			strerror(why - SYSTALLY_START_FILTER));
		return SYSTALLY_NEEDS_NO_FILTER;
	}
	if (changed) {
		fail(run, "cannot be started (errno %d)", why);
		return 0;
	}
	systally_error_set(run->error, "cannot run '%s': %s",
			   run->runner->pad.path,
			   why == ENOEXEC ?
			   "not a program, nor a script that begins with #!" :
			   why == ENOENT ?
			   "the interpreter it names does not exist" :
			   strerror(why));
	return SYSTALLY_NEEDS_UNFIT;
}

/* Lets the command begin. Returns 0, or what run_once returns. */
static int release(struct run *run, bool changed)
{
	struct systally_discovery *discovery = run->discovery;

	if (discovery &&
	    systally_discovery_attach(discovery, &run->started, run->error))
		return SYSTALLY_NEEDS_NO_FILTER;
	run->begin_ns = systally_signals_now_ns();
	systally_start_release(&run->started);
	if (run->started.hand_over >= 0)
		discovery->listener = systally_start_listener(&run->started);
	return wait_for_exec(run, changed);
}

static int run_in_place(struct run *run, const struct systally_filter *filter)
{
	bool listener = run->discovery &&
			run->discovery->how == SYSTALLY_DISCOVER_SECCOMP;
	bool changed = filter->program.filter && !listener;
	int result;

	if (systally_start(&run->started, &run->runner->pad, &run->place,
			   filter, listener, run->error))
		return SYSTALLY_NEEDS_TROUBLE;
	result = release(run, changed);
	if (!result && !run->outcome->why[0]) {
		if (!run->discovery)
			sample(run);
		run_phases(run);
		run->sample_ns = 0;
		if (run->runner->options->server && run->outcome->passed)
			end_gently(run);
	}
	systally_start_close(&run->started);
	if (end_all(run) && !result)
		result = SYSTALLY_NEEDS_TROUBLE;
	if (run->interrupted)
		return SYSTALLY_NEEDS_INTERRUPTED;
	if (!result && run->error->text[0])
		return SYSTALLY_NEEDS_TROUBLE;
	return result;
}

int systally_run_once(struct systally_runner *runner,
		      const struct systally_change_of *changes, size_t count,
		      struct systally_discovery *discovery,
		      struct systally_outcome *outcome,
		      struct systally_error *error)
{
	struct run run = {
		.runner = runner, .discovery = discovery, .outcome = outcome,
		.error = error,
	};
	struct systally_filter filter;
	int result;

	memset(outcome, 0, sizeof(*outcome));
	if (discovery && discovery->how == SYSTALLY_DISCOVER_SECCOMP)
		result = systally_filter_notify(&filter,
				systally_launchpad_message(&runner->pad),
				error);
	else
		result = systally_filter_deny(&filter, changes, count,
				systally_launchpad_arguments(&runner->pad),
				error);
	if (result)
		return SYSTALLY_NEEDS_NO_FILTER;
	if (systally_place_make(&run.place, error)) {
		result = SYSTALLY_NEEDS_TROUBLE;
	} else {
		systally_tree_floor(&runner->tree);
		result = run_in_place(&run, &filter);
		systally_place_remove(&run.place);
	}
	systally_filter_free(&filter);
	return result;
}

int systally_runner_init(struct systally_runner *runner,
			 const struct systally_needs_options *options,
			 const struct systally_signals *signals,
			 struct systally_error *error)
{
	int phase;

	memset(runner, 0, sizeof(*runner));
	runner->options = options;
	runner->signals = signals;
	for (phase = 0; phase < SYSTALLY_PHASES; phase++)
		runner->limit_ns[phase] = LIMIT_UNTOUCHED;
	if (options->server)
		runner->limit_ns[SYSTALLY_PHASE_WORK] = LIMIT_READY;
	if (systally_launchpad_prepare(&runner->pad, options->command, signals,
				       error))
		return -1;
	if (!systally_tree_init(&runner->tree, error))
		return 0;
	systally_launchpad_free(&runner->pad);
	return -1;
}

void systally_runner_free(struct systally_runner *runner)
{
	systally_tree_free(&runner->tree);
	systally_launchpad_free(&runner->pad);
}

void systally_runner_limit(struct systally_runner *runner,
			   const struct systally_outcome *untouched,
			   size_t count)
{
	uint64_t most;
	int phase;
	size_t i;

	for (phase = 0; phase < SYSTALLY_PHASES; phase++) {
		most = LIMIT_LEAST;
		for (i = 0; i < count; i++) {
			if (untouched[i].phase_ns[phase] * LIMIT_FACTOR > most)
				most = untouched[i].phase_ns[phase] *
				       LIMIT_FACTOR;
		}
		runner->limit_ns[phase] = most;
	}
}
