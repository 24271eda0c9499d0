// SPDX-License-Identifier: GPL-2.0-only
/*
 * A tree of processes, each of which makes a known number of calls, before
 * its children and after; with `follow` set:
 *	tree [-t] [-s] [-v] [-o] DEPTH WIDTH
 * -v makes the children with vfork; -o says what to expect of the root only.
 */
#include "workload.h"

static void calls_after(void)
{
	int i;

	for (i = 0; i < 13; i++)
		kind_call(GETPGID);
}

/* vfork's child shares the stack: all that it needs is in its parameters */
static void __attribute__((noinline)) vfork_child(void)
{
	pid_t pid = vfork();

	if (pid < 0)
		die("vfork");
	if (!pid) {
		calls_make(counts_some);
		calls_after();
		_exit(0);
	}
	reap(pid);
}

static void grow(int depth, int width, int with_vfork)
{
	pid_t children[64];
	int i;

	calls_make(counts_some);
	for (i = 0; depth > 0 && i < width; i++) {
		if (with_vfork) {
			vfork_child();
			continue;
		}
		children[i] = fork();
		if (children[i] < 0)
			die("fork");
		if (!children[i]) {
			grow(depth - 1, width, 0);
			_exit(0);
		}
	}
	for (i = 0; depth > 0 && i < width && !with_vfork; i++)
		reap(children[i]);
	calls_after();
}

int main(int argc unused, char **argv)
{
	int depth, width, level, with_vfork = 0, only = 0;
	long nodes = 1, all = 1;

	argv = start(argv);
	for (; *argv && **argv == '-'; argv++) {
		if (!strcmp(*argv, "-v"))
			with_vfork = 1;
		if (!strcmp(*argv, "-o"))
			only = 1;
	}
	depth = argument(argv, 3);
	width = argument(*argv ? argv + 1 : argv, 3);
	if (with_vfork)
		depth = 1;
	if (width > 64)
		width = 64;
	grow(depth, width, with_vfork);
	for (level = 0; level < depth && !only; level++) {
		nodes *= width;
		all += nodes;
	}
	printf("# processes %ld\n", all);
	for (level = 0; level < KINDS; level++)
		expect(ABI, kind_names[level],
		       (counts_some[level] + (level == GETPGID ? 13 : 0)) *
			       all);
	expect_error(ABI, "close", EBADF, counts_some[CLOSE] * all);
	return 0;
}
