// SPDX-License-Identifier: GPL-2.0-only
/*
 * Unit tests of the names, ABIs and sets of calls (module/syscalls.c, abi.c).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "syscalls.h"

static void test_names(void **state)
{
	char label[SYSCALL_LABEL_LEN];

	(void)state;
	/* Numbers that have been the same since the ABIs exist */
	assert_string_equal(systally_syscall_name(ABI_X86_64, 110), "getppid");
	assert_string_equal(systally_syscall_name(ABI_I386, 64), "getppid");
	assert_string_equal(systally_syscall_name(ABI_X32, 110), "getppid");
	assert_string_equal(systally_syscall_name(ABI_X32, 520), "execve");
	assert_string_equal(systally_syscall_name(ABI_I386, 168), "poll");
	assert_null(systally_syscall_name(ABI_X86_64, 600));
	assert_null(systally_syscall_name(ABI_X32, 59));
	assert_string_equal(systally_syscall_label(0, 600, label),
			    "syscall_600");
	assert_string_equal(
		systally_syscall_label(0, KEY_NR_OUT_OF_RANGE, label),
		"out_of_range");
	assert_string_equal(systally_abi_name(ABI_X86_64), "x86-64");
}

static bool has(const struct syscall_set *set, u32 abi, u32 nr)
{
	return test_bit(nr, set->nr[abi]);
}

static void test_add(void **state)
{
	struct syscall_set set = {};

	(void)state;
	assert_int_equal(systally_syscall_add(&set, "getppid"), 0);
	assert_true(has(&set, ABI_X86_64, 110));
	assert_true(has(&set, ABI_I386, 64));
	assert_true(has(&set, ABI_X32, 110));
	assert_int_equal(systally_syscall_add(&set, "7"), 0);
	assert_true(has(&set, ABI_X86_64, 7));
	assert_false(has(&set, ABI_I386, 7));
	assert_int_equal(systally_syscall_add(&set, "i386:7"), 0);
	assert_true(has(&set, ABI_I386, 7));
	assert_int_equal(systally_syscall_add(&set, "i386:poll"), 0);
	assert_true(has(&set, ABI_I386, 168));
	assert_false(has(&set, ABI_X32, 7));
}

static void test_add_bad(void **state)
{
	static const struct {
		const char *token;
		int err;
	} bad[] = {
		{ "nosuchcall", -ENOENT },
		{ "600", -ENOENT },
		{ "1023", -ENOENT },
		{ "99999999999", -ENOENT },
		{ "7x", -ENOENT },
		{ "x32:59", -ENOENT },
		{ "-1", -ENOENT },
		{ "i386:", -ENOENT },
		{ ":poll", -EINVAL },
		{ "arm:poll", -EINVAL },
		{ "i38:poll", -EINVAL },
		{ "i3866:poll", -EINVAL },
		{ "x86-64:waitpid", -ENOENT },
		{ "i386:i386:poll", -ENOENT },
	};
	struct syscall_set set = {}, empty = {};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(bad); i++)
		assert_int_equal(systally_syscall_add(&set, bad[i].token),
				 bad[i].err);
	assert_memory_equal(&set, &empty, sizeof(set));
}

/* The token of each call, as `syscalls` shows it, adds this call again. */
static void test_tokens_return(void **state)
{
	char token[SYSCALL_LABEL_LEN + 8];
	u32 abi, nr, other;

	(void)state;
	for (abi = 0; abi < ABIS; abi++) {
		for (nr = 0; nr < SYSCALL_NRS; nr++) {
			struct syscall_set set = {}, again = {};

			if (!systally_syscall_name(abi, nr))
				continue;
			__set_bit(nr, set.nr[abi]);
			assert_true(
				systally_syscall_token(&set, abi, nr, token));
			assert_int_equal(systally_syscall_add(&again, token),
					 0);
			assert_memory_equal(&set, &again, sizeof(set));
		}
	}

	/* One bare token stands for a call that all ABIs have. */
	{
		struct syscall_set set = {};

		assert_int_equal(systally_syscall_add(&set, "getppid"), 0);
		assert_true(
			systally_syscall_token(&set, ABI_X86_64, 110, token));
		assert_string_equal(token, "getppid");
		for (other = 1; other < ABIS; other++)
			assert_false(systally_syscall_token(
				&set, other, other == ABI_I386 ? 64 : 110,
				token));
	}
}

/*
 * Each ABI has a number of its own in the row format, which leads back to it.
 */
static void test_abi_rows(void **state)
{
	u32 abi, other;

	(void)state;
	assert_int_equal(systally_abi_to_row(ABI_X86_64), 0);
	assert_int_equal(systally_abi_to_row(ABI_I386), 1);
	assert_int_equal(systally_abi_to_row(ABI_X32), 2);
	assert_string_equal(systally_abi_name(ABI_NATIVE), "x86-64");
	for (abi = 0; abi < ABIS; abi++) {
		assert_int_equal(
			systally_abi_from_row(systally_abi_to_row(abi)), abi);
		for (other = 0; other < abi; other++)
			assert_int_not_equal(systally_abi_to_row(other),
					     systally_abi_to_row(abi));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_abi_rows),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_add),
		cmocka_unit_test(test_add_bad),
		cmocka_unit_test(test_tokens_return),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
