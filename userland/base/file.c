// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reads whole files.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"

/* Most files fit. A snapshot is read with few calls, which it counts too. */
#define FIRST_ROOM 65536

char *systally_file_read_fd(int fd, size_t *size)
{
	size_t room = FIRST_ROOM, used = 0;
	char *data = malloc(room);
	int failed;

	while (data) {
		ssize_t got = read(fd, data + used, room - used - 1);
		char *larger;

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0) {
			failed = errno;
			goto err_free;
		}
		used += (size_t)got;
		if (!got) {
			data[used] = '\0';
			if (size)
				*size = used;
			return data;
		}
		if (room - used > 1)
			continue;
		larger = realloc(data, 2 * room);
		if (!larger) {
			failed = ENOMEM;
			goto err_free;
		}
		data = larger;
		room *= 2;
	}
	errno = ENOMEM;
	return NULL;

err_free:
	free(data);
	errno = failed;
	return NULL;
}

char *systally_file_read(const char *path, size_t *size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	char *data;
	int failed;

	if (fd < 0)
		return NULL;
	data = systally_file_read_fd(fd, size);
	failed = errno;
	close(fd);
	errno = failed;
	return data;
}
