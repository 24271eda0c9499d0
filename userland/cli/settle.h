/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The two halves of the options' parser: one option, and all of them.
 */
#ifndef SYSTALLY_OPTIONS_SETTLE_H
#define SYSTALLY_OPTIONS_SETTLE_H

#include <argp.h>

#include "cli/options.h"

/* What the parser works on */
struct systally_parse {
	struct systally_options *options;
	bool sort_given, by_given;
};

/*
 * Once all of them are read: sets the defaults that depend on others. Returns
 * 0, or EINVAL after argp's one line on what does not go together.
 */
int systally_options_settle(struct argp_state *state,
			    struct systally_parse *parse);

#endif /* SYSTALLY_OPTIONS_SETTLE_H */
