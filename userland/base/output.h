/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The output of a report: a file, or a stream that is open already.
 */
#ifndef SYSTALLY_OUTPUT_H
#define SYSTALLY_OUTPUT_H

#include <stdbool.h>
#include <stdio.h>

#include "base/error.h"

/*
 * Opens @path for writing, or returns @stream if @path is NULL or `-`. Returns
 * NULL with @error on failure.
 */
FILE *systally_output_open(const char *path, FILE *stream,
			   struct systally_error *error);

/* An output that is checked long before something is written to it. */
struct systally_output {
	const char *path;
	FILE *pipe; /* open, if @path is a named pipe */
	bool made;  /* @path did not exist before */
};

/*
 * Checks early that @path can be written to, unless it is NULL or `-`. Creates
 * it if it does not exist, and does not change an existing file. A named pipe
 * is opened and stays open: its reader would end if this first writer closed
 * it. Opening a pipe waits for the reader, as a redirection of the shell does,
 * so call this while signals still end the process. Returns 0, or -1 with
 * @error.
 */
int systally_output_prepare(struct systally_output *output, const char *path,
			    struct systally_error *error);

/* Opens a prepared output, as systally_output_open() does. */
FILE *systally_output_begin(struct systally_output *output, FILE *stream,
			    struct systally_error *error);

/*
 * Undoes systally_output_prepare(): removes the file if that created it and it
 * is still empty. Does nothing after systally_output_begin() or if all zero.
 */
void systally_output_cancel(struct systally_output *output);

/*
 * Writes what is buffered. Returns 0, or -errno with @error if anything since
 * the opening of the stream could not be written, for example on a full disk.
 * @path is for the message; NULL: `the output`.
 */
int systally_output_flush(FILE *out, const char *path,
			  struct systally_error *error);

/*
 * Flushes @out, and closes it unless it is a standard stream. Returns what
 * systally_output_flush() does.
 */
int systally_output_close(FILE *out, const char *path,
			  struct systally_error *error);

#endif /* SYSTALLY_OUTPUT_H */
