// SPDX-License-Identifier: GPL-2.0-only
/*
 * Writes the message of a failure.
 */
#include <stdarg.h>
#include <stdio.h>

#include "base/error.h"

int systally_error_set(struct systally_error *error, const char *format, ...)
{
	va_list args;
	char *c;

	if (error->text[0])
		return -1;
	va_start(args, format);
	vsnprintf(error->text, sizeof(error->text), format, args);
	va_end(args);
	/* names from outside may contain newlines */
	for (c = error->text; *c; c++) {
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			*c = '?';
	}
	return -1;
}

void systally_error_clear(struct systally_error *error)
{
	error->text[0] = '\0';
}
