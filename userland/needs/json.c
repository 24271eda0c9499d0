// SPDX-License-Identifier: GPL-2.0-only
/*
 * The report of `systally needs` as one line of JSON, for programs.
 */
#include <sys/utsname.h>

#include "base/json.h"
#include "needs/measure.h"
#include "needs/render.h"

/* A number, or null if it is negative, which means that it was not measured. */
static void put_measured(struct systally_json *json, const char *key,
			 double value)
{
	if (value < 0)
		systally_json_null(json, key);
	else
		systally_json_double(json, key, value);
}

static void put_head(struct systally_json *json,
		     const struct systally_plan *plan)
{
	const struct systally_request *request = plan->request;
	const struct systally_outcome *failed;
	unsigned int passed, count;
	struct utsname kernel;

	count = systally_measure_untouched(plan, &passed, &failed);
	systally_json_count(json, "systally_needs", 1);
	systally_json_text(json, "kernel",
			   uname(&kernel) ? NULL : kernel.release);
	systally_json_words(json, "command", request->argv,
			    (size_t)request->argc);
	systally_json_text(json, "test", request->test);
	systally_json_text(json, "bench", request->bench);
	systally_json_count(json, "replicas", request->replicas);
	systally_json_count(json, "untouched_runs", count);
	systally_json_count(json, "untouched_passed", passed);
	systally_json_text(json, "found_by",
			   systally_needs_discover_name(plan->how));
}

/* Medians of the earlier and of the later half of the untouched runs. */
static void put_drift(struct systally_json *json,
		      const struct systally_plan *plan,
		      enum systally_metric metric)
{
	double earlier, later;

	systally_measure_drift(plan, metric, &earlier, &later);
	systally_json_object(json, systally_metric_name(metric));
	put_measured(json, "earlier", earlier);
	put_measured(json, "later", later);
	systally_json_end(json);
}

static void put_untouched(struct systally_json *json,
			  const struct systally_plan *plan)
{
	enum systally_metric m;

	systally_json_object(json, "untouched");
	for (m = 0; m < SYSTALLY_METRICS; m++)
		put_measured(json, systally_metric_name(m),
			     systally_measure(&plan->untouched, m));
	systally_json_end(json);
	systally_json_object(json, "margins");
	for (m = 0; m < SYSTALLY_METRICS; m++)
		put_measured(json, systally_metric_name(m),
			     systally_measure_margin(plan, m));
	systally_json_end(json);
	systally_json_object(json, "drift");
	for (m = 0; m < SYSTALLY_METRICS; m++)
		put_drift(json, plan, m);
	systally_json_end(json);
}

/* The ratios to the untouched runs, and which are outside of the margin. */
static void put_ratios(struct systally_json *json,
		       const struct systally_plan *plan,
		       const struct systally_replicas *replicas,
		       const struct systally_replicas *beside)
{
	struct systally_ratio ratios[SYSTALLY_METRICS];
	enum systally_metric m;

	for (m = 0; m < SYSTALLY_METRICS; m++) {
		ratios[m] = systally_measure_ratio(plan, replicas, beside, m);
		put_measured(json, systally_metric_name(m),
			     ratios[m].known ? ratios[m].value : -1);
	}
	systally_json_array(json, "outside");
	for (m = 0; m < SYSTALLY_METRICS; m++) {
		if (ratios[m].outside)
			systally_json_text(json, NULL, systally_metric_name(m));
	}
	systally_json_end(json);
}

static void put_way(struct systally_json *json,
		    const struct systally_plan *plan,
		    const struct systally_tried *tried, enum systally_way way)
{
	const struct systally_replicas *replicas = &tried->ways[way];
	const struct systally_outcome *failed =
		systally_replicas_failed(replicas);

	systally_json_object(json, systally_way_name(way));
	systally_json_count(json, "runs", replicas->count);
	systally_json_count(json, "passed", replicas->passed);
	systally_json_text(json, "why", failed ? failed->why : NULL);
	put_ratios(json, plan, replicas, &tried->beside);
	systally_json_end(json);
}

static void put_feature(struct systally_json *json,
			const struct systally_plan *plan,
			const struct systally_tried *tried)
{
	systally_json_object(json, NULL);
	systally_json_text(json, "feature", tried->feature.label);
	systally_json_text(json, "call", tried->feature.call);
	if (tried->feature.part)
		systally_json_count(json, "value", tried->feature.value);
	else
		systally_json_null(json, "value");
	systally_json_count(json, "calls", tried->feature.count);
	systally_json_text(json, "verdict",
			   systally_needs_verdict_name(tried->verdict));
	put_way(json, plan, tried, SYSTALLY_STUB);
	put_way(json, plan, tried, SYSTALLY_FAKE);
	systally_json_end(json);
}

/* One candidate; its way is null if the call was left unchanged. */
static void put_member(struct systally_json *json,
		       const struct systally_together *together, size_t member)
{
	const struct systally_candidate *candidate =
		&together->candidates[member];

	systally_json_object(json, NULL);
	systally_json_text(json, "feature", candidate->tried->feature.label);
	systally_json_text(json, "way",
			   together->kept[member] ?
				   systally_way_name(candidate->way) :
				   NULL);
	systally_json_end(json);
}

static void put_together(struct systally_json *json,
			 const struct systally_plan *plan)
{
	const struct systally_together *together = &plan->together;
	const struct systally_conflict *conflict;
	size_t i, j;

	systally_json_object(json, "together");
	put_ratios(json, plan, &together->run, &plan->end);
	systally_json_array(json, "features");
	for (i = 0; i < together->count; i++)
		put_member(json, together, i);
	systally_json_end(json);
	systally_json_array(json, "conflicts");
	for (i = 0; i < together->conflict_count; i++) {
		conflict = &together->conflicts[i];
		systally_json_array(json, NULL);
		for (j = 0; j < conflict->count; j++)
			put_member(json, together, conflict->members[j]);
		systally_json_end(json);
	}
	systally_json_end(json);
	systally_json_end(json);
}

int systally_needs_json(FILE *out, const struct systally_plan *plan)
{
	struct systally_json *json = systally_json_new(out);
	size_t i;

	if (!json)
		return -1;
	systally_json_object(json, NULL);
	put_head(json, plan);
	put_untouched(json, plan);
	systally_json_array(json, "features");
	for (i = 0; i < plan->count; i++)
		put_feature(json, plan, &plan->tried[i]);
	systally_json_end(json);
	put_together(json, plan);
	systally_json_end(json);
	systally_json_line(json);
	return systally_json_free(json);
}
