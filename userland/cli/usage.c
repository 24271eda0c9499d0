// SPDX-License-Identifier: GPL-2.0-only
/*
 * Says what is wrong with the options. Called by main.c and those that read
 * options.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/error.h"
#include "cli/usage.h"

void systally_usage(const struct argp_state *state, const char *format,
			  ...)
{
	struct systally_error line = { "" };
	char text[sizeof(line.text)];
	va_list args;

	if (!(state->flags & ARGP_NO_ERRS)) {
		va_start(args, format);
		vsnprintf(text, sizeof(text), format, args);
		va_end(args);
		systally_error_set(&line, "%s", text);
		fprintf(state->err_stream, "%s: %s (see `%s --help`)\n",
			state->name, line.text, state->name);
	}
	if (!(state->flags & (ARGP_NO_ERRS | ARGP_NO_EXIT)))
		exit(argp_err_exit_status);
}
