/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The shared memory (systally_probe.h), as this process maps it.
 */
#ifndef PROBE_PROBE_H
#define PROBE_PROBE_H

#include "systally_probe.h"
#include "system.h"

#define HIDDEN	  __attribute__((visibility("hidden")))
#define barrier() __asm__ volatile("" ::: "memory")

/*
 * Functions that arch.S calls: on i386, they take arguments in registers, as
 * the whole library does (-mregparm=3). Functions that others call do not.
 */
#define FROM_ASSEMBLY	HIDDEN __attribute__((used))
#define KEEPS_REGISTERS __attribute__((no_caller_saved_registers))
#ifdef __i386__
#define FROM_OUTSIDE __attribute__((used, regparm(0)))
#else
#define FROM_OUTSIDE __attribute__((used))
#endif

extern struct systally_probe_header *probe_shared HIDDEN;

/* How much of it this process maps. */
extern unsigned long probe_mapped HIDDEN;

/* Copies of what each timed call needs: clock, times_at and hists_at. */
extern uint32_t probe_clock HIDDEN, probe_times_at HIDDEN,
	probe_hists_at HIDDEN;

/*
 * Maps the memory that the environment names. While the program is being
 * loaded; one thread. Returns 0, or -1: there is none, or it is of another
 * version.
 */
int probe_open(void) HIDDEN;

/*
 * Reads the file @path in pieces, and calls @each with @context for each line,
 * or each text up to @end, cut to 255 bytes, until it returns true.
 */
typedef int probe_line_function(void *context, const char *line);
void probe_lines(const char *path, char end, probe_line_function *each,
		 void *context) HIDDEN;

static inline const struct systally_probe_function *probe_functions(void)
{
	return (const void *)((const char *)probe_shared +
			      probe_shared->functions_at);
}

/*
 * Returns the number of @name among the names that are counted, or -1.
 */
int probe_find_name(const char *name) HIDDEN;

#endif /* PROBE_PROBE_H */
