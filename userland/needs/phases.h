/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The phases of one run, between its start and its end: work, TEST, BENCH.
 */
#ifndef SYSTALLY_NEEDS_PHASES_H
#define SYSTALLY_NEEDS_PHASES_H

#include "needs/discover.h"
#include "needs/place.h"
#include "needs/runner.h"
#include "needs/start.h"

/* Until SIGKILL must have worked. */
#define SYSTALLY_KILL_LIMIT	(20 * SYSTALLY_S)

/* A run that is going on. Zeroed, but for the first four. */
struct systally_run {
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
	pid_t leftover;		/* group of the last one, whose rest must go */
	uint64_t begin_ns;
	uint64_t sample_ns;	/* the next one is due; 0: none are taken */
	bool interrupted;
	bool flooded;		/* by more output than there may be */
};

/*
 * Waits for anything to happen, until @until_ns (of the monotonic clock) at
 * most. Everything is waited for here: it reaps children, samples, and serves
 * the discovery.
 */
void systally_run_step(struct systally_run *run, uint64_t until_ns);

/* Reaps the children that have ended, without waiting. */
void systally_run_reap(struct systally_run *run);

/* Takes a sample of descriptors and memory, and sets when the next is due. */
void systally_run_sample(struct systally_run *run);

/*
 * Notes why the run has not passed, unless that is known already. @format is
 * a literal, and takes @number or nothing.
 */
void systally_run_fail(struct systally_run *run, const char *format,
		       int number);

/*
 * Runs @text by the shell, with its output in the place of the BENCH figure
 * if @figure, until it ends or the time has come, when it is killed. Returns
 * 0 and whether it ended @in_time, or -1: interrupted, or @run->error.
 */
int systally_run_helper(struct systally_run *run, const char *text,
			bool figure, uint64_t until_ns, bool *in_time);

/* Does all phases. What came of them is in the outcome, or @run->error. */
void systally_run_phases(struct systally_run *run);

#endif /* SYSTALLY_NEEDS_PHASES_H */
