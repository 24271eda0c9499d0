/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Small files, read as a whole.
 */
#ifndef SYSTALLY_FILE_H
#define SYSTALLY_FILE_H

#include <stddef.h>

/*
 * Reads @fd to its end, from where it stands. Works for files of /proc, /sys
 * and debugfs, whose size stat() does not know. Returns what it read, with a
 * NUL after it, and its length in @size unless that is NULL; the caller frees
 * it. Returns NULL and sets errno on errors.
 */
char *systally_file_read_fd(int fd, size_t *size);

/* The same for the file at @path. */
char *systally_file_read(const char *path, size_t *size);

#endif /* SYSTALLY_FILE_H */
