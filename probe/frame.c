// SPDX-License-Identifier: GPL-2.0-only
/*
 * Stacks of timed calls.
 *
 * A call is found by the place of its return address. Of several calls with the
 * same place, the newest one is the right one: either the older ones were left
 * without a return, as longjmp() does, and the newest has written its address
 * over theirs; or the newest was jumped to by the older one, and returns to
 * arch_return, which then ends the older one (tail calls).
 *
 * A frame is dropped only if its call has surely ended. Coroutines and signal
 * handlers have stacks of their own, so that the order of places says nothing.
 */
#include "frame.h"
#include "systally.h"

#define PATIENCE 1024

/* The place of a frame that is not in use, though newer ones are. */
#define NOWHERE NULL

/* Of a frame that its thread is about to fill in. */
#define CLAIMED ((uintptr_t *)1)

#define rarely(condition) __builtin_expect(condition, 0)
#define here		  ((uintptr_t)arch_return)

static __attribute__((noinline)) KEEPS_REGISTERS uint64_t ask_clock(void)
{
	struct system_time time;

	system_call(ARCH_CLOCK_GETTIME, CLOCK_MONOTONIC, &time);
	return (uint64_t)time.seconds * 1000000000ULL +
	       (uint64_t)time.nanoseconds;
}

static inline uint64_t now(void)
{
	if (rarely(probe_clock != SYSTALLY_PROBE_CLOCK_CYCLES))
		return ask_clock();
	return arch_cycles();
}

/*
 * Whether the return address at a frame's place is still arch_return. Asks the
 * kernel: the stack may be gone. If the kernel does not tell, it is.
 */
static bool is_there(const struct frame *frame)
{
	uintptr_t value;
	struct system_part to = { &value, sizeof(value) };
	struct system_part from = { frame->place, sizeof(value) };
	long got =
		system_call(ARCH_PROCESS_VM_READV, system_call(ARCH_GETPID, 0),
			    &to, 1, &from, 1, 0);

	if (got == -EFAULT)
		return false;
	return got != sizeof(value) || value == here;
}

/* Whether a newer call has the same place, and does not return to arch_return. */
static bool is_replaced(const struct frames *frames, const struct frame *frame)
{
	const struct frame *newer;

	for (newer = frame + 1; newer < frames->top; newer++) {
		if (newer->place == frame->place && newer->caller != here)
			return true;
	}
	return false;
}

/* Drops the newest frames that are not in use. */
static inline void trim(struct frames *frames)
{
	while (frames->top[-1].place == NOWHERE)
		frames->top--;
}

/* Drops frames whose calls have ended. */
static void make_room(struct frames *frames)
{
	struct frame *frame, *kept = &frames->frame[1];
	uint64_t all = ~0ULL, mask;

	if (frames->patience && frames->top[-1].entered == frames->newest) {
		frames->patience--;
		return;
	}
	system_call(ARCH_SIGPROCMASK, 2, &all, &mask, sizeof(mask));
	for (frame = &frames->frame[1]; frame < frames->top; frame++) {
		if (frame->place != CLAIMED && frame->place != NOWHERE &&
		    (is_replaced(frames, frame) || !is_there(frame)))
			frame->place = NOWHERE;
	}
	for (frame = &frames->frame[1]; frame < frames->top; frame++) {
		if (frame->place != NOWHERE)
			*kept++ = *frame;
	}
	frames->top = kept;
	frames->patience = PATIENCE;
	frames->newest = kept[-1].entered;
	system_call(ARCH_SIGPROCMASK, 2, &mask, NULL, sizeof(mask));
}

/* Adds a frame. There is room. */
static inline void push(struct frames *frames, uintptr_t *place)
{
	struct frame *frame = frames->top;

	/* a handler that comes in here uses the frames above this one */
	frame->place = CLAIMED;
	barrier();
	frames->top = frame + 1;
	barrier();
	frame->caller = *place;
	frame->slot = *probe_cell;
	frame->index = (uint32_t)place[-2];
	barrier();
	frame->place = place;
	barrier();
	*place = here;
	frame->entered = now();
}

static __attribute__((noinline)) KEEPS_REGISTERS void
enter_rarely(uintptr_t *place)
{
	struct frames *frames = probe_frames;

	if (!frames)
		return;
	/* calls that longjmp() has left; but a tail call has the same place */
	while (frames->top[-1].place == place && *place != here)
		frames->top--;
	if (frames->top == &frames->frame[1 + FRAMES_MAX])
		make_room(frames);
	if (frames->top != &frames->frame[1 + FRAMES_MAX])
		push(frames, place);
}

void KEEPS_REGISTERS probe_enter(uintptr_t *place)
{
	struct frames *frames = probe_frames;

	if (rarely(!frames) ||
	    rarely(frames->top == &frames->frame[1 + FRAMES_MAX]) ||
	    rarely(frames->top[-1].place == place)) {
		enter_rarely(place);
		return;
	}
	push(frames, place);
}

/* The bucket of a time, over all octaves: see systally.h */
static inline uint32_t bucket_of(uint64_t units)
{
	const uint32_t shift =
		61 - (uint32_t)__builtin_clzll(units | SYSTALLY_HIST_BUCKETS);

	return (uint32_t)(units >> shift) + shift * SYSTALLY_HIST_BUCKETS;
}

static inline void add_time(const struct frame *frame, uint64_t time)
{
	struct systally_probe_slot *slot = *probe_cell;
	struct systally_probe_times *times;

	/* the child of a fork returns from calls of its parent */
	if (rarely(slot != frame->slot))
		return;
	times = (void *)((char *)slot + probe_times_at);
	times += frame->index;
	times->returns++;
	times->total += time;
	if (time > times->longest)
		times->longest = time;
	if (probe_hists_at) {
		uint64_t *buckets = (void *)((char *)slot + probe_hists_at);

		buckets[frame->index * SYSTALLY_PROBE_BUCKETS +
			bucket_of(time)]++;
	}
}

/*
 * Ends a call. A handler may use the frame as soon as it is dropped, so what is
 * in it is read before.
 */
static inline uintptr_t pop(struct frames *frames, struct frame *frame,
			    uint64_t end)
{
	const struct frame ended = *frame;

	barrier();
	frame->place = NOWHERE;
	barrier();
	trim(frames);
	add_time(&ended, end > ended.entered ? end - ended.entered : 0);
	return ended.caller;
}

/*
 * Looks for the call in the other threads: a coroutine began it there. Without
 * it, the program cannot go on.
 */
static uintptr_t search(const uintptr_t *place)
{
	static const char text[] =
		"systally-probe: a call returns that was not seen\n";
	struct frames *frames;
	struct frame *frame;
	uint32_t number;
	bool end;

	for (number = 0;; number++) {
		frames = probe_thread_frames(number, &end);
		if (end)
			break;
		if (!frames)
			continue;
		for (frame = frames->top - 1; frame->place != FRAMES_BOTTOM;
		     frame--) {
			if (frame->place != place)
				continue;
			frame->place = NOWHERE;
			return frame->caller;
		}
	}
	system_call(ARCH_WRITE, 2, text, sizeof(text) - 1);
	system_call(ARCH_EXIT_GROUP, 134);
	__builtin_unreachable();
}

/* Returns the newest call with that place, or NULL. */
static struct frame *find(struct frames *frames, const uintptr_t *place)
{
	struct frame *frame;

	for (frame = frames->top - 1; frame->place != FRAMES_BOTTOM; frame--) {
		if (frame->place == place)
			return frame;
	}
	return NULL;
}

/*
 * The same for a call that may have taken arguments off the stack: its place is
 * below. If an older call was left at the very place, an argument is there now.
 */
static struct frame *find_popped(struct frames *frames, const uintptr_t *place)
{
	struct frame *exact = find(frames, place), *frame;
	uintptr_t distance;

	if (exact && *place == here)
		return exact;
	for (frame = frames->top - 1; frame->place != FRAMES_BOTTOM; frame--) {
		distance = (uintptr_t)place - (uintptr_t)frame->place;
		if (distance && distance <= ARCH_POPPED_MAX)
			return frame;
	}
	return exact;
}

static __attribute__((noinline)) uintptr_t leave_rarely(uintptr_t *place,
							uint64_t end)
{
	struct frames *frames = probe_frames;
	struct frame *frame = NULL;

	if (frames)
		frame = ARCH_POPPED_MAX ? find_popped(frames, place) :
					  find(frames, place);
	return frame ? pop(frames, frame, end) : search(place);
}

uintptr_t probe_leave(uintptr_t *place)
{
	const uint64_t end = now();
	struct frames *frames = probe_frames;

	if (rarely(!frames) || rarely(frames->top[-1].place != place) ||
	    (ARCH_POPPED_MAX && *place != here))
		return leave_rarely(place, end);
	return pop(frames, frames->top - 1, end);
}

void probe_restore(void)
{
	struct frames *frames = probe_frames;
	struct frame *frame;

	if (!frames)
		return;
	/* newest first: the oldest of a chain of tail calls has the address */
	for (frame = frames->top - 1; frame->place != FRAMES_BOTTOM; frame--) {
		if (frame->place == CLAIMED || frame->place == NOWHERE)
			continue;
		if (is_there(frame) && *frame->place == here)
			*frame->place = frame->caller;
		frame->place = NOWHERE;
	}
	trim(frames);
}

/*
 * The C++ personality routine of arch_return: a throw, pthread_exit() or a
 * cancellation passes it. Returns _URC_CONTINUE_UNWIND.
 */
int FROM_OUTSIDE HIDDEN probe_personality(void);

int FROM_OUTSIDE probe_personality(void)
{
	probe_restore();
	return 8;
}
