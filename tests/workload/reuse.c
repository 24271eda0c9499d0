// SPDX-License-Identifier: GPL-2.0-only
/*
 * Processes that have the same pid, one after the other:
 *	reuse [-t] PID-OR-0 [t|n]:COUNT...
 * Each argument is a child with that pid (0: any free one) that makes COUNT
 * getppid() calls; t: it makes itself a target, n: it does not.
 * Prints `pid PID`.
 */
#include <linux/sched.h>

#include "workload.h"

static pid_t clone_with_pid(pid_t pid)
{
	struct clone_args args = { .exit_signal = SIGCHLD };

	if (pid) {
		args.set_tid = (unsigned long)&pid;
		args.set_tid_size = 1;
	}
	return syscall(SYS_clone3, &args, sizeof(args));
}

int main(int argc unused, char **argv)
{
	pid_t pid, wanted;
	long count;

	argv = start(argv);
	wanted = argument(argv, 0);
	for (argv++; *argv; argv++) {
		count = atol(*argv + 2);
		pid = clone_with_pid(wanted);
		if (pid < 0)
			die("clone3 with pid %d", wanted);
		if (!pid) {
			/* the kernel knows it; libc's getpid() does not cache */
			if (**argv == 't')
				target_self();
			while (count--)
				kind_call(GETPPID);
			_exit(0);
		}
		wanted = pid;
		reap(pid);
	}
	printf("pid %d\n", wanted);
	return 0;
}
