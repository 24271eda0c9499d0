/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Gives each thread a slot in the shared memory, and a stack for its timed
 * calls.
 */
#ifndef PROBE_THREAD_H
#define PROBE_THREAD_H

#include "probe.h"

/* More nested calls than these are counted, but not timed. */
#define FRAMES_MAX 64

/* The place of the first frame, which is no call. */
#define FRAMES_BOTTOM ((uintptr_t *)2)

/* A timed call in flight. */
struct frame {
	uint64_t entered; /* in units of the clock */
	uintptr_t *place; /* of its return address; see frame.c */
	uintptr_t caller; /* the return address that was there */
	const void *slot; /* that the call was counted in */
	uint32_t index;	  /* the function's number */
};

/*
 * A thread's calls, oldest first. Used by its thread only, but a signal handler
 * may come in between any two instructions.
 */
struct frames {
	struct frame *top; /* after the newest one */
	uint32_t patience; /* calls until room is looked for again ... */
	uint64_t newest;   /* ... while the newest call is that of this time */
	struct frame frame[1 + FRAMES_MAX]; /* the first one is no call */
};

/*
 * The thread's cell, which has its slot: NULL if it has none yet, and again in
 * the child after a fork. Generated code reads it. Written by probe_attach() of
 * the thread.
 */
extern __thread struct systally_probe_slot **probe_cell HIDDEN;

/* The thread's timed calls; NULL: none can be timed. Is copied by a fork. */
extern __thread struct frames *probe_frames HIDDEN;

/* Whether no call of a thread is in flight. */
static inline bool frames_are_empty(const struct frames *frames)
{
	return frames->top == &frames->frame[1];
}

/*
 * Makes the memory of this process. While the program is being loaded. Returns
 * 0, or -1 without memory.
 */
int probe_threads_begin(void) HIDDEN;

/*
 * Gives this thread a slot, from its first call of a counted function, or the
 * first one after a fork. Any context: uses no lock, and no C library.
 */
void probe_attach(void) FROM_ASSEMBLY;

/*
 * Returns the frames of the process's thread number @number, counted from 0; or
 * NULL. Sets *@end to whether there are no more threads.
 */
struct frames *probe_thread_frames(uint32_t number, bool *end) HIDDEN;

#endif /* PROBE_THREAD_H */
