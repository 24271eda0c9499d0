// SPDX-License-Identifier: GPL-2.0-only
/*
 * Prints what a call of an empty function of libempty.so costs, in ns; in the
 * lab with --icount that is instructions: the lowest of 25 loops of 1,000
 * calls.
 */
#include <stdio.h>
#include <time.h>

#define LOOP  1000
#define LOOPS 25

void empty(void);

static double loop(void)
{
	struct timespec from, to;
	int i;

	clock_gettime(CLOCK_MONOTONIC, &from);
	for (i = 0; i < LOOP; i++)
		empty();
	clock_gettime(CLOCK_MONOTONIC, &to);
	return ((to.tv_sec - from.tv_sec) * 1e9 + to.tv_nsec - from.tv_nsec) /
	       LOOP;
}

int main(void)
{
	double lowest = loop(), cost;
	int i;

	for (i = 0; i < LOOPS; i++) {
		cost = loop();
		if (cost < lowest)
			lowest = cost;
	}
	printf("%.1f\n", lowest);
	return 0;
}
