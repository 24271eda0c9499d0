// SPDX-License-Identifier: GPL-2.0-only
/*
 * Writes known amounts of bytes to files, by every call that can write:
 *	files FOLDER [COUNT]
 * Makes COUNT (12) files, of which each gets more than the next, and prints
 *
 *	file BYTES WRITES PATH
 *
 * for each, the file with most bytes first.
 */
#define _GNU_SOURCE
#include <limits.h>
#include <sys/sendfile.h>
#include <sys/uio.h>

#include "workload.h"

#define CHUNK 997

static char text[CHUNK];
static int source_fd, pipe_fds[2];

static void check(const char *what, ssize_t got)
{
	if (got != CHUNK)
		die("%s: %zd bytes", what, got);
}

/* One write of CHUNK bytes, by the @way-th call; counts as one */
static void put(int fd, int way)
{
	struct iovec parts[2] = { { text, 500 }, { text + 500, CHUNK - 500 } };
	loff_t from = 0;
	off_t offset = 0;

	switch (way % 7) {
	case 0:
		check("write", write(fd, text, CHUNK));
		break;
	case 1:
		check("pwrite", pwrite(fd, text, CHUNK, 0));
		break;
	case 2:
		check("writev", writev(fd, parts, 2));
		break;
	case 3:
		check("pwritev", pwritev(fd, parts, 2, 0));
		break;
	case 4:
		check("sendfile", sendfile(fd, source_fd, &offset, CHUNK));
		break;
	case 5:
		check("copy_file_range",
		      copy_file_range(source_fd, &from, fd, NULL, CHUNK, 0));
		break;
	default:
		check("write to a pipe", write(pipe_fds[1], text, CHUNK));
		check("splice", splice(pipe_fds[0], NULL, fd, NULL, CHUNK, 0));
	}
}

int main(int argc unused, char **argv)
{
	long count, i, j, writes;
	char path[PATH_MAX];
	int fd;

	argv = start(argv);
	if (!*argv) {
		fprintf(stderr, "usage: files FOLDER [COUNT]\n");
		return 2;
	}
	count = argument(argv + 1, 12);
	snprintf(path, sizeof(path), "%s/source", *argv);
	source_fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
	if (source_fd < 0 || pipe(pipe_fds))
		die("%s", path);
	/* The file source is written to as well, with the fewest bytes. */
	check("source", write(source_fd, text, CHUNK));
	for (i = 0; i < count; i++) {
		snprintf(path, sizeof(path), "%s/file-%02ld", *argv, i);
		fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
		if (fd < 0)
			die("%s", path);
		writes = 7 * (count - i) + 3;
		for (j = 0; j < writes; j++)
			put(fd, i + j);
		/* Reads, and writes that fail, must not be counted. */
		if (pread(fd, text, CHUNK, 0) != CHUNK)
			die("read");
		if (syscall(SYS_write, fd, 1L, CHUNK) >= 0)
			die("a write from nowhere");
		printf("file %ld %ld %s\n", writes * CHUNK, writes, path);
		close(fd);
	}
	return 0;
}
