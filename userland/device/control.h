/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The module's files in debugfs.
 */
#ifndef SYSTALLY_CONTROL_H
#define SYSTALLY_CONTROL_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "device/snapshot.h"

/* Longest text that the module accepts in one write */
#define SYSTALLY_CONTROL_BYTES_MAX	4096

struct systally_control {
	char directory[PATH_MAX];
};

/*
 * Finds where debugfs is mounted, from a file in the manner of
 * /proc/self/mounts. Returns 0 and the directory in @path, or -1 with @error
 * that says how to mount it.
 */
int systally_control_find_debugfs(const char *mounts, char path[PATH_MAX],
				  struct systally_error *error);

/*
 * Finds the module's files: in $SYSTALLY_DEBUGFS, or else below debugfs.
 * Returns 0, or -1 with @error: not root, no debugfs, or the module is not
 * loaded.
 */
int systally_control_open(struct systally_control *control,
			  struct systally_error *error);

/*
 * Reads a whole file; white space at its end is cut off. Returns a string
 * that the caller frees, and its length in @size if that is not NULL; NULL
 * with @error otherwise.
 */
char *systally_control_read(const struct systally_control *control,
			    const char *file, size_t *size,
			    struct systally_error *error);

/*
 * Writes @text to a control. Returns 0, or -errno with @error saying what the
 * module means by it.
 */
int systally_control_write(const struct systally_control *control,
			   const char *file, const char *text,
			   struct systally_error *error);

/* Reads and checks the snapshot. Returns 0, or -1 with @error. */
int systally_control_snapshot(const struct systally_control *control,
			      struct systally_snapshot *snapshot,
			      struct systally_error *error);

/*
 * Finds a number in the text of `status`. Returns whether it is there.
 */
bool systally_control_status_number(const char *status, const char *key,
				    uint64_t *number);

/*
 * Returns how many hits kprobes have missed so far, 0 if that cannot be read.
 */
uint64_t systally_control_missed(const struct systally_control *control);

/* Does the control @file read as @value? False on errors. */
bool systally_control_is(const struct systally_control *control,
			 const char *file, const char *value);

#endif /* SYSTALLY_CONTROL_H */
