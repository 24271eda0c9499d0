// SPDX-License-Identifier: GPL-2.0-only
/*
 * The choice of the clock that calls are timed with.
 */
#include "clock.h"

DEFINE_STATIC_KEY_FALSE(systally_clock_arch_key);

void systally_clock_init(void)
{
	if (arch_clock_usable())
		static_branch_enable(&systally_clock_arch_key);
}
