// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reads argv by the table of options, and prints --help from it.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "base/nearest.h"
#include "cli/options.h"
#include "cli/settle.h"
#include "cli/values.h"
#include "systally.h"
#include "units/scope.h"

#define SECOND 1000000000ULL /* in ns */

static int read_argument(const struct systally_parse *parse, char *arg,
			 int argc, char **argv)
{
	struct systally_request *request = parse->request;
	const struct systally_command *command = request->command;

	if (request->file_count < command->files && !*arg)
		return systally_usage(
			&parse->usage,
			"the name of a file is empty; give one, or leave it out");
	if (request->file_count < command->files) {
		request->files[request->file_count++] = arg;
		return 0;
	}
	if (command->words) {
		/* this one and all that follow, also if they look like options */
		request->argv = argv + optind - 1;
		request->argc = argc - optind + 1;
		optind = argc;
		return 0;
	}
	return systally_usage(&parse->usage,
			      command->files ?
				      "takes no more arguments, such as '%s'" :
				      "takes no argument '%s'",
			      arg);
}

/*
 * Says that @word, which begins with --, is no option: which ones it may be the
 * beginning of, or which are nearest. `--time-threshold=1` has a value.
 */
static int refuse_long(const struct systally_parse *parse, const char *word)
{
	const struct systally_command *command = parse->request->command;
	const size_t length = strcspn(word + 2, "=");
	char list[160] = "", near[SYSTALLY_NEAREST_LEN];
	const struct systally_option_row *row;
	struct systally_nearest nearest;
	size_t i, used = 0, found = 0;

	systally_nearest_begin(&nearest, word + 2, length);
	for (i = 0; (row = systally_table_at(command, i)); i++) {
		if (row->argp.flags & OPTION_HIDDEN)
			continue;
		systally_nearest_offer(&nearest, row->argp.name);
		if (strncmp(row->argp.name, word + 2, length) ||
		    used >= sizeof(list))
			continue;
		used += (size_t)snprintf(list + used, sizeof(list) - used,
					 "%s--%s", found++ ? ", " : "",
					 row->argp.name);
	}
	if (found > 1 && length)
		return systally_usage(
			&parse->usage,
			"'%.60s' may be one of several options: %s", word,
			list);
	systally_nearest_write(&nearest, "--", near);
	return systally_usage(&parse->usage, "there is no option '%.*s'%s%s",
			      (int)(length < 60 ? length : 60) + 2, word,
			      *near ? "; " : "", near);
}

/* Says why getopt_long() has refused the word that it has just read. */
static int refuse_option(const struct systally_parse *parse, int code,
			 char **argv)
{
	const char *word = argv[optind - 1];
	char letter[] = { '-', (char)optopt, '\0' };
	const bool whole = !strncmp(word, "--", 2);

	/* one of several letters in a word; the word may be behind optind */
	if (optopt && optopt < 256 && !whole)
		word = letter;
	if (code == ':')
		return systally_usage(&parse->usage, "%s needs a value", word);
	if (whole && optopt)
		return systally_usage(&parse->usage, "%.*s takes no value",
				      (int)strcspn(word, "="), word);
	if (whole)
		return refuse_long(parse, word);
	return systally_usage(&parse->usage, "there is no option '%.60s'",
			      word);
}

/* The help of a row; the words that the option takes stand for %s in it. */
static const char *make_help(const struct systally_command *command,
			     const struct systally_option_row *row, char *text,
			     size_t size)
{
	const char *place = row->words ? strstr(row->argp.doc, "%s") : NULL;
	size_t used;

	if (!place)
		return row->argp.doc;
	used = (size_t)(place - row->argp.doc);
	memcpy(text, row->argp.doc, used);
	systally_table_words(command, row->kind, text + used, size - used);
	used = strlen(text);
	snprintf(text + used, size - used, "%s", place + 2);
	return text;
}

/* Shows what --help, --usage or --version ask for, and ends. */
static int show_help(const struct systally_parse *parse, int key)
{
	const struct systally_command *command = parse->request->command;
	struct argp_option list[SYSTALLY_OPTION_COUNT + 1] = { 0 };
	char texts[SYSTALLY_OPTION_COUNT][256];
	struct argp argp = { .options = list,
			     .args_doc = command->arguments,
			     .doc = command->doc };
	char name[64];
	const struct systally_option_row *row;
	size_t i;

	if (parse->usage.returns)
		return EINVAL;
	for (i = 0; (row = systally_table_at(command, i)); i++) {
		list[i] = row->argp;
		list[i].doc =
			make_help(command, row, texts[i], sizeof(texts[i]));
	}
	snprintf(name, sizeof(name), "%s", parse->usage.name);
	if (key == 'V')
		printf("systally %s\n", SYSTALLY_VERSION);
	else
		argp_help(&argp, stdout,
			  key == KEY_USAGE ?
				  ARGP_HELP_USAGE :
				  ARGP_HELP_SHORT_USAGE | ARGP_HELP_LONG |
					  ARGP_HELP_DOC,
			  name);
	if (!fflush(stdout) || errno == EPIPE)
		exit(0);
	fprintf(stderr, "%s: cannot write to standard output: %s\n",
		parse->usage.name, systally_error_meaning(errno));
	exit(1);
}

/* The same options for getopt_long(). */
static void make_getopt(const struct systally_command *command,
			struct option *list, char *letters)
{
	const struct systally_option_row *row;
	size_t i;

	/* arguments in their order; no messages */
	letters = stpcpy(letters, "-:");
	for (i = 0; (row = systally_table_at(command, i)); i++) {
		*list++ = (struct option){
			.name = row->argp.name,
			.has_arg =
				row->argp.arg ? required_argument : no_argument,
			.val = row->argp.key,
		};
		if (row->argp.key > 255)
			continue;
		*letters++ = (char)row->argp.key;
		if (row->argp.arg)
			*letters++ = ':';
	}
	*letters = '\0';
	*list = (struct option){ .name = NULL };
}

static int read_words(const struct systally_parse *parse, int argc, char **argv)
{
	const struct systally_command *command = parse->request->command;
	struct option list[SYSTALLY_OPTION_COUNT + 1];
	char letters[2 * SYSTALLY_OPTION_COUNT + 3];
	const struct systally_option_row *row;
	int code, result = 0;

	make_getopt(command, list, letters);
	optind = 0; /* glibc: start anew */
	while (!result) {
		code = getopt_long(argc, argv, letters, list, NULL);
		if (code == -1)
			break;
		row = systally_table_of(command, code);
		if (code == 1)
			result = read_argument(parse, optarg, argc, argv);
		else if (!row)
			result = refuse_option(parse, code, argv);
		else if (row->kind == KIND_HELP)
			result = show_help(parse, code);
		else
			result = systally_value_read(parse, row, optarg,
						     parse->request);
		if (!result && row)
			parse->request->given |= row->given;
	}
	/* what follows `--` */
	while (!result && optind < argc) {
		optind++;
		result = read_argument(parse, argv[optind - 1], argc, argv);
	}
	return result ? result : systally_settle(&parse->usage, parse->request);
}

static int read_all(const struct systally_parse *parse,
		    const struct systally_command *command, int argc,
		    char **argv)
{
	struct systally_request *request = parse->request;
	int result;

	memset(request, 0, sizeof(*request));
	request->command = command;
	request->format = systally_table_format(command);
	request->interval_ns = SECOND;
	request->replicas = 3;
	request->margin = -1;
	result = read_words(parse, argc, argv);
	if (result)
		systally_options_free(request);
	return result;
}

void systally_options_parse(struct systally_request *request,
			    const struct systally_command *command, int argc,
			    char **argv)
{
	const struct systally_parse parse = {
		.usage = { .name = argv[0] },
		.request = request,
	};

	if (read_all(&parse, command, argc, argv))
		systally_usage(&parse.usage, "out of memory");
}

int systally_options_try(struct systally_request *request,
			 const struct systally_command *command, int argc,
			 char **argv)
{
	const struct systally_parse parse = {
		.usage = { .name = argv[0], .quiet = true, .returns = true },
		.request = request,
	};

	return read_all(&parse, command, argc, argv);
}

void systally_options_free(struct systally_request *request)
{
	systally_scope_free(&request->scope);
}

/* --- for completion, and for tests --- */

const struct argp_option *
systally_options_find(const struct systally_command *command, const char *name,
		      size_t index)
{
	const struct systally_option_row *row;
	size_t i;

	if (!name) {
		row = systally_table_at(command, index);
		return row ? &row->argp : NULL;
	}
	for (i = 0; (row = systally_table_at(command, i)); i++) {
		if ((!strncmp(name, "--", 2) &&
		     !strcmp(name + 2, row->argp.name)) ||
		    (name[0] == '-' && name[1] == row->argp.key && !name[2]))
			return &row->argp;
	}
	return NULL;
}

void systally_options_words(FILE *out, const struct systally_command *command,
			    const struct argp_option *option)
{
	const struct systally_option_row *row =
		systally_table_of(command, option->key);
	const void *found;
	const char *word;
	size_t i;

	for (i = 0;
	     row && (word = systally_table_word(command, row->kind, i, &found));
	     i++)
		fprintf(out, "%s\n", word);
}
