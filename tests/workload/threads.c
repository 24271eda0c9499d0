// SPDX-License-Identifier: GPL-2.0-only
/*
 * Threads that each make a known number of calls: N of them in rounds of at
 * most ROUND at a time, and the leader, too:
 *	threads [-t] [-s] N [ROUND]
 * With up to 64 threads each makes the larger number of calls.
 */
#include <pthread.h>

#include "workload.h"

static const int *counts = counts_few;

static void *body(void *unused_argument unused)
{
	calls_make(counts);
	return NULL;
}

int main(int argc unused, char **argv)
{
	long threads, round, done, i;
	pthread_attr_t attributes;
	pthread_t *ids;

	argv = start(argv);
	threads = argument(argv, 8);
	round = argument(*argv ? argv + 1 : argv, 16);
	if (threads <= 64)
		counts = counts_many;
	ids = calloc(round, sizeof(*ids));
	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, 64 << 10);
	for (done = 0; done < threads; done += round) {
		if (round > threads - done)
			round = threads - done;
		for (i = 0; i < round; i++)
			if (pthread_create(&ids[i], &attributes, body, NULL))
				die("pthread_create");
		for (i = 0; i < round; i++)
			pthread_join(ids[i], NULL);
	}
	body(NULL);
	calls_expect(ABI, counts, threads + 1);
	return 0;
}
