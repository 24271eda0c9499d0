// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reads the values of options.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/duration.h"
#include "cli/values.h"
#include "stats/dimension.h"
#include "stats/sort.h"

#define SECOND	 1000000000ULL /* in ns */
#define DAY	 (86400 * SECOND)
#define PIDS_MAX 500 /* fit one write to `targets` */
#define NAME_LEN 24

/* Writes how messages call the option: `-n`, or `--format`. */
static const char *name_of(const struct systally_option_row *row,
			   char name[NAME_LEN])
{
	if (row->argp.key < 256)
		snprintf(name, NAME_LEN, "-%c", row->argp.key);
	else
		snprintf(name, NAME_LEN, "--%s", row->argp.name);
	return name;
}

/* Says what the option takes. Returns EINVAL. */
static int refuse(const struct systally_parse *parse,
		  const struct systally_option_row *row, const char *what,
		  const char *arg)
{
	char name[NAME_LEN];

	return systally_usage(&parse->usage, "%s takes %s, not '%s'",
			      name_of(row, name), what, arg);
}

static int read_count(const struct systally_parse *parse,
		      const struct systally_option_row *row, const char *arg,
		      size_t *count)
{
	uint64_t value;
	char what[80];

	if (*arg && !arg[strspn(arg, "0123456789")] &&
	    !systally_decimal_parse(arg, strlen(arg), 1, &value) &&
	    value >= row->least && value <= row->most) {
		*count = value;
		return 0;
	}
	snprintf(what, sizeof(what), "a whole number from %llu to %llu",
		 (unsigned long long)row->least, (unsigned long long)row->most);
	return refuse(parse, row, what, arg);
}

static int read_duration(const struct systally_parse *parse,
			 const struct systally_option_row *row, const char *arg,
			 uint64_t *ns)
{
	char what[80];

	if (!systally_duration_parse(arg, ns) && *ns >= row->least &&
	    *ns <= row->most)
		return 0;
	snprintf(what, sizeof(what),
		 "a time such as 500ms, 10s or 1m, from %llums to %llud",
		 (unsigned long long)(row->least / (SECOND / 1000)),
		 (unsigned long long)(row->most / DAY));
	return refuse(parse, row, what, arg);
}

static int read_percent(const struct systally_parse *parse,
			const struct systally_option_row *row, const char *arg,
			double *percent)
{
	uint64_t millionths;
	char what[80];

	if (!systally_decimal_parse(arg, strlen(arg), 1000000, &millionths) &&
	    millionths <= row->most * 1000000) {
		*percent = (double)millionths / 1e6;
		return 0;
	}
	snprintf(what, sizeof(what), "a number from 0 to %llu",
		 (unsigned long long)row->most);
	return refuse(parse, row, what, arg);
}

static int read_threshold(const struct systally_parse *parse,
			  const struct systally_option_row *row,
			  const char *arg, struct systally_threshold *threshold)
{
	bool time = row->kind == KIND_TIME_THRESHOLD;

	if (!systally_threshold_parse(threshold, arg, time))
		return 0;
	return refuse(
		parse, row,
		time ? "a time such as 50ms, a percentage such as 5%, or both with a comma" :
		       "a whole number, a percentage such as 5%, or both with a comma",
		arg);
}

static int read_pids(const struct systally_parse *parse,
		     const struct systally_option_row *row, const char *arg,
		     struct systally_request *request)
{
	const char *text = arg;
	uint32_t *pids;

	for (;;) {
		size_t length = strcspn(text, ",");
		uint64_t pid = 0;

		if (length != strspn(text, "0123456789") ||
		    systally_decimal_parse(text, length, 1, &pid) || !pid ||
		    pid > INT32_MAX || request->pid_count == PIDS_MAX)
			return refuse(
				parse, row,
				"at most 500 process numbers, separated by commas",
				arg);
		pids = reallocarray(request->pids, request->pid_count + 1,
				    sizeof(*pids));
		if (!pids)
			return ENOMEM;
		request->pids = pids;
		pids[request->pid_count++] = (uint32_t)pid;
		if (!text[length])
			return 0;
		text += length + 1;
	}
}

/* Says which words the option takes. Returns EINVAL. */
static int refuse_word(const struct systally_parse *parse,
		       const struct systally_option_row *row, const char *arg)
{
	char words[200];

	systally_table_words(parse->request->command, row->kind, words,
			     sizeof(words));
	return refuse(parse, row, words, arg);
}

/* One word of the option's, or an alias of one. Returns NULL for others. */
static const void *find_word(const struct systally_command *command,
			     enum systally_option_kind kind, const char *text,
			     size_t length)
{
	const void *found = NULL;
	const char *word;
	size_t i;

	for (i = 0; (word = systally_table_word(command, kind, i, &found));
	     i++) {
		if (strlen(word) == length && !strncmp(word, text, length))
			return found;
	}
	return NULL;
}

static int read_by(const struct systally_parse *parse,
		   const struct systally_option_row *row, const char *arg,
		   struct systally_by *by)
{
	const char *text = arg;
	unsigned int i;

	by->count = 0;
	for (;;) {
		size_t length = strcspn(text, ",");
		const struct systally_dimension *dimension =
			systally_dimension_find(text, length);

		/* a dimension that does not fit: the command says why */
		if (!dimension)
			return refuse_word(parse, row, arg);
		for (i = 0; i < by->count && by->list[i] != dimension; i++)
			;
		if (i < by->count || by->count == SYSTALLY_BY_MAX)
			return refuse(parse, row,
				      "up to four different dimensions", arg);
		by->list[by->count++] = dimension;
		if (!text[length])
			return 0;
		text += length + 1;
	}
}

int systally_value_read(const struct systally_parse *parse,
			const struct systally_option_row *row, char *arg,
			struct systally_request *request)
{
	void *member = (char *)request + row->offset;
	const struct systally_command *command = request->command;
	const void *found = NULL;
	size_t count, i;
	int result, sort;

	switch (row->kind) {
	case KIND_FLAG:
		*(bool *)member = true;
		return 0;
	case KIND_TEXT:
		*(const char **)member = arg;
		return 0;
	case KIND_COUNT:
		return read_count(parse, row, arg, member);
	case KIND_UINT:
		result = read_count(parse, row, arg, &count);
		if (!result)
			*(unsigned int *)member = (unsigned int)count;
		return result;
	case KIND_DURATION:
		return read_duration(parse, row, arg, member);
	case KIND_PERCENT:
		return read_percent(parse, row, arg, member);
	case KIND_THRESHOLD:
	case KIND_TIME_THRESHOLD:
		return read_threshold(parse, row, arg, member);
	case KIND_PIDS:
		return read_pids(parse, row, arg, request);
	case KIND_BY:
		return read_by(parse, row, arg, member);
	case KIND_SORT:
		sort = systally_sort_find(arg);
		if (sort < 0)
			return refuse_word(parse, row, arg);
		*(enum systally_sort *)member = (enum systally_sort)sort;
		return 0;
	case KIND_FORMAT:
		found = find_word(command, row->kind, arg, strlen(arg));
		if (!found)
			return refuse_word(parse, row, arg);
		*(const struct systally_format **)member = found;
		return 0;
	case KIND_DISCOVER:
		for (i = 0; i <= SYSTALLY_DISCOVER_PTRACE; i++) {
			if (!strcmp(systally_table_word(command, row->kind, i,
							&found),
				    arg)) {
				*(enum systally_needs_discover *)member =
					(enum systally_needs_discover)i;
				return 0;
			}
		}
		return refuse_word(parse, row, arg);
	case KIND_HELP:
		break;
	}
	return EINVAL;
}
