// SPDX-License-Identifier: GPL-2.0-only
/*
 * Locks the controls, changes them, and restores them.
 *
 * The lock is an flock on the module's README. The kernel releases it when the
 * process and its guardian have ended in any way, and no lock file is left
 * behind.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "calls/names.h"
#include "device/session.h"

/*
 * Returns the pid of the process that holds the lock, from /proc/locks. Returns
 * 0 if it is not there: the process may be in another pid namespace.
 */
static int find_holder(int fd)
{
	FILE *locks = fopen("/proc/locks", "re");
	unsigned long inode;
	struct stat status;
	char line[256];
	int pid, holder = 0;

	if (locks && !fstat(fd, &status)) {
		while (!holder && fgets(line, sizeof(line), locks)) {
			if (sscanf(line, "%*d: FLOCK %*s %*s %d %*x:%*x:%lu",
				   &pid, &inode) == 2 &&
			    inode == status.st_ino && pid > 0)
				holder = pid;
		}
	}
	if (locks)
		fclose(locks);
	return holder;
}

int systally_session_begin(struct systally_session *session,
			   const struct systally_control *control,
			   struct systally_error *error)
{
	char path[PATH_MAX + 32];
	int holder;

	session->control = control;
	session->guardian.channel = -1;
	session->changes = 0;
	snprintf(path, sizeof(path), "%s/README", control->directory);
	session->lock = open(path, O_RDONLY | O_CLOEXEC);
	if (session->lock < 0)
		return systally_error_set(error, "cannot open %s: %s", path,
					  systally_error_meaning(errno));
	if (!flock(session->lock, LOCK_EX | LOCK_NB))
		return 0;
	if (errno != EWOULDBLOCK)
		systally_error_set(error, "cannot lock %s: %s", path,
				   systally_error_meaning(errno));
	holder = find_holder(session->lock);
	close(session->lock);
	session->lock = -1;
	if (holder)
		return systally_error_set(
			error,
			"another systally (pid %d) is counting and has set the controls; wait for it or end it, or watch along with `systally top`",
			holder);
	return systally_error_set(
		error,
		"another systally is counting and has set the controls; wait for it or end it, or watch along with `systally top`");
}

int systally_session_note(struct systally_session *session, const char *file,
			  const char *undo, struct systally_error *error)
{
	if (session->guardian.channel < 0 &&
	    systally_guardian_start(&session->guardian, session->control,
				    session->lock, error))
		return -1;
	systally_guardian_note(&session->guardian, file, undo);
	return 0;
}

int systally_session_set(struct systally_session *session, const char *file,
			 const char *value, struct systally_error *error)
{
	char *before =
		systally_control_read(session->control, file, NULL, error);
	int result;

	if (!before)
		return -EIO;
	if (!strcmp(before, value)) {
		free(before);
		return 0;
	}
	/* do not change what cannot be restored */
	if (strlen(before) >= SYSTALLY_CONTROL_BYTES_MAX ||
	    session->changes == SYSTALLY_SESSION_CHANGES) {
		free(before);
		systally_error_set(
			error,
			"%s/%s is too long to be restored afterwards; write `%s` to it first",
			session->control->directory, file,
			strcmp(file, "syscalls") ? "none" : "all");
		return -E2BIG;
	}
	result = systally_session_note(session, file, before, error) ?
			 -EAGAIN :
			 systally_control_write(session->control, file, value,
						error);
	if (result) {
		free(before);
		return result;
	}
	session->change[session->changes].file = file;
	session->change[session->changes].before = before;
	session->changes++;
	return 0;
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
static int set_functions(struct systally_session *session,
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
		if (first ? systally_control_write(session->control,
						   "functions", text, error) :
			    systally_session_set(session, "functions", text,
						 error))
			return -1;
		first = next;
	}
	return 0;
}

int systally_session_prepare(struct systally_session *session,
			     const struct systally_session_wants *wants,
			     struct systally_error *error)
{
	char filter[SYSTALLY_CONTROL_BYTES_MAX];
	struct systally_error refused = { "" };
	int result;

	if (systally_session_set(session, "collect",
				 systally_names_collect(wants->collect),
				 error) ||
	    systally_session_set(session, "threads", wants->threads ? "1" : "0",
				 error))
		return -1;
	if (systally_set_filter(wants->calls, filter, sizeof(filter)))
		strcpy(filter, "all");
	result = systally_session_set(session, "syscalls", filter, &refused);
	/*
	 * A class has calls that are new in libseccomp and that an older
	 * kernel does not know.
	 */
	if (result == -ENOENT) {
		if (systally_session_set(session, "syscalls", "all", error))
			return -1;
	} else if (result) {
		return systally_error_set(error, "%s", refused.text);
	}
	return wants->functions ?
		       set_functions(session, wants->functions, error) :
		       0;
}

int systally_session_end(struct systally_session *session,
			 struct systally_error *error)
{
	int result = 0;

	while (session->changes) {
		session->changes--;
		if (systally_control_write(
			    session->control,
			    session->change[session->changes].file,
			    session->change[session->changes].before, error))
			result = -1;
		free(session->change[session->changes].before);
	}
	/* it has the lock, too */
	systally_guardian_end(&session->guardian);
	if (session->lock >= 0)
		close(session->lock);
	session->lock = -1;
	return result;
}
