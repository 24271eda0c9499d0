// SPDX-License-Identifier: GPL-2.0-only
/*
 * Loops of one call, timed, with which scripts/overhead measures tools:
 *	loops [-t] [-s] getppid|getpgid|getsid|rw LOOPS CALLS
 * Makes one loop to warm up and then LOOPS more, of CALLS calls each; rw reads
 * and writes one byte in turn (/dev/zero, /dev/null), CALLS times each. Prints
 * its pid, how many calls it made in all, and what one call took in each loop,
 * in ns; with --icount that is instructions:
 *
 *	pid N
 *	count ABI NAME N
 *	each NS NS ...
 *
 * It prints in a single write. LOOPS = 0 makes no call of this kind; the other
 * calls of the program are the same then.
 */
#include "workload.h"

#define LOOPS_MAX 1000

static int zero_fd, null_fd;

static void call_loop(enum kind kind, long calls)
{
	long i;

	for (i = 0; i < calls; i++)
		kind_call(kind);
}

static void rw_loop(long calls)
{
	char byte;
	long i;

	for (i = 0; i < calls; i++)
		if (read(zero_fd, &byte, 1) != 1 ||
		    write(null_fd, &byte, 1) != 1)
			die("read or write");
}

static int kind_find(const char *name)
{
	int kind;

	for (kind = 0; kind < KINDS; kind++)
		if (!strcmp(name, kind_names[kind]))
			return kind;
	errno = EINVAL;
	die("%s", name);
}

int main(int argc unused, char **argv)
{
	static double each[LOOPS_MAX];
	static char output[1 << 16];
	struct timespec from, to;
	long loops, calls, i;
	int rw, kind = 0;

	argv = start(argv);
	if (!argv[0] || !argv[1] || !argv[2])
		die("usage: loops [-t] [-s] CALL LOOPS CALLS");
	rw = !strcmp(argv[0], "rw");
	if (!rw)
		kind = kind_find(argv[0]);
	loops = atol(argv[1]);
	calls = atol(argv[2]);
	if (loops < 0 || loops > LOOPS_MAX)
		die("%s loops", argv[1]);
	zero_fd = open("/dev/zero", O_RDONLY);
	null_fd = open("/dev/null", O_WRONLY);
	if (zero_fd < 0 || null_fd < 0)
		die("open");

	for (i = loops ? -1 : 0; i < loops; i++) {
		clock_gettime(CLOCK_MONOTONIC, &from);
		if (rw)
			rw_loop(calls);
		else
			call_loop(kind, calls);
		clock_gettime(CLOCK_MONOTONIC, &to);
		if (i >= 0)
			each[i] = ((to.tv_sec - from.tv_sec) * 1e9 +
				   (to.tv_nsec - from.tv_nsec)) /
				  (calls * (rw ? 2 : 1));
	}

	setvbuf(stdout, output, _IOFBF, sizeof(output));
	calls *= loops ? loops + 1 : 0;
	printf("pid %d\n", getpid());
	if (rw) {
		expect(ABI, "read", calls);
		expect(ABI, "write", calls + 1); /* and the one below */
	} else {
		expect(ABI, kind_names[kind], calls);
	}
	printf("each");
	for (i = 0; i < loops; i++)
		printf(" %.2f", each[i]);
	printf("\n");
	return 0;
}
