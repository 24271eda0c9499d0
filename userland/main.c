// SPDX-License-Identifier: GPL-2.0-only
/*
 * The systally command: finds the subcommand, and prints what failed.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
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
static int finish(int status, struct systally_error *error)
{
	/* the reader of a pipe may have what it wanted */
	if (fflush(stdout) && errno != EPIPE) {
		systally_error_set(error, "cannot write to standard output: %s",
				   systally_error_meaning(errno));
		status = status ? status : 1;
	}
	if (error->text[0])
		fprintf(stderr, "systally: %s\n", error->text);
	return systally_signals_raise(status);
}

/*
 * Where one of the standard streams is closed, the next file to be opened would
 * be taken for it. Fills the gap with the end of a pipe, which needs no file:
 * reading finds the end, writing fails. A command that is run finds it closed
 * again. Returns 0, or -1 with @error.
 */
static int open_streams(struct systally_error *error)
{
	int fd, ends[2];

	for (fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
		if (fcntl(fd, F_GETFD) >= 0 || errno != EBADF)
			continue;
		/* the lowest number that is free is this one */
		if (pipe2(ends, O_CLOEXEC))
			return systally_error_set(
				error,
				"file descriptor %d is closed, and nothing can be opened instead: %s; open it",
				fd, systally_error_meaning(errno));
		close(ends[1]);
	}
	return 0;
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

	if (open_streams(&error))
		return finish(1, &error);
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
