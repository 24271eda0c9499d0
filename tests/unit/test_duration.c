// SPDX-License-Identifier: GPL-2.0-only
/*
 * Unit tests of durations with units and of decimal numbers. Run by
 * `make check-unit`.
 */
#include "fixture.h"

#include "base/duration.h"

#define SECOND UINT64_C(1000000000)

static void durations_are_exact(void **state)
{
	static const struct {
		const char *text;
		uint64_t ns;
	} cases[] = {
		{ "0", 0 },
		{ "0s", 0 },
		{ "1", SECOND },
		{ "1s", SECOND },
		{ "1ns", 1 },
		{ "1us", 1000 },
		{ "1ms", 1000000 },
		{ "1m", 60 * SECOND },
		{ "1h", 3600 * SECOND },
		{ "1d", 86400 * SECOND },
		{ "365d", 31536000 * SECOND },
		{ "1.", SECOND },
		{ "1.ms", 1000000 },
		{ ".5s", SECOND / 2 },
		{ ".5", SECOND / 2 },
		{ "0.1", 100000000 },
		{ "1.5m", 90 * SECOND },
		{ "0001", SECOND },
		{ "0.000000001", 1 },
		/* a double has 53 bits: these need all digits */
		{ "9007199254740993ns", UINT64_C(9007199254740993) },
		{ "123456789.123456789", UINT64_C(123456789123456789) },
		{ "18446744073.709551615", UINT64_MAX },
		{ "18446744073709551615ns", UINT64_MAX },
		{ "18446744073709551615.4ns", UINT64_MAX },
		{ "18446744073709551.615us", UINT64_MAX },
		/* half a nanosecond is rounded up, what is less is not */
		{ "0.5ns", 1 },
		{ "0.49ns", 0 },
		{ "1.5ns", 2 },
		{ "0.0000000005", 1 },
		{ "0.0000000004999999999", 0 },
		{ "0.0000000001", 0 },
		{ "0.00000000000000000000000001d", 0 },
		{ "0.3333333333333333333333333333333333333333333m",
		  20 * SECOND },
		{ "0.99999999999999999999999999999999999999999999d",
		  86400 * SECOND },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint64_t ns = 42;

		if (systally_duration_parse(cases[i].text, &ns))
			fail_msg("'%s' was refused", cases[i].text);
		if (ns != cases[i].ns)
			fail_msg("'%s' is %llu ns", cases[i].text,
				 (unsigned long long)ns);
	}
}

static void other_texts_are_refused(void **state)
{
	static const char *const refused[] = {
		"",
		".",
		"s",
		"ms",
		".s",
		"1 s",
		" 1s",
		"1s ",
		"1e3",
		"1e3s",
		"-1",
		"+1",
		"0x10",
		"nan",
		"inf",
		"1.2.3",
		"1..",
		"..1",
		"1,5",
		"1S",
		"1min",
		"1y",
		"1w",
		"1sec",
		"1m30s",
		"1s1",
		/* too long */
		"1e19",
		"10000000000000000000000",
		"18446744073.709551616",
		"18446744073709551616ns",
		"18446744073709551615.5ns",
		"213503982334602d",
		"99999999999999999999999999999999999ns",
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		uint64_t ns = 42;

		if (!systally_duration_parse(refused[i], &ns))
			fail_msg("'%s' was accepted", refused[i]);
		assert_int_equal(ns, 42);
	}
}

static void decimals_are_scaled(void **state)
{
	uint64_t value = 0;

	(void)state;
	assert_int_equal(systally_decimal_parse("0.57", 4, 100, &value), 0);
	assert_int_equal(value, 57);
	/* only the first bytes count */
	assert_int_equal(systally_decimal_parse("12x", 2, 1, &value), 0);
	assert_int_equal(value, 12);
	assert_int_equal(systally_decimal_parse("12x", 3, 1, &value), -1);
	assert_int_equal(systally_decimal_parse("1.5", 3, 1, &value), 0);
	assert_int_equal(value, 2);
	/* the largest scale, and the largest fraction */
	assert_int_equal(systally_decimal_parse("0.9999999999999999999", 21,
						UINT64_C(100000000000000000),
						&value),
			 0);
	assert_int_equal(value, UINT64_C(100000000000000000));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(durations_are_exact),
		cmocka_unit_test(other_texts_are_refused),
		cmocka_unit_test(decimals_are_scaled),
	};

	return cmocka_run_group_tests_name("duration", tests, NULL, NULL);
}
