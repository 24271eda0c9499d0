/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The subcommands. Each is called once, by main.c, with its options; each
 * returns the exit status: 0 done, 1 failed with @error (or, for a check,
 * with its output) saying why. `run` and `record` return their command's own
 * status; `compare` 0, 1 for a regression, or 2 with @error.
 */
#ifndef SYSTALLY_COMMANDS_H
#define SYSTALLY_COMMANDS_H

#include "base/error.h"
#include "cli/options.h"

int systally_cmd_run(const struct systally_options *options,
		     struct systally_error *error);
int systally_cmd_top(const struct systally_options *options,
		     struct systally_error *error);
int systally_cmd_report(const struct systally_options *options,
			struct systally_error *error);
int systally_cmd_record(const struct systally_options *options,
			struct systally_error *error);
int systally_cmd_compare(const struct systally_options *options,
			 struct systally_error *error);
int systally_cmd_status(const struct systally_options *options,
			struct systally_error *error);
int systally_cmd_doctor(const struct systally_options *options,
			struct systally_error *error);
int systally_cmd_load(const struct systally_options *options,
		      struct systally_error *error);
int systally_cmd_unload(const struct systally_options *options,
			struct systally_error *error);

/* Has options of its own: argv[0] is `systally needs`, for messages. */
int systally_cmd_needs(int argc, char **argv, struct systally_error *error);

#endif /* SYSTALLY_COMMANDS_H */
