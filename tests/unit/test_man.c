// SPDX-License-Identifier: GPL-2.0-only
/*
 * Unit tests of the manual pages against the tables: every command has a page,
 * and every page has the options of its command, with the words that they
 * take. Runs in the root of the tree.
 */
#define _GNU_SOURCE
#include "fixture.h"

#include <dirent.h>
#include <stdio.h>

#include "commands/commands.h"

#define PAGES "doc/man"

/* Reads a whole page; the caller frees it. */
static char *read_page(const char *name)
{
	char path[128], *text = NULL;
	size_t size = 0;
	FILE *file;

	snprintf(path, sizeof(path), PAGES "/%s.scd", name);
	file = fopen(path, "r");
	if (!file)
		fail_msg("there is no %s", path);
	if (getdelim(&text, &size, '\0', file) < 0)
		fail_msg("%s is empty", path);
	fclose(file);
	return text;
}

static char *page_of(const struct systally_command *command)
{
	char name[64];

	snprintf(name, sizeof(name), "systally-%s.8", command->name);
	return read_page(name);
}

/* Returns the @index-th option that help shows, or NULL. */
static const struct argp_option *
shown_option(const struct systally_command *command, size_t index)
{
	const struct argp_option *option;
	size_t i;

	for (i = 0; (option = systally_options_find(command, NULL, i)); i++) {
		/* group -1: --help and the like, in systally(8) */
		if (!(option->flags & OPTION_HIDDEN) && !option->group &&
		    !index--)
			return option;
	}
	return NULL;
}

/* Writes how a page begins the entry of an option. */
static void write_entry(const struct argp_option *option, char entry[64])
{
	if (option->key < 256)
		snprintf(entry, 64, "\n*-%c*, *--%s*", option->key,
			 option->name);
	else
		snprintf(entry, 64, "\n*--%s*", option->name);
}

static void each_command_has_a_page(void **state)
{
	const struct systally_command *command;
	char *overview = read_page("systally.8"), mention[64];

	(void)state;
	for (command = systally_commands; command->name; command++) {
		char *page = page_of(command);

		snprintf(mention, sizeof(mention), "\n*%s*", command->name);
		if (!strstr(overview, mention))
			fail_msg("systally.8 does not mention %s", mention);
		free(page);
	}
	free(overview);
}

static void each_page_has_a_command(void **state)
{
	struct dirent *entry;
	DIR *pages = opendir(PAGES);
	char name[64];
	int count = 0;

	(void)state;
	assert_non_null(pages);
	while ((entry = readdir(pages))) {
		if (sscanf(entry->d_name, "systally-%63[^.].8.scd", name) !=
			    1 ||
		    !strstr(entry->d_name, ".8.scd"))
			continue;
		count++;
		if (!systally_command_find(name))
			fail_msg("%s is of no command", entry->d_name);
	}
	closedir(pages);
	assert_true(count > 10);
}

static void pages_have_all_options(void **state)
{
	const struct systally_command *command;
	const struct argp_option *option;
	char entry[64];
	size_t i;

	(void)state;
	for (command = systally_commands; command->name; command++) {
		char *page = page_of(command);

		for (i = 0; (option = shown_option(command, i)); i++) {
			write_entry(option, entry);
			if (!strstr(page, entry))
				fail_msg("systally-%s.8 has no entry '%s'",
					 command->name, entry + 1);
		}
		free(page);
	}
}

static void pages_have_no_other_options(void **state)
{
	const struct systally_command *command;
	const struct argp_option *option;
	char entry[64];
	size_t i, length;

	(void)state;
	for (command = systally_commands; command->name; command++) {
		char *page = page_of(command), *line = page;

		while ((line = strstr(line, "\n*-"))) {
			for (i = 0; (option = shown_option(command, i)); i++) {
				write_entry(option, entry);
				length = strlen(entry);
				if (!strncmp(line, entry, length) &&
				    strchr(" \n", line[length]))
					break;
			}
			if (!option)
				fail_msg("systally-%s.8: no such option: %.40s",
					 command->name, line + 1);
			line++;
		}
		free(page);
	}
}

/* Dimensions, keys to sort by, formats: in bold in the page of the command. */
static void pages_have_all_words(void **state)
{
	const struct systally_command *command;
	const struct argp_option *option;
	char *words, *word, *rest, bold[64];
	size_t i, size, count = 0;
	FILE *out;

	(void)state;
	for (command = systally_commands; command->name; command++) {
		char *page = page_of(command);

		for (i = 0; (option = shown_option(command, i)); i++) {
			out = open_memstream(&words, &size);
			systally_options_words(out, command, option);
			fclose(out);
			for (word = strtok_r(words, "\n", &rest); word;
			     word = strtok_r(NULL, "\n", &rest), count++) {
				snprintf(bold, sizeof(bold), "*%s*", word);
				if (!strstr(page, bold))
					fail_msg("systally-%s.8: --%s: no %s",
						 command->name, option->name,
						 bold);
			}
			free(words);
		}
		free(page);
	}
	assert_true(count > 50);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_command_has_a_page),
		cmocka_unit_test(each_page_has_a_command),
		cmocka_unit_test(pages_have_all_options),
		cmocka_unit_test(pages_have_no_other_options),
		cmocka_unit_test(pages_have_all_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
