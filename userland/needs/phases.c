// SPDX-License-Identifier: GPL-2.0-only
/*
 * Waits for the command, tests it, measures it and samples it.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/process.h"
#include "needs/phases.h"

#define DISCOVERY_FACTOR 10 /* for the limits while calls are found */

/* Between two samples, at the beginning and later */
#define SAMPLE_FIRST (1 * SYSTALLY_MS)
#define SAMPLE	     (5 * SYSTALLY_MS)
#define SAMPLE_SHARE 50 /* samples take at most a 50th of the time */

#define OUTPUT_MOST  (1LL << 30) /* bytes in one file */
#define OUTPUT_TAIL  4096	 /* bytes to search for the last line */
#define NOTE_AFTER   (30 * SYSTALLY_S)
#define HELPER_LEAST (1 * SYSTALLY_S) /* for TEST and BENCH at least */

void systally_run_reap(struct systally_run *run)
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
			run->leftover = pid;
			run->helper_status = systally_process_status(status);
		} else if (pid == run->started.pid && !run->ended) {
			uint64_t most_kb = (uint64_t)usage.ru_maxrss;

			run->ended = true;
			run->status = systally_process_status(status);
			/* up to the floor, it may be from before the exec */
			if (most_kb > run->runner->tree.floor_kb &&
			    most_kb > run->outcome->peak.memory_kb)
				run->outcome->peak.memory_kb = most_kb;
		}
	}
}

static long long size_of(const char *path)
{
	struct stat status;

	return stat(path, &status) ? 0 : status.st_size;
}

/*
 * Returns true if the helper has ended but was not reaped. Its children are this
 * process's children then, so a sample takes them for the command's.
 */
static bool helper_ended(const struct systally_run *run)
{
	siginfo_t info = { .si_pid = 0 };

	return run->helper &&
	       !waitid(P_PID, (id_t)run->helper, &info,
		       WEXITED | WNOHANG | WNOWAIT) &&
	       info.si_pid;
}

void systally_run_sample(struct systally_run *run)
{
	uint64_t now = systally_signals_now_ns();
	uint64_t pause =
		now - run->begin_ns < 20 * SYSTALLY_MS ? SAMPLE_FIRST : SAMPLE;
	struct systally_peak peak = run->outcome->peak;
	uint64_t took;

	systally_tree_sample(&run->runner->tree, run->helper, &peak);
	if (!helper_ended(run))
		run->outcome->peak = peak;
	if (size_of(run->place.output) > OUTPUT_MOST ||
	    size_of(run->place.error) > OUTPUT_MOST ||
	    size_of(run->place.said) > OUTPUT_MOST ||
	    size_of(run->place.figure) > OUTPUT_MOST) {
		systally_run_fail(run, "more than 1 GiB of output", 0);
		run->flooded = true;
	}
	took = systally_signals_now_ns() - now;
	if (took * SAMPLE_SHARE > pause)
		pause = took * SAMPLE_SHARE;
	run->sample_ns = now + took + pause;
}

void systally_run_step(struct systally_run *run, uint64_t until_ns)
{
	struct systally_discovery *discovery = run->discovery;
	int listener = discovery ? discovery->listener : -1;
	struct signalfd_siginfo info;
	uint64_t next = run->sample_ns;

	/* no samples until the rest of the helper's group has ended */
	if (run->leftover)
		next = systally_signals_now_ns() + SYSTALLY_MS;
	if (next && next < until_ns)
		until_ns = next;
	switch (systally_signals_wait(run->runner->signals, until_ns, listener,
				      &info)) {
	case SYSTALLY_EVENT_SIGNAL:
		if (systally_signals_asks(&info))
			run->interrupted = true;
		break;
	case SYSTALLY_EVENT_INPUT:
		systally_discovery_serve(discovery);
		break;
	default:
		break;
	}
	systally_run_reap(run);
	/* kill() fails if the group is empty, or if we may not kill it */
	if (run->leftover && kill(-run->leftover, SIGKILL))
		run->leftover = 0;
	if (run->sample_ns && !run->leftover &&
	    systally_signals_now_ns() >= run->sample_ns)
		systally_run_sample(run);
}

void systally_run_fail(struct systally_run *run, const char *format, int number)
{
	if (run->outcome->why[0])
		return;
	/* the callers' formats are literals and take at most one number */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	snprintf(run->outcome->why, sizeof(run->outcome->why), format, number);
#pragma GCC diagnostic pop
}

/* Opens a file of the run. The command may have replaced it by a FIFO. */
static FILE *open_written(const char *path)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	FILE *file = fd < 0 ? NULL : fdopen(fd, "r");

	if (fd >= 0 && !file)
		close(fd);
	return file;
}

/* Keeps the last line of a file, if there is any, for messages. */
static void keep_last_line(struct systally_run *run, const char *path)
{
	FILE *file = open_written(path);
	char line[160];
	char *c;

	if (file && size_of(path) > OUTPUT_TAIL)
		fseek(file, -OUTPUT_TAIL, SEEK_END);
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

/* Returns the time at which the phase that begins now must have ended. */
static uint64_t phase_end(const struct systally_run *run,
			  enum systally_phase phase)
{
	uint64_t timeout = run->runner->request->timeout_ns;
	uint64_t factor = run->discovery ? DISCOVERY_FACTOR : 1;
	uint64_t now = systally_signals_now_ns();
	uint64_t end = run->begin_ns + timeout * factor;

	if (!timeout)
		return now + run->runner->limit_ns[phase] * factor;
	/* if this process was stopped, the command may still be in time */
	if (phase != SYSTALLY_PHASE_WORK && end < now + HELPER_LEAST)
		end = now + HELPER_LEAST;
	return end;
}

/* Kills the process and its group, because it may not be in its group yet. */
static void kill_helper(struct systally_run *run)
{
	uint64_t until = systally_signals_now_ns() + SYSTALLY_KILL_LIMIT;

	while (run->helper && systally_signals_now_ns() < until) {
		kill(-run->helper, SIGKILL);
		kill(run->helper, SIGKILL);
		systally_run_step(run, systally_signals_now_ns() +
					       100 * SYSTALLY_MS);
	}
}

int systally_run_helper(struct systally_run *run, const char *text, bool figure,
			uint64_t until_ns, bool *in_time)
{
	char status[32], pid[32], seconds[48];
	char *variables[] = { seconds, pid, status, NULL };
	uint64_t now = systally_signals_now_ns();

	snprintf(status, sizeof(status), "SYSTALLY_STATUS=%d", run->status);
	snprintf(pid, sizeof(pid), "SYSTALLY_PID=%d", run->started.pid);
	snprintf(seconds, sizeof(seconds), "SYSTALLY_SECONDS=%.6f",
		 (double)(run->outcome->phase_ns[SYSTALLY_PHASE_WORK] ?:
				  now - run->begin_ns) /
			 1e9);
	if (!run->ended)
		variables[2] = NULL;
	run->helper_status = -1;
	run->helper = systally_start_shell(text, figure, &run->place, variables,
					   run->runner->signals, run->error);
	if (run->helper < 0) {
		run->helper = 0;
		return -1;
	}
	while (run->helper && !run->interrupted && !run->flooded &&
	       systally_signals_now_ns() < until_ns)
		systally_run_step(run, until_ns);
	*in_time = !run->helper;
	if (run->helper)
		kill_helper(run);
	return run->interrupted ? -1 : 0;
}

/* Returns true if the command or a descendant still runs. */
static bool is_running(struct systally_run *run)
{
	return !run->ended ||
	       systally_tree_list(&run->runner->tree, run->helper, false);
}

/* Checks that a server still runs. Returns 0, or -1 and fails the run. */
static int check_running(struct systally_run *run, const char *format)
{
	systally_run_reap(run);
	if (!run->runner->request->server || is_running(run))
		return 0;
	systally_run_fail(run, format, run->status);
	return -1;
}

/* Does a step. Writes a note, once, if the run is as long as a server's. */
static void step_or_note(struct systally_run *run, uint64_t now, uint64_t until)
{
	uint64_t note = run->begin_ns + NOTE_AFTER;

	if (run->runner->noted || run->runner->request->timeout_ns) {
		systally_run_step(run, until);
	} else if (now < note) {
		systally_run_step(run, note < until ? note : until);
	} else {
		run->runner->noted = true;
		fprintf(stderr,
			"%ssystally: note: the command has run for 30 seconds; if it is a server, give --server\n",
			isatty(STDERR_FILENO) ? "\r\033[K" : "");
	}
}

/*
 * Waits until the command has ended, or until a server is ready. Returns 0, or
 * -1: the run has failed or was interrupted, or @run->error is set.
 */
static int wait_for_work(struct systally_run *run)
{
	const struct systally_request *request = run->runner->request;
	uint64_t until = phase_end(run, SYSTALLY_PHASE_WORK);
	uint64_t pause = 5 * SYSTALLY_MS, next, now;
	bool in_time = true;

	while (!run->interrupted && !run->outcome->why[0]) {
		/* before the time is checked: this process may have been late */
		systally_run_reap(run);
		if (!request->server && run->ended)
			return 0;
		now = systally_signals_now_ns();
		if (now >= until) {
			systally_run_fail(run,
					  request->server ?
						  "not ready in time" :
						  "timeout",
					  0);
			return -1;
		}
		if (!request->server) {
			step_or_note(run, now, until);
			continue;
		}
		if (check_running(run, "ended (%d) before it was ready") ||
		    systally_run_helper(run, request->ready ?: request->test,
					false, until, &in_time))
			return -1;
		/* another server may have answered instead */
		if (in_time && !run->helper_status)
			return check_running(run,
					     "ended (%d) before it was tested");
		next = systally_signals_now_ns() + pause;
		while (systally_signals_now_ns() < next && !run->interrupted)
			systally_run_step(run, next);
		if (pause < 200 * SYSTALLY_MS)
			pause *= 2;
	}
	return -1;
}

static int run_test(struct systally_run *run)
{
	bool in_time = true;

	if (systally_run_helper(run, run->runner->request->test, false,
				phase_end(run, SYSTALLY_PHASE_TEST), &in_time))
		return -1;
	if (in_time && !run->helper_status)
		return check_running(run, "ended (%d) while it was tested");
	systally_run_fail(run, in_time ? "TEST failed (%d)" : "timeout in TEST",
			  run->helper_status);
	return -1;
}

/* Reads the number that BENCH printed. It must be above 0 to have ratios. */
static int read_number(struct systally_run *run)
{
	FILE *file = open_written(run->place.figure);
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
	    isfinite(run->outcome->performance) &&
	    run->outcome->performance > 0 && strlen(text) == got) {
		run->outcome->benched = true;
		return 0;
	}
	systally_run_fail(run, "BENCH printed no number above 0", 0);
	keep_last_line(run, run->place.figure);
	return -1;
}

static int run_bench(struct systally_run *run)
{
	bool in_time = true;

	if (systally_run_helper(run, run->runner->request->bench, true,
				phase_end(run, SYSTALLY_PHASE_BENCH), &in_time))
		return -1;
	if (in_time && !run->helper_status)
		return read_number(run);
	systally_run_fail(run,
			  in_time ? "BENCH failed (%d)" : "timeout in BENCH",
			  run->helper_status);
	return -1;
}

void systally_run_phases(struct systally_run *run)
{
	static int (*const functions[SYSTALLY_PHASES])(
		struct systally_run *) = {
		wait_for_work,
		run_test,
		run_bench,
	};
	uint64_t begin = run->begin_ns, now;
	int phase;

	for (phase = 0; phase < SYSTALLY_PHASES; phase++) {
		if (phase == SYSTALLY_PHASE_BENCH &&
		    !run->runner->request->bench)
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
