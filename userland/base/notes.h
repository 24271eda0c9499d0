/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the reader of a report must know besides the numbers: a list of
 * sentences.
 */
#ifndef SYSTALLY_NOTES_H
#define SYSTALLY_NOTES_H

#include <stddef.h>

struct systally_notes {
	char **text;
	size_t count;
};

/* Adds a sentence. One that finds no memory is left out. */
void systally_notes_add(struct systally_notes *notes, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void systally_notes_free(struct systally_notes *notes);

#endif /* SYSTALLY_NOTES_H */
