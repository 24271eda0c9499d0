// SPDX-License-Identifier: GPL-2.0-only
/*
 * The table of all options, and the parser that reads argv by it.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "base/duration.h"
#include "cli/options.h"
#include "cli/settle.h"
#include "cli/usage.h"
#include "needs/discover.h"
#include "stats/dimension.h"
#include "stats/sort.h"
#include "systally.h"

#define SECOND		1000000000ULL	/* in ns */
#define DAY		(86400 * SECOND)
#define YEAR		(365 * DAY)	/* keeps sums of times in 64 bits */
#define ROWS_MAX	1000000000
#define PIDS_MAX	500		/* fit one write to `targets` */
#define NAME_LEN	24

/* Keys of options that have no letter. */
enum {
	KEY_FORMAT = 256, KEY_VERIFY, KEY_IGNORE, KEY_THRESHOLD,
	KEY_TIME_THRESHOLD, KEY_WORDS, KEY_LESS_IS_BETTER, KEY_SERVER,
	KEY_READY, KEY_STOP, KEY_SUB, KEY_MARGIN, KEY_TIMEOUT, KEY_DISCOVER,
	KEY_STATE, KEY_SECCOMP, KEY_USAGE,
};

/* What an option takes, and the type of the request's member that keeps it. */
enum kind {
	KIND_FLAG,		/* bool */
	KIND_TEXT,		/* const char * */
	KIND_COUNT,		/* size_t, from @least to @most */
	KIND_UINT,		/* unsigned int, the same */
	KIND_DURATION,		/* uint64_t ns, from @least to @most */
	KIND_PERCENT,		/* double, from 0 to @most */
	KIND_THRESHOLD,		/* struct systally_threshold of counts */
	KIND_TIME_THRESHOLD,	/* struct systally_threshold of times */
	KIND_PIDS,		/* pids and pid_count */
	KIND_BY,		/* struct systally_by */
	KIND_SORT,		/* enum systally_sort */
	KIND_FORMAT,		/* const struct systally_format * */
	KIND_DISCOVER,		/* enum systally_needs_discover */
	KIND_HELP,		/* shows something and ends */
};

struct row {
	struct argp_option argp;
	enum kind kind;
	size_t offset;		/* in struct systally_request */
	unsigned int given;	/* enum systally_given */
	uint64_t least, most;
	bool words;		/* %s in the help stands for the words it takes */
};

#define INTO(member)	.offset = offsetof(struct systally_request, member)

/* Indexed by enum systally_option. */
static const struct row rows[SYSTALLY_OPTION_COUNT] = {
	[SYSTALLY_OPTION_PID] = {
		{ "pid", 'p', "PID,...", 0, "only these processes", 0 },
		.kind = KIND_PIDS, INTO(pids),
	},
	[SYSTALLY_OPTION_ROWS] = {
		{ "rows", 'n', "N", 0,
		  "show at most N rows; 0: all (a table of top or report: 10)",
		  0 },
		.kind = KIND_COUNT, INTO(limit), .most = ROWS_MAX,
		.given = SYSTALLY_GIVEN_LIMIT,
	},
	[SYSTALLY_OPTION_CHANGES] = {
		{ "rows", 'n', "N", 0, "show at most N changes; 0: all", 0 },
		.kind = KIND_COUNT, INTO(limit), .most = ROWS_MAX,
		.given = SYSTALLY_GIVEN_LIMIT,
	},
	[SYSTALLY_OPTION_BY] = {
		{ "by", 'b', "DIMENSION,...", 0,
		  "group by %s; syscall is the default", 0 },
		.kind = KIND_BY, INTO(by), .words = true,
		.given = SYSTALLY_GIVEN_BY,
	},
	[SYSTALLY_OPTION_BY_THREAD] = {
		{ "by", 'b', "thread", 0, "keep the counters by thread", 0 },
		.kind = KIND_BY, INTO(by), .given = SYSTALLY_GIVEN_BY,
	},
	[SYSTALLY_OPTION_SORT] = {
		{ "sort", 's', "KEY", 0, "sort by %s; count is the default",
		  0 },
		.kind = KIND_SORT, INTO(sort), .words = true,
		.given = SYSTALLY_GIVEN_SORT,
	},
	[SYSTALLY_OPTION_SORT_CHANGES] = {
		{ "sort", 's', "KEY", 0,
		  "sort by how much %s changed; count is the default", 0 },
		.kind = KIND_SORT, INTO(sort), .words = true,
		.given = SYSTALLY_GIVEN_SORT,
	},
	[SYSTALLY_OPTION_SYSCALLS] = {
		{ "syscalls", 'e', "SET", 0,
		  "only these calls: names, numbers, %classes, separated by commas; ! negates",
		  0 },
		.kind = KIND_TEXT, INTO(syscalls),
	},
	[SYSTALLY_OPTION_IGNORE] = {
		{ "ignore", KEY_IGNORE, "SET", 0,
		  "leave these calls out of the comparison", 0 },
		.kind = KIND_TEXT, INTO(ignore),
	},
	[SYSTALLY_OPTION_FAILED] = {
		{ "failed", 'x', NULL, 0, "only rows with errors", 0 },
		.kind = KIND_FLAG, INTO(failed),
	},
	[SYSTALLY_OPTION_LATENCY] = {
		{ "latency", 'L', NULL, 0, "show how long calls took", 0 },
		.kind = KIND_FLAG, INTO(latency),
	},
	[SYSTALLY_OPTION_LATENCY_CHANGES] = {
		{ "latency", 'L', NULL, 0, "compare times, too", 0 },
		.kind = KIND_FLAG, INTO(latency),
	},
	/* accepted as with run; a recording has times in any case */
	[SYSTALLY_OPTION_LATENCY_KEPT] = {
		{ "latency", 'L', NULL, OPTION_HIDDEN, NULL, 0 },
		.kind = KIND_FLAG, INTO(latency),
	},
	[SYSTALLY_OPTION_PERCENTILES] = {
		{ "percentiles", 'P', NULL, 0,
		  "show how long calls took by percentiles", 0 },
		.kind = KIND_FLAG, INTO(percentiles),
	},
	[SYSTALLY_OPTION_PERCENTILES_KEPT] = {
		{ "percentiles", 'P', NULL, 0, "keep histograms, too", 0 },
		.kind = KIND_FLAG, INTO(percentiles),
	},
	[SYSTALLY_OPTION_HISTOGRAM] = {
		{ "histogram", 'H', "SYSCALL", 0,
		  "draw how long that call took", 0 },
		.kind = KIND_TEXT, INTO(histogram),
	},
	[SYSTALLY_OPTION_INTERVAL] = {
		{ "interval", 'i', "TIME", 0,
		  "time between two lists, such as 500ms or 1m (default 1s)",
		  0 },
		.kind = KIND_DURATION, INTO(interval_ns),
		.least = SECOND / 1000, .most = YEAR,
	},
	[SYSTALLY_OPTION_DURATION] = {
		{ "duration", 'd', "TIME", 0,
		  "stop counting after that time, such as 30s", 0 },
		.kind = KIND_DURATION, INTO(duration_ns),
		.least = SECOND / 1000, .most = YEAR,
	},
	[SYSTALLY_OPTION_THRESHOLD] = {
		{ "threshold", KEY_THRESHOLD, "COUNT[,PERCENT%]", 0,
		  "more calls or errors than that are a regression (default 0); with both, they must exceed both",
		  0 },
		.kind = KIND_THRESHOLD, INTO(threshold),
	},
	[SYSTALLY_OPTION_TIME_THRESHOLD] = {
		{ "time-threshold", KEY_TIME_THRESHOLD, "TIME[,PERCENT%]", 0,
		  "so is more time in a call than that, such as 50ms,20%", 0 },
		.kind = KIND_TIME_THRESHOLD, INTO(time_threshold),
		.given = SYSTALLY_GIVEN_TIME_THRESHOLD,
	},
	[SYSTALLY_OPTION_FORMAT] = {
		{ "format", KEY_FORMAT, "FORMAT", 0,
		  "%s; the first is the default", 0 },
		.kind = KIND_FORMAT, INTO(format), .words = true,
	},
	[SYSTALLY_OPTION_OUTPUT] = {
		{ "output", 'o', "FILE", 0, "write to FILE", 0 },
		.kind = KIND_TEXT, INTO(output),
	},
	[SYSTALLY_OPTION_VERIFY] = {
		{ "verify", KEY_VERIFY, NULL, 0,
		  "check that every call entered was tallied", 0 },
		.kind = KIND_FLAG, INTO(verify),
	},
	[SYSTALLY_OPTION_WORDS] = {
		{ "words", KEY_WORDS, NULL, OPTION_HIDDEN, NULL, 0 },
		.kind = KIND_FLAG, INTO(words),
	},
	[SYSTALLY_OPTION_TEST] = {
		{ "test", 't', "TEST", 0,
		  "shell command whose exit status tells whether COMMAND works",
		  0 },
		.kind = KIND_TEXT, INTO(needs.test),
	},
	[SYSTALLY_OPTION_BENCH] = {
		{ "bench", 'b', "BENCH", 0,
		  "shell command that prints one number, the performance", 0 },
		.kind = KIND_TEXT, INTO(needs.bench),
	},
	[SYSTALLY_OPTION_LESS_IS_BETTER] = {
		{ "less-is-better", KEY_LESS_IS_BETTER, NULL, 0,
		  "the number is better when it is less, as a time is", 0 },
		.kind = KIND_FLAG, INTO(needs.less_is_better),
	},
	[SYSTALLY_OPTION_SERVER] = {
		{ "server", KEY_SERVER, NULL, 0,
		  "COMMAND does not end: test it while it runs, then end it",
		  0 },
		.kind = KIND_FLAG, INTO(needs.server),
	},
	[SYSTALLY_OPTION_READY] = {
		{ "ready", KEY_READY, "CMD", 0,
		  "the server is ready when CMD succeeds (default: TEST)", 0 },
		.kind = KIND_TEXT, INTO(needs.ready),
	},
	[SYSTALLY_OPTION_STOP] = {
		{ "stop", KEY_STOP, "CMD", 0,
		  "ends the server (default: SIGTERM)", 0 },
		.kind = KIND_TEXT, INTO(needs.stop),
	},
	[SYSTALLY_OPTION_TRIED] = {
		{ "syscalls", 'e', "SET", 0,
		  "try only these calls: names, numbers, %classes, separated by commas; ! negates",
		  0 },
		.kind = KIND_TEXT, INTO(syscalls),
	},
	[SYSTALLY_OPTION_SUB] = {
		{ "sub", KEY_SUB, NULL, 0,
		  "try single commands of ioctl, fcntl, prctl and the like, too",
		  0 },
		.kind = KIND_FLAG, INTO(needs.sub),
	},
	[SYSTALLY_OPTION_REPLICAS] = {
		{ "replicas", 'r', "N", 0, "runs of each kind (default 3)",
		  0 },
		.kind = KIND_UINT, INTO(needs.replicas), .least = 1, .most = 100,
	},
	[SYSTALLY_OPTION_MARGIN] = {
		{ "margin", KEY_MARGIN, "PERCENT", 0,
		  "do not report differences up to that (default: 5, or the spread of the runs)",
		  0 },
		.kind = KIND_PERCENT, INTO(needs.margin), .most = 10000,
	},
	[SYSTALLY_OPTION_TIMEOUT] = {
		{ "timeout", KEY_TIMEOUT, "TIME", 0,
		  "a run that takes longer has failed (default: 5s, or 5 times what the untouched run took)",
		  0 },
		.kind = KIND_DURATION, INTO(needs.timeout_ns),
		.least = SECOND / 100, .most = DAY,
	},
	[SYSTALLY_OPTION_DISCOVER] = {
		{ "discover", KEY_DISCOVER, "HOW", 0,
		  "how to find the calls: %s; auto is the default", 0 },
		.kind = KIND_DISCOVER, INTO(needs.discover), .words = true,
	},
	[SYSTALLY_OPTION_STATE] = {
		{ "state", KEY_STATE, "FILE", 0,
		  "keep finished runs in FILE; the same command line goes on from there",
		  0 },
		.kind = KIND_TEXT, INTO(needs.state),
	},
	[SYSTALLY_OPTION_SECCOMP] = {
		{ "seccomp", KEY_SECCOMP, "FILE", 0,
		  "write an OCI seccomp profile of the calls used to FILE", 0 },
		.kind = KIND_TEXT, INTO(needs.profile),
	},
	[SYSTALLY_OPTION_VERBOSE] = {
		{ "verbose", 'v', NULL, 0, "one line per call, as it is done",
		  0 },
		.kind = KIND_FLAG, INTO(needs.verbose),
	},
	[SYSTALLY_OPTION_HELP] = {
		{ "help", 'h', NULL, 0, "show this help", -1 },
		.kind = KIND_HELP,
	},
	[SYSTALLY_OPTION_USAGE] = {
		{ "usage", KEY_USAGE, NULL, 0, "show the options in short",
		  -1 },
		.kind = KIND_HELP,
	},
	[SYSTALLY_OPTION_VERSION] = {
		{ "version", 'V', NULL, 0, "show the version", -1 },
		.kind = KIND_HELP,
	},
};

/* --- the words that an option takes --- */

bool systally_options_has_format(const struct systally_command *command,
				 const struct systally_format *format)
{
	switch (command->view) {
	case SYSTALLY_VIEW_REPORT:
		return format->report && (format->series || !command->series);
	case SYSTALLY_VIEW_CHANGE:
		return format->change;
	case SYSTALLY_VIEW_LIST:
		return format->list;
	case SYSTALLY_VIEW_NEEDS:
		return format->needs;
	case SYSTALLY_VIEW_NONE:
		break;
	}
	return false;
}

static const struct systally_format *
default_format(const struct systally_command *command)
{
	return command->format ? command->format : &systally_format_text;
}

/*
 * Does -b of @command take it? As the settle functions: `compare` has no single
 * processes or errors, and for `record` only threads matter.
 */
static bool has_dimension(const struct systally_command *command,
			  const struct systally_dimension *dimension)
{
	switch (command->view) {
	case SYSTALLY_VIEW_CHANGE:
		return !dimension->process && !dimension->errors;
	case SYSTALLY_VIEW_NONE:
		return dimension->threads;
	default:
		return true;
	}
}

/*
 * Returns the @index-th word that an option takes, NULL behind the last one;
 * @found gets what it stands for.
 */
static const char *word_of(const struct systally_command *command,
			   enum kind kind, size_t index, const void **found)
{
	const bool change = command->view == SYSTALLY_VIEW_CHANGE;
	size_t i;

	if (kind == KIND_DISCOVER)
		return index <= SYSTALLY_DISCOVER_PTRACE ?
		       systally_needs_discover_name(
				(enum systally_needs_discover)index) : NULL;
	if (kind == KIND_FORMAT && !index) {
		*found = default_format(command);
		return default_format(command)->word;
	}
	for (i = 0; kind == KIND_FORMAT && systally_formats[i]; i++) {
		*found = systally_formats[i];
		if (systally_formats[i] != default_format(command) &&
		    systally_options_has_format(command, *found) && !--index)
			return systally_formats[i]->word;
	}
	for (i = 0; kind == KIND_BY && i < SYSTALLY_DIMENSIONS; i++) {
		*found = &systally_dimensions[i];
		if (has_dimension(command, *found) && !index--)
			return systally_dimensions[i].word;
	}
	for (i = 0; kind == KIND_SORT && i < SYSTALLY_SORTS; i++) {
		*found = &systally_sorts[i];
		if ((!change || systally_sorts[i].compare) && !index--)
			return systally_sorts[i].word;
	}
	return NULL;
}

/* Writes `text, json or csv`; the words of one option fit in any sentence. */
static void list_words(const struct systally_command *command, enum kind kind,
		       char *text, size_t size)
{
	const void *found;
	const char *word = word_of(command, kind, 0, &found), *next;
	size_t i, used = 0;

	text[0] = '\0';
	for (i = 0; word && used < size; i++, word = next) {
		next = word_of(command, kind, i + 1, &found);
		used += (size_t)snprintf(text + used, size - used, "%s%s",
					 !i ? "" : next ? ", " : " or ", word);
	}
}

/* --- reading --- */

/* One command line while it is read. */
struct parse {
	struct systally_usage usage;
	struct systally_request *request;
};

/* Returns the @index-th option of @command; behind its own are the common. */
static const struct row *row_at(const struct systally_command *command,
				size_t index)
{
	const enum systally_option *option = command->options;

	for (; option && *option; option++) {
		if (!index--)
			return &rows[*option];
	}
	index += SYSTALLY_OPTION_HELP;
	return index < SYSTALLY_OPTION_COUNT ? &rows[index] : NULL;
}

static const struct row *row_of(const struct systally_command *command, int key)
{
	const struct row *row;
	size_t i;

	for (i = 0; (row = row_at(command, i)); i++) {
		if (row->argp.key == key)
			return row;
	}
	return NULL;
}

/* Writes how messages call the option: `-n`, or `--format`. */
static const char *name_of(const struct row *row, char name[NAME_LEN])
{
	if (row->argp.key < 256)
		snprintf(name, NAME_LEN, "-%c", row->argp.key);
	else
		snprintf(name, NAME_LEN, "--%s", row->argp.name);
	return name;
}

/* Says what the option takes. Returns EINVAL. */
static int refuse(const struct parse *parse, const struct row *row,
		  const char *what, const char *arg)
{
	char name[NAME_LEN];

	return systally_usage(&parse->usage, "%s takes %s, not '%s'",
			      name_of(row, name), what, arg);
}

static int read_count(const struct parse *parse, const struct row *row,
		      const char *arg, size_t *count)
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

static int read_duration(const struct parse *parse, const struct row *row,
			 const char *arg, uint64_t *ns)
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

static int read_percent(const struct parse *parse, const struct row *row,
			const char *arg, double *percent)
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

static int read_threshold(const struct parse *parse, const struct row *row,
			  const char *arg,
			  struct systally_threshold *threshold)
{
	bool time = row->kind == KIND_TIME_THRESHOLD;

	if (!systally_threshold_parse(threshold, arg, time))
		return 0;
	return refuse(parse, row, time ?
		      "a time such as 50ms, a percentage such as 5%, or both with a comma" :
		      "a whole number, a percentage such as 5%, or both with a comma",
		      arg);
}

static int read_pids(const struct parse *parse, const struct row *row,
		     const char *arg, struct systally_request *request)
{
	const char *text = arg;
	uint32_t *pids;

	for (;;) {
		size_t length = strcspn(text, ",");
		uint64_t pid = 0;

		if (length != strspn(text, "0123456789") ||
		    systally_decimal_parse(text, length, 1, &pid) || !pid ||
		    pid > INT32_MAX || request->pid_count == PIDS_MAX)
			return refuse(parse, row,
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
static int refuse_word(const struct parse *parse, const struct row *row,
		       const char *arg)
{
	char words[200];

	list_words(parse->request->command, row->kind, words, sizeof(words));
	return refuse(parse, row, words, arg);
}

/* One word of the option's, or an alias of one. Returns NULL for others. */
static const void *find_word(const struct systally_command *command,
			     enum kind kind, const char *text, size_t length)
{
	const void *found = NULL;
	const char *word;
	size_t i;

	for (i = 0; (word = word_of(command, kind, i, &found)); i++) {
		if (strlen(word) == length && !strncmp(word, text, length))
			return found;
	}
	return NULL;
}

static int read_by(const struct parse *parse, const struct row *row,
		   const char *arg, struct systally_by *by)
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

static int read_value(const struct parse *parse, const struct row *row,
		      char *arg, struct systally_request *request)
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
			if (!strcmp(word_of(command, row->kind, i, &found),
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

static int read_argument(const struct parse *parse, char *arg, int argc,
			 char **argv)
{
	struct systally_request *request = parse->request;
	const struct systally_command *command = request->command;

	if (request->file_count < command->files) {
		request->files[request->file_count++] = arg;
		return 0;
	}
	if (command->words) {
		/* this one and all that follow, whatever they look like */
		request->argv = argv + optind - 1;
		request->argc = argc - optind + 1;
		optind = argc;
		return 0;
	}
	return systally_usage(&parse->usage, command->files ?
			      "takes no more arguments, such as '%s'" :
			      "takes no argument '%s'", arg);
}

/* Is @word the beginning of several options? `--time-threshold=1` is of one. */
static bool is_ambiguous(const struct systally_command *command,
			 const char *word)
{
	const size_t length = strcspn(word + 2, "=");
	const struct row *row;
	size_t i, found = 0;

	for (i = 0; (row = row_at(command, i)); i++)
		found += !strncmp(row->argp.name, word + 2, length);
	return found > 1;
}

/* Says why getopt_long() has refused the word that it has just read. */
static int refuse_option(const struct parse *parse, int code, char **argv)
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
	if (whole && is_ambiguous(parse->request->command, word))
		return systally_usage(&parse->usage,
				      "'%s' may be one of several options",
				      word);
	return systally_usage(&parse->usage, "there is no option '%s'", word);
}

/* The help of a row; the words that the option takes stand for %s in it. */
static const char *make_help(const struct systally_command *command,
			     const struct row *row, char *text, size_t size)
{
	const char *place = row->words ? strstr(row->argp.doc, "%s") : NULL;
	size_t used;

	if (!place)
		return row->argp.doc;
	used = (size_t)(place - row->argp.doc);
	memcpy(text, row->argp.doc, used);
	list_words(command, row->kind, text + used, size - used);
	used = strlen(text);
	snprintf(text + used, size - used, "%s", place + 2);
	return text;
}

/* Shows what --help, --usage or --version ask for, and ends. */
static int show_help(const struct parse *parse, int key)
{
	const struct systally_command *command = parse->request->command;
	struct argp_option list[SYSTALLY_OPTION_COUNT + 1] = { 0 };
	char texts[SYSTALLY_OPTION_COUNT][256];
	struct argp argp = { .options = list, .args_doc = command->arguments,
			     .doc = command->doc };
	char name[64];
	const struct row *row;
	size_t i;

	if (parse->usage.returns)
		return EINVAL;
	for (i = 0; (row = row_at(command, i)); i++) {
		list[i] = row->argp;
		list[i].doc = make_help(command, row, texts[i],
					sizeof(texts[i]));
	}
	snprintf(name, sizeof(name), "%s", parse->usage.name);
	if (key == 'V')
		printf("systally %s\n", SYSTALLY_VERSION);
	else
		argp_help(&argp, stdout, key == KEY_USAGE ? ARGP_HELP_USAGE :
			  ARGP_HELP_SHORT_USAGE | ARGP_HELP_LONG |
			  ARGP_HELP_DOC, name);
	exit(fflush(stdout) ? 1 : 0);
}

/* The same options for getopt_long(). */
static void make_getopt(const struct systally_command *command,
			struct option *list, char *letters)
{
	const struct row *row;
	size_t i;

	/* arguments in their order; no messages */
	letters = stpcpy(letters, "-:");
	for (i = 0; (row = row_at(command, i)); i++) {
		*list++ = (struct option){
			.name = row->argp.name,
			.has_arg = row->argp.arg ? required_argument :
						   no_argument,
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

static int read_words(const struct parse *parse, int argc, char **argv)
{
	const struct systally_command *command = parse->request->command;
	struct option list[SYSTALLY_OPTION_COUNT + 1];
	char letters[2 * SYSTALLY_OPTION_COUNT + 3];
	const struct row *row;
	int code, result = 0;

	make_getopt(command, list, letters);
	optind = 0;	/* glibc: start anew */
	while (!result) {
		code = getopt_long(argc, argv, letters, list, NULL);
		if (code == -1)
			break;
		row = row_of(command, code);
		if (code == 1)
			result = read_argument(parse, optarg, argc, argv);
		else if (!row)
			result = refuse_option(parse, code, argv);
		else if (row->kind == KIND_HELP)
			result = show_help(parse, code);
		else
			result = read_value(parse, row, optarg,
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

static int read_all(const struct parse *parse,
		    const struct systally_command *command, int argc,
		    char **argv)
{
	struct systally_request *request = parse->request;
	int result;

	memset(request, 0, sizeof(*request));
	request->command = command;
	request->format = default_format(command);
	request->interval_ns = SECOND;
	request->needs.replicas = 3;
	request->needs.margin = -1;
	result = read_words(parse, argc, argv);
	if (result)
		systally_options_free(request);
	return result;
}

void systally_options_parse(struct systally_request *request,
			    const struct systally_command *command, int argc,
			    char **argv)
{
	const struct parse parse = {
		.usage = { .name = argv[0] }, .request = request,
	};

	if (read_all(&parse, command, argc, argv))
		systally_usage(&parse.usage, "out of memory");
}

int systally_options_try(struct systally_request *request,
			 const struct systally_command *command, int argc,
			 char **argv)
{
	const struct parse parse = {
		.usage = { .name = argv[0], .quiet = true, .returns = true },
		.request = request,
	};

	return read_all(&parse, command, argc, argv);
}

void systally_options_free(struct systally_request *request)
{
	free(request->pids);
	request->pids = NULL;
	request->pid_count = 0;
}

/* --- for completion, and for tests --- */

const struct argp_option *
systally_options_find(const struct systally_command *command, const char *name,
		      size_t index)
{
	const struct row *row;
	size_t i;

	if (!name) {
		row = row_at(command, index);
		return row ? &row->argp : NULL;
	}
	for (i = 0; (row = row_at(command, i)); i++) {
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
	const struct row *row = row_of(command, option->key);
	const void *found;
	const char *word;
	size_t i;

	for (i = 0; row && (word = word_of(command, row->kind, i, &found)); i++)
		fprintf(out, "%s\n", word);
}
