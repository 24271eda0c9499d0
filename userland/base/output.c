// SPDX-License-Identifier: GPL-2.0-only
/*
 * Opens and ends the outputs of reports, and reports failed writes.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/output.h"
#include "base/spool.h"

FILE *systally_output_open(const char *path, FILE *stream,
			   struct systally_error *error)
{
	FILE *out;

	if (!path || !strcmp(path, "-"))
		return stream;
	out = fopen(path, "we");
	if (!out)
		systally_error_set(error, "cannot write to %s: %s", path,
				   systally_error_meaning(errno));
	return out;
}

static int fail(const struct systally_output *output,
		struct systally_error *error)
{
	return systally_error_set(error, "cannot write to %s: %s", output->path,
				  systally_error_meaning(errno));
}

/* Is it the file of a standard stream, or of a descriptor? */
static bool is_open_already(const char *path, const struct stat *file)
{
	struct stat stream;
	int fd;

	for (fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
		if (!fstat(fd, &stream) && stream.st_dev == file->st_dev &&
		    stream.st_ino == file->st_ino)
			return true;
	}
	return !strncmp(path, "/dev/fd/", 8) || !strncmp(path, "/proc/", 6);
}

/*
 * Opens the file that is there, without changing it. The kernel checks whether
 * the links to it may be followed. O_CREAT is for a link to no file.
 */
static int open_target(struct systally_output *output, int flags,
		       struct systally_error *error)
{
	struct stat file, real;

	output->target = open(output->path, O_WRONLY | O_CLOEXEC | flags, 0666);
	if (output->target < 0)
		return fail(output, error);
	output->exists = true;
	output->made = flags & O_CREAT;
	output->real = realpath(output->path, NULL);
	if (!output->real || fstat(output->target, &file) ||
	    is_open_already(output->path, &file) || stat(output->real, &real) ||
	    real.st_dev != file.st_dev || real.st_ino != file.st_ino) {
		free(output->real);
		output->real = NULL;
	}
	return 0;
}

/* Checks that a file can be made in the folder of the path. */
static int check_folder(struct systally_output *output,
			struct systally_error *error)
{
	const char *slash = strrchr(output->path, '/');
	char *folder = slash ? strndup(output->path,
				       (size_t)(slash - output->path) + 1) :
			       strdup(".");
	int result;

	if (!folder)
		return systally_error_set(error, "out of memory");
	errno = slash ? EISDIR : ENOENT;
	result = !*output->path || (slash && !slash[1]) ?
			 -1 :
			 access(folder, W_OK | X_OK);
	if (result)
		fail(output, error);
	free(folder);
	return result;
}

int systally_output_prepare(struct systally_output *output, const char *path,
			    struct systally_error *error)
{
	struct stat file;
	int result;

	*output = (struct systally_output){ .path = path, .target = -1 };
	if (!path || !strcmp(path, "-"))
		return 0;
	if (!stat(path, &file)) {
		if (!S_ISREG(file.st_mode)) {
			output->out = systally_output_open(path, NULL, error);
			return output->out ? 0 : -1;
		}
		result = open_target(output, 0, error);
	} else if (errno != ENOENT) {
		result = fail(output, error);
	} else if (!lstat(path, &file)) {
		result = open_target(output, O_CREAT, error);
	} else {
		result = check_folder(output, error);
	}
	if (result)
		return -1;
	output->out = systally_spool_open(output->real ? output->real : path);
	if (!output->out) {
		fail(output, error);
		systally_output_cancel(output);
		return -1;
	}
	output->spool = true;
	return 0;
}

FILE *systally_output_begin(struct systally_output *output, FILE *stream)
{
	return output->out ? output->out : stream;
}

/* Makes the spool the file. Returns 0, or -1 with errno. */
static int publish(struct systally_output *output)
{
	if (!output->exists)
		return systally_spool_place(output->out, output->path, -1);
	if (output->real &&
	    !systally_spool_place(output->out, output->real, output->target))
		return 0;
	return systally_spool_copy(output->out, output->target);
}

int systally_output_end(struct systally_output *output, FILE *out,
			struct systally_error *error)
{
	int result = systally_output_flush(out, output->path, error);

	if (!result && output->spool && publish(output)) {
		result = -errno;
		fail(output, error);
	}
	if (!result) {
		output->made = false;
		if (output->out && !output->spool) {
			output->out = NULL;
			result =
				systally_output_close(out, output->path, error);
		}
	}
	systally_output_cancel(output);
	return result;
}

void systally_output_cancel(struct systally_output *output)
{
	struct stat file;

	/* the file was made through a link whose target did not exist */
	if (output->made && output->real && !fstat(output->target, &file) &&
	    !file.st_size)
		unlink(output->real);
	if (output->out)
		fclose(output->out);
	if (output->exists)
		close(output->target);
	free(output->real);
	*output = (struct systally_output){ .target = -1 };
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
			   path ? path : "the output",
			   systally_error_meaning(failed));
	return -failed;
}

int systally_output_close(FILE *out, const char *path,
			  struct systally_error *error)
{
	int result = systally_output_flush(out, path, error);

	if (out != stdout && out != stderr && fclose(out) && !result) {
		result = -errno;
		systally_error_set(error, "cannot write the report to %s: %s",
				   path, systally_error_meaning(errno));
	}
	return result;
}
