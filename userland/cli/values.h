/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reads the values of options into a request.
 */
#ifndef SYSTALLY_VALUES_H
#define SYSTALLY_VALUES_H

#include "cli/table.h"
#include "cli/usage.h"

/* One command line while it is read. */
struct systally_parse {
	struct systally_usage usage;
	struct systally_request *request;
};

/*
 * Reads @arg, the value of option @row, into its member of the request; @arg is
 * NULL for an option without a value. Returns 0, EINVAL after one line that
 * says what the option takes, or ENOMEM.
 */
int systally_value_read(const struct systally_parse *parse,
			const struct systally_option_row *row, char *arg,
			struct systally_request *request);

#endif /* SYSTALLY_VALUES_H */
