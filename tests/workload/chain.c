// SPDX-License-Identifier: GPL-2.0-only
/*
 * A chain of execs, with a known number of calls before each and one execve
 * that fails:
 *	chain [-t] [-s] leader|thread|other LINKS
 * leader: the process's first thread execs; thread: another thread does, which
 * then takes the leader's id; other: the first thread execs the i386 build
 * beside this program, that one execs this one, and so on.
 */
#include <pthread.h>

#include "workload.h"

/* How the chain goes on: argv of the next link */
static char *next[8];
static char path[4096];
static const char *mode;

static void *link_exec(void *unused_argument unused)
{
	calls_make(counts_some);
	if (execv("/nonexistent", next) != -1 || errno != ENOENT)
		die("execv of nothing");
	execv(path, next);
	die("execv %s", path);
}

static void link_thread(void)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, link_exec, NULL))
		die("pthread_create");
	for (;;)
		pause();
}

/* "chain" <-> "chain32" */
static void path_flip(void)
{
	size_t length = strlen(path);

	if (length > 2 && !strcmp(path + length - 2, "32"))
		path[length - 2] = '\0';
	else
		strcat(path, "32");
}

static void ends(long here, long there)
{
	const char *abi = ABI, *other;

	other = strcmp(abi, "i386") ? "i386" : "x86-64";
	/* The last link makes its calls but does not exec */
	calls_expect(abi, counts_some, here + 1);
	expect(abi, "execve", here * 2);
	expect_error(abi, "execve", ENOENT, here);
	if (there) {
		calls_expect(other, counts_some, there);
		expect(other, "execve", there * 2);
		expect_error(other, "execve", ENOENT, there);
	}
}

int main(int argc unused, char **argv)
{
	static char numbers[3][24];
	long links, here, there;
	char **rest = start(argv);

	mode = *rest ? *rest++ : "leader";
	links = argument(rest, 7);
	/* links still to come, links made in this ABI and in the other */
	here = *rest && rest[1] ? atol(rest[1]) : 0;
	there = *rest && rest[1] && rest[2] ? atol(rest[2]) : 0;
	strncpy(path, argv[0], sizeof(path) - 3);
	if (!links) {
		calls_make(counts_some);
		ends(here, there);
		return 0;
	}
	here++;
	if (!strcmp(mode, "other")) {
		long swap = here;

		path_flip();
		here = there;
		there = swap;
	}
	sprintf(numbers[0], "%ld", links - 1);
	sprintf(numbers[1], "%ld", here);
	sprintf(numbers[2], "%ld", there);
	next[0] = path;
	next[1] = (char *)mode;
	next[2] = numbers[0];
	next[3] = numbers[1];
	next[4] = numbers[2];
	if (!strcmp(mode, "thread"))
		link_thread();
	link_exec(NULL);
	return 1;
}
