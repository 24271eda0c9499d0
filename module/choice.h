/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The choice of the hook, by the settings.
 */
#ifndef SYSTALLY_CHOICE_H
#define SYSTALLY_CHOICE_H

#include <linux/types.h>

#include "syscalls.h"

/* The words of the control `hook`, in the order of control.c's list. */
enum hook_word {
	HOOK_WORD_AUTO,
	HOOK_WORD_TRACEPOINT,
	HOOK_WORD_KPROBE,
	HOOK_WORD_DIRECT,
};

struct settings {
	unsigned int enabled;
	unsigned int collect;	       /* enum systally_collect */
	unsigned int hook;	       /* enum hook_word */
	const struct syscall_set *set; /* calls to count, NULL for all */
	bool any;		       /* there is a target */
	bool all;		       /* all processes are targets */
	bool all_timed;		       /* of a session that keeps times */
	/* What sessions that keep no times count; NULL for all */
	const struct syscall_set *untimed_set;
};

/*
 * systally_choice_apply - set the hook that the settings ask for
 *
 * Process context, under the control mutex; sleeps. With hook=auto, takes the
 * tracepoint if the cheapest hook is not possible. Returns 0, -EOPNOTSUPP if
 * the hook is not possible with this kernel or these settings, or the error of
 * systally_hook_apply(). After an error the old hook is in place. The kernel
 * log says why there is no direct hook.
 */
int systally_choice_apply(const struct settings *settings);

/*
 * systally_choice_reason - why the hook is the one that it is, in a few words
 *
 * Under the control mutex.
 */
const char *systally_choice_reason(void);

#endif /* SYSTALLY_CHOICE_H */
