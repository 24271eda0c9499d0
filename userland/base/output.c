// SPDX-License-Identifier: GPL-2.0-only
/*
 * Opens and closes the outputs of reports, and reports failed writes.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/output.h"

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

int systally_output_prepare(struct systally_output *output, const char *path,
			    struct systally_error *error)
{
	const int flags = O_WRONLY | O_CREAT | O_CLOEXEC | O_NONBLOCK;
	struct stat status;
	int fd;

	*output = (struct systally_output){ .path = path };
	if (!path || !strcmp(path, "-"))
		return 0;
	if (!stat(path, &status) && S_ISFIFO(status.st_mode)) {
		output->pipe = systally_output_open(path, NULL, error);
		return output->pipe ? 0 : -1;
	}
	fd = open(path, flags | O_EXCL, 0666);
	output->made = fd >= 0;
	if (fd < 0 && errno == EEXIST)
		fd = open(path, flags, 0666);
	if (fd < 0)
		return systally_error_set(error, "cannot write to %s: %s", path,
					  strerror(errno));
	close(fd);
	return 0;
}

FILE *systally_output_begin(struct systally_output *output, FILE *stream,
			    struct systally_error *error)
{
	FILE *pipe = output->pipe;

	output->pipe = NULL;
	output->made = false;
	return pipe ? pipe : systally_output_open(output->path, stream, error);
}

void systally_output_cancel(struct systally_output *output)
{
	struct stat status;

	if (output->pipe)
		fclose(output->pipe);
	if (output->made && !stat(output->path, &status) && !status.st_size)
		unlink(output->path);
	output->pipe = NULL;
	output->made = false;
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
