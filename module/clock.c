// SPDX-License-Identifier: GPL-2.0-only
/*
 * Choice of the clock that calls are timed with. Called by main.c.
 */
#include "clock.h"

DEFINE_STATIC_KEY_FALSE(systally_clock_tsc_key);

void systally_clock_init(void)
{
	/* The condition under which the kernel itself offers the TSC as a
	 * clock for all CPUs (init_tsc_clocksource() and unsynchronized_tsc()
	 * in arch/x86/kernel/tsc.c).
	 */
	if (boot_cpu_has(X86_FEATURE_TSC) && tsc_khz && !check_tsc_unstable())
		static_branch_enable(&systally_clock_tsc_key);
}
