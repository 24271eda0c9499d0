// SPDX-License-Identifier: GPL-2.0-only
/*
 * Writes the message of a failure.
 */
#define _GNU_SOURCE
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

void systally_error_clear(struct systally_error *error)
{
	error->text[0] = '\0';
}
