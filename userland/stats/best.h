/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Sorts the best groups only: a report that shows ten of many needs no order of
 * the others.
 */
#ifndef SYSTALLY_BEST_H
#define SYSTALLY_BEST_H

#include "stats/group.h"

/*
 * Moves the @best first ones of @groups, of which there are @count, to the
 * front, sorted. The others follow in any order. @compare is that of qsort_r();
 * no two groups may be equal.
 */
void systally_best(struct systally_group *groups, size_t count, size_t best,
		   int (*compare)(const void *left, const void *right,
				  void *arg),
		   void *arg);

#endif /* SYSTALLY_BEST_H */
