// SPDX-License-Identifier: GPL-2.0-only
/*
 * The systally command: finds the subcommand, and prints what failed.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/signals.h"
#include "cli/usage.h"
#include "commands/commands.h"
#include "systally.h"

static const char doc_head[] =
	"Tells which system calls each process makes, how many, how long and with what errors.\v";
static const char doc_tail[] =
	"\n`systally COMMAND --help` lists the options of each.";

/* The help: a line for each command. Returns NULL when there is no memory. */
static char *make_doc(void)
{
	const struct systally_command *command;
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	fputs(doc_head, out);
	for (command = systally_commands; command->name; command++)
		fprintf(out, "  %-10s %s\n", command->name, command->summary);
	fputs(doc_tail, out);
	return fclose(out) ? NULL : text;
}

/*
 * Says what went wrong. Returns the exit status, or ends by the signal that ended
 * the command.
 */
static int finish(int status, const struct systally_error *error)
{
	int err = fflush(stdout);

	if (error->text[0])
		fprintf(stderr, "systally: %s\n", error->text);
	return systally_signals_raise(err && !status ? 1 : status);
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
	struct systally_command self = {
		.arguments = "COMMAND [OPTION...]",
		.words = true,
	};
	static char self_name[] = "systally";
	const struct systally_usage usage = { .name = self_name };
	const struct systally_command *command;
	struct systally_error error = { "" };
	struct systally_request request;
	char name[32], *doc;
	int status;

	if (!open_streams())
		return 1;
	doc = make_doc();
	self.doc = doc;
	argv[0] = self_name;
	systally_options_parse(&request, &self, argc, argv);
	if (!request.argc)
		systally_usage(&usage, "no command was given");
	command = systally_command_find(request.argv[0]);
	if (!command) {
		systally_command_refuse(request.argv[0], &error);
		systally_usage(&usage, "%s", error.text);
	}
	if (command->run == systally_cmd_help && request.argc == 1) {
		puts(doc ? strchr(doc, '\v') + 1 : "");
		free(doc);
		return finish(0, &error);
	}
	free(doc);
	/* messages and usage begin with it */
	snprintf(name, sizeof(name), "systally %s", command->name);
	argc = request.argc;
	argv = request.argv;
	argv[0] = name;
	systally_options_parse(&request, command, argc, argv);
	status = command->run(&request, &error);
	systally_options_free(&request);
	return finish(status, &error);
}
