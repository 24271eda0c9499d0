// SPDX-License-Identifier: GPL-2.0-only
/*
 * Unit tests of what `systally needs` prints. Run by `make check-unit`.
 */
#include "needs_fixture.h"

static void test_formats(void **state)
{
	struct context *c = *state;
	char *text;

	assert_int_equal(NEEDS(c, "-r", "1", "-e", "write,fadvise64", "-b",
			       "echo 7", "-t",
			       "cmp /etc/passwd \"$SYSTALLY_OUTPUT\"", "cat",
			       "/etc/passwd"), 0);
	text = rendered(c, systally_needs_markdown);
	assert_non_null(strstr(text,
		"\n| fadvise64 | 1 | both | 1.00 | 1.00 |  |\n"));
	assert_non_null(strstr(text,
		"Of 2: 1 required, 1 can be stubbed or faked, 0 only stubbed, 0 only faked.\n"));
	free(text);
	text = rendered(c, systally_needs_json);
	assert_non_null(strstr(text,
		"{\"feature\":\"write\",\"call\":\"write\",\"value\":null,\"calls\":1,\"verdict\":\"required\",\"stub\":{\"runs\":1,\"passed\":0,\"why\":\"TEST failed (1)\""));
	free(text);
	text = rendered(c, systally_needs_csv);
	assert_non_null(strstr(text,
		"\nfadvise64,1,both,1,1,1.0000,,,1,1,1.0000,,,\"\"\n"));
	free(text);
}

/* A machine that becomes faster is not a call that is better left out. */
static void test_drift(void **state)
{
	struct context *c = *state;
	char *text;

	assert_int_equal(NEEDS(c, "-r", "2", "-e", "fadvise64", "-t", "true",
			       "-b", NTH "test \"${n:-0}\" -lt 2 && echo 100 || echo 200",
			       "cat", "/etc/passwd"), 0);
	text = markdown(c);
	assert_non_null(strstr(text, "\n| fadvise64 | 1 | both | 1.00 | 1.00 |"));
	assert_non_null(strstr(text, "faked: TEST passes. performance 1.00.\n"));
	assert_non_null(strstr(text,
		"\nThe untouched runs changed meanwhile: performance from 100 to 200.\n"));
	free(text);
}

/* It begins to flap when the calls are being tried. */
static void test_flaps_later(void **state)
{
	struct context *c = *state;
	char *text;

	/* the fifth: untouched, discovery, stub, fake, untouched */
	assert_int_equal(NEEDS(c, "-r", "1", "-e", "fadvise64", "-t",
			       NTH "test \"$n\" != 4", "-b", "echo 1", "cat",
			       "/etc/passwd"), 0);
	assert_string_equal(verdict(c, "fadvise64"), "both");
	text = markdown(c);
	assert_non_null(strstr(text,
		"\nTEST is flaky: 1 of 3 untouched runs failed (TEST failed (1)), "));
	free(text);
}

/* It is said if it works no more in the end, whatever is measured. */
static void test_breaks(void **state)
{
	struct context *c = *state;
	char *text;

	/* untouched, discovery, stub, fake; then no more */
	assert_int_equal(NEEDS(c, "-r", "1", "-e", "fadvise64", "-t",
			       NTH "test \"${n:-0}\" -lt 4", "cat",
			       "/etc/passwd"), 0);
	text = markdown(c);
	assert_non_null(strstr(text,
		"\nTEST is flaky: 1 of 2 untouched runs failed (TEST failed (1)), "));
	assert_non_null(strstr(text,
		"\n- Flaky: fadvise64 passed by itself before and fails now. It is left as it is.\n"));
	free(text);
}

/* Whether it ends too soon, or has too many processes */
static void test_unseen(void **state)
{
	struct context *c = *state;
	char *text;

	assert_int_equal(NEEDS(c, "-r", "1", "-e", "none", "-t", "true",
			       "true"), 0);
	text = markdown(c);
	assert_non_null(strstr(text,
		"\nDescriptors and memory are missing: they were sampled too rarely.\n"));
	free(text);
	/* untouched it takes its time, stubbed or faked it does not */
	assert_int_equal(NEEDS(c, "-r", "1", "-e", "clock_nanosleep", "-t",
			       "true", "sleep", "1"), 0);
	text = markdown(c);
	assert_non_null(strstr(text,
		"\n| clock_nanosleep | 1 | both | - | - | - | - |  |\n"));
	assert_non_null(strstr(text,
		"\n`-` where runs passed: they were sampled too rarely.\n"));
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(formats), TEST(drift), TEST(flaps_later), TEST(breaks),
		TEST(unseen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
