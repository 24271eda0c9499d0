// SPDX-License-Identifier: GPL-2.0-only
/*
 * Does the runs: untouched and the discovery here; each feature by itself is in
 * needs_try.c, and what can go at once in needs_together.c. Called by
 * cmd_needs.c.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "needs/plan.h"

/* What is wrong with an untouched run, and what was written by it last. */
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
		return "see what that does, by itself, or give a longer "
		       "--timeout";
	if (strstr(failed->why, "tested"))
		return "see what it writes, and whether another one answers in "
		       "its place";
	if (strstr(failed->why, "BENCH"))
		return "BENCH has to print one number, and nothing else, and "
		       "to succeed";
	if (strstr(failed->why, "TEST"))
		return "it has to before calls can be tried; see what TEST "
		       "says, by itself";
	if (strstr(failed->why, "--stop"))
		return "see what that says, by itself";
	if (!strcmp(failed->why, "timeout"))
		return "give it a longer --timeout, or --server if it does not "
		       "end by itself";
	if (strstr(failed->why, "ready"))
		return "see what it writes, and what --ready (else TEST) says, "
		       "by itself";
	return "it has to before calls can be tried";
}

static int run_untouched(struct systally_plan *plan,
			 struct systally_error *error)
{
	struct systally_replicas *untouched = &plan->untouched;
	const struct systally_outcome *failed;
	int result;

	result = systally_replicas_run(&plan->repeater, "untouched", NULL, 0,
				       false, untouched, error);
	if (result)
		return result;
	failed = systally_replicas_failed(untouched);
	if (failed && !plan->repeater.progress.timed) {
		/* that was then: what TEST needs may be there now */
		systally_replicas_free(untouched);
		plan->repeater.ignore_state = true;
		result =
			systally_replicas_run(&plan->repeater, "untouched",
					      NULL, 0, false, untouched, error);
		plan->repeater.ignore_state = false;
		if (result)
			return result;
		failed = systally_replicas_failed(untouched);
	}
	if (!failed) {
		systally_runner_limit(&plan->repeater.runner,
				      untouched->outcomes, untouched->count);
		return 0;
	}
	if (!untouched->passed)
		return refuse("the untouched command does not pass", failed,
			      remedy_for(failed), error);
	systally_error_set(error,
			   "TEST flaps: %u of %u untouched runs passed (%s); "
			   "nothing can be told by it until all do",
			   untouched->passed, untouched->count, failed->why);
	return SYSTALLY_NEEDS_UNFIT;
}

/* One way to discover. Returns as systally_run_once(); the used are new. */
static int discover_by(struct systally_plan *plan,
		       enum systally_needs_discover how,
		       struct systally_outcome *outcome,
		       struct systally_error *error)
{
	struct systally_error ignored = {""};
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

static int discover(struct systally_plan *plan, struct systally_error *error)
{
	enum systally_needs_discover wanted = plan->options->discover;
	struct systally_outcome outcome, failed = {0};
	unsigned int how;
	int result = 0;

	memset(&outcome, 0, sizeof(outcome));
	for (how = SYSTALLY_DISCOVER_MODULE; how <= SYSTALLY_DISCOVER_PTRACE;
	     how++) {
		if (wanted && wanted != how)
			continue;
		/* it does not see arguments */
		if (how == SYSTALLY_DISCOVER_MODULE && plan->options->sub)
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
	return refuse(
		"the command does not pass while its calls are being recorded",
		&failed,
		strstr(failed.why, "timeout") || strstr(failed.why, "in time")
			? "give it a longer --timeout"
		: wanted ? "try another --discover"
			 : "none of the ways to record them goes with it",
		error);
}

/* Finds out what the command uses, unless the state has it. */
static int find_used(struct systally_plan *plan, struct systally_error *error)
{
	struct systally_repeater *repeater = &plan->repeater;
	uint64_t begin_ns = systally_signals_now_ns();
	int result;

	plan->how = repeater->state.how;
	if (plan->how != SYSTALLY_DISCOVER_AUTO) {
		systally_progress_end(&repeater->progress, 0);
		return 0;
	}
	systally_progress_begin(&repeater->progress, "which calls it makes");
	result = discover(plan, error);
	if (result)
		return result;
	systally_progress_end(&repeater->progress,
			      systally_signals_now_ns() - begin_ns);
	return systally_state_add_used(&repeater->state, plan->how, plan->used,
				       error)
		       ? SYSTALLY_NEEDS_TROUBLE
		       : 0;
}

static int list_features(struct systally_plan *plan,
			 const struct systally_set *set,
			 struct systally_error *error)
{
	struct systally_feature *features;
	size_t i;

	if (systally_used_features(plan->used, plan->names, set,
				   plan->options->sub, &features,
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
	/* besides each feature by itself: all at once, and the end */
	plan->repeater.progress.total += plan->options->replicas * 2;
	return 0;
}

static int run_all(struct systally_plan *plan, const struct systally_set *set,
		   struct systally_error *error)
{
	int result;

	systally_progress_init(&plan->repeater.progress,
			       plan->options->replicas + 1);
	result = run_untouched(plan, error);
	if (!result)
		result = find_used(plan, error);
	if (!result)
		result = list_features(plan, set, error);
	if (!result)
		result = systally_try_features(&plan->repeater, plan->tried,
					       plan->count, error);
	/* what follows is of all that came before, and not of then */
	plan->repeater.ignore_state =
		plan->repeater.state.resumed && plan->repeater.progress.timed;
	if (!result)
		result = systally_together_run(&plan->together, &plan->repeater,
					       plan->tried, plan->count, error);
	/* does it still pass? */
	plan->repeater.ignore_state =
		plan->repeater.state.resumed && plan->repeater.progress.timed;
	if (!result)
		result = systally_replicas_beside(&plan->repeater, "the end",
						  &plan->end, error);
	plan->repeater.ignore_state = false;
	systally_progress_clear(&plan->repeater.progress);
	return result;
}

int systally_plan_run(struct systally_plan *plan,
		      const struct systally_needs_options *options,
		      const struct systally_names *names,
		      const struct systally_signals *signals,
		      struct systally_error *error)
{
	struct systally_set set = {.all = true};

	memset(plan, 0, sizeof(*plan));
	plan->options = options;
	plan->names = names;
	plan->repeater.state.fd = -1;
	if (options->syscalls &&
	    systally_set_parse(&set, names, options->syscalls, error))
		return SYSTALLY_NEEDS_UNFIT;
	plan->used = systally_used_new(names);
	if (!plan->used) {
		systally_error_set(error, "out of memory");
		return SYSTALLY_NEEDS_TROUBLE;
	}
	if (systally_repeater_init(&plan->repeater, options, signals,
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
