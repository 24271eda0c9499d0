// SPDX-License-Identifier: GPL-2.0-only
/*
 * Makes calls until told to stop, and prints how many. A coprocess:
 *	storm [-t] [-s] [-f] [-n] PROCESSES THREADS
 * Starts parked, prints `process PID` for each and `ready`. Orders from stdin:
 *	go	make calls				-> `going`
 *	pause	park every thread between two calls	-> the counts, `parked`
 *	stop	park, print and end			-> the counts, `stopped`
 * The counts are lines `storm PID ABI NAME N`, since the start. They are exact in
 * a parked storm: each thread updates its own counters after each call, and parks
 * only after that.
 * -f: a new child makes every round of calls; these lines count its calls for
 * its parent. -n: a nap after each round, which leaves the CPU to others.
 */
#include <pthread.h>
#include <sys/prctl.h>

#include "workload.h"

enum { PARK, GO, STOP };

struct worker {
	long counts[KINDS]; /* writer: the worker, or its child */
} __attribute__((aligned(64)));

static struct shared {
	int order;  /* written by the main process only */
	int parked; /* threads at rest */
} *shared;
static struct worker *workers;
static long threads;
static int with_fork, with_nap;

static void calls_round(struct worker *worker)
{
	static const int counts[KINDS] = { 7, 5, 3, 2, 1, 1, 1 };
	int kind, i;

	for (kind = 0; kind < KINDS; kind++)
		for (i = 0; i < counts[kind]; i++) {
			kind_call(kind);
			__atomic_store_n(&worker->counts[kind],
					 worker->counts[kind] + 1,
					 __ATOMIC_RELAXED);
		}
}

static void round_in_child(struct worker *worker)
{
	pid_t pid = fork();

	if (pid < 0)
		die("fork");
	if (!pid) {
		calls_round(worker);
		_exit(0);
	}
	reap(pid);
}

static void *body(void *argument)
{
	struct worker *worker = argument;
	int order;

	for (;;) {
		order = __atomic_load_n(&shared->order, __ATOMIC_SEQ_CST);
		if (order == STOP)
			break;
		if (order == PARK) {
			__atomic_add_fetch(&shared->parked, 1,
					   __ATOMIC_SEQ_CST);
			while (__atomic_load_n(&shared->order,
					       __ATOMIC_SEQ_CST) == PARK)
				futex_wait(&shared->order, PARK);
			__atomic_sub_fetch(&shared->parked, 1,
					   __ATOMIC_SEQ_CST);
			continue;
		}
		if (with_fork)
			round_in_child(worker);
		else
			calls_round(worker);
		if (with_nap)
			nap();
	}
	return NULL;
}

static void process(struct worker *first)
{
	pthread_t ids[64];
	long i;

	/* A test that gives up kills its coprocess. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (i = 1; i < threads; i++)
		if (pthread_create(&ids[i], NULL, body, &first[i]))
			die("pthread_create");
	body(first);
	for (i = 1; i < threads; i++)
		pthread_join(ids[i], NULL);
	_exit(0);
}

static void order_set(int order)
{
	__atomic_store_n(&shared->order, order, __ATOMIC_SEQ_CST);
	futex_wake(&shared->order);
}

static void wait_parked(long all)
{
	while (__atomic_load_n(&shared->parked, __ATOMIC_SEQ_CST) != all)
		nap();
}

static void counts_print(const pid_t *pids, long processes)
{
	long i, j, count;
	int kind;

	for (i = 0; i < processes; i++)
		for (kind = 0; kind < KINDS; kind++) {
			count = 0;
			for (j = 0; j < threads; j++)
				count += workers[i * threads + j].counts[kind];
			printf("storm %d %s %s %ld\n", pids[i], ABI,
			       kind_names[kind], count);
		}
}

static void say(const char *word)
{
	puts(word);
	fflush(stdout);
}

int main(int argc unused, char **argv)
{
	long processes, all, i;
	char line[64];
	pid_t *pids;

	argv = start(argv);
	for (; *argv && **argv == '-'; argv++) {
		if (!strcmp(*argv, "-f"))
			with_fork = 1;
		if (!strcmp(*argv, "-n"))
			with_nap = 1;
	}
	processes = argument(argv, 2);
	threads = argument(*argv ? argv + 1 : argv, 2);
	if (threads > 64 || threads < 1)
		return 2;
	all = processes * threads;
	shared = shared_alloc(sizeof(*shared));
	workers = shared_alloc(all * sizeof(*workers));
	pids = calloc(processes, sizeof(*pids));
	for (i = 0; i < processes; i++) {
		pids[i] = fork();
		if (pids[i] < 0)
			die("fork");
		if (!pids[i])
			process(&workers[i * threads]);
		printf("process %d\n", pids[i]);
		fflush(stdout);
	}
	wait_parked(all);
	say("ready");
	while (fgets(line, sizeof(line), stdin)) {
		if (!strcmp(line, "go\n")) {
			order_set(GO);
			wait_parked(0);
			say("going");
		} else if (!strcmp(line, "pause\n")) {
			order_set(PARK);
			wait_parked(all);
			counts_print(pids, processes);
			say("parked");
		} else {
			break;
		}
	}
	/* end of input is an order to stop, too: no orphaned storms */
	order_set(STOP);
	for (i = 0; i < processes; i++)
		reap(pids[i]);
	counts_print(pids, processes);
	say("stopped");
	return 0;
}
