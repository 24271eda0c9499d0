/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The message of a failure, one line: what failed, on what, why, and what to
 * do. The function that fails writes it, and main.c prints it.
 */
#ifndef SYSTALLY_ERROR_H
#define SYSTALLY_ERROR_H

#include <stdarg.h>

struct systally_error {
	char text[640];
};

/*
 * Writes the message, unless there is one already: the user needs the first
 * failure, not those of the clean-up after it. What acts in it is escaped
 * (base/escape.h), so it stays one line; a message that is too long loses its
 * middle. Always returns -1, so that a caller can return this call.
 */
int systally_error_set(struct systally_error *error, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/*
 * Returns what the errno @why of a file, pipe or process means, and after a
 * semicolon what to do about it, if there is something. The text is static, or
 * lasts until the next call of strerror().
 */
const char *systally_error_meaning(int why);

int systally_error_vset(struct systally_error *error, const char *format,
			va_list args) __attribute__((format(printf, 2, 0)));

/* Removes the message of a failure that the caller has handled. */
void systally_error_clear(struct systally_error *error);

#endif /* SYSTALLY_ERROR_H */
