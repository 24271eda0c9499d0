// SPDX-License-Identifier: GPL-2.0-only
/*
 * Many short-lived processes, with `follow` set:
 *	churn [-t] [-s] PROCESSES [NAMES]
 * Each child takes one of NAMES command names (`churn 0`, with the blank, and
 * so on) and makes calls whose number depends on the name. Prints for each
 * name `comm NAME ABI getppid N` besides the totals.
 */
#include <sys/prctl.h>

#include "workload.h"

/* Under its new name: 3, 4, ... calls of one kind and one of another */
static void body(long name)
{
	char comm[16];
	long i;

	sprintf(comm, "churn %d", (int)(name % 1000));
	prctl(PR_SET_NAME, comm);
	for (i = 0; i < 3 + name; i++)
		kind_call(GETPPID);
	kind_call(CLOSE);
	_exit(0);
}

int main(int argc unused, char **argv)
{
	long processes, names, i, total = 0;
	long *by_name;

	argv = start(argv);
	processes = argument(argv, 1009);
	names = argument(*argv ? argv + 1 : argv, 7);
	by_name = calloc(names, sizeof(*by_name));
	for (i = 0; i < processes; i++) {
		long name = i % names;
		pid_t pid = fork();

		if (pid < 0)
			die("fork");
		if (!pid)
			body(name);
		reap(pid);
		by_name[name] += 3 + name;
		total += 3 + name;
	}
	for (i = 0; i < names; i++)
		printf("comm churn\\x20%ld %s getppid %ld\n", i, ABI,
		       by_name[i]);
	expect(ABI, "getppid", total);
	expect(ABI, "close", processes);
	expect_error(ABI, "close", EBADF, processes);
	return 0;
}
