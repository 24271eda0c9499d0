/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where a report goes: a file, or a stream that is open already.
 */
#ifndef SYSTALLY_OUTPUT_H
#define SYSTALLY_OUTPUT_H

#include <stdio.h>

#include "error.h"

/*
 * Opens @path for writing, or takes @stream if @path is NULL or `-`. Returns
 * NULL with @error if that fails.
 */
FILE *systally_output_open(const char *path, FILE *stream,
			   struct systally_error *error);

/*
 * Finds out early whether @path, unless it is NULL or `-`, can be written to:
 * makes it if it is not there, and leaves it as it is otherwise. Returns 0, or
 * -1 with @error.
 */
int systally_output_check(const char *path, struct systally_error *error);

/*
 * Writes out what is buffered. Returns 0, or -errno with @error for anything
 * that could not be written since the stream was opened.
 */
int systally_output_flush(FILE *out, const char *path,
			  struct systally_error *error);

/* Flushes, and closes a file. Returns as systally_output_flush(). */
int systally_output_close(FILE *out, const char *path,
			  struct systally_error *error);

#endif /* SYSTALLY_OUTPUT_H */
