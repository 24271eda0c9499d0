/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What replicas measured, against the untouched runs.
 */
#ifndef SYSTALLY_NEEDS_MEASURE_H
#define SYSTALLY_NEEDS_MEASURE_H

#include "needs/plan.h"

enum systally_metric {
	SYSTALLY_PERFORMANCE,	/* what BENCH prints */
	SYSTALLY_DESCRIPTORS,	/* open at most */
	SYSTALLY_MEMORY,	/* resident at most, in KiB */
	SYSTALLY_METRICS,
};

struct systally_ratio {
	bool known;	/* it was measured, and is of something */
	bool outside;	/* further from 1 than the margin */
	double value;	/* of performance: more is better, in any case */
};

/* Returns `performance`, `descriptors` or `memory`. */
const char *systally_metric_name(enum systally_metric metric);

/*
 * Returns the median over replicas that passed, or a negative number if it was
 * not measured: there was no BENCH, or a run ended before its peaks were seen.
 */
double systally_measure(const struct systally_replicas *replicas,
			enum systally_metric metric);

/*
 * Returns up to which part of 1 a difference is none: --margin, or the spread
 * that nine of ten groups of untouched replicas keep to, and 5% at least.
 * Where there are no replicas, the distance of one group from the next.
 */
double systally_measure_margin(const struct systally_plan *plan,
			       enum systally_metric metric);

/*
 * Takes the medians of the earlier and of the later half of all groups of
 * untouched replicas; negative numbers if there are no two. Returns whether
 * they are further apart than the margin: the machine has become slower or
 * faster by itself.
 */
bool systally_measure_drift(const struct systally_plan *plan,
			    enum systally_metric metric, double *earlier,
			    double *later);

/*
 * Returns how many untouched runs there were, and how many @passed; and the
 * outcome of the first that did not, or NULL.
 */
unsigned int
systally_measure_untouched(const struct systally_plan *plan,
			   unsigned int *passed,
			   const struct systally_outcome **failed);

/*
 * Compares the medians of @replicas, which all passed, and of the untouched
 * @beside them (or if there are none, of those in the beginning). It is
 * outside of the margin if it is so of the spread of those, too.
 */
struct systally_ratio
systally_measure_ratio(const struct systally_plan *plan,
		       const struct systally_replicas *replicas,
		       const struct systally_replicas *beside,
		       enum systally_metric metric);

#endif /* SYSTALLY_NEEDS_MEASURE_H */
