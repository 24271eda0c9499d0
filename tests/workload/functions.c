// SPDX-License-Identifier: GPL-2.0-only
/*
 * Known numbers of calls of user functions:
 *	functions [-t] [-s] [THREADS]
 *	functions loop THREADS	`ready`; until a line is read: then `stopped`
 * Each thread, and a child of the main thread, makes them: plain ones, nested
 * and recursive ones, tail calls, and calls that longjmp() leaves. A thread ends
 * inside a function, and a child of vfork() calls one. Prints `function NAME
 * COUNT RETURNS`, where RETURNS is the number of calls that return.
 */
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>

#include "workload.h"

#define PLAIN  101
#define DEPTH  13
#define NESTED 17
#define JUMPS  7
#define TAILS  11
#define SHARED 19

#define probed __attribute__((noinline, noclone, used))

static volatile int sink;

probed void probe_plain(void)
{
	sink++;
}

probed void probe_shared(void)
{
	sink++;
}

probed int probe_recursive(int depth)
{
	int result = depth ? probe_recursive(depth - 1) + 1 : 0;

	sink++;
	return result;
}

/* Calls two others, and makes a system call. */
probed void probe_outer(void)
{
	probe_plain();
	kind_call(GETPPID);
	probe_plain();
	sink++;
}

probed void probe_left(jmp_buf *buffer, int depth)
{
	if (depth > 0)
		probe_left(buffer, depth - 1);
	else if (sink >= 0)
		longjmp(*buffer, 1);
	sink++;
}

/* Returns to the caller of probe_tail(). */
probed int probe_tail_end(int value)
{
	sink++;
	return value + 1;
}

probed int probe_tail(int value)
{
	sink++;
	return probe_tail_end(value);
}

probed void probe_last(void)
{
	pthread_exit(NULL);
}

static void on_signal(int number unused)
{
	probe_plain();
}

static void make_all(void)
{
	jmp_buf buffer;
	volatile int i;

	for (i = 0; i < PLAIN; i++)
		probe_plain();
	probe_recursive(DEPTH - 1);
	for (i = 0; i < NESTED; i++)
		probe_outer();
	for (i = 0; i < JUMPS; i++)
		if (!setjmp(buffer))
			probe_left(&buffer, 2);
	for (i = 0; i < TAILS; i++)
		probe_tail(i);
	/* On another stack, while probe_outer() could be in flight */
	raise(SIGUSR1);
}

static volatile int stop;

static void *loop_body(void *unused_argument unused)
{
	while (!stop)
		make_all();
	return NULL;
}

static void start_thread(pthread_t *thread, void *(*body)(void *))
{
	errno = pthread_create(thread, NULL, body, NULL);
	if (errno)
		die("thread");
}

static int loop(long threads)
{
	pthread_t *list = calloc((size_t)threads, sizeof(*list));
	long i;

	if (!list)
		die("calloc");
	for (i = 0; i < threads; i++)
		start_thread(&list[i], loop_body);
	puts("ready");
	fflush(stdout);
	getchar();
	stop = 1;
	for (i = 0; i < threads; i++)
		pthread_join(list[i], NULL);
	puts("stopped");
	return 0;
}

static void *body(void *unused_argument unused)
{
	make_all();
	probe_last();
	return NULL;
}

int main(int argc unused, char **argv)
{
	struct sigaction action = { .sa_handler = on_signal };
	long threads, i, rounds;
	pthread_t thread;
	pid_t child;

	argv = start(argv);
	sigaction(SIGUSR1, &action, NULL);
	if (argv[0] && !strcmp(argv[0], "loop"))
		return loop(argument(argv + 1, 2));
	threads = argument(argv, 8);
	for (i = 0; i < threads; i++) {
		start_thread(&thread, body);
		pthread_join(thread, NULL);
	}
	make_all();
	child = fork();
	if (child < 0)
		die("fork");
	if (!child) {
		make_all();
		_exit(0);
	}
	reap(child);
	/* The child runs in this process's memory, and has a number of its own. */
	child = vfork();
	if (child < 0)
		die("vfork");
	if (!child) {
		probe_shared();
		_exit(0);
	}
	reap(child);
	for (i = 0; i < SHARED; i++)
		probe_shared();
	rounds = threads + 2;
	printf("function probe_plain %ld %ld\n",
	       rounds * (PLAIN + 2 * NESTED + 1),
	       rounds * (PLAIN + 2 * NESTED + 1));
	printf("function probe_recursive %ld %ld\n", rounds * DEPTH,
	       rounds * DEPTH);
	printf("function probe_outer %ld %ld\n", rounds * NESTED,
	       rounds * NESTED);
	printf("function probe_left %ld 0\n", rounds * JUMPS * 3);
	printf("function probe_tail %ld %ld\n", rounds * TAILS, rounds * TAILS);
	printf("function probe_tail_end %ld %ld\n", rounds * TAILS,
	       rounds * TAILS);
	printf("function probe_last %ld 0\n", threads);
	/* If children of targets are targets */
	printf("function probe_shared %d %d\n", SHARED + 1, SHARED + 1);
	return 0;
}
