// SPDX-License-Identifier: GPL-2.0-only
/*
 * Measures what a call, a fork or an exec costs, in ns; with --icount that is
 * instructions:
 *	cost [-t] [-s] [DISTINCT]	one getppid(): the lowest of 25 loops of
 *					1,000 calls
 *	cost [-t] [-s] function		one call of an empty function: the same
 *	cost place			nothing: prints that function's place, as
 *					the control `functions` takes it
 *	cost [-t] [-s] fork		a child that exits at once: the lowest
 *					of 200
 *	cost [-t] [-s] exec		a child that execs and exits: the same
 * With DISTINCT, that many rows of other calls come first, so that the table is
 * not empty. The lowest is one in which no clock has ticked.
 */
#include <limits.h>
#include <stdbool.h>

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

__attribute__((noinline, noclone, used)) static void cost_empty(void)
{
	__asm__ volatile("");
}

static __always_inline double loop(bool function)
{
	double from = now();
	int i;

	for (i = 0; i < LOOP; i++) {
		if (function)
			cost_empty();
		else
			syscall(SYS_getppid);
	}
	return (now() - from) / LOOP;
}

static void print_place(void)
{
	const unsigned long address = (unsigned long)cost_empty;
	unsigned long from, to, offset;
	char line[PATH_MAX + 128], path[PATH_MAX];
	FILE *maps = fopen("/proc/self/maps", "re");

	if (!maps)
		die("/proc/self/maps");
	while (fgets(line, sizeof(line), maps)) {
		if (sscanf(line, "%lx-%lx %*s %lx %*s %*s %4095s", &from, &to,
			   &offset, path) == 4 &&
		    address >= from && address < to)
			printf("cost_empty %#lx %s\n", address - from + offset,
			       path);
	}
	fclose(maps);
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

static __always_inline void measure(bool function)
{
	double lowest = loop(function), cost; /* warms up */
	int i;

	for (i = 0; i < LOOPS; i++) {
		cost = loop(function);
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
	else if (argv[0] && !strcmp(argv[0], "place"))
		print_place();
	else if (argv[0] && !strcmp(argv[0], "function"))
		measure(true);
	else {
		distinct_calls(argument(argv, 0));
		measure(false);
	}
	return 0;
}
