// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reads the values of options.
 */
#define _GNU_SOURCE
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/duration.h"
#include "base/nearest.h"
#include "cli/values.h"
#include "stats/dimension.h"
#include "stats/sort.h"
#include "units/scope.h"

#define SECOND	 1000000000ULL /* in ns */
#define DAY	 (86400 * SECOND)
#define PIDS_MAX 500 /* fit one write to `targets` */
#define NAME_LEN 24
#define BLANKS	 " \t\n"

/* What the name of a program may consist of, so that a shell takes it as is */
#define NAME_LETTERS                                                           \
	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.+:@" \
	"/"

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

	return systally_usage(&parse->usage, "%s takes %s, not '%.60s'",
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

/* Says why @pid, of @length bytes, is not a process number. */
static int refuse_pid(const struct systally_parse *parse,
		      const struct systally_option_row *row, const char *pid,
		      size_t length)
{
	const int width = length < 60 ? (int)length : 60;
	char name[NAME_LEN];

	if (!length)
		return systally_usage(
			&parse->usage,
			"%s lacks a process number; give numbers, separated by commas",
			name_of(row, name));
	if (isalpha((unsigned char)*pid) && length == strspn(pid, NAME_LETTERS))
		return systally_usage(
			&parse->usage,
			"'%.*s' is not a pid; for all processes of that name use %s \"$(pidof %.*s)\"",
			width, pid, name_of(row, name), width, pid);
	return systally_usage(
		&parse->usage,
		"'%.*s' is not a pid; %s takes whole numbers from 1 to %d, separated by commas",
		width, pid, name_of(row, name), INT32_MAX);
}

/*
 * Reads pids, separated by commas or, as pidof prints them, by white space.
 * Those of an earlier -p stay.
 */
static int read_pids(const struct systally_parse *parse,
		     const struct systally_option_row *row, const char *arg,
		     struct systally_request *request)
{
	const char *text = arg + strspn(arg, BLANKS);
	char name[NAME_LEN];
	uint32_t *pids;

	for (;;) {
		size_t length = strcspn(text, "," BLANKS);
		uint64_t pid = 0;

		if (length != strspn(text, "0123456789") ||
		    systally_decimal_parse(text, length, 1, &pid) || !pid ||
		    pid > INT32_MAX)
			return refuse_pid(parse, row, text, length);
		if (request->scope.pid_count == PIDS_MAX)
			return systally_usage(
				&parse->usage,
				"more than %d processes; leave %s out to see all of them, and group by process",
				PIDS_MAX, name_of(row, name));
		pids = reallocarray(request->scope.pids,
				    request->scope.pid_count + 1,
				    sizeof(*pids));
		if (!pids)
			return ENOMEM;
		request->scope.pids = pids;
		pids[request->scope.pid_count++] = (uint32_t)pid;
		text += length + strspn(text + length, BLANKS);
		if (!*text)
			return 0;
		text += *text == ',';
		text += strspn(text, BLANKS);
	}
}

/*
 * Says which words the option takes, and which of them is nearest to the
 * @length bytes at @arg. Returns EINVAL.
 */
static int refuse_word(const struct systally_parse *parse,
		       const struct systally_option_row *row, const char *arg,
		       size_t length)
{
	const struct systally_command *command = parse->request->command;
	char words[200], name[NAME_LEN], near[SYSTALLY_NEAREST_LEN];
	struct systally_nearest nearest;
	const void *found;
	const char *word;
	size_t i;

	systally_table_words(command, row->kind, words, sizeof(words));
	systally_nearest_begin(&nearest, arg, length);
	for (i = 0; (word = systally_table_word(command, row->kind, i, &found));
	     i++)
		systally_nearest_offer(&nearest, word);
	systally_nearest_write(&nearest, "", near);
	return systally_usage(&parse->usage, "%s takes %s, not '%.*s'%s%s",
			      name_of(row, name), words,
			      (int)(length < 60 ? length : 60), arg,
			      *near ? "; " : "", near);
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
			return refuse_word(parse, row, text, length);
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

/*
 * Refuses a second value of an option that keeps one text or list: it would
 * silently replace the first. -p adds to it, and numbers may be given again.
 */
static int check_once(const struct systally_parse *parse,
		      const struct systally_option_row *row, const void *member)
{
	const char *what = row->argp.arg;
	char name[NAME_LEN];

	if (row->kind == KIND_BY ?
		    !((const struct systally_by *)member)->count :
		    row->kind != KIND_TEXT || !*(const char *const *)member)
		return 0;
	return systally_usage(&parse->usage, "%s is given twice; give %s",
			      name_of(row, name),
			      row->kind == KIND_BY || !strcmp(what, "SET") ?
				      "one list, separated by commas" :
				      "it once");
}

int systally_value_read(const struct systally_parse *parse,
			const struct systally_option_row *row, char *arg,
			struct systally_request *request)
{
	void *member = (char *)request + row->offset;
	const struct systally_command *command = request->command;
	const void *found = NULL;
	struct systally_error error = { "" };
	char name[NAME_LEN];
	size_t count, i;
	int result, sort;

	if (check_once(parse, row, member))
		return EINVAL;
	switch (row->kind) {
	case KIND_FLAG:
		*(bool *)member = true;
		return 0;
	case KIND_TEXT:
		if (!*arg)
			return systally_usage(
				&parse->usage,
				"the value of %s is empty; give %s, or leave it out",
				name_of(row, name), row->argp.arg);
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
	case KIND_TERM:
		if (!systally_scope_add(member, row->term, arg, &error))
			return 0;
		return systally_usage(&parse->usage, "%s: %s",
				      name_of(row, name), error.text);
	case KIND_BY:
		return read_by(parse, row, arg, member);
	case KIND_SORT:
		sort = systally_sort_find(arg);
		if (sort < 0)
			return refuse_word(parse, row, arg, strlen(arg));
		*(enum systally_sort *)member = (enum systally_sort)sort;
		return 0;
	case KIND_FORMAT:
		found = find_word(command, row->kind, arg, strlen(arg));
		if (!found)
			return refuse_word(parse, row, arg, strlen(arg));
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
		return refuse_word(parse, row, arg, strlen(arg));
	case KIND_HELP:
		break;
	}
	return EINVAL;
}
