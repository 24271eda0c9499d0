/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The uprobe of one user function.
 *
 * Concurrency: all functions are called under the control mutex, in process
 * context, and sleep. Handlers read what is constant while the probe is placed.
 */
#ifndef SYSTALLY_FUNCTION_PROBE_H
#define SYSTALLY_FUNCTION_PROBE_H

#include <linux/fs.h>
#include <linux/types.h>

#include "compat/uprobe.h"
#include "tls.h"

enum placing {
	PLACED_NOT,
	PLACED_ENTRY,	/* counts entries */
	PLACED_RETURNS, /* and times returns */
};

struct function_probe {
	struct compat_uprobe counts;
	struct compat_uprobe asks; /* systally_function_probe_ask_again() */
	enum placing placing;
	/* Constant while the probe is placed; set by the owner: */
	loff_t offset;
	enum tls_kind tls;
	bool count_only; /* its return must not be probed */
	u32 nr;		 /* of the function */
};

/*
 * systally_function_probe_place - place a probe at @inode, unless it is placed
 * like that already
 *
 * The return of a function that is only counted is not probed.
 * Returns 0 or the kernel's error.
 */
int systally_function_probe_place(struct function_probe *probe,
				  struct inode *inode, enum placing placing);

/* systally_function_probe_is - whether it is placed like that */
bool systally_function_probe_is(const struct function_probe *probe,
				enum placing placing);

/*
 * systally_function_probe_remove - remove it, if it is placed
 *
 * Its handlers may go on until compat_uprobe_sync().
 */
void systally_function_probe_remove(struct function_probe *probe,
				    struct inode *inode);

/*
 * systally_function_probe_ask_again - let the kernel find the processes that are
 * targets now
 *
 * Needs compat_uprobe_sync() afterwards. Returns 0 or the kernel's error.
 */
int systally_function_probe_ask_again(struct function_probe *probe,
				      struct inode *inode);

#endif /* SYSTALLY_FUNCTION_PROBE_H */
