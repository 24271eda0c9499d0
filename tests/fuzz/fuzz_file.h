/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A file in memory, for the fuzzers of code that opens files by name.
 */
#ifndef SYSTALLY_FUZZ_FILE_H
#define SYSTALLY_FUZZ_FILE_H

#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fuzz.h"

/* All zero at first. It is made once and filled for each input. */
struct fuzz_file {
	int fd;
	char path[32];
};

/* Replaces the content of @file. */
static inline void fuzz_file_fill(struct fuzz_file *file, const void *data,
				  size_t size)
{
	if (!file->path[0]) {
		file->fd = memfd_create("fuzz", 0);
		must(file->fd >= 0);
		snprintf(file->path, sizeof(file->path), "/proc/self/fd/%d",
			 file->fd);
	}
	/* in this order the kernel keeps the pages */
	must(pwrite(file->fd, data, size, 0) == (ssize_t)size);
	must(!ftruncate(file->fd, (off_t)size));
}

#endif /* SYSTALLY_FUZZ_FILE_H */
