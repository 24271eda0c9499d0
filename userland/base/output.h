/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where a report goes: a file, or a stream that is open already.
 */
#ifndef SYSTALLY_OUTPUT_H
#define SYSTALLY_OUTPUT_H

#include <stdbool.h>
#include <stdio.h>

#include "base/error.h"

/*
 * Opens @path for writing, or takes @stream if @path is NULL or `-`. Returns
 * NULL with @error if that fails.
 */
FILE *systally_output_open(const char *path, FILE *stream,
			   struct systally_error *error);

/* An output that is prepared long before there is anything to write. */
struct systally_output {
	const char *path;
	FILE *pipe;	/* open, if @path is a pipe */
	bool made;	/* @path was not there before */
};

/*
 * Finds out early whether @path, unless it is NULL or `-`, can be written to:
 * makes it if it is not there, and leaves a file as it is. A named pipe is
 * opened, since its reader ends with the first writer; that waits for the
 * reader, as a shell's redirection does, so signals should end it. Returns 0,
 * or -1 with @error.
 */
int systally_output_prepare(struct systally_output *output, const char *path,
			    struct systally_error *error);

/* As systally_output_open(), of what was prepared. */
FILE *systally_output_begin(struct systally_output *output, FILE *stream,
			    struct systally_error *error);

/*
 * Undoes systally_output_prepare(): an empty file that it made goes again.
 * After systally_output_begin(), or on zeroes, it does nothing.
 */
void systally_output_cancel(struct systally_output *output);

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
