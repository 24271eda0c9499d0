// SPDX-License-Identifier: GPL-2.0-only
/*
 * Chooses one test of a unit test program: linked into all of them. Without the
 * environment variable SYSTALLY_ONLY, all tests run. tests/unit/run sets it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static void __attribute__((constructor)) choose(void)
{
	const char *name = getenv("SYSTALLY_ONLY");

	if (name && *name)
		cmocka_set_test_filter(name);
}
