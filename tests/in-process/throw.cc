// SPDX-License-Identifier: GPL-2.0-only
/*
 * Exceptions, cancellation and backtraces that pass functions of libprobed.so,
 * which are counted and timed meanwhile:
 *	throw
 * Prints `function NAME COUNT TIMES`. Fails if an exception is not caught where
 * it should be.
 */
#include <cstdio>
#include <cstdlib>
#include <execinfo.h>
#include <pthread.h>
#include <stdexcept>
#include <unistd.h>

extern "C" {
void probed_plain(void);
void probed_call(void (*callback)(void *context), void *context);
}

#define THROWS 31
#define DEPTH 3

static int destroyed;

/* Whose destructor calls a function that is counted, while the stack unwinds. */
struct guard {
	~guard()
	{
		probed_plain();
		destroyed++;
	}
};

static void thrower(void *context)
{
	guard guard;

	throw std::runtime_error(static_cast<const char *>(context));
}

/* Catches, throws again, and calls itself through the library. */
static void nested(void *context)
{
	long *depth = static_cast<long *>(context);

	if (!--*depth)
		throw 7;
	try {
		guard guard;

		probed_call(nested, depth);
	} catch (int value) {
		throw value + 1;
	}
}

static void quiet(void *context)
{
	++*static_cast<int *>(context);
}

static void look_back(void *context)
{
	void *list[32];

	*static_cast<int *>(context) = backtrace(list, 32);
}

static bool cleaned;

static void clean(void *)
{
	cleaned = true;
	probed_plain();
}

static void wait_for_end(void *)
{
	guard guard;

	for (;;)
		pause();
}

static void *canceled(void *)
{
	pthread_cleanup_push(clean, nullptr);
	probed_call(wait_for_end, nullptr);
	pthread_cleanup_pop(0);
	return nullptr;
}

static void leave(void *)
{
	guard guard;

	pthread_exit(nullptr);
}

static void *exiting(void *)
{
	probed_call(leave, nullptr);
	return nullptr;
}

static void die(const char *what)
{
	fprintf(stderr, "throw: %s\n", what);
	exit(1);
}

int main()
{
	int caught = 0, seen = 0, calls = 0, i;
	pthread_t thread;
	void *result;

	for (i = 0; i < THROWS; i++) {
		long depth = DEPTH;

		try {
			probed_call(thrower, const_cast<char *>("x"));
		} catch (const std::runtime_error &error) {
			caught += *error.what() == 'x';
		}
		try {
			probed_call(nested, &depth);
		} catch (int value) {
			caught += value == 7 + DEPTH - 1;
		}
		probed_call(quiet, &calls);
	}
	if (caught != 2 * THROWS || calls != THROWS ||
	    destroyed != DEPTH * THROWS)
		die("an exception was lost");
	probed_call(look_back, &seen);
	if (seen < 4)
		die("the backtrace ends too early");
	pthread_create(&thread, nullptr, canceled, nullptr);
	usleep(100000);
	pthread_cancel(thread);
	pthread_join(thread, &result);
	if (!cleaned || result != PTHREAD_CANCELED ||
	    destroyed != DEPTH * THROWS + 1)
		die("a cancelled thread was not cleaned up");
	pthread_create(&thread, nullptr, exiting, nullptr);
	pthread_join(thread, &result);
	if (destroyed != DEPTH * THROWS + 2)
		die("a thread that exits was not cleaned up");
	/* of the calls of probed_call(), only the quiet ones return */
	printf("function libprobed.so:probed_call %d %d\n",
	       THROWS * (DEPTH + 2) + 3, THROWS);
	printf("function libprobed.so:probed_plain %d %d\n",
	       THROWS * DEPTH + 3, THROWS * DEPTH + 3);
	return 0;
}
