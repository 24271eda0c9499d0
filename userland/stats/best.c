// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sorts the best groups only, by means of a heap.
 */
#define _GNU_SOURCE
#include <stdlib.h>

#include "stats/best.h"

/* A whole sort is cheaper if more than one in so many groups is wanted. */
#define FEW 8

struct order {
	int (*compare)(const void *left, const void *right, void *arg);
	void *arg;
};

static bool is_before(const struct order *order, const struct systally_group *a,
		      const struct systally_group *b)
{
	return order->compare(a, b, order->arg) < 0;
}

/* Moves the group at @at down a heap of @size whose top is the worst one. */
static void sift(const struct order *order, struct systally_group *heap,
		 size_t size, size_t at)
{
	const struct systally_group moved = heap[at];
	size_t child;

	while ((child = 2 * at + 1) < size) {
		if (child + 1 < size &&
		    is_before(order, &heap[child], &heap[child + 1]))
			child++;
		if (!is_before(order, &moved, &heap[child]))
			break;
		heap[at] = heap[child];
		at = child;
	}
	heap[at] = moved;
}

/* Moves the @best best groups to the front, in any order. */
static void select_best(const struct order *order,
			struct systally_group *groups, size_t count,
			size_t best)
{
	struct systally_group worst;
	size_t i;

	for (i = best / 2; i > 0; i--)
		sift(order, groups, best, i - 1);
	for (i = best; i < count; i++) {
		if (!is_before(order, &groups[i], &groups[0]))
			continue;
		worst = groups[0];
		groups[0] = groups[i];
		groups[i] = worst;
		sift(order, groups, best, 0);
	}
}

void systally_best(struct systally_group *groups, size_t count, size_t best,
		   int (*compare)(const void *left, const void *right,
				  void *arg),
		   void *arg)
{
	const struct order order = { .compare = compare, .arg = arg };

	if (best && best < count / FEW) {
		select_best(&order, groups, count, best);
		count = best;
	}
	if (count)
		qsort_r(groups, count, sizeof(*groups), compare, arg);
}
