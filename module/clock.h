/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The clock that calls are timed with: the architecture's own where the kernel
 * trusts it, else the scheduler's. Handlers keep times in clock units; readers
 * convert them to ns.
 */
#ifndef SYSTALLY_CLOCK_H
#define SYSTALLY_CLOCK_H

#include <linux/jump_label.h>
#include <linux/math64.h>
#include <linux/sched/clock.h>

#include "arch_clock.h"

/* Whether it is the architecture's. Written once, at load. */
DECLARE_STATIC_KEY_FALSE(systally_clock_arch_key);

/*
 * systally_clock_init - choose the clock; process context, once, at load
 *
 * The choice holds as long as the module is loaded, so that a row's units never
 * mix. If the kernel stops trusting the clock later, CPUs may differ: a
 * negative difference counts as 0 (systally_clock_elapsed).
 */
void systally_clock_init(void);

/*
 * Whether it is the architecture's clock: a patched jump, no load. Any context.
 */
static __always_inline bool systally_clock_is_arch(void)
{
	return static_branch_likely(&systally_clock_arch_key);
}

/* Now, in clock units. Any context, preemption off. */
static __always_inline u64 systally_clock_now(void)
{
	if (systally_clock_is_arch())
		return arch_clock_now();
	return local_clock();
}

/* Clock units from @since to @now, never negative. */
static __always_inline u64 systally_clock_elapsed(u64 since, u64 now)
{
	return now > since ? now - since : 0;
}

/* Clock units to ns. Any context. */
static inline u64 systally_clock_to_ns(u64 units)
{
	if (systally_clock_is_arch())
		return mul_u64_u32_div(units, 1000000, arch_clock_khz());
	return units;
}

/* Clock units in a millisecond. Any context. */
static inline u64 systally_clock_khz(void)
{
	return static_key_enabled(&systally_clock_arch_key) ? arch_clock_khz() :
							      1000000;
}

/* The clock's name in `status`. */
static inline const char *systally_clock_name(void)
{
	return static_key_enabled(&systally_clock_arch_key) ? ARCH_CLOCK_NAME :
							      "sched";
}

#endif /* SYSTALLY_CLOCK_H */
