/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The phases of one run between its start and its end: work, TEST, BENCH.
 */
#ifndef SYSTALLY_NEEDS_PHASES_H
#define SYSTALLY_NEEDS_PHASES_H

#include "needs/discover.h"
#include "needs/place.h"
#include "needs/runner.h"
#include "needs/start.h"

/* A process that has not ended so long after SIGKILL is an error. */
#define SYSTALLY_KILL_LIMIT (20 * SYSTALLY_S)

/* A run. All is zero at its start except for the first four members. */
struct systally_run {
	struct systally_runner *runner;
	struct systally_discovery *discovery;
	struct systally_outcome *outcome;
	struct systally_error *error;
	struct systally_place place;
	struct systally_started started;
	bool ended;   /* the command itself, not its descendants */
	int status;   /* of the command, as a shell has it */
	pid_t helper; /* shell command such as TEST; 0: none runs */
	int helper_status;
	pid_t leftover; /* process group of the last helper to kill */
	uint64_t begin_ns;
	uint64_t sample_ns; /* time of the next sample; 0: none are taken */
	bool interrupted;   /* by SIGINT or another signal */
	bool flooded;	    /* more output than is allowed */
};

/*
 * Waits for the next event, at most until @until_ns (CLOCK_MONOTONIC). This is
 * the only place where a run waits: it reaps children, takes samples, and
 * serves the discovery.
 */
void systally_run_step(struct systally_run *run, uint64_t until_ns);

/* Reaps the children that have ended, without waiting. */
void systally_run_reap(struct systally_run *run);

/* Takes a sample of descriptors and memory, and sets the time of the next. */
void systally_run_sample(struct systally_run *run);

/*
 * Notes why the run failed; only the first reason is kept. @format is a literal
 * and takes @number or nothing.
 */
void systally_run_fail(struct systally_run *run, const char *format,
		       int number);

/*
 * Runs the shell command @text. With @figure, its output is BENCH's number. If
 * it has not ended at @until_ns, it is killed. Returns 0 and whether it ended
 * @in_time, or -1: the run was interrupted, or @run->error is set.
 */
int systally_run_helper(struct systally_run *run, const char *text, bool figure,
			uint64_t until_ns, bool *in_time);

/* Does all phases. Sets the outcome, or @run->error. */
void systally_run_phases(struct systally_run *run);

#endif /* SYSTALLY_NEEDS_PHASES_H */
