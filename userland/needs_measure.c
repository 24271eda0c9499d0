// SPDX-License-Identifier: GPL-2.0-only
/*
 * Medians, margins and ratios of the runs. Called by needs_render.c.
 */
#include <math.h>
#include <stdlib.h>

#include "needs_measure.h"

#define MARGIN_LEAST	0.05
#define REPLICAS_MAX	100
#define SAMPLES_LEAST	20	/* else it ended before it could be seen */

const char *systally_metric_name(enum systally_metric metric)
{
	static const char *const names[SYSTALLY_METRICS] = {
		"performance", "descriptors", "memory",
	};

	return names[metric];
}

static double value_of(const struct systally_outcome *outcome,
		       enum systally_metric metric)
{
	if (metric != SYSTALLY_PERFORMANCE &&
	    outcome->peak.samples < SAMPLES_LEAST)
		return -1;
	switch (metric) {
	case SYSTALLY_PERFORMANCE:
		return outcome->benched ? outcome->performance : -1;
	case SYSTALLY_DESCRIPTORS:
		return (double)outcome->peak.fds;
	default:
		return (double)outcome->peak.memory_kb;
	}
}

static double greater(double a, double b)
{
	return a > b ? a : b;
}

static int compare(const void *left, const void *right)
{
	double a = *(const double *)left, b = *(const double *)right;

	return (a > b) - (a < b);
}

/* Sorts the values of those that passed. Returns how many there are. */
static unsigned int sort(const struct systally_replicas *replicas,
			 enum systally_metric metric,
			 double values[REPLICAS_MAX])
{
	unsigned int count = 0, i;

	for (i = 0; i < replicas->count && i < REPLICAS_MAX; i++) {
		if (replicas->outcomes[i].passed)
			values[count++] = value_of(&replicas->outcomes[i],
						   metric);
	}
	qsort(values, count, sizeof(*values), compare);
	return count;
}

double systally_measure(const struct systally_replicas *replicas,
			enum systally_metric metric)
{
	double values[REPLICAS_MAX];
	unsigned int count = sort(replicas, metric, values);

	if (!count || values[0] < 0)
		return -1;
	return (values[count / 2] + values[(count - 1) / 2]) / 2;
}

/* The distance of the least and the greatest, as a part of the median; or 0 */
static double spread_of(const struct systally_replicas *replicas,
			enum systally_metric metric)
{
	double values[REPLICAS_MAX];
	unsigned int count = sort(replicas, metric, values);

	if (!count || values[0] <= 0)
		return 0;
	return (values[count - 1] - values[0]) /
	       systally_measure(replicas, metric);
}

/* The group of untouched replicas of that number, or NULL after the last */
static const struct systally_replicas *group(const struct systally_plan *plan,
					     size_t number)
{
	if (!number)
		return &plan->untouched;
	if (number <= plan->count)
		return &plan->tried[number - 1].beside;
	return number == plan->count + 1 ? &plan->together_beside : NULL;
}

double systally_measure_margin(const struct systally_plan *plan,
			       enum systally_metric metric)
{
	const struct systally_replicas *untouched;
	double *spreads, margin = MARGIN_LEAST;
	size_t count = 0, i;

	if (plan->options->margin >= 0)
		return plan->options->margin / 100;
	spreads = calloc(plan->count + 2, sizeof(*spreads));
	if (!spreads)
		return greater(margin, spread_of(&plan->untouched, metric));
	for (i = 0; (untouched = group(plan, i)); i++) {
		if (untouched->passed)
			spreads[count++] = spread_of(untouched, metric);
	}
	qsort(spreads, count, sizeof(*spreads), compare);
	if (count)
		margin = greater(margin, spreads[(count * 9 + 9) / 10 - 1]);
	free(spreads);
	return margin;
}

bool systally_measure_drift(const struct systally_plan *plan,
			    enum systally_metric metric, double *least,
			    double *most)
{
	const struct systally_replicas *untouched;
	double value;
	size_t i;

	*least = *most = systally_measure(&plan->untouched, metric);
	for (i = 1; (untouched = group(plan, i)); i++) {
		value = systally_measure(untouched, metric);
		if (value < 0)
			continue;
		if (value < *least)
			*least = value;
		*most = greater(*most, value);
	}
	return *least > 0 && *most / *least - 1 >
			     systally_measure_margin(plan, metric);
}

unsigned int systally_measure_untouched(const struct systally_plan *plan,
					unsigned int *passed)
{
	const struct systally_replicas *untouched;
	unsigned int count = 0;
	size_t i;

	*passed = 0;
	for (i = 0; (untouched = group(plan, i)); i++) {
		count += untouched->count;
		*passed += untouched->passed;
	}
	return count;
}

struct systally_ratio
systally_measure_ratio(const struct systally_plan *plan,
		       const struct systally_replicas *replicas,
		       const struct systally_replicas *beside,
		       enum systally_metric metric)
{
	const struct systally_replicas *untouched =
		beside->passed ? beside : &plan->untouched;
	double before = systally_measure(untouched, metric);
	double after = systally_measure(replicas, metric);
	double margin = systally_measure_margin(plan, metric);
	struct systally_ratio ratio = { false, false, 0 };

	if (!replicas->count || replicas->passed < replicas->count ||
	    before <= 0 || after < 0)
		return ratio;
	if (metric == SYSTALLY_PERFORMANCE && plan->options->less) {
		if (after <= 0)
			return ratio;
		ratio.value = before / after;
	} else {
		ratio.value = after / before;
	}
	if (plan->options->margin < 0)
		margin = greater(margin, spread_of(untouched, metric));
	ratio.known = true;
	ratio.outside = fabs(ratio.value - 1) > margin;
	return ratio;
}
