// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fuzzes userland/cli/options.c: the words of a command line. The first byte
 * chooses the subcommand, and line feeds separate the words.
 */
#include <stdio.h>

#include "cli/table.h"
#include "commands/commands.h"
#include "fuzz.h"
#include "stats/dimension.h"

#define WORDS_MAX 40

static const struct systally_command *command_of(uint8_t byte)
{
	size_t count = 0;

	while (systally_commands[count].name)
		count++;
	return &systally_commands[byte % count];
}

/* A request that is accepted is complete: its readers check nothing. */
static void check(const struct systally_request *request, int argc)
{
	unsigned int i;

	must(request->limit <= 1000000000);
	must(!request->scope.pid_count == !request->scope.pids);
	must(request->argc >= 0 && request->argc < argc);
	must(request->file_count <= request->command->files);
	must(request->sort < SYSTALLY_SORTS);
	must(request->collect <= SYSTALLY_COLLECT_HIST);
	must(request->by.count <= SYSTALLY_BY_MAX);
	for (i = 0; i < request->by.count; i++)
		must(!!request->by.list[i]);
	must(!!request->format);
	if (request->command->view != SYSTALLY_VIEW_NONE)
		must(systally_table_has_format(request->command,
					       request->format));
	if (request->command->view == SYSTALLY_VIEW_REPORT)
		must(request->by.count > 0);
}

static int parse(struct systally_request *request,
		 const struct systally_command *command, const char *line)
{
	char *copy = text_of((const uint8_t *)line, strlen(line));
	char *argv[WORDS_MAX + 2], *rest = copy, *word;
	static char self[] = "systally";
	int argc = 0, err;

	argv[argc++] = self;
	while (argc <= WORDS_MAX && (word = strsep(&rest, "\n")))
		argv[argc++] = word;
	argv[argc] = NULL;
	err = systally_options_try(request, command, argc, argv);
	if (!err)
		check(request, argc);
	free(copy);
	return err;
}

static void must_be_same(const struct systally_request *a,
			 const struct systally_request *b)
{
	unsigned int i;

	must(a->sort == b->sort && a->format == b->format &&
	     a->limit == b->limit && a->given == b->given &&
	     a->collect == b->collect && a->threads == b->threads &&
	     a->interval_ns == b->interval_ns &&
	     a->duration_ns == b->duration_ns &&
	     a->scope.pid_count == b->scope.pid_count &&
	     a->by.count == b->by.count);
	for (i = 0; i < a->by.count; i++)
		must(a->by.list[i] == b->by.list[i]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct systally_request once, again;
	const struct systally_command *command;
	char *line;
	int err;

	if (size < 1 || size > 4096)
		return 0;
	command = command_of(data[0]);
	line = text_of(data + 1, size - 1);
	err = parse(&once, command, line);
	must(parse(&again, command, line) == err);
	if (!err) {
		must_be_same(&once, &again);
		systally_options_free(&once);
		systally_options_free(&again);
	}
	free(line);
	return 0;
}
