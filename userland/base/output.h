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
 * Opens @path for writing at once, for a series of reports that somebody may
 * read meanwhile. Returns @stream if @path is NULL or `-`, and NULL with @error
 * on failure.
 */
FILE *systally_output_open(const char *path, FILE *stream,
			   struct systally_error *error);

/*
 * An output that is checked early, and that replaces a file only when it is
 * complete. The new file has the owner and the mode of the old one. If it
 * cannot have these, or if the old file has more than one name, the old file is
 * overwritten at the end. Pipes, devices and standard streams are written to at
 * once.
 */
struct systally_output {
	const char *path;
	FILE *out;   /* what is written to; NULL: the caller's stream */
	bool spool;  /* @out is no file yet, see base/spool.h */
	bool exists; /* @spool: the file is there, and @target is open for it */
	bool made;   /* by systally_output_prepare() */
	int target;
	char *real; /* the file without symbolic links; NULL: do not replace it */
};

/*
 * Checks early that @path can be written to, unless it is NULL or `-`, and
 * changes nothing. A named pipe is opened: its reader would end if this first
 * writer closed it. That waits for the reader, as a redirection of the shell
 * does, so call this while signals still end the process. Returns 0, and the
 * caller calls systally_output_end() or systally_output_cancel(); or -1 with
 * @error.
 */
int systally_output_prepare(struct systally_output *output, const char *path,
			    struct systally_error *error);

/* Returns what to write to: the prepared output, or @stream if it has no path. */
FILE *systally_output_begin(struct systally_output *output, FILE *stream);

/*
 * Ends a prepared output. @out is what systally_output_begin() has returned.
 * Returns 0: the file has all that was written. Or returns -errno with @error:
 * the file is unchanged, unless the disk was full while an existing file was
 * overwritten.
 */
int systally_output_end(struct systally_output *output, FILE *out,
			struct systally_error *error);

/*
 * Discards a prepared output: the file is unchanged. Does nothing after
 * systally_output_end() or if @output is all zero.
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
