/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The clock of x86-64's own: the TSC. clock.h falls back on the scheduler's
 * clock where the kernel does not trust it.
 */
#ifndef SYSTALLY_ARCH_CLOCK_H
#define SYSTALLY_ARCH_CLOCK_H

#include <linux/types.h>
#include <asm/cpufeature.h>
#include <asm/tsc.h>

/* Its name in `status` */
#define ARCH_CLOCK_NAME "tsc"

/*
 * arch_clock_usable - whether it is the same on all CPUs, at a constant rate
 *
 * Process context. True under the condition under which the kernel itself
 * offers the TSC as a clock for all CPUs (init_tsc_clocksource() and
 * unsynchronized_tsc() in arch/x86/kernel/tsc.c).
 */
static inline bool arch_clock_usable(void)
{
	return boot_cpu_has(X86_FEATURE_TSC) && tsc_khz &&
	       !check_tsc_unstable();
}

/*
 * arch_clock_now - its reading, in cycles; any context, preemption off
 *
 * Not ordered: the CPU may read it some instructions early or late.
 */
static __always_inline u64 arch_clock_now(void)
{
	return rdtsc();
}

/* arch_clock_khz - cycles in a millisecond; any context */
static inline u32 arch_clock_khz(void)
{
	return tsc_khz;
}

#endif /* SYSTALLY_ARCH_CLOCK_H */
