/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A stream whose reader may stall. While it waits for the reader it also takes
 * signals, so that one can end a command that writes to a full pipe.
 */
#ifndef SYSTALLY_WRITER_H
#define SYSTALLY_WRITER_H

#include <stdbool.h>
#include <stdio.h>

#include "base/error.h"
#include "base/signals.h"

struct systally_writer {
	FILE *stream; /* writes to @out of systally_writer_open() */
	const struct systally_signals *signals;
	int fd;
	bool own;    /* @fd was opened here, without blocking */
	bool waits;  /* @fd is no regular file: a write may block */
	int error;   /* errno of the first write that failed; 0: none */
	bool stalls; /* the error: a signal ended the wait for the reader */
	struct signalfd_siginfo info; /* that signal; zero if it came before */
};

/*
 * Opens a stream that writes to @out. Do not write to @out itself until the
 * stream is closed. If a signal of @signals that ends a process arrives while
 * the reader does not read, that signal is noted by systally_signals_end_by(),
 * and the stream drops what is left and what is written later. If such a signal
 * came before, the stream waits one second for the reader. Returns 0, or -1
 * with @error.
 */
int systally_writer_open(struct systally_writer *writer, FILE *out,
			 const struct systally_signals *signals,
			 struct systally_error *error);

/*
 * Writes what is buffered. Returns 0; -EINTR without an error if the reader
 * stalls and a signal came (writer->info); -EPIPE without an error if nobody
 * reads any more; or -errno with @error. @path is for the message; NULL: `the
 * output`.
 */
int systally_writer_flush(struct systally_writer *writer, const char *path,
			  struct systally_error *error);

/* Closes the stream. @out stays open. */
void systally_writer_close(struct systally_writer *writer);

#endif /* SYSTALLY_WRITER_H */
