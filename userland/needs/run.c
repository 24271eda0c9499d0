// SPDX-License-Identifier: GPL-2.0-only
/*
 * Starts a run, and ends all its processes. phases.c has what is between.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/process.h"
#include "needs/phases.h"
#include "needs/run.h"

#define GRACE	   (3 * SYSTALLY_S)  /* between SIGTERM and SIGKILL */
#define STOP_LIMIT (20 * SYSTALLY_S) /* for --stop */

/*
 * Asks the server to end and gives it time for that. This is done after a failed
 * run as well: another process, which is no descendant, may run on behalf of
 * the server, and only --stop ends it. Returns NULL, or how --stop failed.
 */
static const char *end_gently(struct systally_run *run)
{
	struct systally_tree *tree = &run->runner->tree;
	const char *stop = run->runner->request->stop;
	bool interrupted = run->interrupted;
	const char *failed = NULL;
	bool in_time = true;
	uint64_t until;

	/* another Ctrl-C ends the wait */
	run->interrupted = false;
	if (stop) {
		until = systally_signals_now_ns() + STOP_LIMIT;
		if (!systally_run_helper(run, stop, false, until, &in_time) &&
		    (!in_time || run->helper_status))
			failed = in_time ? "--stop failed (%d)" :
					   "--stop took more than 20 seconds";
	} else if (!run->ended) {
		kill(run->started.pid, SIGTERM);
	} else {
		systally_tree_list(tree, 0, true);
		systally_tree_signal(tree, SIGTERM);
	}
	until = systally_signals_now_ns() + GRACE;
	while (systally_signals_now_ns() < until && !run->interrupted &&
	       (!run->ended || systally_tree_list(tree, 0, false)))
		systally_run_step(run,
				  systally_signals_now_ns() + 20 * SYSTALLY_MS);
	run->interrupted |= interrupted;
	return failed;
}

/*
 * Kills all descendants that are left. Orphaned ones become children of this
 * process, so none is left when it has no children. Returns 0, or -1 with the
 * error.
 */
static int end_all(struct systally_run *run)
{
	struct systally_tree *tree = &run->runner->tree;
	uint64_t until = systally_signals_now_ns() + SYSTALLY_KILL_LIMIT;

	run->sample_ns = 0;
	while (systally_signals_now_ns() < until) {
		systally_run_reap(run);
		systally_tree_list(tree, 0, true);
		systally_tree_signal(tree, SIGKILL);
		if (!tree->count && (tree->before_count ||
				     (waitpid(-1, NULL, WNOHANG | __WALL) < 0 &&
				      errno == ECHILD)))
			return 0;
		systally_run_step(run,
				  systally_signals_now_ns() + 5 * SYSTALLY_MS);
	}
	if (!tree->count)
		return systally_error_set(
			run->error,
			"a child process is left that /proc does not show; mount /proc without hidepid");
	return systally_error_set(
		run->error,
		"process %d does not end after SIGKILL; /proc/%d/stack shows what it waits for",
		tree->pids[0], tree->pids[0]);
}

/* Waits until the command is executed. Returns as systally_run_once() does. */
static int wait_for_exec(struct systally_run *run, bool changed)
{
	int why;

	for (;;) {
		why = systally_start_result(&run->started);
		if (why >= 0)
			break;
		if (run->interrupted)
			return SYSTALLY_NEEDS_INTERRUPTED;
		systally_run_step(run, systally_signals_now_ns() + SYSTALLY_MS);
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
		systally_run_fail(run, "cannot be started (errno %d)", why);
		return 0;
	}
	systally_process_explain(run->runner->pad.path, why, run->error);
	return SYSTALLY_NEEDS_UNFIT;
}

/* Opens the command's gate. Returns as systally_run_once() does. */
static int release(struct systally_run *run, bool changed)
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

static int run_in_place(struct systally_run *run,
			const struct systally_filter *filter, bool changed)
{
	bool listener = run->discovery &&
			run->discovery->how == SYSTALLY_DISCOVER_SECCOMP;
	const char *failed;
	int result;

	if (systally_start(&run->started, &run->runner->pad, &run->place,
			   filter, listener, run->error))
		return SYSTALLY_NEEDS_TROUBLE;
	result = release(run, changed);
	if (!result && !run->outcome->why[0]) {
		if (!run->discovery)
			systally_run_sample(run);
		systally_run_phases(run);
		run->sample_ns = 0;
		run->flooded = false;
		failed = run->runner->request->server ? end_gently(run) : NULL;
		if (failed && run->outcome->passed && !changed) {
			systally_run_fail(run, failed, run->helper_status);
			run->outcome->passed = false;
		}
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
		      const struct systally_needs_change *changes, size_t count,
		      struct systally_discovery *discovery,
		      struct systally_outcome *outcome,
		      struct systally_error *error)
{
	struct systally_run run = {
		.runner = runner,
		.discovery = discovery,
		.outcome = outcome,
		.error = error,
	};
	struct systally_filter filter;
	int result;

	memset(outcome, 0, sizeof(*outcome));
	memset(&filter, 0, sizeof(filter));
	if (discovery && discovery->how == SYSTALLY_DISCOVER_SECCOMP)
		result = systally_filter_notify(
			&filter, systally_launchpad_message(&runner->pad),
			error);
	else if (discovery)
		result = 0;
	else
		result = systally_filter_deny(
			&filter, changes, count,
			systally_launchpad_arguments(&runner->pad), error);
	if (result)
		return SYSTALLY_NEEDS_NO_FILTER;
	if (systally_place_make(&run.place, error)) {
		result = SYSTALLY_NEEDS_TROUBLE;
	} else {
		systally_tree_floor(&runner->tree);
		result = run_in_place(&run, &filter, count);
		if (systally_place_remove(&run.place, error) && !result)
			result = SYSTALLY_NEEDS_TROUBLE;
	}
	systally_filter_free(&filter);
	return result;
}
