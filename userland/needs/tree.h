/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The descendants of this process: lists them, kills them, and samples what
 * they use.
 */
#ifndef SYSTALLY_NEEDS_TREE_H
#define SYSTALLY_NEEDS_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"

struct systally_tree {
	pid_t *before; /* children that this process had before */
	size_t before_count;
	pid_t *pids; /* the last list */
	size_t count, room;
	uint64_t floor_kb; /* resident memory of a child before its exec */
};

/* The greatest values that samples have seen, each for all processes. */
struct systally_peak {
	uint64_t fds;	    /* open descriptors */
	uint64_t memory_kb; /* resident memory */
	uint64_t samples;   /* that found a process */
};

/*
 * Makes this process the parent of orphaned descendants (a subreaper), and
 * notes which children it has already: these are never listed. Returns 0, or
 * -1 with @error.
 */
int systally_tree_init(struct systally_tree *tree,
		       struct systally_error *error);
void systally_tree_free(struct systally_tree *tree);

/*
 * Lists the descendants that have not ended, without @except and its
 * descendants (0: all). With @sure it reads every process in /proc, else the
 * kernel's lists of children, which is faster but may miss a process that gets
 * another parent meanwhile. Returns how many there are.
 */
size_t systally_tree_list(struct systally_tree *tree, pid_t except, bool sure);

/* Sends @signal to all processes of the last list. */
void systally_tree_signal(const struct systally_tree *tree, int signal);

/*
 * Notes how much memory a child has until its exec: as much as this process, of
 * which it is a copy.
 */
void systally_tree_floor(struct systally_tree *tree);

/* Takes a sample of what the descendants use, and updates @peak. */
void systally_tree_sample(struct systally_tree *tree, pid_t except,
			  struct systally_peak *peak);

#endif /* SYSTALLY_NEEDS_TREE_H */
