// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tries each feature by itself: stubbed, faked, and, where BENCH has measured
 * that, the untouched command beside it. Called by needs_plan.c.
 */
#include <stdio.h>
#include <stdlib.h>

#include "needs/plan.h"

#define LABEL_LEN	(SYSTALLY_FEATURE_LEN + 24)

const char *systally_verdict_name(enum systally_verdict verdict)
{
	static const char *const names[SYSTALLY_VERDICTS] = {
		[SYSTALLY_REQUIRED] = "required", [SYSTALLY_FLAKY] = "flaky",
		[SYSTALLY_FAKEABLE] = "fake", [SYSTALLY_STUBBABLE] = "stub",
		[SYSTALLY_EITHER] = "both", [SYSTALLY_UNTRIED] = "untried",
	};

	return names[verdict];
}

/* How many there are, at most, with replicas counted as one. */
static unsigned int runs_of_each(const struct systally_plan *plan)
{
	return SYSTALLY_WAYS + (plan->options->bench ? 1 : 0);
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
	plan->progress.total += plan->options->replicas *
				(plan->count * runs_of_each(plan) + 2);
	return 0;
}

static enum systally_verdict judge(const struct systally_tried *tried)
{
	bool goes[SYSTALLY_WAYS];
	unsigned int way;

	for (way = 0; way < SYSTALLY_WAYS; way++) {
		const struct systally_replicas *replicas = &tried->ways[way];

		if (replicas->passed && replicas->passed < replicas->count)
			return SYSTALLY_FLAKY;
		goes[way] = replicas->passed;
	}
	if (goes[SYSTALLY_STUB])
		return goes[SYSTALLY_FAKE] ? SYSTALLY_EITHER :
					     SYSTALLY_STUBBABLE;
	return goes[SYSTALLY_FAKE] ? SYSTALLY_FAKEABLE : SYSTALLY_REQUIRED;
}

/* -v's line for a feature that is done. */
static void report(struct systally_plan *plan,
		   const struct systally_tried *tried)
{
	const struct systally_outcome *failed;
	unsigned int way;

	systally_progress_clear(&plan->progress);
	fprintf(stderr, "%s: %s", tried->feature.label,
		systally_verdict_name(tried->verdict));
	for (way = 0; way < SYSTALLY_WAYS; way++) {
		failed = systally_replicas_failed(&tried->ways[way]);
		if (!failed)
			continue;
		fprintf(stderr, "; %s passed %u of %u: %s",
			systally_way_name((enum systally_way)way),
			tried->ways[way].passed, tried->ways[way].count,
			failed->why);
	}
	fputc('\n', stderr);
}

/* Runs that need not be done, nor waited for. */
static void skip(struct systally_plan *plan, unsigned int runs)
{
	while (runs--)
		systally_progress_end(&plan->progress, 0);
}

static void make_label(char label[LABEL_LEN],
		       const struct systally_feature *feature,
		       enum systally_way way)
{
	snprintf(label, LABEL_LEN, "%s %s", systally_way_name(way),
		 feature->label);
}

static int try_ways(struct systally_plan *plan, struct systally_tried *tried,
		    struct systally_error *error)
{
	struct systally_change_of change = { .feature = &tried->feature };
	char label[LABEL_LEN];
	unsigned int way;
	int result;

	for (way = 0; way < SYSTALLY_WAYS; way++) {
		change.way = (enum systally_way)way;
		make_label(label, &tried->feature, change.way);
		systally_replicas_free(&tried->ways[way]);
		result = systally_plan_replicas(plan, label, &change, 1, false,
						&tried->ways[way], error);
		if (result)
			return result;
	}
	tried->verdict = judge(tried);
	return 0;
}

/* Has BENCH measured it, in one of the ways? */
static bool is_measured(const struct systally_plan *plan,
			const struct systally_tried *tried)
{
	unsigned int way;

	for (way = 0; way < SYSTALLY_WAYS; way++) {
		if (tried->ways[way].count &&
		    tried->ways[way].passed == tried->ways[way].count)
			return plan->options->bench;
	}
	return false;
}

/* Have all replicas of the run been done before? */
static bool is_done(const struct systally_plan *plan, const char *label)
{
	char key[SYSTALLY_FEATURE_LEN + 32];
	struct systally_outcome outcome;
	unsigned int i;

	for (i = 1; i <= plan->options->replicas; i++) {
		snprintf(key, sizeof(key), "%s %u", label, i);
		if (!systally_state_find(&plan->state, key, &outcome))
			return false;
	}
	return true;
}

static bool are_ways_done(const struct systally_plan *plan,
			  const struct systally_feature *feature)
{
	char label[LABEL_LEN];
	unsigned int way;

	for (way = 0; way < SYSTALLY_WAYS; way++) {
		make_label(label, feature, (enum systally_way)way);
		if (!is_done(plan, label))
			return false;
	}
	return true;
}

/*
 * All runs of a feature are to be of one time, or the machine's changes are
 * taken for theirs: what was interrupted among them is done anew.
 */
static int try_feature(struct systally_plan *plan, struct systally_tried *tried,
		       struct systally_error *error)
{
	char label[LABEL_LEN];
	int result;

	plan->redo = !are_ways_done(plan, &tried->feature);
	result = try_ways(plan, tried, error);
	if (result)
		return result;
	if (!is_measured(plan, tried)) {
		skip(plan, plan->options->bench ? plan->options->replicas : 0);
		return 0;
	}
	snprintf(label, sizeof(label), SYSTALLY_BESIDE "%s",
		 tried->feature.label);
	if (!plan->redo && !is_done(plan, label)) {
		plan->redo = true;
		result = try_ways(plan, tried, error);
		if (result)
			return result;
	}
	return systally_plan_beside(plan, tried->feature.label,
				    &tried->beside, error);
}

static int try_one(struct systally_plan *plan, struct systally_tried *tried,
		   struct systally_error *error)
{
	int result;

	if (!systally_filter_can(&tried->feature)) {
		tried->verdict = SYSTALLY_UNTRIED;
		skip(plan, plan->options->replicas * runs_of_each(plan));
		return 0;
	}
	result = try_feature(plan, tried, error);
	plan->redo = false;
	return result;
}

int systally_plan_try(struct systally_plan *plan, const struct systally_set *set,
		      struct systally_error *error)
{
	struct systally_tried *tried;
	size_t i;
	int result;

	result = list_features(plan, set, error);
	if (result)
		return result;
	for (i = 0; i < plan->count; i++) {
		tried = &plan->tried[i];
		result = try_one(plan, tried, error);
		if (result)
			return result;
		if (plan->options->verbose)
			report(plan, tried);
	}
	return 0;
}
