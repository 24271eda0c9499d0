// SPDX-License-Identifier: GPL-2.0-only
/*
 * The table of all options, and the words that they take.
 */
#include <stdio.h>

#include "cli/table.h"
#include "needs/discover.h"
#include "stats/dimension.h"
#include "stats/sort.h"

#define SECOND	 1000000000ULL /* in ns */
#define DAY	 (86400 * SECOND)
#define YEAR	 (365 * DAY) /* keeps sums of times in 64 bits */
#define ROWS_MAX 1000000000

#define INTO(member) .offset = offsetof(struct systally_request, member)

/* Indexed by enum systally_option. */
static const struct systally_option_row rows[SYSTALLY_OPTION_COUNT] = {
	[SYSTALLY_OPTION_PID] = {
		{ "pid", 'p', "PID,...", 0, "only these processes", 0 },
		.kind = KIND_PIDS, INTO(scope),
	},
	[SYSTALLY_OPTION_CGROUP] = {
		{ "cgroup", KEY_CGROUP, "PATH,...", 0,
		  "processes in these control groups and below them", 0 },
		.kind = KIND_TERM, INTO(scope), .term = SYSTALLY_TERM_CGROUP,
	},
	[SYSTALLY_OPTION_UNIT] = {
		{ "unit", KEY_UNIT, "UNIT,...", 0,
		  "processes of these systemd units; nginx is nginx.service",
		  0 },
		.kind = KIND_TERM, INTO(scope), .term = SYSTALLY_TERM_UNIT,
	},
	[SYSTALLY_OPTION_CONTAINER] = {
		{ "container", KEY_CONTAINER, "ID,...", 0,
		  "processes of these containers, by id or name", 0 },
		.kind = KIND_TERM, INTO(scope),
		.term = SYSTALLY_TERM_CONTAINER,
	},
	[SYSTALLY_OPTION_USER] = {
		{ "user", KEY_USER, "USER,...", 0,
		  "processes of these users, by name or number", 0 },
		.kind = KIND_TERM, INTO(scope), .term = SYSTALLY_TERM_USER,
	},
	[SYSTALLY_OPTION_NAME] = {
		{ "name", KEY_NAME, "NAME,...", 0,
		  "processes of these names, as ps -o comm shows them", 0 },
		.kind = KIND_TERM, INTO(scope), .term = SYSTALLY_TERM_NAME,
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
	[SYSTALLY_OPTION_FUNCTIONS] = {
		{ "functions", 'f', "LIB:SYMBOL,...", 0,
		  "count these user functions, too: such as libc:malloc, nginx:ngx_http_*",
		  0 },
		.kind = KIND_TEXT, INTO(functions),
	},
	[SYSTALLY_OPTION_FUNCTIONS_OF] = {
		{ "functions", 'f', "LIB:SYMBOL,...", 0,
		  "of the user functions that were counted, show only these", 0 },
		.kind = KIND_TEXT, INTO(functions),
	},
	[SYSTALLY_OPTION_IN_PROCESS] = {
		{ "in-process", KEY_IN_PROCESS, NULL, 0,
		  "count the functions of -f within the programs, without module, root and system calls",
		  0 },
		.kind = KIND_FLAG, INTO(in_process),
	},
	[SYSTALLY_OPTION_SESSION] = {
		{ "session", KEY_SESSION, "NAME", 0,
		  "use this session instead of the default one; `systally status` lists them",
		  0 },
		.kind = KIND_TEXT, INTO(session),
	},
	[SYSTALLY_OPTION_SESSION_WATCHED] = {
		{ "session", KEY_SESSION, "NAME", 0,
		  "watch this session; `systally status` lists them",
		  0 },
		.kind = KIND_TEXT, INTO(session),
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
	[SYSTALLY_OPTION_RUN_AS] = {
		{ "run-as", 'u', "USER", 0,
		  "run COMMAND with the user id, group id and groups of USER",
		  0 },
		.kind = KIND_TEXT, INTO(user),
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
		.kind = KIND_TEXT, INTO(test),
	},
	[SYSTALLY_OPTION_BENCH] = {
		{ "bench", KEY_BENCH, "BENCH", 0,
		  "shell command that prints one number, the performance", 0 },
		.kind = KIND_TEXT, INTO(bench),
	},
	[SYSTALLY_OPTION_LESS_IS_BETTER] = {
		{ "less-is-better", KEY_LESS_IS_BETTER, NULL, 0,
		  "the number is better when it is less, as a time is", 0 },
		.kind = KIND_FLAG, INTO(less_is_better),
	},
	[SYSTALLY_OPTION_SERVER] = {
		{ "server", KEY_SERVER, NULL, 0,
		  "COMMAND does not end: test it while it runs, then end it",
		  0 },
		.kind = KIND_FLAG, INTO(server),
	},
	[SYSTALLY_OPTION_READY] = {
		{ "ready", KEY_READY, "CMD", 0,
		  "the server is ready when CMD succeeds (default: TEST)", 0 },
		.kind = KIND_TEXT, INTO(ready),
	},
	[SYSTALLY_OPTION_STOP] = {
		{ "stop", KEY_STOP, "CMD", 0,
		  "ends the server (default: SIGTERM)", 0 },
		.kind = KIND_TEXT, INTO(stop),
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
		.kind = KIND_FLAG, INTO(sub),
	},
	[SYSTALLY_OPTION_REPLICAS] = {
		{ "replicas", 'r', "N", 0, "runs of each kind (default 3)",
		  0 },
		.kind = KIND_UINT, INTO(replicas), .least = 1, .most = 100,
	},
	[SYSTALLY_OPTION_MARGIN] = {
		{ "margin", KEY_MARGIN, "PERCENT", 0,
		  "do not report differences up to that (default: 5, or the spread of the runs)",
		  0 },
		.kind = KIND_PERCENT, INTO(margin), .most = 10000,
	},
	[SYSTALLY_OPTION_TIMEOUT] = {
		{ "timeout", KEY_TIMEOUT, "TIME", 0,
		  "a run that takes longer has failed (default: 5s, or 5 times what the untouched run took)",
		  0 },
		.kind = KIND_DURATION, INTO(timeout_ns),
		.least = SECOND / 100, .most = DAY,
	},
	[SYSTALLY_OPTION_DISCOVER] = {
		{ "discover", KEY_DISCOVER, "HOW", 0,
		  "how to find the calls: %s; auto is the default", 0 },
		.kind = KIND_DISCOVER, INTO(discover), .words = true,
	},
	[SYSTALLY_OPTION_STATE] = {
		{ "state", KEY_STATE, "FILE", 0,
		  "keep finished runs in FILE; the same command line goes on from there",
		  0 },
		.kind = KIND_TEXT, INTO(state),
	},
	[SYSTALLY_OPTION_SECCOMP] = {
		{ "seccomp", KEY_SECCOMP, "FILE", 0,
		  "write an OCI seccomp profile of the calls used to FILE", 0 },
		.kind = KIND_TEXT, INTO(profile),
	},
	[SYSTALLY_OPTION_VERBOSE] = {
		{ "verbose", 'v', NULL, 0, "one line per call, as it is done",
		  0 },
		.kind = KIND_FLAG, INTO(verbose),
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

bool systally_table_has_format(const struct systally_command *command,
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

const struct systally_format *
systally_table_format(const struct systally_command *command)
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
		return !dimension->numbers && !dimension->errors;
	case SYSTALLY_VIEW_NONE:
		return dimension->threads;
	default:
		return true;
	}
}

const char *systally_table_word(const struct systally_command *command,
				enum systally_option_kind kind, size_t index,
				const void **found)
{
	const bool change = command->view == SYSTALLY_VIEW_CHANGE;
	size_t i;

	if (kind == KIND_DISCOVER)
		return index <= SYSTALLY_DISCOVER_PTRACE ?
			       systally_needs_discover_name(
				       (enum systally_needs_discover)index) :
			       NULL;
	if (kind == KIND_FORMAT && !index) {
		*found = systally_table_format(command);
		return systally_table_format(command)->word;
	}
	for (i = 0; kind == KIND_FORMAT && systally_formats[i]; i++) {
		*found = systally_formats[i];
		if (systally_formats[i] != systally_table_format(command) &&
		    systally_table_has_format(command, *found) && !--index)
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

void systally_table_words(const struct systally_command *command,
			  enum systally_option_kind kind, char *text,
			  size_t size)
{
	const void *found;
	const char *word = systally_table_word(command, kind, 0, &found), *next;
	size_t i, used = 0;

	text[0] = '\0';
	for (i = 0; word && used < size; i++, word = next) {
		next = systally_table_word(command, kind, i + 1, &found);
		used += (size_t)snprintf(text + used, size - used, "%s%s",
					 !i   ? "" :
					 next ? ", " :
						" or ",
					 word);
	}
}

const struct systally_option_row *
systally_table_at(const struct systally_command *command, size_t index)
{
	const enum systally_option *option = command->options;

	for (; option && *option; option++) {
		if (!index--)
			return &rows[*option];
	}
	index += SYSTALLY_OPTION_HELP;
	return index < SYSTALLY_OPTION_COUNT ? &rows[index] : NULL;
}

const struct systally_option_row *
systally_table_of(const struct systally_command *command, int key)
{
	const struct systally_option_row *row;
	size_t i;

	for (i = 0; (row = systally_table_at(command, i)); i++) {
		if (row->argp.key == key)
			return row;
	}
	return NULL;
}
