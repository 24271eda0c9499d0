// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fuzzes userland/cli/options.c: the words of a command line. The first byte
 * chooses the subcommand, and line feeds separate the words.
 */
#include <argp.h>
#include <stdio.h>

#include "fuzz.h"
#include "cli/options.h"

#define WORDS_MAX	40

static int parse(struct systally_options *options,
		 enum systally_command command, const char *line)
{
	char *copy = text_of((const uint8_t *)line, strlen(line));
	char *argv[WORDS_MAX + 2], *rest = copy, *word;
	static char self[] = "systally";
	int argc = 0, err;

	argv[argc++] = self;
	while (argc <= WORDS_MAX && (word = strsep(&rest, "\n")))
		argv[argc++] = word;
	argv[argc] = NULL;
	err = systally_options_parse(options, command, argc, argv,
				     ARGP_NO_EXIT | ARGP_NO_ERRS | ARGP_NO_HELP);
	if (!err) {
		must(options->limit <= 1000000000);
		must(!options->pid_count == !options->pids);
		must(options->rest_count >= 0 && options->rest_count < argc);
	}
	free(copy);
	return err;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct systally_options once, again;
	enum systally_command command;
	char *line;
	int err;

	if (size < 1 || size > 4096)
		return 0;
	command = data[0] % SYSTALLY_COMMANDS;
	line = text_of(data + 1, size - 1);
	err = parse(&once, command, line);
	must(parse(&again, command, line) == err);
	if (!err) {
		must(once.by == again.by && once.sort == again.sort &&
		     once.format == again.format && once.limit == again.limit &&
		     once.interval_ns == again.interval_ns &&
		     once.duration_ns == again.duration_ns &&
		     once.pid_count == again.pid_count);
		systally_options_free(&once);
		systally_options_free(&again);
	}
	free(line);
	return 0;
}
