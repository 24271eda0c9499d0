// SPDX-License-Identifier: GPL-2.0-only
/*
 * The order of the work: untouched runs, finding the calls, trying the features
 * one by one (try.c), and trying them all at once (together.c).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "needs/plan.h"

/*
 * Sets an error that says what failed, with which outcome, and what the user
 * can do. Returns the exit status.
 */
static int refuse(const char *what, const struct systally_outcome *outcome,
		  const char *remedy, struct systally_error *error)
{
	systally_error_set(error, "%s: %s%s%s%s; %s", what, outcome->why,
			   outcome->said[0] ? ", and the last line is '" : "",
			   outcome->said, outcome->said[0] ? "'" : "", remedy);
	return SYSTALLY_NEEDS_UNFIT;
}

static const char *remedy_for(const struct systally_outcome *failed)
{
	if (strstr(failed->why, "timeout in"))
		return "run that by hand to see why, or give a longer --timeout";
	if (strstr(failed->why, "tested"))
		return "see what the server prints, and whether another server answers instead";
	if (strstr(failed->why, "BENCH"))
		return "BENCH must print one number and nothing else, and exit with 0";
	if (strstr(failed->why, "TEST"))
		return "TEST must pass before calls can be tried; run it by hand to see why it fails";
	if (strstr(failed->why, "--stop"))
		return "run that by hand to see why";
	if (!strcmp(failed->why, "timeout"))
		return "give a longer --timeout, or --server if the command does not end by itself";
	if (strstr(failed->why, "ready"))
		return "see what the server prints, and run --ready (TEST if it is not given) by hand";
	return "it must pass before calls can be tried";
}

/* Does the untouched runs at the beginning. All of them must pass. */
static int run_untouched(struct systally_plan *plan,
			 struct systally_error *error)
{
	struct systally_repeater *repeater = &plan->repeater;
	struct systally_replicas *untouched = &plan->untouched;
	const struct systally_outcome *failed;
	int result;

	result = systally_replicas_run(repeater, "untouched", NULL, 0, false,
				       untouched, error);
	if (result)
		return result;
	failed = systally_replicas_failed(untouched);
	if (failed && !repeater->progress.timed) {
		/* these runs are from the state; TEST may pass now */
		systally_replicas_free(untouched);
		repeater->ignore_state = true;
		result = systally_replicas_run(repeater, "untouched", NULL, 0,
					       false, untouched, error);
		repeater->ignore_state = false;
		if (result)
			return result;
		failed = systally_replicas_failed(untouched);
	}
	if (!failed) {
		systally_runner_limit(&repeater->runner, untouched->outcomes,
				      untouched->count);
		return 0;
	}
	if (!untouched->passed)
		return refuse("the untouched command fails", failed,
			      remedy_for(failed), error);
	systally_error_set(
		error,
		"TEST is flaky: %u of %u untouched runs passed (%s); calls can be tried only if all pass",
		untouched->passed, untouched->count, failed->why);
	return SYSTALLY_NEEDS_UNFIT;
}

/*
 * Finds the calls in one way and replaces plan->used by them. Returns as
 * systally_run_once() does.
 */
static int discover_by(struct systally_plan *plan,
		       enum systally_needs_discover how,
		       struct systally_outcome *outcome,
		       struct systally_error *error)
{
	struct systally_error ignored = { "" };
	struct systally_discovery discovery;
	int result;

	systally_used_free(plan->used);
	plan->used = systally_used_new(plan->names);
	if (!plan->used) {
		systally_error_set(error, "out of memory");
		return SYSTALLY_NEEDS_TROUBLE;
	}
	systally_discovery_init(&discovery, how, plan->used);
	if (how == SYSTALLY_DISCOVER_MODULE &&
	    systally_discovery_take_module(&discovery, error))
		return SYSTALLY_NEEDS_NO_FILTER;
	result = systally_run_once(&plan->repeater.runner, NULL, 0, &discovery,
				   outcome, error);
	if (systally_discovery_end(&discovery, result ? &ignored : error) &&
	    !result)
		result = SYSTALLY_NEEDS_NO_FILTER;
	return result;
}

/* Tries all ways to find the calls until one works, or that of --discover. */
static int discover(struct systally_plan *plan, struct systally_error *error)
{
	enum systally_needs_discover wanted = plan->request->discover;
	struct systally_outcome outcome, failed = { 0 };
	unsigned int how;
	int result = 0;

	memset(&outcome, 0, sizeof(outcome));
	for (how = SYSTALLY_DISCOVER_MODULE; how <= SYSTALLY_DISCOVER_PTRACE;
	     how++) {
		if (wanted && wanted != how)
			continue;
		/* the module does not see the arguments that --sub needs */
		if (how == SYSTALLY_DISCOVER_MODULE && plan->request->sub)
			continue;
		systally_error_clear(error);
		plan->how = (enum systally_needs_discover)how;
		result = discover_by(plan, plan->how, &outcome, error);
		if (!result && outcome.passed)
			return 0;
		if (!result)
			failed = outcome;
		if (result && result != SYSTALLY_NEEDS_NO_FILTER)
			return result;
	}
	if (!failed.why[0])
		return SYSTALLY_NEEDS_UNFIT;
	systally_error_clear(error);
	return refuse("the command fails while its calls are recorded", &failed,
		      strstr(failed.why, "timeout") ||
				      strstr(failed.why, "in time") ?
			      "give a longer --timeout" :
		      wanted ? "try another --discover" :
			       "the command works with no way of --discover",
		      error);
}

/* Finds the calls of the command, unless the state has them. */
static int find_used(struct systally_plan *plan, struct systally_error *error)
{
	struct systally_repeater *repeater = &plan->repeater;
	uint64_t begin_ns = systally_signals_now_ns();
	int result;

	plan->how = repeater->state.content.how;
	if (plan->how != SYSTALLY_DISCOVER_AUTO) {
		systally_progress_end(&repeater->progress, 0);
		return 0;
	}
	systally_progress_begin(&repeater->progress, "finding the calls");
	result = discover(plan, error);
	if (result)
		return result;
	systally_progress_end(&repeater->progress,
			      systally_signals_now_ns() - begin_ns);
	return systally_state_add_used(&repeater->state, plan->how, plan->used,
				       error) ?
		       SYSTALLY_NEEDS_TROUBLE :
		       0;
}

static int list_features(struct systally_plan *plan,
			 const struct systally_set *set,
			 struct systally_error *error)
{
	struct systally_feature *features;
	size_t i;

	if (systally_used_features(plan->used, plan->names, set,
				   plan->request->sub, &features,
				   &plan->count)) {
		plan->count = 0;
		systally_error_set(error, "out of memory");
		return SYSTALLY_NEEDS_TROUBLE;
	}
	plan->tried = calloc(plan->count + 1, sizeof(*plan->tried));
	for (i = 0; plan->tried && i < plan->count; i++)
		plan->tried[i].feature = features[i];
	free(features);
	if (!plan->tried) {
		plan->count = 0;
		systally_error_set(error, "out of memory");
		return SYSTALLY_NEEDS_TROUBLE;
	}
	/* the runs with all features at once, and those at the end */
	plan->repeater.progress.total += plan->request->replicas * 2;
	return 0;
}

/*
 * Returns true if some runs are from the state and others are new. Later runs
 * depend on both, so they must be new as well: those in the state are too old.
 */
static bool is_mixed(const struct systally_repeater *repeater)
{
	return repeater->state.content.resumed && repeater->progress.timed;
}

static int run_all(struct systally_plan *plan, const struct systally_set *set,
		   struct systally_error *error)
{
	struct systally_repeater *repeater = &plan->repeater;
	int result;

	systally_progress_init(&repeater->progress,
			       plan->request->replicas + 1);
	result = run_untouched(plan, error);
	if (!result)
		result = find_used(plan, error);
	if (!result)
		result = list_features(plan, set, error);
	if (!result)
		result = systally_try_features(repeater, plan->tried,
					       plan->count, error);
	repeater->ignore_state = is_mixed(repeater);
	if (!result)
		result = systally_together_run(&plan->together, repeater,
					       plan->tried, plan->count, error);
	/* these show whether the untouched command still passes */
	repeater->ignore_state = is_mixed(repeater);
	if (!result)
		result = systally_replicas_beside(repeater, "the end",
						  &plan->end, error);
	repeater->ignore_state = false;
	systally_progress_clear(&repeater->progress);
	return result;
}

int systally_plan_run(struct systally_plan *plan,
		      const struct systally_request *request,
		      const struct systally_names *names,
		      const struct systally_signals *signals,
		      struct systally_error *error)
{
	struct systally_set set = { .all = true };

	memset(plan, 0, sizeof(*plan));
	plan->request = request;
	plan->names = names;
	plan->repeater.state.fd = -1;
	if (request->syscalls &&
	    systally_set_parse(&set, names, request->syscalls, error))
		return SYSTALLY_NEEDS_UNFIT;
	plan->used = systally_used_new(names);
	if (!plan->used) {
		systally_error_set(error, "out of memory");
		return SYSTALLY_NEEDS_TROUBLE;
	}
	if (systally_repeater_init(&plan->repeater, request, signals,
				   plan->used, error))
		return SYSTALLY_NEEDS_UNFIT;
	return run_all(plan, &set, error);
}

void systally_plan_free(struct systally_plan *plan)
{
	systally_tried_free(plan->tried, plan->count);
	systally_together_free(&plan->together);
	systally_replicas_free(&plan->untouched);
	systally_replicas_free(&plan->end);
	systally_used_free(plan->used);
	systally_repeater_free(&plan->repeater);
}
