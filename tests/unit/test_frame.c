// SPDX-License-Identifier: GPL-2.0-only
/*
 * Unit tests of the stacks of function calls (module/frame.c).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "kernel_shim.h"
#include "frame.h"

/* Enters function @nr at @sp, at the time @at. */
static bool enter(struct frames *frames, u32 nr, unsigned long sp, u64 at)
{
	const struct frame frame = { .nr = nr, .sp = sp, .entered_at = at };

	return frames_push(frames, &frame);
}

/*
 * Returns when the call that returns now was entered, or 0.
 * @taken: how many bytes of arguments it may have taken
 */
static u64 leave_taking(struct frames *frames, u32 nr, unsigned long sp,
			unsigned long taken)
{
	struct frame frame;

	return frames_pop(frames, sp, taken, nr, &frame) ? frame.entered_at : 0;
}

static u64 leave(struct frames *frames, u32 nr, unsigned long sp)
{
	return leave_taking(frames, nr, sp, 0);
}

static void test_nested(void **state)
{
	struct frames frames = { 0 };

	(void)state;
	assert_true(enter(&frames, 1, 1000, 11));
	assert_true(enter(&frames, 2, 900, 12));
	assert_true(enter(&frames, 1, 800, 13));
	assert_int_equal(leave(&frames, 1, 800), 13);
	assert_int_equal(leave(&frames, 2, 900), 12);
	assert_int_equal(leave(&frames, 1, 1000), 11);
	assert_int_equal(frames.depth, 0);
}

static void test_entry_not_seen(void **state)
{
	struct frames frames = { 0 };

	(void)state;
	assert_int_equal(leave(&frames, 1, 1000), 0);
	assert_true(enter(&frames, 1, 900, 11));
	assert_int_equal(leave(&frames, 1, 1000), 0);
	assert_int_equal(leave(&frames, 2, 900), 0);
	assert_int_equal(leave(&frames, 1, 900), 11);
}

/* A tail call has the stack pointer of its caller; both return at once. */
static void test_tail_call(void **state)
{
	struct frames frames = { 0 };

	(void)state;
	assert_true(enter(&frames, 1, 1000, 11));
	assert_true(enter(&frames, 2, 1000, 12));
	assert_int_equal(leave(&frames, 2, 1000), 12);
	assert_int_equal(leave(&frames, 1, 1000), 11);
}

/* The caller of a call that longjmp() has left returns. */
static void test_left(void **state)
{
	struct frames frames = { 0 };

	(void)state;
	assert_true(enter(&frames, 1, 1000, 11));
	assert_true(enter(&frames, 2, 900, 12));
	assert_true(enter(&frames, 2, 800, 13));
	assert_int_equal(leave(&frames, 1, 1000), 11);
	assert_int_equal(frames.depth, 0);
	/* Entered again at the same place: the newer one returns. */
	assert_true(enter(&frames, 2, 900, 14));
	assert_true(enter(&frames, 2, 900, 15));
	assert_int_equal(leave(&frames, 2, 900), 15);
}

/* A function that has taken its arguments off the stack returns. */
static void test_arguments(void **state)
{
	struct frames frames = { 0 };

	(void)state;
	assert_true(enter(&frames, 1, 1000, 11));
	assert_true(enter(&frames, 1, 900, 12));
	assert_int_equal(leave_taking(&frames, 1, 904, 128), 12);
	/* one that has left them there, after longjmp() to it */
	assert_true(enter(&frames, 1, 960, 13));
	assert_int_equal(leave_taking(&frames, 1, 1000, 128), 11);
	/* entered too far below */
	assert_true(enter(&frames, 1, 800, 14));
	assert_int_equal(leave_taking(&frames, 1, 1000, 128), 0);
	assert_int_equal(leave_taking(&frames, 2, 804, 128), 0);
}

/* A signal's handler runs on a stack above or below. */
static void test_other_stack(void **state)
{
	struct frames frames = { 0 };

	(void)state;
	assert_true(enter(&frames, 1, 1000, 11));
	assert_true(enter(&frames, 2, 5000, 12));
	assert_int_equal(leave(&frames, 2, 5000), 12);
	assert_true(enter(&frames, 2, 50, 13));
	assert_int_equal(leave(&frames, 2, 50), 13);
	assert_int_equal(leave(&frames, 1, 1000), 11);
}

static void test_full(void **state)
{
	struct frames frames = { 0 };
	unsigned long i;

	(void)state;
	for (i = 0; i < FRAMES_MAX; i++)
		assert_true(enter(&frames, 1, 10000 - i, 100 + i));
	/* Deeper: no room, and the others stay. */
	assert_false(enter(&frames, 1, 100, 1));
	assert_int_equal(frames.depth, FRAMES_MAX);
	/* Less deep: the deeper ones have been left. */
	assert_true(enter(&frames, 2, 9999, 7));
	assert_int_equal(frames.depth, 3);
	assert_int_equal(leave(&frames, 2, 9999), 7);
	assert_int_equal(leave(&frames, 1, 9999), 101);
	assert_int_equal(leave(&frames, 1, 10000), 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nested),
		cmocka_unit_test(test_entry_not_seen),
		cmocka_unit_test(test_tail_call),
		cmocka_unit_test(test_left),
		cmocka_unit_test(test_arguments),
		cmocka_unit_test(test_other_stack),
		cmocka_unit_test(test_full),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
