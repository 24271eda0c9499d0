// SPDX-License-Identifier: GPL-2.0-only
/*
 * Unit tests of the grammar of the controls (module/parse.c).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "parse.h"

/* A copy on the heap: parsers change it, and sanitizers see reads beyond it. */
static char *copy(const char *text)
{
	static char *last;

	free(last);
	last = strdup(text);
	assert_non_null(last);
	return last;
}

static void test_bool(void **state)
{
	static const char *const bad[] = {
		"", " ", "\n", "2", "-1", "+1", "01", "1 1", "yes", "1x", "0x1",
	};
	bool value = false;
	size_t i;

	(void)state;
	assert_int_equal(parse_bool(copy("1\n"), &value), 0);
	assert_true(value);
	assert_int_equal(parse_bool(copy(" 0 "), &value), 0);
	assert_false(value);
	for (i = 0; i < ARRAY_SIZE(bad); i++)
		assert_int_equal(parse_bool(copy(bad[i]), &value), -EINVAL);
	assert_false(value);
}

static void test_word(void **state)
{
	static const char *const words[] = { "count", "time", NULL };
	static const char *const bad[] = {
		"", "cou", "counts", "Count", "count time", "count,",
	};
	unsigned int index = 9;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(bad) - 1; i++)
		assert_int_equal(parse_word(copy(bad[i]), words, &index),
				 -EINVAL);
	assert_int_equal(index, 9);
	assert_int_equal(parse_word(copy("time\n"), words, &index), 0);
	assert_int_equal(index, 1);
}

static struct targets_request request;

static void test_targets(void **state)
{
	(void)state;
	assert_int_equal(parse_targets(copy("none\n"), &request), 0);
	assert_int_equal(request.verb, TARGETS_NONE);
	assert_int_equal(parse_targets(copy("all"), &request), 0);
	assert_int_equal(request.verb, TARGETS_ALL);
	assert_int_equal(parse_targets(copy("1, 2\t3\n"), &request), 0);
	assert_int_equal(request.verb, TARGETS_REPLACE);
	assert_int_equal(request.pids, 3);
	assert_int_equal(request.pid[2], 3);
	assert_int_equal(parse_targets(copy("+17 -4194304"), &request), 0);
	assert_int_equal(request.verb, TARGETS_EDIT);
	assert_int_equal(request.pid[0], 17);
	assert_int_equal(request.pid[1], -4194304);
}

static void test_targets_bad(void **state)
{
	static const char *const bad[] = {
		"",	    "\n",      ",",
		"0",	    "+0",      "-0",
		"+",	    "-",       "++1",
		"+-1",	    "--1",     "-+1",
		"1 +2",	    "+1 2",    "all 1",
		"1 all",    "all all", "none none",
		"all none", "+all",    "-all",
		"1x",	    "x",       "1.5",
		"0x10",	    "4194305", "99999999999999999999",
		"+ 1",	    "1;2",     "ALL",
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(bad); i++)
		assert_int_equal(parse_targets(copy(bad[i]), &request),
				 -EINVAL);
}

static void test_rules(void **state)
{
	const struct parsed_rule *rule = request.rule;

	(void)state;
	assert_int_equal(parse_targets(copy("cgroup:/a/b,7 uid:1000\n"
					    "comm:my\\x20prog cgroup:/"),
				       &request),
			 0);
	assert_int_equal(request.verb, TARGETS_REPLACE);
	assert_int_equal(request.pids, 1);
	assert_int_equal(request.pid[0], 7);
	assert_int_equal(request.rules, 4);
	assert_int_equal(rule[0].kind, RULE_CGROUP);
	assert_string_equal(rule[0].text, "/a/b");
	assert_false(rule[0].removes);
	assert_int_equal(rule[1].kind, RULE_UID);
	assert_int_equal(rule[1].uid, 1000);
	assert_int_equal(rule[2].kind, RULE_COMM);
	assert_string_equal(rule[2].text, "my prog");
	assert_string_equal(rule[3].text, "/");

	assert_int_equal(parse_targets(copy("+comm:fifteen-letters -uid:0 -5"),
				       &request),
			 0);
	assert_int_equal(request.verb, TARGETS_EDIT);
	assert_int_equal(request.pid[0], -5);
	assert_false(rule[0].removes);
	assert_true(rule[1].removes);
	assert_int_equal(rule[1].uid, 0);
}

static void test_rules_bad(void **state)
{
	static const char *const bad[] = {
		"cgroup:",
		"cgroup:a",
		"cgroup",
		"cgroup:/a//b",
		"cgroup:/./a",
		"cgroup:/a/..",
		"cgroup:/../a",
		"cgroup:/a/./b",
		"cgroup://",
		"uid:",
		"uid:-1",
		"uid:+1",
		"uid:4294967295",
		"uid:1x",
		"uid:root",
		"comm:",
		"comm:sixteen-letters1",
		"comm:\\x0",
		"comm:\\x00",
		"comm:\\",
		"comm:\\xG0",
		"comm:\\XAB",
		"name:a",
		"++uid:1",
		"+uid:1 uid:2",
		"uid:1 +2",
		"all uid:1",
		"uid:1 none",
	};
	char text[PARSE_MAX_BYTES] = "";
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(bad); i++)
		assert_int_equal(parse_targets(copy(bad[i]), &request),
				 -EINVAL);
	for (i = 0; i < PARSE_MAX_RULES; i++)
		sprintf(text + strlen(text), "uid:%zu ", i);
	assert_int_equal(parse_targets(copy(text), &request), 0);
	assert_int_equal(request.rules, PARSE_MAX_RULES);
	strcat(text, "uid:77");
	assert_int_equal(parse_targets(copy(text), &request), -E2BIG);
}

static void test_targets_many(void **state)
{
	char text[PARSE_MAX_BYTES + 1];
	int i;

	(void)state;
	for (i = 0; i < PARSE_MAX_BYTES; i++)
		text[i] = i % 2 ? ' ' : '1';
	text[PARSE_MAX_BYTES] = '\0';
	assert_int_equal(parse_targets(copy(text), &request), 0);
	assert_int_equal(request.pids, PARSE_MAX_TOKENS);
}

static void test_bytes(void **state)
{
	static const char *const bad[] = {
		"",
		"M",
		"0",
		"0K",
		"-1",
		"+1",
		"4MB",
		"4 M",
		"1T",
		"99999999999999999999",
		"99999999999G",
		"4.5M",
		"0x10",
	};
	unsigned long bytes = 9;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(bad); i++)
		assert_int_equal(parse_bytes(copy(bad[i]), &bytes), -EINVAL);
	assert_int_equal(bytes, 9);
	assert_int_equal(parse_bytes(copy("4096\n"), &bytes), 0);
	assert_int_equal(bytes, 4096);
	assert_int_equal(parse_bytes(copy("3k"), &bytes), 0);
	assert_int_equal(bytes, 3072);
	assert_int_equal(parse_bytes(copy("4M"), &bytes), 0);
	assert_int_equal(bytes, 4 << 20);
	assert_int_equal(parse_bytes(copy("4294967296"), &bytes), 0);
	assert_true(bytes == 1ul << 32);
	assert_int_equal(parse_bytes(copy("2G"), &bytes), 0);
	assert_true(bytes == 2ul << 30);
}

static void test_functions(void **state)
{
	struct parsed_function function;
	char *text = copy("lib:one 0x10 /a b/c\n\n two\t32  /d \n");

	(void)state;
	assert_int_equal(parse_function(&text, &function), 0);
	assert_string_equal(function.name, "lib:one");
	assert_int_equal(function.offset, 16);
	assert_string_equal(function.path, "/a b/c");
	assert_int_equal(parse_function(&text, &function), 0);
	assert_string_equal(function.name, "two");
	assert_int_equal(function.offset, 32);
	assert_string_equal(function.path, "/d");
	assert_null(function.kind);
	assert_string_equal(text, "");
	text = copy("ssl 0x20:read /e:f");
	assert_int_equal(parse_function(&text, &function), 0);
	assert_int_equal(function.offset, 32);
	assert_string_equal(function.kind, "read");
	assert_string_equal(function.path, "/e:f");
}

static void test_functions_bad(void **state)
{
	static const char *const bad[] = {
		"a",
		" a 1 /b",
		"a 1",
		"a /b",
		"a x /b",
		"a -1 /b",
		"a 1 b",
		"a 1\n/b",
		"a :read /b",
		"a 0x1g /b",
		"a 1 /b\n/c",
		"\n",
		"a 99999999999999999999 /b",
	};
	struct parsed_function function;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		char *text = copy(bad[i]);
		int err = parse_function(&text, &function);

		while (!err && *text)
			err = parse_function(&text, &function);
		assert_int_not_equal(err, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_functions),
		cmocka_unit_test(test_functions_bad),
		cmocka_unit_test(test_bool),
		cmocka_unit_test(test_word),
		cmocka_unit_test(test_targets),
		cmocka_unit_test(test_targets_bad),
		cmocka_unit_test(test_rules),
		cmocka_unit_test(test_rules_bad),
		cmocka_unit_test(test_targets_many),
		cmocka_unit_test(test_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
