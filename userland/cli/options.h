/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The options of all subcommands, and how they are read into a request.
 */
#ifndef SYSTALLY_OPTIONS_H
#define SYSTALLY_OPTIONS_H

#include <argp.h>

#include "cli/command.h"

/*
 * Reads argv of @command; argv[0] is its name for messages (`systally top`).
 * For a usage error it writes one line and exits with SYSTALLY_EXIT_USAGE; for
 * --help it exits with 0. Defaults that depend on several options are settled.
 * Not for several threads: getopt_long() keeps its state in globals.
 */
void systally_options_parse(struct systally_request *request,
			    const struct systally_command *command, int argc,
			    char **argv);

/*
 * The same without output and exit, for tests and fuzzers. Returns 0, and the
 * caller frees the request; or an errno value, for --help as well.
 */
int systally_options_try(struct systally_request *request,
			 const struct systally_command *command, int argc,
			 char **argv);
void systally_options_free(struct systally_request *request);

/*
 * Returns the option of @command that is called @name (`--by` or `-b`), as argp
 * knows it; NULL for none. With @name NULL it returns the @index-th.
 */
const struct argp_option *
systally_options_find(const struct systally_command *command, const char *name,
		      size_t index);

/*
 * Writes the words that an option of @command takes, one a line; nothing for
 * free text.
 */
void systally_options_words(FILE *out, const struct systally_command *command,
			    const struct argp_option *option);

#endif /* SYSTALLY_OPTIONS_H */
