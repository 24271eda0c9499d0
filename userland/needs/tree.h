/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * All processes that descend from this one: what they use, and their end.
 */
#ifndef SYSTALLY_NEEDS_TREE_H
#define SYSTALLY_NEEDS_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"

struct systally_tree {
	pid_t *before;		/* children that were there before: not ours */
	size_t before_count;
	pid_t *pids;		/* the last list */
	size_t count, room;
	uint64_t floor_kb;	/* a process shows this much before its exec */
};

/* The most that was seen in use at a time. */
struct systally_peak {
	uint64_t fds;		/* open descriptors, of all processes */
	uint64_t memory_kb;	/* resident */
	uint64_t samples;	/* how often it was looked at */
};

/*
 * Makes this process the one to which orphans of its descendants come, and
 * notes which children it has already. Returns 0, or -1 with @error.
 */
int systally_tree_init(struct systally_tree *tree,
		       struct systally_error *error);
void systally_tree_free(struct systally_tree *tree);

/*
 * Lists the descendants that have not ended, but for @except and its own
 * descendants (0: all). With @sure it looks at every process there is; else it
 * takes the kernel's lists of children, which is quick. Returns how many.
 */
size_t systally_tree_list(struct systally_tree *tree, pid_t except, bool sure);

/* Sends @signal to all that are in the last list. */
void systally_tree_signal(const struct systally_tree *tree, int signal);

/* Notes how much memory a new process shows until its exec. */
void systally_tree_floor(struct systally_tree *tree);

/* Adds what the descendants use now to what they have used at most. */
void systally_tree_sample(struct systally_tree *tree, pid_t except,
			  struct systally_peak *peak);

#endif /* SYSTALLY_NEEDS_TREE_H */
