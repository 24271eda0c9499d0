/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Notes: lines above a report that say what its reader must know besides the
 * numbers, for example that calls are missing.
 */
#ifndef SYSTALLY_NOTES_H
#define SYSTALLY_NOTES_H

#include <stddef.h>
#include <stdio.h>

struct systally_notes {
	char **text;
	size_t count;
};

/*
 * Adds a note, which the outputs escape. If there is no memory for it, it is left
 * out.
 */
void systally_notes_add(struct systally_notes *notes, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/*
 * Writes `systally: note: ` and a note to @out, one line in which what acts is
 * escaped. If there is no memory for it, it is left out.
 */
void systally_notes_print(FILE *out, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Frees all notes. An all-zero list is fine. */
void systally_notes_free(struct systally_notes *notes);

#endif /* SYSTALLY_NOTES_H */
