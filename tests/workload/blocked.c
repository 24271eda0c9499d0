// SPDX-License-Identifier: GPL-2.0-only
/*
 * One process per call that can block, each asleep in that call. A coprocess:
 *	blocked [-t] [-s]
 * Prints `blocked PID ABI NAME ERRNO` for each and then `ready`. On a line from
 * stdin it interrupts them by a signal; ERRNO is what the kernel returns then,
 * before it becomes EINTR. Each then makes 101 getppid() calls. Their total is
 * printed, and `done`.
 */
#include "blocking.h"

static void handler(int signal unused)
{
}

int main(int argc unused, char **argv)
{
	struct sigaction action = { .sa_handler = handler }; /* no restart */
	pid_t pids[SLEEPERS];
	struct sleeper sleeper;
	char byte;
	int i;

	if (pipe(quiet))
		die("pipe");
	start(argv);
	for (i = 0; i < SLEEPERS; i++) {
		pids[i] = fork();
		if (pids[i] < 0)
			die("fork");
		if (!pids[i]) {
			sigaction(SIGUSR1, &action, NULL);
			sleepers[i].block();
			for (i = 0; i < 101; i++)
				kind_call(GETPPID);
			_exit(0);
		}
	}
	for (i = 0; i < SLEEPERS; i++) {
		sleeper = sleeper_open(pids[i], pids[i]);
		wait_blocked(&sleeper, sleepers[i].nr);
		printf("blocked %d %s %s %d\n", pids[i], ABI, sleepers[i].name,
		       sleepers[i].error);
	}
	puts("ready");
	fflush(stdout);
	while (read(0, &byte, 1) == 1 && byte != '\n')
		;
	for (i = 0; i < SLEEPERS; i++)
		kill(pids[i], SIGUSR1);
	for (i = 0; i < SLEEPERS; i++)
		reap(pids[i]);
	expect(ABI, "getppid", 101 * SLEEPERS);
	puts("done");
	return 0;
}
