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
#define SYSTALLY_CONTROL_BYTES_MAX 4096

struct systally_control {
	char directory[PATH_MAX];
};

/*
 * Finds where debugfs is mounted, in a file like /proc/self/mounts. Returns 0
 * and the folder in @path, or -1 with @error, which says how to mount it.
 */
int systally_control_find_debugfs(const char *mounts, char path[PATH_MAX],
				  struct systally_error *error);

/*
 * Finds where debugfs is mounted on this machine: by /proc/self/mounts or,
 * without /proc, at its usual place. As systally_control_find_debugfs().
 */
int systally_control_debugfs(char path[PATH_MAX], struct systally_error *error);

/*
 * Finds the module's files: in $SYSTALLY_DEBUGFS, else below debugfs. Returns
 * 0, or -1 with @error: not root, no debugfs, or the module is not loaded.
 */
int systally_control_open(struct systally_control *control,
			  struct systally_error *error);

/*
 * Reads a whole file and removes the white space at its end. Returns a string
 * that the caller frees, and its length in @size if that is not NULL; or NULL
 * with @error.
 */
char *systally_control_read(const struct systally_control *control,
			    const char *file, size_t *size,
			    struct systally_error *error);

/*
 * Writes @text to the control @file. Returns 0, or -errno with @error, which
 * says what the module means by that.
 */
int systally_control_write(const struct systally_control *control,
			   const char *file, const char *text,
			   struct systally_error *error);

/*
 * Returns what the module means when it refuses a value for the control or the
 * parameter @file with @error, an errno: the reason, and after a semicolon
 * what to do.
 */
const char *systally_control_meaning(const char *file, int error);

/*
 * Returns the pid of a process, other than this one, that has one of the files
 * open; 0 if none is found. Only root sees the files of all processes.
 */
int systally_control_user(const struct systally_control *control);

/* Reads and checks the snapshot. Returns 0, or -1 with @error. */
int systally_control_snapshot(const struct systally_control *control,
			      struct systally_snapshot *snapshot,
			      struct systally_error *error);

/*
 * Finds the line `KEY: NUMBER` in @status, the text of the file `status`.
 * Returns false if there is no such line or its value is not a number.
 */
bool systally_control_status_number(const char *status, const char *key,
				    uint64_t *number);

/*
 * Returns how many hits kprobes have missed so far; 0 if that cannot be read.
 */
uint64_t systally_control_missed(const struct systally_control *control);

/* Returns true if the control @file reads as @value; false on errors. */
bool systally_control_is(const struct systally_control *control,
			 const char *file, const char *value);

#endif /* SYSTALLY_CONTROL_H */
