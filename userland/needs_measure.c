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

static int compare(const void *left, const void *right)
{
	double a = *(const double *)left, b = *(const double *)right;

	return (a > b) - (a < b);
}

/* Sorts the values of all replicas. Returns how many there are. */
static unsigned int sort(const struct systally_replicas *replicas,
			 enum systally_metric metric,
			 double values[REPLICAS_MAX])
{
	unsigned int i;

	for (i = 0; i < replicas->count && i < REPLICAS_MAX; i++)
		values[i] = value_of(&replicas->outcomes[i], metric);
	qsort(values, i, sizeof(*values), compare);
	return i;
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

double systally_measure_margin(const struct systally_plan *plan,
			       enum systally_metric metric)
{
	double values[REPLICAS_MAX], spread;
	unsigned int count;

	if (plan->options->margin >= 0)
		return plan->options->margin / 100;
	count = sort(&plan->untouched, metric, values);
	if (!count || values[0] <= 0)
		return MARGIN_LEAST;
	spread = (values[count - 1] - values[0]) /
		 systally_measure(&plan->untouched, metric);
	return spread > MARGIN_LEAST ? spread : MARGIN_LEAST;
}

struct systally_ratio
systally_measure_ratio(const struct systally_plan *plan,
		       const struct systally_replicas *replicas,
		       enum systally_metric metric)
{
	double before = systally_measure(&plan->untouched, metric);
	double after = systally_measure(replicas, metric);
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
	ratio.known = true;
	ratio.outside = fabs(ratio.value - 1) >
			systally_measure_margin(plan, metric);
	return ratio;
}
