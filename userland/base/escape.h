/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Escapes text from outside, such as names of processes, paths and words of a
 * command line, for all outputs. A character acts if it is not simply shown: it
 * controls a terminal, changes the order of what is shown, ends a line, or is
 * invisible. escape.c has the one list of these characters. All outputs write
 * bytes that may act as \xHH.
 */
#ifndef SYSTALLY_ESCAPE_H
#define SYSTALLY_ESCAPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* What is escaped. */
enum systally_escape {
	/*
	 * For people: bytes that are not UTF-8, and characters that act.
	 * Escaping a text twice gives the same as escaping it once.
	 */
	SYSTALLY_ESCAPE_SHOWN,
	/* The same, and a backslash before xHH: systally_unescape() reads it. */
	SYSTALLY_ESCAPE_EXACT,
	/*
	 * For JSON, which has escapes of its own for characters that act: bytes
	 * that are not UTF-8, and a backslash before xHH. It can be read back.
	 */
	SYSTALLY_ESCAPE_UTF8,
	/*
	 * For tables in which each byte must take one column: all that is not
	 * printable ASCII, and all backslashes. It can be read back.
	 */
	SYSTALLY_ESCAPE_ASCII,
};

/*
 * Returns the length of the UTF-8 character at @text, of which @room bytes can
 * be read, and sets *@point to it. Returns 0 if it is not UTF-8 by RFC 3629.
 * This is stricter than json-c, which accepts overlong forms.
 */
size_t systally_utf8_length(const char *text, size_t room, uint32_t *point);

/* Returns true if the @length bytes at @text are UTF-8. */
bool systally_utf8_valid(const char *text, size_t length);

/* Returns true if the character @point acts. */
bool systally_escape_acts(uint32_t point);

/*
 * Writes @text escaped to @to, which has room for @size bytes, more than 0.
 * Cuts a text that is too long, but no character and no escape. Returns the
 * length of what it wrote.
 */
size_t systally_escape(const char *text, enum systally_escape how, char *to,
		       size_t size);

/* Returns @text escaped, which the caller frees; NULL if there is no memory. */
char *systally_escape_new(const char *text, enum systally_escape how);

/* Writes @text to @out, escaped by SYSTALLY_ESCAPE_SHOWN. */
void systally_escape_put(FILE *out, const char *text);

/*
 * Makes each \xHH in @text the byte that it stands for, except \x00. Any other
 * backslash stays.
 */
void systally_unescape(char *text);

/*
 * Writes @text to @out as one field of CSV, escaped by SYSTALLY_ESCAPE_EXACT.
 * It is quoted only if necessary. A spreadsheet would compute a cell that
 * begins with =, +, -, @ or their wide forms, so the first byte of these is
 * escaped as well, unless the field is a number, or only a `-`. The same holds
 * after a semicolon, which separates cells in some countries.
 */
void systally_escape_csv(FILE *out, const char *text);

/*
 * Returns the length of the longest run of backticks in @text: a code span of
 * markdown needs a longer one around it.
 */
unsigned int systally_escape_ticks(const char *text);

#endif /* SYSTALLY_ESCAPE_H */
