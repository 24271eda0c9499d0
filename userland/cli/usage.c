// SPDX-License-Identifier: GPL-2.0-only
/*
 * Says what is wrong with a command line.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/error.h"
#include "cli/usage.h"

int systally_usage(const struct systally_usage *usage, const char *format, ...)
{
	struct systally_error line = { "" };
	va_list args;

	if (!usage->quiet) {
		va_start(args, format);
		systally_error_vset(&line, format, args);
		va_end(args);
		fprintf(stderr, "%s: %s (see `%s --help`)\n", usage->name,
			line.text, usage->name);
	}
	if (!usage->returns)
		exit(SYSTALLY_EXIT_USAGE);
	return EINVAL;
}
