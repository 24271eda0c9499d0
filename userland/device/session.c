// SPDX-License-Identifier: GPL-2.0-only
/*
 * Begins and ends sessions of the module, and finds those of others.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "calls/names.h"
#include "device/session.h"

#define FOLDER	  "sessions"
#define NEW_FILE  FOLDER "/new"
#define NAME_SIZE 32

/* The files of a session. Returns 0, or -1 with @error. */
static int enter(struct systally_control *session,
		 const struct systally_control *control, const char *name,
		 struct systally_error *error)
{
	const int length =
		snprintf(session->directory, sizeof(session->directory),
			 "%s/%s/%s", control->directory, FOLDER, name);

	if (length >= 0 && (size_t)length < sizeof(session->directory))
		return 0;
	return systally_error_set(
		error,
		"the path on which debugfs is mounted is too long; mount it on /sys/kernel/debug");
}

static int read_name(int file, char name[NAME_SIZE])
{
	const ssize_t length = read(file, name, NAME_SIZE - 1);

	if (!length)
		errno = ENODATA;
	if (length <= 0)
		return -1;
	name[length] = '\0';
	name[strcspn(name, "\n")] = '\0';
	return 0;
}

int systally_session_begin(struct systally_session *session,
			   const struct systally_control *control,
			   struct systally_error *error)
{
	char path[PATH_MAX + 32], name[NAME_SIZE];

	if (systally_control_is(control, "enabled", "0"))
		return systally_error_set(
			error,
			"counting is switched off; switch it on with `echo 1 > %s/enabled`",
			control->directory);
	snprintf(path, sizeof(path), "%s/%s", control->directory, NEW_FILE);
	session->file = open(path, O_RDONLY | O_CLOEXEC);
	if (session->file < 0)
		return systally_error_set(
			error, "cannot begin a session (%s): %s", path,
			systally_control_meaning(NEW_FILE, errno));
	if (!read_name(session->file, name) &&
	    !enter(&session->control, control, name, error))
		return 0;
	systally_error_set(error, "cannot read %s: %s", path,
			   systally_control_meaning(NEW_FILE, errno));
	systally_session_end(session);
	return -1;
}

/*
 * Writes lines for the functions from @first on to @text, as many as fit, after
 * a `+` if others have been set before. Returns the first one that did not fit.
 */
static size_t fill_lines(char text[SYSTALLY_CONTROL_BYTES_MAX],
			 const struct systally_functions *functions,
			 size_t first)
{
	size_t used = 0, i;

	for (i = first; i < functions->count; i++) {
		const struct systally_function_place *place =
			&functions->list[i];
		const size_t room = SYSTALLY_CONTROL_BYTES_MAX - used;
		const int length =
			snprintf(text + used, room, "%s%s%s %#llx%s%s %s",
				 first && !used ? "+" : "", used ? "\n" : "",
				 place->name, (unsigned long long)place->offset,
				 place->kind ? ":" : "",
				 place->kind ? place->kind : "", place->path);

		if (length < 0 || (size_t)length >= room)
			break;
		used += (size_t)length;
	}
	text[used] = '\0';
	return i;
}

/*
 * Sets `functions`, in as many writes as its lines need: the first one replaces,
 * the others add. Returns 0, or -1 with @error.
 */
static int set_functions(const struct systally_session *session,
			 const struct systally_functions *functions,
			 struct systally_error *error)
{
	char text[SYSTALLY_CONTROL_BYTES_MAX];
	size_t first = 0, next;

	while (first < functions->count) {
		next = fill_lines(text, functions, first);
		if (next == first)
			return systally_error_set(error,
						  "the path %s is too long",
						  functions->list[first].path);
		if (systally_control_write(&session->control, "functions", text,
					   error))
			return -1;
		first = next;
	}
	return 0;
}

int systally_session_prepare(const struct systally_session *session,
			     const struct systally_session_wants *wants,
			     struct systally_error *error)
{
	const struct systally_control *control = &session->control;
	char filter[SYSTALLY_CONTROL_BYTES_MAX];
	struct systally_error refused = { "" };
	int result;

	if (systally_control_write(control, "collect",
				   systally_names_collect(wants->collect),
				   error) ||
	    systally_control_write(control, "threads",
				   wants->threads ? "1" : "0", error) ||
	    systally_control_write(control, "follow", wants->follow ? "1" : "0",
				   error))
		return -1;
	if (systally_set_filter(wants->calls, filter, sizeof(filter)))
		strcpy(filter, "all");
	result = systally_control_write(control, "syscalls", filter, &refused);
	/*
	 * A class has calls that are new in libseccomp and that an older
	 * kernel does not know.
	 */
	if (result == -ENOENT) {
		systally_error_clear(&refused);
		result = systally_control_write(control, "syscalls", "all",
						&refused);
	}
	if (result)
		return systally_error_set(error, "%s", refused.text);
	return wants->functions ?
		       set_functions(session, wants->functions, error) :
		       0;
}

void systally_session_end(struct systally_session *session)
{
	if (session->file >= 0)
		close(session->file);
	session->file = -1;
}

struct names {
	char *text; /* on the heap: `, s1, s2`; NULL: none, or no memory */
};

static int add_name(const struct systally_control *session, const char *name,
		    void *context)
{
	struct names *names = context;
	char *longer;

	(void)session;
	if (asprintf(&longer, "%s, %s", names->text ? names->text : "", name) <
	    0)
		return 0;
	free(names->text);
	names->text = longer;
	return 0;
}

int systally_session_find(struct systally_control *session,
			  const struct systally_control *control,
			  const char *name, struct systally_error *error)
{
	struct names names = { NULL };

	*session = *control;
	if (!strcmp(name, "default"))
		return 0;
	/* a name is no path */
	if (*name && strlen(name) < NAME_SIZE && !strchr(name, '/') &&
	    strcmp(name, ".") && strcmp(name, "..") && strcmp(name, "new")) {
		if (enter(session, control, name, error))
			return -1;
		if (!access(session->directory, F_OK))
			return 0;
	}
	if (systally_session_each(control, add_name, &names, error))
		return -1;
	systally_error_set(
		error, "there is no session '%.60s'; there %s default%s", name,
		names.text ? "are" : "is only", names.text ? names.text : "");
	free(names.text);
	return -1;
}

static int is_session(const struct dirent *entry)
{
	return entry->d_name[0] != '.' && strcmp(entry->d_name, "new") != 0;
}

int systally_session_each(const struct systally_control *control,
			  int (*see)(const struct systally_control *session,
				     const char *name, void *context),
			  void *context, struct systally_error *error)
{
	struct systally_control session;
	char path[PATH_MAX + 32];
	struct dirent **entries;
	int count, i, result = 0;

	snprintf(path, sizeof(path), "%s/%s", control->directory, FOLDER);
	count = scandir(path, &entries, is_session, versionsort);
	if (count < 0)
		return systally_error_set(error, "cannot read %s: %s", path,
					  systally_control_meaning("", errno));
	for (i = 0; i < count; i++) {
		if (!result)
			result = enter(&session, control, entries[i]->d_name,
				       error);
		if (!result)
			result = see(&session, entries[i]->d_name, context);
		free(entries[i]);
	}
	free(entries);
	return result;
}
