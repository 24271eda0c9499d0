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
	FILE *stream; /* what is written here goes to @out of the opening */
	const struct systally_signals *signals;
	int fd;
	bool own;    /* @fd was opened here, without blocking */
	bool waits;  /* @fd is no regular file: a write may block */
	int error;   /* errno of the first write that failed; 0: none */
	bool stalls; /* that was a wait for the reader, which a signal ended */
	struct signalfd_siginfo info; /* that signal; zero if it came before */
};

/*
 * Opens a stream in front of @out, to which nothing may be written meanwhile.
 * If a signal of @signals that ends a process arrives while the reader does not
 * read, it is noted as what ends the command, what is left is dropped, and so is
 * what is written later. After such a signal, a reader has a second to go on.
 * Returns 0, or -1 with @error.
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
