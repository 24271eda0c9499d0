// SPDX-License-Identifier: GPL-2.0-only
/*
 * The file of --state: opens it, finds runs in it, adds runs to it.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "needs/state.h"
#include "needs/state_line.h"

/*
 * Writes a whole line; @text is NULL if there was no memory for it. One
 * write(), so that only the last line can be cut.
 */
static int write_line(const struct systally_state *state, const char *text,
		      struct systally_error *error)
{
	size_t length;

	if (!text)
		return systally_error_set(error, "out of memory");
	length = strlen(text);
	errno = 0;
	if (state->fd < 0 || write(state->fd, text, length) == (ssize_t)length)
		return 0;
	return systally_error_set(error, "cannot write to %s: %s", state->path,
				  strerror(errno ?: ENOSPC));
}

int systally_state_add(struct systally_state *state, const char *key,
		       const struct systally_outcome *outcome,
		       struct systally_error *error)
{
	char *text;
	int result;

	if (systally_finished_add(&state->content.runs, key, outcome))
		return systally_error_set(error, "out of memory");
	text = systally_state_line_run(key, outcome);
	result = write_line(state, text, error);
	free(text);
	return result;
}

int systally_state_add_used(struct systally_state *state,
			    enum systally_needs_discover how,
			    const struct systally_used *used,
			    struct systally_error *error)
{
	char *text = systally_state_line_used(how, used);
	int result = write_line(state, text, error);

	free(text);
	return result;
}

/*
 * Reads the file and removes a line that was cut short at its end. A file
 * without lines gets the first one, @wanted.
 */
static int load(struct systally_state *state, struct systally_used *used,
		const char *wanted, struct systally_error *error)
{
	off_t whole_bytes;

	if (systally_state_read(state->path, wanted, &state->content, used,
				&whole_bytes, error))
		return -1;
	if (ftruncate(state->fd, whole_bytes))
		return systally_error_set(error, "cannot write to %s: %s",
					  state->path,
					  systally_error_meaning(errno));
	return whole_bytes ? 0 : write_line(state, wanted, error);
}

/* Opens the file, for this process alone. Returns 0, or -1 with @error. */
static int open_file(struct systally_state *state, struct systally_error *error)
{
	struct stat status;

	state->fd = open(state->path,
			 O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NONBLOCK,
			 0644);
	if (state->fd < 0)
		return systally_error_set(error, "cannot open %s: %s",
					  state->path,
					  systally_error_meaning(errno));
	if (!fstat(state->fd, &status) && !S_ISREG(status.st_mode))
		return systally_error_set(error, "%s is not a regular file",
					  state->path);
	if (flock(state->fd, LOCK_EX | LOCK_NB))
		return systally_error_set(
			error,
			"another systally uses %s; wait for it, or give another file to --state",
			state->path);
	return 0;
}

int systally_state_open(struct systally_state *state,
			const struct systally_request *request,
			struct systally_used *used,
			struct systally_error *error)
{
	char *first;
	int result;

	memset(state, 0, sizeof(*state));
	state->fd = -1;
	state->path = request->state;
	if (!state->path)
		return 0;
	first = systally_state_line_first(request);
	if (!first)
		return systally_error_set(error, "out of memory");
	result = open_file(state, error);
	if (!result)
		result = load(state, used, first, error);
	free(first);
	if (result)
		systally_state_close(state);
	return result;
}

void systally_state_close(struct systally_state *state)
{
	if (state->fd >= 0)
		close(state->fd);
	state->fd = -1;
	systally_finished_free(&state->content.runs);
}

bool systally_state_find(const struct systally_state *state, const char *key,
			 struct systally_outcome *outcome)
{
	return systally_finished_find(&state->content.runs, key, outcome);
}
