// SPDX-License-Identifier: GPL-2.0-only
/*
 * The library libopened.so of the tests of --in-process, which is opened by
 * dlopen(3). One of its functions has the name of one of libprobed.so.
 */
#include "probed.h"

noted int opened_plain(int value)
{
	return value + 1;
}

noted int probed_same(void)
{
	return 2;
}
