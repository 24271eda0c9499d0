/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What happens with a call of a user function that current has entered or
 * leaves: tally it, time it.
 *
 * Both run in the handlers of uprobes, in process context, and turn preemption
 * off themselves: the tally's handlers do not nest.
 */
#ifndef SYSTALLY_FUNCTION_EVENT_H
#define SYSTALLY_FUNCTION_EVENT_H

#include <linux/types.h>

/*
 * systally_function_entered - count a call of function @nr
 * @timed: whether its return will be seen
 * @sp: the stack pointer at the entry
 *
 * May sleep, for the thread's first timed call. If there is no memory for its
 * frames, the call is counted, and its return has no entry.
 */
void systally_function_entered(u32 nr, bool timed, unsigned long sp);

/*
 * systally_function_returned - time a call of function @nr
 * @sp: as it was at the entry
 */
void systally_function_returned(u32 nr, unsigned long sp);

#endif /* SYSTALLY_FUNCTION_EVENT_H */
