// SPDX-License-Identifier: GPL-2.0-only
/*
 * The result of `systally needs` as one line of JSON, for programs.
 */
#include <math.h>
#include <sys/utsname.h>

#include "base/json_object.h"
#include "needs/measure.h"
#include "needs/render.h"

static bool put_null(struct json_object *object, const char *key)
{
	return !json_object_object_add(object, key, NULL);
}

/* A number, or null where there is none: it is negative, or too large */
static bool put_measured(struct json_object *object, const char *key,
			 double value)
{
	return value < 0 || !isfinite(value)
		       ? put_null(object, key)
		       : systally_json_put(object, key,
					   json_object_new_double(value));
}

static bool put_head(struct json_object *object,
		     const struct systally_plan *plan)
{
	const struct systally_needs_options *options = plan->options;
	const struct systally_outcome *failed;
	unsigned int passed, count;
	struct utsname kernel;

	count = systally_measure_untouched(plan, &passed, &failed);
	return systally_json_put(object, "systally_needs",
				 json_object_new_int(1)) &&
	       !uname(&kernel) &&
	       systally_put_text(object, "kernel", kernel.release) &&
	       systally_put_words(object, "command", options->command) &&
	       systally_put_text(object, "test", options->test) &&
	       (options->bench
			? systally_put_text(object, "bench", options->bench)
			: put_null(object, "bench")) &&
	       systally_put_count(object, "replicas", options->replicas) &&
	       systally_put_count(object, "untouched_runs", count) &&
	       systally_put_count(object, "untouched_passed", passed) &&
	       systally_put_text(object, "found_by",
				 systally_needs_discover_name(plan->how));
}

/* What the untouched command did in the earlier and the later half */
static bool put_drift(struct json_object *object,
		      const struct systally_plan *plan,
		      enum systally_metric metric)
{
	struct json_object *both = json_object_new_object();
	double earlier, later;

	systally_measure_drift(plan, metric, &earlier, &later);
	if (both && put_measured(both, "earlier", earlier) &&
	    put_measured(both, "later", later))
		return systally_json_put(object, systally_metric_name(metric),
					 both);
	json_object_put(both);
	return false;
}

static bool put_untouched(struct json_object *object,
			  const struct systally_plan *plan)
{
	struct json_object *untouched = json_object_new_object();
	struct json_object *margins = json_object_new_object();
	struct json_object *drift = json_object_new_object();
	bool good = untouched && margins && drift;
	unsigned int m;

	for (m = 0; good && m < SYSTALLY_METRICS; m++) {
		enum systally_metric metric = (enum systally_metric)m;
		const char *name = systally_metric_name(metric);

		good = put_measured(
			       untouched, name,
			       systally_measure(&plan->untouched, metric)) &&
		       put_measured(margins, name,
				    systally_measure_margin(plan, metric)) &&
		       put_drift(drift, plan, metric);
	}
	if (!good) {
		json_object_put(untouched);
		json_object_put(margins);
		json_object_put(drift);
		return false;
	}
	/* each is freed by the put that fails */
	good = systally_json_put(object, "untouched", untouched);
	good = systally_json_put(object, "margins", margins) && good;
	return systally_json_put(object, "drift", drift) && good;
}

static bool put_ratios(struct json_object *object,
		       const struct systally_plan *plan,
		       const struct systally_replicas *replicas,
		       const struct systally_replicas *beside)
{
	struct json_object *outside = json_object_new_array();
	bool good = outside;
	unsigned int m;

	for (m = 0; good && m < SYSTALLY_METRICS; m++) {
		enum systally_metric metric = (enum systally_metric)m;
		const char *name = systally_metric_name(metric);
		struct systally_ratio ratio =
			systally_measure_ratio(plan, replicas, beside, metric);

		good = put_measured(object, name,
				    ratio.known ? ratio.value : -1) &&
		       (!ratio.outside ||
			!json_object_array_add(outside,
					       json_object_new_string(name)));
	}
	if (good)
		return systally_json_put(object, "outside", outside);
	json_object_put(outside);
	return false;
}

static bool put_way(struct json_object *object,
		    const struct systally_plan *plan,
		    const struct systally_tried *tried, enum systally_way way)
{
	const struct systally_replicas *replicas = &tried->ways[way];
	struct json_object *one = json_object_new_object();
	const char *why = NULL;
	unsigned int i;

	for (i = 0; i < replicas->count && !why; i++) {
		if (!replicas->outcomes[i].passed)
			why = replicas->outcomes[i].why;
	}
	if (one && systally_put_count(one, "runs", replicas->count) &&
	    systally_put_count(one, "passed", replicas->passed) &&
	    (why ? systally_put_text(one, "why", why) : put_null(one, "why")) &&
	    put_ratios(one, plan, replicas, &tried->beside))
		return systally_json_put(object, systally_way_name(way), one);
	json_object_put(one);
	return false;
}

static struct json_object *make_feature(const struct systally_plan *plan,
					const struct systally_tried *tried)
{
	struct json_object *one = json_object_new_object();

	if (one && systally_put_text(one, "feature", tried->feature.label) &&
	    systally_put_text(one, "call", tried->feature.call) &&
	    (tried->feature.part
		     ? systally_put_count(one, "value", tried->feature.value)
		     : put_null(one, "value")) &&
	    systally_put_count(one, "calls", tried->feature.count) &&
	    systally_put_text(one, "verdict",
			      systally_needs_verdict_name(tried->verdict)) &&
	    put_way(one, plan, tried, SYSTALLY_STUB) &&
	    put_way(one, plan, tried, SYSTALLY_FAKE))
		return one;
	json_object_put(one);
	return NULL;
}

static bool put_features(struct json_object *object,
			 const struct systally_plan *plan)
{
	struct json_object *list = json_object_new_array();
	struct json_object *one;
	size_t i;

	for (i = 0; list && i < plan->count; i++) {
		one = make_feature(plan, &plan->tried[i]);
		if (!one || json_object_array_add(list, one)) {
			json_object_put(one);
			json_object_put(list);
			return false;
		}
	}
	return systally_json_put(object, "features", list);
}

/* One that goes along with others: how, or null if it was left as it is */
static struct json_object *make_member(const struct systally_together *together,
				       size_t member)
{
	struct json_object *one = json_object_new_object();

	if (one &&
	    systally_put_text(
		    one, "feature",
		    together->candidates[member].tried->feature.label) &&
	    (together->kept[member]
		     ? systally_put_text(
			       one, "way",
			       systally_way_name(
				       together->candidates[member].way))
		     : put_null(one, "way")))
		return one;
	json_object_put(one);
	return NULL;
}

static struct json_object *
make_members(const struct systally_together *together, const size_t *members,
	     size_t count)
{
	struct json_object *list = json_object_new_array();
	struct json_object *one;
	size_t i;

	for (i = 0; list && i < count; i++) {
		one = make_member(together, members ? members[i] : i);
		if (!one || json_object_array_add(list, one)) {
			json_object_put(one);
			json_object_put(list);
			return NULL;
		}
	}
	return list;
}

static bool put_together(struct json_object *object,
			 const struct systally_plan *plan)
{
	struct json_object *together = json_object_new_object();
	struct json_object *conflicts = json_object_new_array();
	struct json_object *members;
	bool good = together && conflicts;
	size_t i;

	for (i = 0; good && i < plan->together.conflict_count; i++) {
		members = make_members(&plan->together,
				       plan->together.conflicts[i].members,
				       plan->together.conflicts[i].count);
		good = members && !json_object_array_add(conflicts, members);
		if (!good)
			json_object_put(members);
	}
	if (good &&
	    put_ratios(together, plan, &plan->together.run, &plan->end) &&
	    systally_json_put(together, "features",
			      make_members(&plan->together, NULL,
					   plan->together.count))) {
		good = systally_json_put(together, "conflicts", conflicts);
		return systally_json_put(object, "together", together) && good;
	}
	json_object_put(together);
	json_object_put(conflicts);
	return false;
}

int systally_needs_json(FILE *out, const struct systally_plan *plan)
{
	struct json_object *object = json_object_new_object();
	const char *line = NULL;

	if (object && put_head(object, plan) && put_untouched(object, plan) &&
	    put_features(object, plan) && put_together(object, plan))
		line = systally_json_object_line(object);
	if (line)
		fprintf(out, "%s\n", line);
	json_object_put(object);
	return line ? 0 : -1;
}
