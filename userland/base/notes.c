// SPDX-License-Identifier: GPL-2.0-only
/*
 * The list of notes.
 */
#define _GNU_SOURCE
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/escape.h"
#include "base/notes.h"

void systally_notes_add(struct systally_notes *notes, const char *format, ...)
{
	char **text;
	va_list args;
	int length;

	text = reallocarray(notes->text, notes->count + 1, sizeof(*text));
	if (!text)
		return;
	notes->text = text;
	va_start(args, format);
	length = vasprintf(&text[notes->count], format, args);
	va_end(args);
	if (length >= 0)
		notes->count++;
}

void systally_notes_print(FILE *out, const char *format, ...)
{
	char *note;
	va_list args;
	int length;

	va_start(args, format);
	length = vasprintf(&note, format, args);
	va_end(args);
	if (length < 0)
		return;
	fputs("systally: note: ", out);
	systally_escape_put(out, note);
	putc('\n', out);
	free(note);
}

void systally_notes_free(struct systally_notes *notes)
{
	while (notes->count)
		free(notes->text[--notes->count]);
	free(notes->text);
	notes->text = NULL;
}
