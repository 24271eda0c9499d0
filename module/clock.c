// SPDX-License-Identifier: GPL-2.0-only
/*
 * Choice of the clock that calls are timed with. Called by main.c.
 */
#include "clock.h"

DEFINE_STATIC_KEY_FALSE(systally_clock_tsc_key);

void systally_clock_init(void)
{
	/* The conditions under which the kernel itself uses the TSC as a
	 * clock on all CPUs (arch/x86/kernel/tsc.c).
	 */
	if (boot_cpu_has(X86_FEATURE_CONSTANT_TSC) && tsc_khz &&
	    !check_tsc_unstable())
		static_branch_enable(&systally_clock_tsc_key);
}
