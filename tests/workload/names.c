// SPDX-License-Identifier: GPL-2.0-only
/*
 * One process for each name: names COUNT NAME...
 * Each takes its NAME, of any bytes, as its command name, and makes COUNT calls
 * of getppid. The first one makes COUNT + 1 of them, the next one COUNT + 2, and
 * so on, so that the rows can be told apart by their counts.
 */
#include <sys/prctl.h>

#include "workload.h"

static void body(const char *name, long calls)
{
	prctl(PR_SET_NAME, name);
	while (calls--)
		kind_call(GETPPID);
	_exit(0);
}

int main(int argc, char **argv)
{
	long calls = argc > 1 ? atol(argv[1]) : 0;
	int i;

	for (i = 2; i < argc; i++) {
		pid_t pid = fork();

		if (pid < 0)
			die("fork");
		if (!pid)
			body(argv[i], calls + i - 1);
		reap(pid);
	}
	return 0;
}
