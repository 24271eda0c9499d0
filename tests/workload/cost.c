// SPDX-License-Identifier: GPL-2.0-only
/*
 * Measures what a call, a fork or an exec costs, in ns; with --icount that is
 * instructions:
 *	cost [-t] [-s] [DISTINCT]	one getppid(): the lowest of 25 loops of
 *					1,000 calls
 *	cost [-t] [-s] fork		a child that exits at once: the lowest
 *					of 200
 *	cost [-t] [-s] exec		a child that execs and exits: the same
 * With DISTINCT, that many rows of other calls come first, so that the table is
 * not empty. The lowest is one in which no clock has ticked.
 */
#include "workload.h"

#define LOOP	 1000
#define LOOPS	 25
#define CHILDREN 200

static double now(void)
{
	struct timespec at;

	clock_gettime(CLOCK_MONOTONIC, &at);
	return at.tv_sec * 1e9 + at.tv_nsec;
}

static double loop(void)
{
	double from = now();
	int i;

	for (i = 0; i < LOOP; i++)
		syscall(SYS_getppid);
	return (now() - from) / LOOP;
}

/* A child that exits at once, or execs this program, which then exits at once */
static double child(char *exec)
{
	char *arguments[] = { exec, "exit", NULL };
	double from = now();
	pid_t pid = exec ? vfork() : fork();
	int status;

	if (pid < 0)
		die("fork");
	if (!pid) {
		if (exec)
			execv(exec, arguments);
		_exit(exec ? 1 : 0);
	}
	if (waitpid(pid, &status, 0) != pid || status)
		die("child");
	return now() - from;
}

static void measure_children(char *exec)
{
	double lowest = child(exec), cost;
	int i;

	for (i = 1; i < CHILDREN; i++) {
		cost = child(exec);
		if (cost < lowest)
			lowest = cost;
	}
	printf("%.1f\n", lowest);
}

static void measure_calls(long distinct)
{
	double lowest, cost;
	int i;

	distinct_calls(distinct);
	lowest = loop(); /* warms up, and is not the lowest */
	for (i = 0; i < LOOPS; i++) {
		cost = loop();
		if (cost < lowest)
			lowest = cost;
	}
	printf("%.1f\n", lowest);
}

int main(int argc unused, char **argv)
{
	if (argv[1] && !strcmp(argv[1], "exit"))
		_exit(0);
	argv = start(argv);
	if (argv[0] && !strcmp(argv[0], "fork"))
		measure_children(NULL);
	else if (argv[0] && !strcmp(argv[0], "exec"))
		measure_children("/proc/self/exe");
	else
		measure_calls(argument(argv, 0));
	return 0;
}
