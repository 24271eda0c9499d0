// SPDX-License-Identifier: GPL-2.0-only
/*
 * Runs a command and prints the CPU time that it took, user and kernel together,
 * in microseconds; with --icount that is thousands of instructions:
 *	spent [-t] [-s] COMMAND [ARGUMENT...]
 * Prints the number on standard error. The kernel adds up this time without
 * ticks (sum_exec_runtime; cputime_adjust() in kernel/sched/cputime.c).
 */
#include "workload.h"

int main(int argc unused, char **argv)
{
	struct rusage usage;
	int status;
	pid_t pid;

	argv = start(argv);
	if (!*argv)
		die("spent COMMAND");
	pid = fork();
	if (pid < 0)
		die("fork");
	if (!pid) {
		execvp(*argv, argv);
		die("%s", *argv);
	}
	if (wait4(pid, &status, 0, &usage) != pid)
		die("wait4");
	if (status)
		die("%s: status %x", *argv, status);
	fprintf(stderr, "%lld\n",
		(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000LL +
			usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
	return 0;
}
