// SPDX-License-Identifier: GPL-2.0-only
/*
 * The sentence that a failing function leaves for main.c to print. Called
 * from every other file of the command.
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
	/* one line, whatever names came in from outside */
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
