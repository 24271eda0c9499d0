// SPDX-License-Identifier: GPL-2.0-only
/*
 * Computes medians, margins and ratios of the runs.
 */
#include <math.h>
#include <stdlib.h>

#include "needs/measure.h"

#define MARGIN_LEAST  0.05
#define REPLICAS_MAX  100 /* -r takes no more */
#define SAMPLES_LEAST 20  /* with fewer, a peak may have been missed */

const char *systally_metric_name(enum systally_metric metric)
{
	static const char *const names[SYSTALLY_METRICS] = {
		"performance",
		"descriptors",
		"memory",
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

/* Sorts @values and returns their median. */
static double median_of(double *values, size_t count)
{
	qsort(values, count, sizeof(*values), compare);
	return values[count / 2] / 2 + values[(count - 1) / 2] / 2;
}

/* Sorts the values of replicas that passed. Returns how many there are. */
static unsigned int sort_values(const struct systally_replicas *replicas,
				enum systally_metric metric,
				double values[REPLICAS_MAX])
{
	unsigned int count = 0, i;

	for (i = 0; i < replicas->count && i < REPLICAS_MAX; i++) {
		if (replicas->outcomes[i].passed)
			values[count++] =
				value_of(&replicas->outcomes[i], metric);
	}
	qsort(values, count, sizeof(*values), compare);
	return count;
}

double systally_measure(const struct systally_replicas *replicas,
			enum systally_metric metric)
{
	double values[REPLICAS_MAX];
	unsigned int count = sort_values(replicas, metric, values);

	return !count || values[0] < 0 ? -1 : median_of(values, count);
}

/*
 * Returns the distance of the smallest and the largest value, as a part of the
 * median; 0 if it was not measured.
 */
static double spread_of(const struct systally_replicas *replicas,
			enum systally_metric metric)
{
	double values[REPLICAS_MAX];
	unsigned int count = sort_values(replicas, metric, values);

	if (!count || values[0] <= 0)
		return 0;
	return (values[count - 1] - values[0]) /
	       systally_measure(replicas, metric);
}

/*
 * Returns group @number of untouched replicas, or NULL after the last. They are
 * in the order of their runs: beginning, beside each feature, end.
 */
static const struct systally_replicas *
untouched_group(const struct systally_plan *plan, size_t number)
{
	if (!number)
		return &plan->untouched;
	if (number <= plan->count)
		return &plan->tried[number - 1].beside;
	return number == plan->count + 1 ? &plan->end : NULL;
}

double systally_measure_margin(const struct systally_plan *plan,
			       enum systally_metric metric)
{
	const struct systally_replicas *untouched;
	double *spreads, margin = MARGIN_LEAST, before = -1, median;
	size_t count = 0, i;

	if (plan->request->margin >= 0)
		return plan->request->margin / 100;
	spreads = calloc(plan->count + 2, sizeof(*spreads));
	if (!spreads)
		return greater(margin, spread_of(&plan->untouched, metric));
	for (i = 0; (untouched = untouched_group(plan, i)); i++) {
		median = systally_measure(untouched, metric);
		if (median <= 0)
			continue;
		if (untouched->passed > 1)
			spreads[count++] = spread_of(untouched, metric);
		else if (before > 0)
			spreads[count++] = fabs(median - before) / before;
		before = median;
	}
	qsort(spreads, count, sizeof(*spreads), compare);
	if (count)
		margin = greater(margin, spreads[(count * 9 + 9) / 10 - 1]);
	free(spreads);
	return margin;
}

bool systally_measure_drift(const struct systally_plan *plan,
			    enum systally_metric metric, double *earlier,
			    double *later)
{
	const struct systally_replicas *untouched;
	double *medians = calloc(plan->count + 2, sizeof(*medians));
	size_t count = 0, half, i;

	*earlier = -1;
	*later = -1;
	if (!medians)
		return false;
	for (i = 0; (untouched = untouched_group(plan, i)); i++) {
		medians[count] = systally_measure(untouched, metric);
		if (medians[count] > 0)
			count++;
	}
	half = count / 2;
	if (half) {
		*earlier = median_of(medians, half);
		*later = median_of(medians + count - half, half);
	}
	free(medians);
	return half && fabs(*later / *earlier - 1) >
			       systally_measure_margin(plan, metric);
}

unsigned int systally_measure_untouched(const struct systally_plan *plan,
					unsigned int *passed,
					const struct systally_outcome **failed)
{
	const struct systally_replicas *untouched;
	unsigned int count = 0;
	size_t i;

	*passed = 0;
	*failed = NULL;
	for (i = 0; (untouched = untouched_group(plan, i)); i++) {
		count += untouched->count;
		*passed += untouched->passed;
		if (!*failed)
			*failed = systally_replicas_failed(untouched);
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
		systally_measure(beside, metric) < 0 ? &plan->untouched :
						       beside;
	double before = systally_measure(untouched, metric);
	double after = systally_measure(replicas, metric);
	double margin = systally_measure_margin(plan, metric);
	struct systally_ratio ratio = { false, false, 0 };

	if (!replicas->count || replicas->passed < replicas->count ||
	    before <= 0 || after < 0)
		return ratio;
	if (metric == SYSTALLY_PERFORMANCE && plan->request->less_is_better) {
		if (after <= 0)
			return ratio;
		ratio.value = before / after;
	} else {
		ratio.value = after / before;
	}
	if (plan->request->margin < 0)
		margin = greater(margin, greater(spread_of(untouched, metric),
						 spread_of(replicas, metric)));
	ratio.known = true;
	ratio.outside = fabs(ratio.value - 1) > margin;
	return ratio;
}
