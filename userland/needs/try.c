// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tries each feature by itself. If BENCH has measured it, untouched runs follow,
 * with which it is compared.
 */
#include <stdio.h>
#include <stdlib.h>

#include "needs/try.h"

#define LABEL_LEN (SYSTALLY_FEATURE_LEN + 24)

const char *systally_needs_verdict_name(enum systally_needs_verdict verdict)
{
	static const char *const names[SYSTALLY_NEEDS_VERDICTS] = {
		[SYSTALLY_NEEDS_REQUIRED] = "required",
		[SYSTALLY_NEEDS_FLAKY] = "flaky",
		[SYSTALLY_NEEDS_FAKEABLE] = "fake",
		[SYSTALLY_NEEDS_STUBBABLE] = "stub",
		[SYSTALLY_NEEDS_EITHER] = "both",
		[SYSTALLY_NEEDS_UNTRIED] = "untried",
	};

	return names[verdict];
}

void systally_tried_why(const struct systally_tried *tried, char text[160])
{
	const struct systally_outcome *failed;
	enum systally_way way;
	size_t used = 0;

	text[0] = '\0';
	if (tried->verdict == SYSTALLY_NEEDS_UNTRIED) {
		snprintf(text, 160, "%s",
			 systally_filter_cannot(&tried->feature) ?: "");
		return;
	}
	for (way = 0; way < SYSTALLY_WAYS; way++) {
		const struct systally_replicas *replicas = &tried->ways[way];

		failed = systally_replicas_failed(replicas);
		if (!failed)
			continue;
		used += (size_t)snprintf(text + used, 160 - used, "%s%s",
					 used ? "; " : "",
					 systally_way_name(way));
		if (replicas->passed)
			used += (size_t)snprintf(
				text + used, 160 - used, " passed %u of %u",
				replicas->passed, replicas->count);
		used += (size_t)snprintf(text + used, 160 - used, ": %s",
					 failed->why);
	}
}

/* The most groups of replicas that a feature has. */
static unsigned int runs_of_each(const struct systally_repeater *repeater)
{
	return SYSTALLY_WAYS + (repeater->request->bench ? 1 : 0);
}

static enum systally_needs_verdict judge(const struct systally_tried *tried)
{
	bool passes[SYSTALLY_WAYS];
	enum systally_way way;

	for (way = 0; way < SYSTALLY_WAYS; way++) {
		const struct systally_replicas *replicas = &tried->ways[way];

		if (replicas->passed && replicas->passed < replicas->count)
			return SYSTALLY_NEEDS_FLAKY;
		passes[way] = replicas->passed;
	}
	if (passes[SYSTALLY_STUB])
		return passes[SYSTALLY_FAKE] ? SYSTALLY_NEEDS_EITHER :
					       SYSTALLY_NEEDS_STUBBABLE;
	return passes[SYSTALLY_FAKE] ? SYSTALLY_NEEDS_FAKEABLE :
				       SYSTALLY_NEEDS_REQUIRED;
}

/* Writes the line of -v for a feature. */
static void report(struct systally_repeater *repeater,
		   const struct systally_tried *tried)
{
	const struct systally_outcome *failed;
	enum systally_way way;

	systally_progress_clear(&repeater->progress);
	fprintf(stderr, "%s: %s", tried->feature.label,
		systally_needs_verdict_name(tried->verdict));
	for (way = 0; way < SYSTALLY_WAYS; way++) {
		failed = systally_replicas_failed(&tried->ways[way]);
		if (!failed)
			continue;
		fprintf(stderr, "; %s passed %u of %u: %s",
			systally_way_name(way), tried->ways[way].passed,
			tried->ways[way].count, failed->why);
	}
	fputc('\n', stderr);
}

/* Counts runs that are not necessary as done. */
static void skip(struct systally_repeater *repeater, unsigned int runs)
{
	while (runs--)
		systally_progress_end(&repeater->progress, 0);
}

static void make_label(char label[LABEL_LEN],
		       const struct systally_feature *feature,
		       enum systally_way way)
{
	snprintf(label, LABEL_LEN, "%s %s", systally_way_name(way),
		 feature->label);
}

static int try_ways(struct systally_repeater *repeater,
		    struct systally_tried *tried, struct systally_error *error)
{
	struct systally_needs_change change = { .feature = &tried->feature };
	char label[LABEL_LEN];
	enum systally_way way;
	int result;

	for (way = 0; way < SYSTALLY_WAYS; way++) {
		change.way = way;
		make_label(label, &tried->feature, change.way);
		systally_replicas_free(&tried->ways[way]);
		result = systally_replicas_run(repeater, label, &change, 1,
					       false, &tried->ways[way], error);
		if (result)
			return result;
	}
	tried->verdict = judge(tried);
	return 0;
}

/* Returns true if BENCH has measured the stubbed or the faked runs. */
static bool is_measured(const struct systally_repeater *repeater,
			const struct systally_tried *tried)
{
	enum systally_way way;

	for (way = 0; way < SYSTALLY_WAYS; way++) {
		if (tried->ways[way].count &&
		    tried->ways[way].passed == tried->ways[way].count)
			return repeater->request->bench;
	}
	return false;
}

static bool are_ways_done(const struct systally_repeater *repeater,
			  const struct systally_feature *feature)
{
	char label[LABEL_LEN];
	enum systally_way way;

	for (way = 0; way < SYSTALLY_WAYS; way++) {
		make_label(label, feature, way);
		if (!systally_replicas_done(repeater, label))
			return false;
	}
	return true;
}

/*
 * All runs of a feature must be done at about the same time. Else a change of
 * the machine's speed looks like an effect of the feature. So if some of them
 * are missing in the state, all are done again.
 */
static int try_feature(struct systally_repeater *repeater,
		       struct systally_tried *tried,
		       struct systally_error *error)
{
	char label[LABEL_LEN];
	int result;

	repeater->ignore_state = !are_ways_done(repeater, &tried->feature);
	result = try_ways(repeater, tried, error);
	if (result)
		return result;
	if (!is_measured(repeater, tried)) {
		skip(repeater, repeater->request->bench ?
				       repeater->request->replicas :
				       0);
		return 0;
	}
	snprintf(label, sizeof(label), SYSTALLY_BESIDE "%s",
		 tried->feature.label);
	if (!repeater->ignore_state &&
	    !systally_replicas_done(repeater, label)) {
		repeater->ignore_state = true;
		result = try_ways(repeater, tried, error);
		if (result)
			return result;
	}
	return systally_replicas_beside(repeater, tried->feature.label,
					&tried->beside, error);
}

static int try_one(struct systally_repeater *repeater,
		   struct systally_tried *tried, struct systally_error *error)
{
	int result;

	if (systally_filter_cannot(&tried->feature)) {
		tried->verdict = SYSTALLY_NEEDS_UNTRIED;
		skip(repeater,
		     repeater->request->replicas * runs_of_each(repeater));
		return 0;
	}
	result = try_feature(repeater, tried, error);
	repeater->ignore_state = false;
	return result;
}

int systally_try_features(struct systally_repeater *repeater,
			  struct systally_tried *tried, size_t count,
			  struct systally_error *error)
{
	size_t i;
	int result;

	repeater->progress.total +=
		repeater->request->replicas * count * runs_of_each(repeater);
	for (i = 0; i < count; i++) {
		result = try_one(repeater, &tried[i], error);
		if (result)
			return result;
		if (repeater->request->verbose)
			report(repeater, &tried[i]);
	}
	return 0;
}

void systally_tried_free(struct systally_tried *tried, size_t count)
{
	enum systally_way way;
	size_t i;

	for (i = 0; i < count; i++) {
		for (way = 0; way < SYSTALLY_WAYS; way++)
			systally_replicas_free(&tried[i].ways[way]);
		systally_replicas_free(&tried[i].beside);
	}
	free(tried);
}
