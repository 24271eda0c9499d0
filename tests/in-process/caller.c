// SPDX-License-Identifier: GPL-2.0-only
/*
 * Makes known numbers of calls of libprobed.so and libopened.so, which is in
 * the folder of this program:
 *	caller [THREADS]	all of them, in threads, children, and programs
 *				that they execute
 *	caller -c		those of one thread
 *	caller -v		the calls of results and arguments only
 *	caller -s THREADS	a call in each of so many threads, one at a time
 *	caller -w		101 calls, then waits until it is killed
 * Prints `function NAME COUNT TIMES` for the first one, where TIMES is how many
 * calls are timed. Fails if a function gets or returns a wrong value.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>

#include "probed.h"

#define PLAIN	101
#define POINTER 103
#define DEPTH	13
#define DEEP	50 /* of two functions; 64 calls in all are timed */
#define NESTED	17
#define JUMPS	47
#define TAILS	11
#define OPENED	19
#define SAME	23
#define VALUES	29
#define SWITCH	5
#define KILLED	1009

/* Of the old version; needs no header */
int old_version(void);
__asm__(".symver old_version, probed_version@OLD");

/* A pointer in static data */
static void (*const pointers[])(void) = { probed_pointer };

static char *self;
static char folder[4096];

static void die(const char *what)
{
	fprintf(stderr, "caller: %s (%s)\n", what, strerror(errno));
	exit(1);
}

static void check(int right, const char *what)
{
	if (!right)
		die(what);
}

/* ---- values -------------------------------------------------------------- */

static void make_values(void)
{
	struct pair pair;
	struct big big;
	char text[64];
	vector product;
	double complex z;
	int i;

	for (i = 0; i < VALUES; i++) {
		check(probed_many(1, 2, 3, 4, 5, 6, 7, 8, 9, i) == 285 + 10 * i,
		      "ten arguments");
		pair = probed_pair(i, -i);
		check(pair.a == -i && pair.b == i, "a pair");
		big = probed_big(i);
		check(big.values[0] == i && big.values[5] == i + 5, "a struct");
		check(probed_long_double(i + 0.25L) == 2 * i + 0.5L,
		      "long double");
		check(probed_double(1, 2, 3, 4, 5, 6, 7, i) == 140 + 8 * i,
		      "eight doubles");
		z = probed_complex(i, i + 1);
		check(creal(z) == i + 1 && cimag(z) == i, "a complex");
		product = probed_vector((vector){ 1, 2, 3, (float)i },
					(vector){ 5, 6, 7, 8 });
		check(product[0] == 5 && product[1] == 12 && product[2] == 21 &&
			      product[3] == 8 * i,
		      "a vector");
		probed_print(text, sizeof(text), "%d %.2f %s %.1Lf %ld", i,
			     i + 0.25, "x", 0.5L, 7L);
		check(strlen(text) > 12 && strstr(text, ".25 x 0.5 7"),
		      "a list of arguments");
		check(probed_version() == 2, "the new version");
		check(old_version() == 1, "the old version");
	}
}

/* ---- coroutines ------------------------------------------------------------ */

struct coroutines {
	ucontext_t main, one, two;
};

static __thread struct coroutines *switching;

/* Within probed_call(): the other coroutine goes on, and ends first. */
static void switch_to_two(void *context)
{
	struct coroutines *all = context;

	swapcontext(&all->one, &all->two);
}

static void switch_to_one(void *context)
{
	struct coroutines *all = context;

	swapcontext(&all->two, &all->one);
}

static void run_one(void)
{
	probed_call(switch_to_two, switching);
	swapcontext(&switching->one, &switching->main);
}

static void run_two(void)
{
	probed_call(switch_to_one, switching);
}

/* A call on one stack, and one on another, which return in the order of calls. */
static void make_switches(void)
{
	static __thread char stacks[2][65536];
	static __thread struct coroutines all;
	int i;

	switching = &all;
	for (i = 0; i < SWITCH; i++) {
		getcontext(&all.one);
		all.one.uc_stack.ss_sp = stacks[0];
		all.one.uc_stack.ss_size = sizeof(stacks[0]);
		all.one.uc_link = &all.main;
		makecontext(&all.one, run_one, 0);
		getcontext(&all.two);
		all.two.uc_stack.ss_sp = stacks[1];
		all.two.uc_stack.ss_size = sizeof(stacks[1]);
		all.two.uc_link = &all.main;
		makecontext(&all.two, run_two, 0);
		swapcontext(&all.main, &all.one);
		/* the second one has still to return */
		swapcontext(&all.main, &all.two);
	}
}

/* ---- signals --------------------------------------------------------------- */

static void on_signal(int number)
{
	(void)number;
	probed_plain();
}

static void raise_it(void *context)
{
	(void)context;
	raise(SIGUSR1);
}

static void make_signals(void)
{
	char *stack = malloc(65536);
	stack_t other = { .ss_sp = stack, .ss_size = 65536 };

	check(stack && !sigaltstack(&other, NULL), "sigaltstack");
	probed_call(raise_it, NULL);
	other.ss_flags = SS_DISABLE;
	sigaltstack(&other, NULL);
	free(stack);
}

/* ---- all of it ------------------------------------------------------------- */

static void make_opened(void)
{
	int (*plain)(int), (*same)(void);
	char path[5000];
	void *library;
	int i;

	snprintf(path, sizeof(path), "%s/libopened.so", folder);
	library = dlopen(path, RTLD_LAZY | RTLD_LOCAL);
	if (!library) {
		fprintf(stderr, "%s\n", dlerror());
		exit(1);
	}
	*(void **)&plain = dlsym(library, "opened_plain");
	*(void **)&same = dlsym(library, "probed_same");
	check(plain && same, "dlsym");
	for (i = 0; i < OPENED; i++)
		check(plain(i) == i + 1, "opened_plain");
	for (i = 0; i < SAME; i++) {
		check(same() == 2, "probed_same of libopened.so");
		check(probed_same() == 1, "probed_same of libprobed.so");
	}
	dlclose(library);
}

static void make_all(void)
{
	jmp_buf buffer;
	volatile int i;

	for (i = 0; i < PLAIN; i++)
		probed_plain();
	for (i = 0; i < POINTER; i++)
		pointers[0]();
	check(probed_recursive(DEPTH - 1) == DEPTH - 1, "recursion");
	check(probed_recursive(DEEP - 1) == DEEP - 1, "deep recursion");
	for (i = 0; i < NESTED; i++)
		probed_outer();
	for (i = 0; i < JUMPS; i++)
		if (!setjmp(buffer))
			probed_left(&buffer, 2);
	for (i = 0; i < TAILS; i++)
		check(probed_tail(i) == i + 1, "a tail call");
	make_signals();
	make_switches();
	make_values();
	make_opened();
}

static void *body(void *unused)
{
	make_all();
	probed_last();
	return unused;
}

static void *one(void *unused)
{
	probed_plain();
	return unused;
}

static void reap(pid_t child, int killed)
{
	int status;

	check(child > 0 && waitpid(child, &status, 0) == child, "a child");
	check(killed ? WIFSIGNALED(status) : !status, "a child's status");
}

/* Within probed_call(): both processes return from it, and one has called it. */
static void fork_it(void *context)
{
	pid_t child = fork();

	if (!child)
		probed_plain();
	*(pid_t *)context = child;
}

static void make_fork_within(void)
{
	pid_t child;

	probed_call(fork_it, &child);
	if (!child) {
		probed_plain();
		_exit(0);
	}
	reap(child, 0);
}

/* A child that is killed, at a moment when it counts nothing. */
static void make_killed(void)
{
	int ends[2], i;
	pid_t child;
	char byte;

	check(!pipe(ends), "pipe");
	child = fork();
	if (!child) {
		for (i = 0; i < KILLED; i++)
			probed_plain();
		check(write(ends[1], "", 1) == 1, "write");
		pause();
	}
	check(read(ends[0], &byte, 1) == 1, "read");
	kill(child, SIGKILL);
	reap(child, 1);
}

static void print(const char *library, const char *name, long count, long times)
{
	printf("function %s:%s %ld %ld\n", library, name, count, times);
}

int main(int argc, char **argv)
{
	struct sigaction action = { .sa_handler = on_signal,
				    .sa_flags = SA_ONSTACK };
	pthread_t list[64];
	long threads, rounds, i;
	pid_t child;
	char *slash;

	self = argv[0];
	snprintf(folder, sizeof(folder), "%s", self);
	slash = strrchr(folder, '/');
	check(slash != NULL, "the path of this program");
	*slash = '\0';
	sigaction(SIGUSR1, &action, NULL);
	check(probed_address() == probed_plain, "the address of a function");
	if (argc > 1 && !strcmp(argv[1], "-v")) {
		make_values();
		return 0;
	}
	if (argc > 1 && !strcmp(argv[1], "-c")) {
		make_all();
		return 0;
	}
	if (argc > 2 && !strcmp(argv[1], "-s")) {
		for (i = atol(argv[2]); i > 0; i--) {
			check(!pthread_create(list, NULL, one, NULL),
			      "a thread");
			pthread_join(list[0], NULL);
		}
		return 0;
	}
	if (argc > 1 && !strcmp(argv[1], "-w")) {
		for (i = 0; i < PLAIN; i++)
			probed_plain();
		puts("ready");
		fflush(stdout);
		for (;;)
			pause();
	}
	threads = argc > 1 ? atol(argv[1]) : 8;
	check(threads > 0 && threads <= 64, "THREADS");
	for (i = 0; i < threads; i++)
		check(!pthread_create(&list[i], NULL, body, NULL), "a thread");
	for (i = 0; i < threads; i++)
		pthread_join(list[i], NULL);
	make_all();
	/* a child, whose child goes on as another program */
	child = fork();
	if (!child) {
		make_all();
		child = fork();
		if (!child) {
			probed_plain();
			execl(self, self, "-c", NULL);
			die("exec");
		}
		reap(child, 0);
		_exit(0);
	}
	reap(child, 0);
	/* at once another program */
	child = vfork();
	if (!child) {
		execl(self, self, "-c", NULL);
		_exit(1);
	}
	reap(child, 0);
	make_killed();
	make_fork_within();

	rounds = threads + 4;
	print("libprobed.so", "probed_plain",
	      rounds * (PLAIN + 2 * NESTED + 1) + 3 + KILLED,
	      rounds * (PLAIN + 2 * NESTED + 1) + 3 + KILLED);
	print("libprobed.so", "probed_pointer", rounds * POINTER,
	      rounds * POINTER);
	print("libprobed.so", "probed_recursive", rounds * (DEPTH + DEEP),
	      rounds * (DEPTH + 32));
	print("libprobed.so", "probed_again", rounds * (DEPTH + DEEP),
	      rounds * (DEPTH + 32));
	print("libprobed.so", "probed_outer", rounds * NESTED, rounds * NESTED);
	print("libprobed.so", "probed_left", rounds * JUMPS * 3, 0);
	print("libprobed.so", "probed_left_again", rounds * JUMPS * 3, 0);
	print("libprobed.so", "probed_tail", rounds * TAILS, rounds * TAILS);
	print("libprobed.so", "probed_tail_end", rounds * TAILS,
	      rounds * TAILS);
	print("libprobed.so", "probed_last", threads, 0);
	print("libprobed.so", "probed_call", rounds * (1 + 2 * SWITCH) + 1,
	      rounds * (1 + 2 * SWITCH) + 1);
	print("libprobed.so", "probed_many", rounds * VALUES, rounds * VALUES);
	print("libprobed.so", "probed_pair", rounds * VALUES, rounds * VALUES);
	print("libprobed.so", "probed_big", rounds * VALUES, rounds * VALUES);
	print("libprobed.so", "probed_long_double", rounds * VALUES,
	      rounds * VALUES);
	print("libprobed.so", "probed_double", rounds * VALUES,
	      rounds * VALUES);
	print("libprobed.so", "probed_complex", rounds * VALUES,
	      rounds * VALUES);
	print("libprobed.so", "probed_vector", rounds * VALUES,
	      rounds * VALUES);
	print("libprobed.so", "probed_print", rounds * VALUES, rounds * VALUES);
	print("libprobed.so", "probed_version", rounds * VALUES,
	      rounds * VALUES);
	print("libprobed.so", "probed_version@OLD", rounds * VALUES,
	      rounds * VALUES);
	print("libprobed.so", "probed_same", rounds * SAME, rounds * SAME);
	print("libprobed.so", "probed_address", 3, 3);
	print("libopened.so", "probed_same", rounds * SAME, rounds * SAME);
	print("libopened.so", "opened_plain", rounds * OPENED, rounds * OPENED);
	return 0;
}
