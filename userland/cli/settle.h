/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What depends on more than one option.
 */
#ifndef SYSTALLY_SETTLE_H
#define SYSTALLY_SETTLE_H

#include "cli/command.h"

/*
 * Each is called once all options are read. It sets the defaults that depend on
 * other options, and refuses what does not go together. Returns 0, or EINVAL
 * after one line by systally_usage(). The first one is for every command and
 * calls the command's own.
 */
int systally_settle(const struct systally_usage *usage,
		    struct systally_request *request);
int systally_settle_run(const struct systally_usage *usage,
			struct systally_request *request);
int systally_settle_record(const struct systally_usage *usage,
			   struct systally_request *request);
int systally_settle_compare(const struct systally_usage *usage,
			    struct systally_request *request);
int systally_settle_needs(const struct systally_usage *usage,
			  struct systally_request *request);

#endif /* SYSTALLY_SETTLE_H */
