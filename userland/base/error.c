// SPDX-License-Identifier: GPL-2.0-only
/*
 * Writes the message of a failure.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/escape.h"

/*
 * Of a message that is too long the middle is left out: what failed stands at
 * its beginning, why and what to do at its end.
 */
static void shorten(const char *message, char *text, size_t size)
{
	size_t length = strlen(message), half = (size - 4) / 2;
	const char *tail;

	if (length < size) {
		memcpy(text, message, length + 1);
		return;
	}
	tail = message + length - half;
	while (half && (message[half] & 0xc0) == 0x80)
		half--;
	while ((*tail & 0xc0) == 0x80)
		tail++;
	snprintf(text, size, "%.*s...%s", (int)half, message, tail);
}

int systally_error_vset(struct systally_error *error, const char *format,
			va_list args)
{
	char *message, *shown;

	if (error->text[0])
		return -1;
	if (vasprintf(&message, format, args) < 0)
		message = NULL;
	shown = message ? systally_escape_new(message, SYSTALLY_ESCAPE_SHOWN) :
			  NULL;
	shorten(shown ? shown : "out of memory", error->text,
		sizeof(error->text));
	free(shown);
	free(message);
	return -1;
}

int systally_error_set(struct systally_error *error, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	systally_error_vset(error, format, args);
	va_end(args);
	return -1;
}

const char *systally_error_meaning(int why)
{
	static const struct {
		int why;
		const char *meaning;
	} meanings[] = {
		{ ENOENT,
		  "No such file or directory; check the name and its folder" },
		{ ENOTDIR,
		  "Not a directory; a name before a slash has to be a folder" },
		{ EISDIR, "Is a directory; give the name of a file" },
		{ EACCES,
		  "Permission denied; give yourself access, or run it with sudo" },
		{ EPERM,
		  "Operation not permitted; give yourself the right, or run it with sudo" },
		{ ENOSPC,
		  "No space left on device; make room, or choose another place" },
		{ EDQUOT,
		  "Disk quota exceeded; make room, or choose another place" },
		{ EROFS, "Read-only file system; choose another place" },
		{ EFBIG,
		  "File too large; raise the limit (`ulimit -f`), or choose another place" },
		{ ETXTBSY, "Text file busy; close the program that writes it" },
		{ ENAMETOOLONG, "File name too long; choose a shorter one" },
		{ ELOOP,
		  "Too many levels of symbolic links; remove those that form a circle" },
		{ EBADF,
		  "Bad file descriptor; it is closed, or is not open for that" },
		{ EMFILE,
		  "Too many open files; raise the limit (`ulimit -n`)" },
		{ ENFILE,
		  "Too many open files in system; raise fs.file-max, or end processes" },
		{ ENOMEM,
		  "Cannot allocate memory; free some, or raise the limit (`ulimit -v`)" },
		{ EAGAIN,
		  "the limit of processes is reached; raise it (`ulimit -u`, or pids.max of the cgroup), or end some" },
	};
	size_t i;

	for (i = 0; i < sizeof(meanings) / sizeof(meanings[0]); i++) {
		if (meanings[i].why == why)
			return meanings[i].meaning;
	}
	return strerror(why);
}

void systally_error_clear(struct systally_error *error)
{
	error->text[0] = '\0';
}
