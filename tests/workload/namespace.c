// SPDX-License-Identifier: GPL-2.0-only
/*
 * The first process of a new pid namespace, which has pid 1 there:
 *	namespace TOKEN [N]
 * It writes TOKEN (`1`, `+1`, or a pid that only exists outside) to targets,
 * prints `written` or the errno's name, then makes N getppid() calls and
 * prints `pid PID` (outside) and what to expect.
 */
#define _GNU_SOURCE
#include <sched.h>

#include "workload.h"

int main(int argc, char **argv)
{
	long count = argc > 2 ? atol(argv[2]) : 10007, i;
	pid_t pid;
	int fd;

	if (argc < 2)
		return 2;
	if (unshare(CLONE_NEWPID))
		die("unshare");
	pid = fork();
	if (pid < 0)
		die("fork");
	if (!pid) {
		if (getpid() != 1)
			die("pid %d instead of 1", getpid());
		fd = open(CONTROLS "targets", O_WRONLY | O_CLOEXEC);
		if (fd < 0)
			die("open targets");
		if (write(fd, argv[1], strlen(argv[1])) < 0)
			puts(strerrorname_np(errno));
		else
			puts("written");
		fflush(stdout);
		for (i = 0; i < count; i++)
			kind_call(GETPPID);
		_exit(0);
	}
	reap(pid);
	printf("pid %d\n", pid);
	expect(ABI, "getppid", count);
	return 0;
}
