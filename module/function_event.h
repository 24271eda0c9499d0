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

#include <linux/ptrace.h>
#include <linux/types.h>

#include "frame.h"

/*
 * systally_function_entered - count a call of a function
 * @frame: filled in but for the times
 * @timed: whether its return will be seen
 *
 * May sleep, for the thread's first timed call. If there is no memory for its
 * frames, the call is counted, and its return has no entry.
 */
void systally_function_entered(struct frame *frame, bool timed);

/*
 * systally_function_returned - time a call of function @nr
 * @regs: current's registers after the return
 *
 * May sleep.
 */
void systally_function_returned(u32 nr, struct pt_regs *regs);

#endif /* SYSTALLY_FUNCTION_EVENT_H */
