// SPDX-License-Identifier: GPL-2.0-only
/*
 * `systally help`: the help of a command, and the words that shells complete.
 */
#include <argp.h>
#include <stdio.h>

#include "commands/commands.h"

/* Lists the commands; the options of one; or the words that an option takes. */
static int list_words(const struct systally_request *request,
		      struct systally_error *error)
{
	const struct systally_command *command;
	const struct argp_option *option;
	size_t i;

	if (!request->argc) {
		for (command = systally_commands; command->name; command++)
			printf("%s\n", command->name);
		return 0;
	}
	command = systally_command_find(request->argv[0]);
	if (!command)
		return systally_error_set(error, "'%s' is not a command",
					  request->argv[0]),
		       1;
	if (request->argc > 1) {
		option = systally_options_find(command, request->argv[1], 0);
		if (!option)
			return systally_error_set(
				       error, "'%s' is not an option of %s",
				       request->argv[1], command->name),
			       1;
		systally_options_words(stdout, command, option);
		return 0;
	}
	for (i = 0; (option = systally_options_find(command, NULL, i)); i++) {
		if (option->flags & OPTION_HIDDEN)
			continue;
		printf("--%s\n", option->name);
		if (option->key < 256)
			printf("-%c\n", option->key);
	}
	return 0;
}

int systally_cmd_help(const struct systally_request *request,
		      struct systally_error *error)
{
	static char help[] = "--help";
	const struct systally_command *command;
	struct systally_request ignored;
	char name[32];
	char *argv[] = { name, help, NULL };

	if (request->words)
		return list_words(request, error);
	command = systally_command_find(request->argv[0]);
	if (!command) {
		systally_command_refuse(request->argv[0], error);
		return SYSTALLY_EXIT_USAGE;
	}
	if (request->argc > 1) {
		systally_error_set(
			error,
			"help takes one command, and no argument '%.60s'; `systally help %s` shows its options",
			request->argv[1], command->name);
		return SYSTALLY_EXIT_USAGE;
	}
	snprintf(name, sizeof(name), "systally %s", command->name);
	/* prints the help and ends the process */
	systally_options_parse(&ignored, command, 2, argv);
	return 0;
}
