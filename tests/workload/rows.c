// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fills the tally with rows of processes that have ended:
 *	rows [-t] [-s] PROCESSES ROWS
 * Each of PROCESSES children has ROWS rows: of calls that do not exist, and of
 * exit_group. The caller has set the control `follow`.
 */
#include "workload.h"

int main(int argc unused, char **argv)
{
	long processes, rows;
	int status;
	pid_t pid;

	argv = start(argv);
	processes = argument(argv, 0);
	rows = argument(*argv ? argv + 1 : argv, 1);
	while (processes--) {
		pid = fork();
		if (pid < 0)
			die("fork");
		if (!pid) {
			distinct_calls(rows - 1);
			_exit(0);
		}
		if (waitpid(pid, &status, 0) != pid || status)
			die("child");
	}
	return 0;
}
