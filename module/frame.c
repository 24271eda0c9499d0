// SPDX-License-Identifier: GPL-2.0-only
/*
 * Stacks of calls of user functions.
 */
#include "frame.h"

/* The stack grows down: a frame below @sp on the same stack has been left. */
static void drop_left(struct frames *frames, unsigned long sp)
{
	while (frames->depth && frames->frame[frames->depth - 1].sp < sp)
		frames->depth--;
}

bool frames_push(struct frames *frames, const struct frame *frame)
{
	if (frames->depth == FRAMES_MAX)
		drop_left(frames, frame->sp);
	if (frames->depth == FRAMES_MAX)
		return false;
	frames->frame[frames->depth++] = *frame;
	return true;
}

static bool pop_between(struct frames *frames, unsigned long lowest,
			unsigned long highest, u32 nr, struct frame *frame)
{
	u32 depth = frames->depth;

	while (depth--) {
		if (frames->frame[depth].sp < lowest ||
		    frames->frame[depth].sp > highest ||
		    frames->frame[depth].nr != nr)
			continue;
		*frame = frames->frame[depth];
		frames->depth = depth;
		return true;
	}
	return false;
}

bool frames_pop(struct frames *frames, unsigned long sp, unsigned long taken,
		u32 nr, struct frame *frame)
{
	return pop_between(frames, sp, sp, nr, frame) ||
	       (taken && pop_between(frames, sp - taken, sp, nr, frame));
}
