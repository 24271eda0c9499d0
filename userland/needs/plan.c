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

const char *systally_way_name(enum systally_way way)
{
	return way == SYSTALLY_STUB ? "stub" : "fake";
}

void systally_replicas_free(struct systally_replicas *replicas)
{
	free(replicas->outcomes);
	memset(replicas, 0, sizeof(*replicas));
}

int systally_plan_replicas(struct systally_plan *plan, const char *label,
			   const struct systally_change_of *changes,
			   size_t count, bool hasty,
			   struct systally_replicas *replicas,
			   struct systally_error *error)
{
	unsigned int wanted = plan->options->replicas;
	struct systally_outcome *outcome;
	uint64_t begin_ns;
	char *key = NULL;
	int result = 0;

	memset(replicas, 0, sizeof(*replicas));
	replicas->outcomes = calloc(wanted, sizeof(*replicas->outcomes));
	if (!replicas->outcomes) {
		systally_error_set(error, "out of memory");
		return SYSTALLY_NEEDS_TROUBLE;
	}
	while (!result && replicas->count < wanted) {
		outcome = &replicas->outcomes[replicas->count];
		if (asprintf(&key, "%s %u", label, replicas->count + 1) < 0) {
			systally_error_set(error, "out of memory");
			return SYSTALLY_NEEDS_TROUBLE;
		}
		begin_ns = systally_signals_now_ns();
		if (!plan->redo &&
		    systally_state_find(&plan->state, key, outcome)) {
			systally_progress_end(&plan->progress, 0);
		} else {
			systally_progress_begin(&plan->progress, key);
			result = systally_run_once(&plan->runner, changes,
						   count, NULL, outcome,
						   error);
			if (!result)
				systally_progress_end(&plan->progress,
					systally_signals_now_ns() - begin_ns);
			if (!result && systally_state_add(&plan->state, key,
							  outcome, error))
				result = SYSTALLY_NEEDS_TROUBLE;
		}
		free(key);
		if (result)
			break;
		replicas->count++;
		replicas->passed += outcome->passed;
		if (hasty && !outcome->passed)
			break;
	}
	/* no filter means no answer to anything that is asked here */
	return result == SYSTALLY_NEEDS_NO_FILTER ? SYSTALLY_NEEDS_UNFIT :
						    result;
}

int systally_plan_beside(struct systally_plan *plan, const char *label,
			 struct systally_replicas *beside,
			 struct systally_error *error)
{
	char key[SYSTALLY_FEATURE_LEN + 24];

	snprintf(key, sizeof(key), SYSTALLY_BESIDE "%s", label);
	return systally_plan_replicas(plan, key, NULL, 0, false, beside, error);
}

const struct systally_outcome *
systally_replicas_failed(const struct systally_replicas *replicas)
{
	unsigned int i;

	for (i = 0; i < replicas->count; i++) {
		if (!replicas->outcomes[i].passed)
			return &replicas->outcomes[i];
	}
	return NULL;
}

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
		return "see what that does, by itself, or give a longer --timeout";
	if (strstr(failed->why, "tested"))
		return "see what it writes, and whether another one answers in its place";
	if (strstr(failed->why, "BENCH"))
		return "BENCH has to print one number, and nothing else, and to succeed";
	if (strstr(failed->why, "TEST"))
		return "it has to before calls can be tried; see what TEST says, by itself";
	if (strstr(failed->why, "--stop"))
		return "see what that says, by itself";
	if (!strcmp(failed->why, "timeout"))
		return "give it a longer --timeout, or --server if it does not end by itself";
	if (strstr(failed->why, "ready"))
		return "see what it writes, and what --ready (else TEST) says, by itself";
	return "it has to before calls can be tried";
}

static int run_untouched(struct systally_plan *plan,
			 struct systally_error *error)
{
	struct systally_replicas *untouched = &plan->untouched;
	const struct systally_outcome *failed;
	int result;

	result = systally_plan_replicas(plan, "untouched", NULL, 0, false,
					untouched, error);
	if (result)
		return result;
	failed = systally_replicas_failed(untouched);
	if (failed && !plan->progress.timed) {
		/* that was then: what TEST needs may be there now */
		systally_replicas_free(untouched);
		plan->redo = true;
		result = systally_plan_replicas(plan, "untouched", NULL, 0,
						false, untouched, error);
		plan->redo = false;
		if (result)
			return result;
		failed = systally_replicas_failed(untouched);
	}
	if (!failed) {
		systally_runner_limit(&plan->runner, untouched->outcomes,
				      untouched->count);
		return 0;
	}
	if (!untouched->passed)
		return refuse("the untouched command does not pass", failed,
			      remedy_for(failed), error);
	systally_error_set(error,
		"TEST flaps: %u of %u untouched runs passed (%s); nothing can be told by it until all do",
		untouched->passed, untouched->count, failed->why);
	return SYSTALLY_NEEDS_UNFIT;
}

/* One way to discover. Returns as systally_run_once(); the used are new. */
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
	result = systally_run_once(&plan->runner, NULL, 0, &discovery,
				   outcome, error);
	if (systally_discovery_end(&discovery, result ? &ignored : error) &&
	    !result)
		result = SYSTALLY_NEEDS_NO_FILTER;
	return result;
}

static int discover(struct systally_plan *plan, struct systally_error *error)
{
	enum systally_needs_discover wanted = plan->options->discover;
	struct systally_outcome outcome, failed = { 0 };
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
	return refuse("the command does not pass while its calls are being recorded",
		      &failed,
		      strstr(failed.why, "timeout") ||
				strstr(failed.why, "in time") ?
			"give it a longer --timeout" : wanted ?
			"try another --discover" :
			"none of the ways to record them goes with it",
		      error);
}

static int find_used(struct systally_plan *plan, struct systally_error *error)
{
	uint64_t begin_ns = systally_signals_now_ns();
	int result;

	plan->used = systally_used_new(plan->names);
	if (!plan->used) {
		systally_error_set(error, "out of memory");
		return SYSTALLY_NEEDS_TROUBLE;
	}
	plan->how = systally_state_find_used(&plan->state, plan->used);
	if (plan->used->lost) {
		systally_error_set(error, "out of memory");
		return SYSTALLY_NEEDS_TROUBLE;
	}
	if (plan->how != SYSTALLY_DISCOVER_AUTO) {
		systally_progress_end(&plan->progress, 0);
		return 0;
	}
	systally_progress_begin(&plan->progress, "which calls it makes");
	result = discover(plan, error);
	if (!result)
		systally_progress_end(&plan->progress,
				      systally_signals_now_ns() - begin_ns);
	if (!result && systally_state_add_used(&plan->state, plan->how,
					       plan->used, error))
		result = SYSTALLY_NEEDS_TROUBLE;
	return result;
}

static int run_all(struct systally_plan *plan, const struct systally_set *set,
		   struct systally_error *error)
{
	int result;

	systally_progress_init(&plan->progress, plan->options->replicas + 1);
	result = run_untouched(plan, error);
	if (!result)
		result = find_used(plan, error);
	if (!result)
		result = systally_plan_try(plan, set, error);
	/* what follows is of all that came before, and not of then */
	plan->redo = plan->state.resumed && plan->progress.timed;
	if (!result)
		result = systally_plan_together(plan, error);
	/* does it still pass? */
	plan->redo = plan->state.resumed && plan->progress.timed;
	if (!result)
		result = systally_plan_beside(plan, "the end", &plan->end,
					      error);
	plan->redo = false;
	systally_progress_clear(&plan->progress);
	return result;
}

int systally_plan_run(struct systally_plan *plan,
		      const struct systally_needs_options *options,
		      const struct systally_names *names,
		      const struct systally_signals *signals,
		      struct systally_error *error)
{
	struct systally_set set = { .all = true };

	memset(plan, 0, sizeof(*plan));
	plan->options = options;
	plan->names = names;
	plan->state.fd = -1;
	if (options->syscalls &&
	    systally_set_parse(&set, names, options->syscalls, error))
		return SYSTALLY_NEEDS_UNFIT;
	if (systally_runner_init(&plan->runner, options, signals, error) ||
	    systally_state_open(&plan->state, options, error))
		return SYSTALLY_NEEDS_UNFIT;
	return run_all(plan, &set, error);
}

void systally_plan_free(struct systally_plan *plan)
{
	unsigned int way;
	size_t i;

	for (i = 0; i < plan->count; i++) {
		for (way = 0; way < SYSTALLY_WAYS; way++)
			systally_replicas_free(&plan->tried[i].ways[way]);
		systally_replicas_free(&plan->tried[i].beside);
	}
	for (i = 0; i < plan->conflict_count; i++)
		free(plan->conflicts[i].members);
	free(plan->conflicts);
	free(plan->tried);
	free(plan->together);
	free(plan->kept);
	systally_replicas_free(&plan->untouched);
	systally_replicas_free(&plan->together_run);
	systally_replicas_free(&plan->end);
	systally_used_free(plan->used);
	systally_state_close(&plan->state);
	systally_runner_free(&plan->runner);
}
