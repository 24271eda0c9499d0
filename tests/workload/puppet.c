// SPDX-License-Identifier: GPL-2.0-only
/*
 * Threads and processes that make calls when told to, and sleep in a call
 * otherwise. A coprocess: puppet [-t] [-s] [THREADS]
 * Prints `member TGID TID` for each thread, and `ready`. Orders from stdin:
 *	call N	every member makes N getppid() calls	-> `called`
 *	thread	one more thread				-> its line, `made`
 *	fork N	a child, that has a child, N deep	-> their lines, `made`
 *	exec	all but the first exit; it starts again	-> as at the start
 *		by execve
 *	end	all exit, as at the end of input
 */
#include <pthread.h>
#include <sys/prctl.h>

#include "workload.h"

/* Writer: the main thread; of done and members, all */
static struct shared {
	int round;
	int calls; /* each in this round; -1: the end */
	int done;
	int members; /* that wait for a round, besides the first */
} *shared;

static void join(int round)
{
	printf("member %d %d\n", getpid(), (int)syscall(SYS_gettid));
	fflush(stdout);
	__atomic_add_fetch(&shared->members, 1, __ATOMIC_SEQ_CST);
	for (;;) {
		while (__atomic_load_n(&shared->round, __ATOMIC_SEQ_CST) ==
		       round)
			futex_wait(&shared->round, round);
		round++;
		if (shared->calls < 0)
			break;
		for (int i = 0; i < shared->calls; i++)
			kind_call(GETPPID);
		__atomic_add_fetch(&shared->done, 1, __ATOMIC_SEQ_CST);
	}
}

static void *thread_body(void *unused_argument unused)
{
	join(shared->round);
	return NULL;
}

static void thread_make(void)
{
	pthread_t id;

	if (pthread_create(&id, NULL, thread_body, NULL))
		die("pthread_create");
}

static void children_make(int depth)
{
	int round = shared->round;
	pid_t pid = fork();

	if (pid < 0)
		die("fork");
	if (pid)
		return;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (depth > 1)
		children_make(depth - 1);
	join(round);
	while (wait(NULL) > 0)
		;
	_exit(0);
}

static void wait_members(int number)
{
	while (__atomic_load_n(&shared->members, __ATOMIC_SEQ_CST) != number)
		nap();
}

static void round_start(int calls)
{
	shared->calls = calls;
	__atomic_store_n(&shared->done, 0, __ATOMIC_SEQ_CST);
	__atomic_add_fetch(&shared->round, 1, __ATOMIC_SEQ_CST);
	futex_wake(&shared->round);
}

/* The first member's turn comes last, when it is the only one left to wait */
static void call(int calls)
{
	round_start(calls);
	while (__atomic_load_n(&shared->done, __ATOMIC_SEQ_CST) !=
	       shared->members)
		nap();
	for (int i = 0; i < calls; i++)
		kind_call(GETPPID);
}

static void say(const char *word)
{
	puts(word);
	fflush(stdout);
}

int main(int argc unused, char **argv)
{
	char **arguments = start(argv), line[64];
	int threads = argument(arguments, 1), number, i;

	/* exec takes no byte of what is not read yet with it */
	setvbuf(stdin, NULL, _IONBF, 0);
	shared = shared_alloc(sizeof(*shared));
	printf("member %d %d\n", getpid(), getpid());
	for (i = 1; i < threads; i++) {
		thread_make();
		wait_members(i);
	}
	say("ready");
	while (fgets(line, sizeof(line), stdin)) {
		if (sscanf(line, "call %d", &number) == 1) {
			call(number);
			say("called");
		} else if (!strcmp(line, "thread\n")) {
			number = shared->members;
			thread_make();
			wait_members(number + 1);
			say("made");
		} else if (sscanf(line, "fork %d", &number) == 1) {
			i = shared->members;
			children_make(number);
			wait_members(i + number);
			say("made");
		} else if (!strcmp(line, "exec\n")) {
			round_start(-1);
			execl("/proc/self/exe", argv[0], NULL);
			die("exec");
		} else if (!strcmp(line, "end\n")) {
			break;
		} else {
			fprintf(stderr, "puppet: what is %s", line);
			return 2;
		}
	}
	round_start(-1);
	while (wait(NULL) > 0)
		;
	return 0;
}
