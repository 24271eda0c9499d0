/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The clock that calls are timed with: the TSC where the kernel trusts it as
 * a clock, else the scheduler's. Read by the handlers, converted by readers.
 */
#ifndef SYSTALLY_CLOCK_H
#define SYSTALLY_CLOCK_H

#include <linux/jump_label.h>
#include <linux/math64.h>
#include <linux/sched/clock.h>
#include <asm/cpufeature.h>
#include <asm/tsc.h>

DECLARE_STATIC_KEY_FALSE(systally_clock_tsc_key);

/*
 * systally_clock_init - choose the clock; process context, once, at load
 *
 * One choice for the module's life, so that units never mix in a row. A TSC
 * that the kernel gives up later may differ between CPUs: a negative
 * difference counts as 0 (systally_clock_elapsed).
 */
void systally_clock_init(void);

static __always_inline bool systally_clock_is_tsc(void)
{
	return static_branch_likely(&systally_clock_tsc_key);
}

/* Now, in clock units. Any context, preemption off. */
static __always_inline u64 systally_clock_now(void)
{
	if (systally_clock_is_tsc())
		return rdtsc();
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
	if (systally_clock_is_tsc())
		return mul_u64_u32_div(units, 1000000, tsc_khz);
	return units;
}

/* Clock units in a millisecond. */
static inline u64 systally_clock_khz(void)
{
	return static_key_enabled(&systally_clock_tsc_key) ? tsc_khz : 1000000;
}

static inline const char *systally_clock_name(void)
{
	return static_key_enabled(&systally_clock_tsc_key) ? "tsc" : "sched";
}

#endif /* SYSTALLY_CLOCK_H */
