// SPDX-License-Identifier: GPL-2.0-only
/*
 * The systally command: finds the subcommand, and prints what failed.
 */
#define _GNU_SOURCE
#include <argp.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "commands/commands.h"
#include "cli/usage.h"

#define STATUS_USAGE	2

typedef int command_function(const struct systally_options *options,
			     struct systally_error *error);

static command_function *const functions[SYSTALLY_COMMANDS] = {
	[SYSTALLY_RUN] = systally_cmd_run,
	[SYSTALLY_TOP] = systally_cmd_top,
	[SYSTALLY_REPORT] = systally_cmd_report,
	[SYSTALLY_RECORD] = systally_cmd_record,
	[SYSTALLY_COMPARE] = systally_cmd_compare,
	[SYSTALLY_STATUS] = systally_cmd_status,
	[SYSTALLY_DOCTOR] = systally_cmd_doctor,
	[SYSTALLY_LOAD] = systally_cmd_load,
	[SYSTALLY_UNLOAD] = systally_cmd_unload,
};

static const char doc[] =
	"Tells which system calls each process makes, how many, how long and with what errors.\v"
	"  run [--] COMMAND   count one command, from its exec to its end\n"
	"  top                show the calls of each second, live\n"
	"  report             show what was counted since the last reset\n"
	"  report FILE        show what was recorded\n"
	"  record COMMAND     count one command, and keep it all in a file\n"
	"  compare A B        tell what differs between two recordings\n"
	"  needs COMMAND      tell which calls a command cannot do without\n"
	"  status             show what the module is doing; --verify checks it\n"
	"  doctor             check what can keep systally from working here\n"
	"  load, unload       the kernel module\n\n"
	"`systally COMMAND --help` lists the options of each.";

static error_t parse_command(int key, char *arg, struct argp_state *state)
{
	int *index = state->input;

	switch (key) {
	case 'h':
		argp_state_help(state, state->out_stream,
				ARGP_HELP_STD_HELP);
		return 0;
	case ARGP_KEY_ARG:
		if (systally_options_command(arg) == SYSTALLY_COMMANDS &&
		    strcmp(arg, "needs"))
			systally_usage(state, "'%s' is not a command", arg);
		*index = state->next - 1;
		/* the rest is for the subcommand's own parser */
		state->next = state->argc;
		return 0;
	case ARGP_KEY_END:
		if (!*index)
			systally_usage(state, "which command?");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

/* Says what went wrong. Returns the exit status. */
static int finish(int status, const struct systally_error *error)
{
	int err = fflush(stdout);

	if (error->text[0])
		fprintf(stderr, "systally: %s\n", error->text);
	return err && !status ? 1 : status;
}

/*
 * Where one of the standard streams is closed, the next file to be opened would
 * be taken for it. To write to what stands in for it still fails. Returns
 * whether all three are open.
 */
static bool open_streams(void)
{
	int fd;

	do {
		fd = open("/dev/null", O_RDONLY);
	} while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

int main(int argc, char **argv)
{
	static const struct argp_option options_of_main[] = {
		{ NULL, 'h', NULL, OPTION_HIDDEN, NULL, 0 }, { 0 },
	};
	static const struct argp argp = {
		.options = options_of_main, .parser = parse_command,
		.args_doc = "COMMAND [OPTION...]", .doc = doc,
	};
	struct systally_error error = { "" };
	struct systally_options options;
	enum systally_command command;
	char name[32];
	int index = 0;
	int status;

	if (!open_streams())
		return 1;
	argp_program_version = "systally " SYSTALLY_RELEASE;
	argp_err_exit_status = STATUS_USAGE;
	if (argp_parse(&argp, argc, argv, ARGP_IN_ORDER, NULL, &index))
		return STATUS_USAGE;
	command = systally_options_command(argv[index]);
	/* messages and usage begin with it */
	snprintf(name, sizeof(name), "systally %s", argv[index]);
	argv[index] = name;
	if (!strcmp(name, "systally needs")) {
		status = systally_cmd_needs(argc - index, argv + index, &error);
		return finish(status, &error);
	}
	if (systally_options_parse(&options, command, argc - index,
				   argv + index, 0))
		return STATUS_USAGE;
	status = functions[command](&options, &error);
	systally_options_free(&options);
	return finish(status, &error);
}
