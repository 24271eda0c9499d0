/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Text from outside, numbers and times, as the command prints them.
 */
#ifndef SYSTALLY_TEXT_H
#define SYSTALLY_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>

#include "systally.h"

/* The columns of a report that does not go to a terminal. */
#define SYSTALLY_TEXT_WIDTH 80

/* Room for an escaped comm: each byte becomes four characters at most. */
#define SYSTALLY_ESCAPED_LEN (4 * SYSTALLY_COMM_LEN + 1)

/*
 * Writes @comm as printable ASCII: all other bytes, and backslashes, become
 * \xHH. @comm ends at a NUL or after SYSTALLY_COMM_LEN bytes.
 */
void systally_text_escape(const char *comm, char escaped[SYSTALLY_ESCAPED_LEN]);

/*
 * Returns true if the @length bytes at @text are UTF-8 as RFC 3629 defines it.
 * This is stricter than json-c, which accepts overlong forms.
 */
bool systally_text_is_utf8(const char *text, size_t length);

/*
 * Writes @comm as UTF-8: bytes that are not UTF-8 become \xHH, all others are
 * copied. @comm ends at a NUL or after SYSTALLY_COMM_LEN bytes.
 */
void systally_text_escape_utf8(const char *comm,
			       char escaped[SYSTALLY_ESCAPED_LEN]);

/*
 * Returns @text as UTF-8, escaped as systally_text_escape_utf8() does. The
 * caller frees it. Returns NULL if there is no memory.
 */
char *systally_text_escape_word(const char *text);

/*
 * Writes @number in decimal. If that takes more than @width characters, it is
 * divided by 1000, rounded down, until it fits, and k, M, G, T, P or E follows.
 */
void systally_text_number(uint64_t number, int width, char text[24]);

/* Writes @ns as 1.234us, 1.234ms or 1.234s, rounded down. */
void systally_text_ns(uint64_t ns, char text[24]);

/* Writes @ns in at most 8 characters, rounded down: 1.23us, 12.3us, 123us. */
void systally_text_ns_short(uint64_t ns, char text[24]);

/*
 * Writes @when (CLOCK_REALTIME) as local time in ISO 8601 with the offset to
 * UTC: 2024-05-06T07:08:09+02:00. Writes nothing if there is no such time.
 */
void systally_text_time(const struct timespec *when, char text[32]);

/*
 * Writes @text to @out as one field of CSV. It is quoted only if it has to be.
 * Control characters become \xHH, so that a row stays one line.
 */
void systally_text_csv(FILE *out, const char *text);

/*
 * Writes `note: ` and @note to @out in lines of at most @width columns, and
 * ends the last line. Lines break at spaces; a longer word gets a line to
 * itself. The lines after the first are indented.
 */
void systally_text_note(FILE *out, const char *note, unsigned int width);

#endif /* SYSTALLY_TEXT_H */
