/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What TLS libraries read and write, by process and descriptor: bytes of text
 * by their functions, and encrypted bytes by the system calls that these make.
 *
 * A function of a TLS library does not say which descriptor it uses: that is the
 * one of the last system call that it makes for its data. If it makes none, as
 * when the text was there already, it is the one that its connection has used
 * before. A connection is told by the function's first argument.
 *
 * A function that a thread leaves by longjmp() is taken for one that goes on
 * until something else is in its place on the stack.
 *
 * Concurrency: connections are words that are read and written whole, in any
 * order. Frames belong to their thread (frame.h). Rows are the tally's.
 */
#ifndef SYSTALLY_TLS_H
#define SYSTALLY_TLS_H

#include <linux/jump_label.h>
#include <linux/ptrace.h>
#include <linux/types.h>

#include "frame.h"

/* What a function does. TLS_NONE is 0: any function that is not of TLS. */
enum tls_kind {
	TLS_NONE,
	TLS_READ,	/* returns how many bytes it has read */
	TLS_WRITE,	/* the same, written */
	TLS_READ_BOOL,	/* returns 1; argument 4 points to the number */
	TLS_WRITE_BOOL, /* the same, written */
	TLS_FREE,	/* ends a connection */
	TLS_KINDS,
};

/* Times are kept, and a function of TLS is probed. */
DECLARE_STATIC_KEY_FALSE(systally_tls_key);

/*
 * systally_tls_prepare - get ready for the first function of TLS
 *
 * Process context, under the control mutex; sleeps. Returns 0, or -ENOMEM if
 * there is no memory or the cap is reached.
 */
int __must_check systally_tls_prepare(void);

/* systally_tls_exit - free it, at unload */
void systally_tls_exit(void);

/*
 * systally_tls_kind - what a word says that a function does
 *
 * Any context. Returns an enum tls_kind, TLS_NONE for NULL, or -EINVAL.
 */
int systally_tls_kind(const char *word);

/* systally_tls_word - the word of a kind that is not TLS_NONE; any context */
const char *systally_tls_word(enum tls_kind kind);

/*
 * systally_tls_entered - fill in the part of a frame that is for TLS
 * @regs: current's registers at the entry of the function
 *
 * In the handler of a uprobe; may sleep.
 */
void systally_tls_entered(struct frame *frame, enum tls_kind kind,
			  struct pt_regs *regs);

/*
 * systally_tls_returned - count a call of a function
 * @frame: of the call, no longer among current's
 * @elapsed: its time, in clock units
 * @regs: current's registers after the return
 *
 * In the handler of a uretprobe; may sleep.
 */
void systally_tls_returned(const struct frame *frame, u64 elapsed,
			   struct pt_regs *regs);

/*
 * systally_tls_system_call - count a system call if a function of TLS makes it
 * @regs: current's registers in the call
 * @ret: what it returns
 *
 * In the handler of the call's exit, before that is counted; preemption off.
 */
void systally_tls_system_call(struct pt_regs *regs, long ret, u64 now);

#endif /* SYSTALLY_TLS_H */
