/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which hook the settings ask for, and why. Used by control.c, under its
 * mutex.
 */
#ifndef SYSTALLY_CHOICE_H
#define SYSTALLY_CHOICE_H

#include <linux/types.h>

#include "syscalls.h"

/* The words of the control `hook`, in this order. */
enum hook_word {
	HOOK_WORD_AUTO,
	HOOK_WORD_TRACEPOINT,
	HOOK_WORD_KPROBE,
	HOOK_WORD_DIRECT,
};

struct settings {
	unsigned int enabled;
	unsigned int collect;		/* enum systally_collect */
	unsigned int hook;		/* enum hook_word */
	const struct syscall_set *set;	/* calls to count, NULL for all */
	bool any;			/* somebody is a target */
	bool all;			/* everybody is */
};

/*
 * systally_choice_apply - hook what the settings ask for
 *
 * Process context; sleeps. With hook=auto, falls back where the better hook
 * cannot be had. Returns 0, or -EOPNOTSUPP if the hook asked for cannot be had
 * with this kernel or these settings, or what systally_hook_apply() does, and
 * then all is as it was. The log tells why there is no direct hook.
 */
int systally_choice_apply(const struct settings *settings);

/* Why the hook in force is in force: a few words. */
const char *systally_choice_reason(void);

#endif /* SYSTALLY_CHOICE_H */
