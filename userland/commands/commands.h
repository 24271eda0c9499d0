/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The subcommands: their table, and the function of each.
 */
#ifndef SYSTALLY_COMMANDS_H
#define SYSTALLY_COMMANDS_H

#include "cli/options.h"

/* All subcommands, in the order in which help lists them; ends with name NULL. */
extern const struct systally_command systally_commands[];

/* Returns the command of that name, or NULL. */
const struct systally_command *systally_command_find(const char *name);

/*
 * Says in @error that no command is called @name, and which ones there are.
 * Always returns -1.
 */
int systally_command_refuse(const char *name, struct systally_error *error);

/* As `run` of struct systally_command. */
typedef int systally_command_function(const struct systally_request *request,
				      struct systally_error *error);

systally_command_function systally_cmd_run;
systally_command_function systally_cmd_top;
systally_command_function systally_cmd_report;
systally_command_function systally_cmd_record;
systally_command_function systally_cmd_compare;
systally_command_function systally_cmd_needs;
systally_command_function systally_cmd_status;
systally_command_function systally_cmd_doctor;
systally_command_function systally_cmd_reset;
systally_command_function systally_cmd_load;
systally_command_function systally_cmd_unload;
systally_command_function systally_cmd_help;

#endif /* SYSTALLY_COMMANDS_H */
