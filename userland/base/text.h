/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Numbers, times and notes, as the command prints them.
 */
#ifndef SYSTALLY_TEXT_H
#define SYSTALLY_TEXT_H

#include <stdint.h>
#include <stdio.h>
#include <time.h>

/* The columns of a report that does not go to a terminal. */
#define SYSTALLY_TEXT_WIDTH 80

/*
 * Writes @number in decimal to the end of @digits, with a NUL behind it, and
 * returns where it begins. Cheaper than snprintf(): most of what a report holds
 * are numbers.
 */
#define SYSTALLY_DIGITS_LEN sizeof("18446744073709551615")
char *systally_text_digits(uint64_t number, char digits[SYSTALLY_DIGITS_LEN]);

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
 * Writes `note: ` and @note to @out in lines of at most @width columns, and
 * ends the last line. Lines break at spaces; a longer word gets a line to
 * itself. The lines after the first are indented. What acts is escaped
 * (base/escape.h).
 */
void systally_text_note(FILE *out, const char *note, unsigned int width);

#endif /* SYSTALLY_TEXT_H */
