// SPDX-License-Identifier: GPL-2.0-only
/*
 * Calls of known duration, which the caller measures, too:
 *	latency [-t] [-s] N
 * Makes N clock_nanosleep() of 0.5 to 32 ms, as many in each octave, and N / 3
 * poll() of 1 to 16 ms, and prints for each `slept NAME ASKED_NS SEEN_NS`. The
 * call took at least ASKED_NS, and at most SEEN_NS, which is between two
 * readings of the clock, before and after it.
 */
#include <math.h>
#include <poll.h>

#include "workload.h"

#define NS 1000000000ll

struct sleep {
	long long asked_ns;
	long long seen_ns;
};

/* Through the vDSO, so it makes no system call */
static long long now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * NS + now.tv_nsec;
}

static void sleep_once(struct sleep *sleep)
{
	struct timespec time = { sleep->asked_ns / NS, sleep->asked_ns % NS };
	long long from = now_ns();

	if (clock_nanosleep(CLOCK_MONOTONIC, 0, &time, NULL))
		die("clock_nanosleep");
	sleep->seen_ns = now_ns() - from;
}

static void poll_once(struct sleep *sleep)
{
	long long from = now_ns();

	if (poll(NULL, 0, sleep->asked_ns / 1000000))
		die("poll");
	sleep->seen_ns = now_ns() - from;
}

static void print(const char *name, const struct sleep *sleeps, long count)
{
	long i;

	for (i = 0; i < count; i++)
		printf("slept %s %lld %lld\n", name, sleeps[i].asked_ns,
		       sleeps[i].seen_ns);
}

int main(int argc unused, char **argv)
{
	struct sleep *sleeps, *polls;
	long count, few, i;

	argv = start(argv);
	count = argument(argv, 307);
	few = count / 3;
	sleeps = calloc(count, sizeof(*sleeps));
	polls = calloc(few, sizeof(*polls));
	if (!sleeps || !polls)
		die("calloc");
	/* Unordered: 101 and 37 have no common divisor with prime counts */
	for (i = 0; i < count; i++) {
		sleeps[i].asked_ns =
			500000 * exp2(6.0 * (i * 101 % count) / count);
		sleep_once(&sleeps[i]);
	}
	for (i = 0; i < few; i++) {
		polls[i].asked_ns =
			(long long)exp2(4.0 * (i * 37 % few) / few) * 1000000;
		poll_once(&polls[i]);
	}
	print("clock_nanosleep", sleeps, count);
	print("poll", polls, few);
	return 0;
}
