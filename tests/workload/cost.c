// SPDX-License-Identifier: GPL-2.0-only
/*
 * Measures what one getppid() costs, in ns; with --icount that is instructions:
 *	cost [-t] [-s] [DISTINCT]
 * Prints the median of 5 loops of 100,000 calls. Makes DISTINCT different
 * calls first (numbers that no kernel has), so that the table is not empty.
 */
#include "workload.h"

#define LOOP  100000
#define LOOPS 5

static double loop(void)
{
	struct timespec from, to;
	int i;

	clock_gettime(CLOCK_MONOTONIC, &from);
	for (i = 0; i < LOOP; i++)
		syscall(SYS_getppid);
	clock_gettime(CLOCK_MONOTONIC, &to);
	return ((to.tv_sec - from.tv_sec) * 1e9 + (to.tv_nsec - from.tv_nsec)) /
	       LOOP;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

int main(int argc unused, char **argv)
{
	double results[LOOPS];
	long distinct, i;

	argv = start(argv);
	distinct = argument(argv, 0);
	for (i = 0; i < distinct; i++)
		syscall(600 + i % 400);
	loop(); /* warms up, and is not measured */
	for (i = 0; i < LOOPS; i++)
		results[i] = loop();
	qsort(results, LOOPS, sizeof(*results), compare);
	printf("%.1f\n", results[LOOPS / 2]);
	return 0;
}
