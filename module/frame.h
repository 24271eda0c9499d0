/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Calls of user functions in flight: a stack of them per thread, beside the
 * thread's slot for its system call. A function may call itself and others, and
 * makes system calls meanwhile.
 *
 * Concurrency: a thread's stack is used by its own thread only, in handlers of
 * uprobes, which run in process context. It is allocated with the first call
 * that is timed, and freed with the slot's block. Compiles in userland too, for
 * the unit tests.
 */
#ifndef SYSTALLY_FRAME_H
#define SYSTALLY_FRAME_H

#ifdef __KERNEL__
#include <linux/types.h>
#else
#include "kernel_shim.h"
#endif

/* The kernel follows no more returns of a thread: MAX_URETPROBE_DEPTH */
#define FRAMES_MAX 64

struct frame {
	u64 entered_at; /* clock units */
	u64 serial;	/* of the CPU's table at the entry; see cpu_tables.h */
	unsigned long sp; /* the stack pointer at the entry */
	u32 nr;		  /* of the function */
	u32 sessions;	  /* that the call belonged to; bits */
	u32 tls;	  /* enum tls_kind; of others than TLS_NONE: */
	bool is_tail;	  /* a function that returns with it has jumped to it */
	u32 fd;		  /* the descriptor that it has used, or TLS_NO_FD */
	unsigned long connection; /* what it reads from or writes to */
	unsigned long length_at;  /* where it puts the number of bytes */
};

struct frames {
	u32 depth;
	struct frame frame[FRAMES_MAX];
};

/*
 * frames_push - note that a function was entered
 *
 * For the frames' thread. Frames of calls that were left without a return, as
 * longjmp() does, are below the stack pointer now: they are dropped if there is
 * no room. Returns false if there is none even so.
 */
bool frames_push(struct frames *frames, const struct frame *frame);

/*
 * frames_pop - the entry of a call that returns
 * @sp: the stack pointer at the entry of the call that returns, if that has left
 * its arguments on the stack
 * @taken: how many bytes of arguments it may have taken off the stack
 * @nr: of the function
 * @frame: set to the frame
 *
 * For the frames' thread. Drops the frames above it: their calls were left
 * without a return. Looks for the newest frame of the function at that place of
 * the stack, so calls on other stacks (of signals, of coroutines) stay. Returns
 * false if there is none: the entry was not seen.
 */
bool frames_pop(struct frames *frames, unsigned long sp, unsigned long taken,
		u32 nr, struct frame *frame);

#endif /* SYSTALLY_FRAME_H */
