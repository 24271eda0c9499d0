// SPDX-License-Identifier: GPL-2.0-only
/*
 * Unit tests of the paths of control groups (module/path.c).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "path.h"

/* As kernfs_path_from_node() gives them */
static void test_below(void **state)
{
	static const char *const paths[][3] = {
		/* root, path, and the path from there */
		{ "/", "/", "/" },
		{ "/", "/a", "/a" },
		{ "/", "/a/b.service", "/a/b.service" },
		{ "/a", "/a", "/" },
		{ "/a", "/a/b", "/b" },
		{ "/a/b", "/a/b/c/d", "/c/d" },
		{ "/a", "/ab", "/../ab" },
		{ "/ab", "/a", "/../a" },
		{ "/a", "/", "/.." },
		{ "/a/b", "/", "/../.." },
		{ "/a/b", "/a", "/.." },
		{ "/a/b", "/a/c", "/../c" },
		{ "/a/b/c", "/x/y", "/../../../x/y" },
	};
	char to[64];
	size_t i, length;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(paths); i++) {
		length = path_below(paths[i][0], paths[i][1], NULL);
		assert_int_equal(length, strlen(paths[i][2]) + 1);
		memset(to, 'x', sizeof(to));
		assert_int_equal(path_below(paths[i][0], paths[i][1], to),
				 length);
		assert_string_equal(to, paths[i][2]);
		assert_int_equal(to[length], 'x');
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_below),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
