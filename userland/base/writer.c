// SPDX-License-Identifier: GPL-2.0-only
/*
 * Writes without blocking, and receives signals while it waits for the reader.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/writer.h"

#define LAST_WAIT \
	1000 /* ms for a reader after a signal that ends the command */

/*
 * Waits until something can be written. Returns 0, or -1 with errno: EINTR if a
 * signal ends the wait, or has ended the command before.
 */
static int wait_for_reader(struct systally_writer *writer)
{
	struct pollfd fds[2] = {
		{ .fd = writer->fd, .events = POLLOUT },
		{ .fd = writer->signals->fd, .events = POLLIN },
	};

	for (;;) {
		const bool last = systally_signals_ended();
		const int ready = poll(fds, 2, last ? LAST_WAIT : -1);

		if (ready < 0) {
			if (errno == EINTR)
				continue;
			return -1;
		}
		if (!ready)
			break;
		/* also if the reader is gone: then the write fails */
		if (fds[0].revents)
			return 0;
		if (read(writer->signals->fd, &writer->info,
			 sizeof(writer->info)) != sizeof(writer->info) ||
		    !systally_signals_ends(&writer->info))
			continue;
		systally_signals_end_by(&writer->info);
		break;
	}
	writer->stalls = true;
	errno = EINTR;
	return -1;
}

static ssize_t write_all(void *cookie, const char *text, size_t size)
{
	struct systally_writer *writer = cookie;
	size_t done = 0, part;
	ssize_t written;

	while (!writer->error && done < size) {
		part = size - done;
		/* a pipe that is ready takes this much without blocking */
		if (writer->waits && !writer->own && part > PIPE_BUF)
			part = PIPE_BUF;
		if (writer->waits && wait_for_reader(writer)) {
			writer->error = errno;
			break;
		}
		written = write(writer->fd, text + done, part);
		if (written >= 0)
			done += (size_t)written;
		else if (errno != EINTR && errno != EAGAIN)
			writer->error = errno;
	}
	/* for less than all, the stream would call again and again */
	return (ssize_t)size;
}

int systally_writer_open(struct systally_writer *writer, FILE *out,
			 const struct systally_signals *signals,
			 struct systally_error *error)
{
	const cookie_io_functions_t functions = { .write = write_all };
	struct stat status;
	char path[32];
	int fd;

	fflush(out);
	*writer = (struct systally_writer){ .signals = signals,
					    .fd = fileno(out) };
	writer->waits = fstat(writer->fd, &status) || !S_ISREG(status.st_mode);
	/*
	 * O_NONBLOCK on the file itself would hold for all processes that share
	 * it, such as the shell: open it a second time.
	 */
	if (writer->waits) {
		snprintf(path, sizeof(path), "/proc/self/fd/%d", writer->fd);
		fd = open(path, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
		writer->own = fd >= 0;
		if (writer->own)
			writer->fd = fd;
	}
	writer->stream = fopencookie(writer, "w", functions);
	if (writer->stream)
		return 0;
	if (writer->own)
		close(writer->fd);
	return systally_error_set(error, "out of memory");
}

int systally_writer_flush(struct systally_writer *writer, const char *path,
			  struct systally_error *error)
{
	fflush(writer->stream);
	if (writer->error && writer->error != EPIPE && !writer->stalls)
		systally_error_set(error, "cannot write the report to %s: %s",
				   path ? path : "the output",
				   systally_error_meaning(writer->error));
	return -writer->error;
}

void systally_writer_close(struct systally_writer *writer)
{
	fclose(writer->stream);
	if (writer->own)
		close(writer->fd);
}
