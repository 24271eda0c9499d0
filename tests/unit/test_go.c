// SPDX-License-Identifier: GPL-2.0-only
/*
 * Unit tests of the stack check of Go's functions. The code is what Go 1.19
 * compiles, and what the source of older versions says that these compile.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "functions/go.h"

static size_t check(const char *code, size_t bytes)
{
	return systally_go_check((const uint8_t *)code, bytes);
}

/* Of a string with zero bytes */
#define CHECK(code) check(code, sizeof(code) - 1)

static void test_small_frame(void **state)
{
	(void)state;
	/* cmp 16(%r14), %rsp; jbe; sub $24, %rsp */
	assert_int_equal(CHECK("\x49\x3b\x66\x10\x76\x5a\x48\x83\xec\x18"), 6);
	/* the guard of code that runs on the system's stack; a far jbe */
	assert_int_equal(CHECK("\x49\x3b\x66\x18\x0f\x86\x64\x07\x00\x00\x48"),
			 10);
}

static void test_large_frame(void **state)
{
	(void)state;
	/* lea -104(%rsp), %r12; cmp 16(%r14), %r12; jbe, far */
	assert_int_equal(CHECK("\x4c\x8d\x64\x24\x98\x4d\x3b\x66\x10"
			       "\x0f\x86\x64\x07\x00\x00\x48\x81\xec"),
			 15);
	/* lea -1208(%rsp), %r12; cmp 16(%r14), %r12; jbe, far */
	assert_int_equal(
		CHECK("\x4c\x8d\xa4\x24\x48\xfb\xff\xff\x4d\x3b\x66\x10"
		      "\x0f\x86\x00\x01\x00\x00\x48"),
		18);
}

static void test_very_large_frame(void **state)
{
	(void)state;
	/* mov %rsp, %r12; sub $8104, %r12; jb; cmp 16(%r14), %r12; jbe */
	assert_int_equal(CHECK("\x49\x89\xe4\x49\x81\xec\xa8\x1f\x00\x00"
			       "\x0f\x82\xdd\x00\x00\x00\x4d\x3b\x66\x10"
			       "\x0f\x86\xd3\x00\x00\x00\x48"),
			 26);
	/* the same with a near jb */
	assert_int_equal(CHECK("\x49\x89\xe4\x49\x81\xec\xa8\x1f\x00\x00"
			       "\x72\x46\x4d\x3b\x66\x10\x76\x40\x48"),
			 18);
}

static void test_assembly(void **state)
{
	(void)state;
	/* mov %fs:-8, %r14; lea -8(%rsp), %r12; cmp 16(%r14), %r12; jbe */
	assert_int_equal(
		CHECK("\x64\x4c\x8b\x34\x25\xf8\xff\xff\xff"
		      "\x4c\x8d\x64\x24\xf8\x4d\x3b\x66\x10\x76\x40\x48"),
		20);
}

static void test_old_go(void **state)
{
	(void)state;
	/* mov %fs:-8, %rcx; cmp 16(%rcx), %rsp; jbe */
	assert_int_equal(CHECK("\x64\x48\x8b\x0c\x25\xf8\xff\xff\xff"
			       "\x48\x3b\x61\x10\x76\x20\x48"),
			 15);
	/* mov %fs:-8, %rcx; lea -8(%rsp), %rax; cmp 16(%rcx), %rax; jbe, far */
	assert_int_equal(CHECK("\x64\x48\x8b\x0c\x25\xf8\xff\xff\xff"
			       "\x48\x8d\x44\x24\xf8\x48\x3b\x41\x10"
			       "\x0f\x86\x10\x00\x00\x00\x48"),
			 24);
}

static void test_old_go_elsewhere(void **state)
{
	(void)state;
	/* mov %fs:-16, %rcx; lea -200(%rsp), %rax; cmp 16(%rcx), %rax; jbe */
	assert_int_equal(CHECK("\x64\x48\x8b\x0c\x25\xf0\xff\xff\xff"
			       "\x48\x8d\x84\x24\x38\xff\xff\xff"
			       "\x48\x3b\x41\x10\x76\x10\x48"),
			 23);
	/* mov 0x1000(%rip), %rcx; mov %fs:(%rcx), %rcx; cmp 16(%rcx), %rsp */
	assert_int_equal(CHECK("\x48\x8b\x0d\x00\x10\x00\x00\x64\x48\x8b\x09"
			       "\x48\x3b\x61\x10\x76\x10\x48"),
			 17);
	/* mov $-8, %rcx; the same */
	assert_int_equal(CHECK("\x48\xc7\xc1\xf8\xff\xff\xff\x64\x48\x8b\x09"
			       "\x48\x3b\x61\x10\x76\x10\x48"),
			 17);
}

static void test_none(void **state)
{
	static const char code[] = "\x4c\x8d\x64\x24\x98\x4d\x3b\x66\x10"
				   "\x0f\x86\x64\x07\x00\x00";
	size_t bytes;

	(void)state;
	assert_int_equal(CHECK("\x55\x48\x89\xe5"), 0);
	/* another place of r14's */
	assert_int_equal(CHECK("\x49\x3b\x66\x20\x76\x5a\x48"), 0);
	assert_int_equal(CHECK("\x49\x3b\x66\x08\x76\x5a\x48"), 0);
	/* another jump */
	assert_int_equal(CHECK("\x49\x3b\x66\x10\x77\x5a\x48"), 0);
	/* code that ends within the check */
	for (bytes = 0; bytes < sizeof(code) - 1; bytes++)
		assert_int_equal(check(code, bytes), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_small_frame),
		cmocka_unit_test(test_large_frame),
		cmocka_unit_test(test_very_large_frame),
		cmocka_unit_test(test_assembly),
		cmocka_unit_test(test_old_go),
		cmocka_unit_test(test_old_go_elsewhere),
		cmocka_unit_test(test_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
