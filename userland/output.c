// SPDX-License-Identifier: GPL-2.0-only
/*
 * Opens and closes what reports are written to, and notices a full disk.
 * Called by the subcommands, launch.c and needs_profile.c.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "output.h"

FILE *systally_output_open(const char *path, FILE *stream,
			   struct systally_error *error)
{
	FILE *out;

	if (!path || !strcmp(path, "-"))
		return stream;
	out = fopen(path, "we");
	if (!out)
		systally_error_set(error, "cannot write to %s: %s", path,
				   strerror(errno));
	return out;
}

int systally_output_check(const char *path, struct systally_error *error)
{
	int fd;

	if (!path || !strcmp(path, "-"))
		return 0;
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0666);
	/* a pipe that nobody reads yet */
	if (fd < 0 && errno == ENXIO)
		return 0;
	if (fd < 0)
		return systally_error_set(error, "cannot write to %s: %s", path,
					  strerror(errno));
	close(fd);
	return 0;
}

int systally_output_flush(FILE *out, const char *path,
			  struct systally_error *error)
{
	int failed;

	errno = 0;
	if (!fflush(out) && !ferror(out))
		return 0;
	failed = errno ? errno : EIO;
	systally_error_set(error, "cannot write the report to %s: %s",
			   path ? path : "the output", strerror(failed));
	return -failed;
}

int systally_output_close(FILE *out, const char *path,
			  struct systally_error *error)
{
	int result = systally_output_flush(out, path, error);

	if (out != stdout && out != stderr && fclose(out) && !result) {
		result = -errno;
		systally_error_set(error, "cannot write the report to %s: %s",
				   path, strerror(errno));
	}
	return result;
}
