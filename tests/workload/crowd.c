// SPDX-License-Identifier: GPL-2.0-only
/*
 * Thousands of processes that make calls when told to. A coprocess: crowd N
 * Prints `process PID` for each and `ready`. On each line from stdin, every one
 * makes 7 getppid() calls; `done` is printed when all have. The end of input
 * ends it.
 */
#include "workload.h"

static struct shared {
	int round; /* writer: the main process */
	int done;
} *shared;

static void body(void)
{
	int round = 0, i;

	for (;;) {
		while (__atomic_load_n(&shared->round, __ATOMIC_SEQ_CST) ==
		       round)
			futex_wait(&shared->round, round);
		round++;
		if (__atomic_load_n(&shared->round, __ATOMIC_SEQ_CST) < 0)
			_exit(0);
		for (i = 0; i < 7; i++)
			kind_call(GETPPID);
		__atomic_add_fetch(&shared->done, 1, __ATOMIC_SEQ_CST);
	}
}

int main(int argc, char **argv)
{
	long number = argc > 1 ? atol(argv[1]) : 2003, i;
	char line[64];
	pid_t pid;

	shared = shared_alloc(sizeof(*shared));
	for (i = 0; i < number; i++) {
		pid = fork();
		if (pid < 0)
			die("fork");
		if (!pid)
			body();
		printf("process %d\n", pid);
		fflush(stdout);
	}
	puts("ready");
	fflush(stdout);
	while (fgets(line, sizeof(line), stdin)) {
		__atomic_store_n(&shared->done, 0, __ATOMIC_SEQ_CST);
		__atomic_add_fetch(&shared->round, 1, __ATOMIC_SEQ_CST);
		futex_wake(&shared->round);
		while (__atomic_load_n(&shared->done, __ATOMIC_SEQ_CST) !=
		       number)
			nap();
		puts("done");
		fflush(stdout);
	}
	__atomic_store_n(&shared->round, -1, __ATOMIC_SEQ_CST);
	futex_wake(&shared->round);
	for (i = 0; i < number; i++)
		wait(NULL);
	return 0;
}
