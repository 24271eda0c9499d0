// SPDX-License-Identifier: GPL-2.0-only
/*
 * The options of all subcommands, by way of argp. Called by main.c.
 */
#define _GNU_SOURCE
#include <argp.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli/settle.h"
#include "cli/usage.h"

#define SECONDS_MAX	31536000	/* a year; keeps nanoseconds in 64 bits */
#define ROWS_MAX	1000000000
#define PIDS_MAX	500	/* fit one write to `targets` */

enum {
	KEY_FORMAT = 256, KEY_VERIFY, KEY_IGNORE, KEY_THRESHOLD,
	KEY_TIME_THRESHOLD,
};

#define BIT(command)	(1U << (command))
#define RUN	BIT(SYSTALLY_RUN)
#define TOP	BIT(SYSTALLY_TOP)
#define REPORT	BIT(SYSTALLY_REPORT)
#define STATUS	BIT(SYSTALLY_STATUS)
#define DOCTOR	BIT(SYSTALLY_DOCTOR)
#define RECORD	BIT(SYSTALLY_RECORD)
#define COMPARE	BIT(SYSTALLY_COMPARE)
#define COUNTS	(RUN | TOP | REPORT)

static const struct {
	struct argp_option option;
	unsigned int commands;
} table[] = {
	{ { "pid", 'p', "PID,...", 0, "only these processes", 0 },
	  TOP | REPORT },
	{ { "rows", 'n', "N", 0,
	    "show at most N rows (text: 10, and all with run)", 0 }, COUNTS },
	{ { "rows", 'n', "N", 0, "show at most N changes", 0 }, COMPARE },
	{ { "by", 'b', "GROUP", 0,
	    "syscall (default), process, thread, command, errno or subsystem", 0 },
	  COUNTS },
	{ { "by", 'b', "thread", 0, "keep the counters by thread", 0 },
	  RECORD },
	{ { "by", 'b', "GROUP", 0,
	    "syscall (default), or process or command: by command as well",
	    0 }, COMPARE },
	{ { "sort", 's', "KEY", 0,
	    "count (default), time, avg, max, errors, name, p50, p90, p99, p99.9 or nothing",
	    0 }, COUNTS },
	{ { "sort", 's', "KEY", 0,
	    "by change of count (default), errors, time or avg, or by name",
	    0 }, COMPARE },
	{ { "syscalls", 'e', "SET", 0,
	    "names, numbers, %classes, separated by commas; ! negates", 0 },
	  COUNTS | RECORD | COMPARE },
	{ { "failed", 'x', NULL, 0, "only what failed", 0 }, COUNTS },
	{ { "latency", 'L', NULL, 0, "show how long calls took", 0 },
	  COUNTS },
	{ { "latency", 'L', NULL, 0, "compare times, too", 0 }, COMPARE },
	{ { "percentiles", 'P', NULL, 0,
	    "show how long calls took by percentiles", 0 }, COUNTS },
	/* as with run, though times are kept in any case */
	{ { "latency", 'L', NULL, OPTION_HIDDEN, NULL, 0 }, RECORD },
	{ { "percentiles", 'P', NULL, 0, "keep histograms, too", 0 },
	  RECORD },
	{ { "histogram", 'H', "SYSCALL", 0,
	    "draw how long that call took", 0 }, COUNTS },
	{ { "interval", 'i', "SECONDS", 0,
	    "time between two lists (default 1)", 0 }, TOP },
	{ { "duration", 'd', "SECONDS", 0, "stop counting after that time",
	    0 }, COUNTS | RECORD },
	{ { "format", KEY_FORMAT, "FORMAT", 0, "text (default), json or csv",
	    0 }, TOP | COMPARE | STATUS | DOCTOR },
	{ { "format", KEY_FORMAT, "FORMAT", 0,
	    "text (default), json, csv, strace (as strace -c has it) or workload (by subsystem, as the kernel's guide has it)", 0 },
	  RUN | REPORT },
	{ { "ignore", KEY_IGNORE, "SET", 0, "all but these system calls", 0 },
	  COMPARE },
	{ { "threshold", KEY_THRESHOLD, "COUNT[%]", 0,
	    "more calls or errors than that are a regression (default 0); COUNT,PERCENT%: if more than both",
	    0 }, COMPARE },
	{ { "time-threshold", KEY_TIME_THRESHOLD, "TIME|PERCENT%", 0,
	    "so is more time in a call than that, such as 50ms,20%", 0 },
	  COMPARE },
	{ { "output", 'o', "FILE", 0, "write to FILE", 0 },
	  COUNTS | RECORD | COMPARE | STATUS | DOCTOR },
	{ { "verify", KEY_VERIFY, NULL, 0,
	    "check that every call entered was tallied", 0 }, STATUS },
};

#define OPTIONS	(sizeof(table) / sizeof(table[0]))

static const struct {
	const char *name, *args, *doc;
} commands[SYSTALLY_COMMANDS] = {
	[SYSTALLY_RUN] = { "run", "[--] COMMAND [ARGUMENT...]",
		"Counts the system calls of COMMAND and its children, from its exec to its end, and reports them on standard error." },
	[SYSTALLY_TOP] = { "top", NULL,
		"Shows the system calls of each interval until interrupted: of what is being counted, of the processes -p names, or else of all." },
	[SYSTALLY_REPORT] = { "report", "[FILE]",
		"Reports what was counted since the last reset, or what `record` has written to FILE." },
	[SYSTALLY_RECORD] = { "record", "-o FILE [--] COMMAND [ARGUMENT...]",
		"Counts as run does, and keeps it all in FILE, for report and compare." },
	[SYSTALLY_COMPARE] = { "compare", "A B",
		"Tells which system calls were added, are gone or have changed from recording A to B. Exit status: 0 no regression, 1 a regression, 2 trouble." },
	[SYSTALLY_STATUS] = { "status", NULL,
		"Shows what the module is doing and the totals." },
	[SYSTALLY_DOCTOR] = { "doctor", NULL,
		"Checks what can keep systally from working here, and says the remedy." },
	[SYSTALLY_LOAD] = { "load", "[NAME=VALUE...]",
		"Loads the module, from beside this command or by modprobe." },
	[SYSTALLY_UNLOAD] = { "unload", NULL, "Unloads the module." },
};

const char *systally_options_command_name(enum systally_command command)
{
	return command < SYSTALLY_COMMANDS ? commands[command].name : "?";
}

enum systally_command systally_options_command(const char *name)
{
	unsigned int i;

	for (i = 0; i < SYSTALLY_COMMANDS; i++) {
		if (!strcmp(commands[i].name, name))
			break;
	}
	return (enum systally_command)i;
}

static int read_word(struct argp_state *state, const char *option,
		     const char *text, const char *const *words,
		     unsigned int *value)
{
	unsigned int i;

	for (i = 0; words[i]; i++) {
		if (!strcmp(words[i], text)) {
			*value = i;
			return 0;
		}
	}
	systally_usage(state, "%s does not know '%s'", option, text);
	return EINVAL;
}

/* Returns our word for one of strace's that means the same, or the word. */
static const char *read_strace_word(const char *word)
{
	static const char *const words[][2] = {
		{ "time-percent", "time" }, { "time-total", "time" },
		{ "total-time", "time" }, { "max-time", "max" },
		{ "longest", "max" }, { "time-max", "max" },
		{ "avg-time", "avg" }, { "time-avg", "avg" },
		{ "calls", "count" }, { "error", "errors" },
		{ "syscall", "name" }, { "syscall-name", "name" },
		{ "none", "nothing" },
	};
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (!strcmp(words[i][0], word))
			return words[i][1];
	}
	return word;
}

static int read_threshold(struct argp_state *state, const char *option,
			  const char *text, bool time,
			  struct systally_threshold *threshold)
{
	if (!systally_threshold_parse(threshold, text, time))
		return 0;
	systally_usage(state, "%s takes %s, PERCENT%% or both with a comma, not '%s'",
		       option, time ? "a time such as 50ms" : "a whole number",
		       text);
	return EINVAL;
}

static int read_seconds(struct argp_state *state, const char *option,
			const char *text, uint64_t *ns)
{
	char *end = NULL;
	double seconds = 0;

	/* digits and one point: strtod takes nan, inf, hex and exponents too */
	if (*text && strspn(text, "0123456789.") == strlen(text))
		seconds = strtod(text, &end);
	if (!end || *end || seconds < 0.001 || seconds > SECONDS_MAX) {
		systally_usage(state,
			       "%s takes seconds, from 0.001 to %d, not '%s'",
			       option, SECONDS_MAX, text);
		return EINVAL;
	}
	*ns = (uint64_t)(seconds * 1e9 + 0.5);
	return 0;
}

/* Returns a number from 1 to @max, 0 for anything else. */
static unsigned long read_count(const char *text, unsigned long max,
				const char *stops, char **end)
{
	unsigned long value;

	if (*text < '0' || *text > '9')
		return 0;
	errno = 0;
	value = strtoul(text, end, 10);
	if (errno || value > max || !strchr(stops, **end))
		return 0;
	return value;
}

static int read_pids(struct argp_state *state, struct systally_options *options,
		     const char *text)
{
	uint32_t *pids;
	char *end = NULL;

	for (;;) {
		unsigned long pid = read_count(text, INT32_MAX, ",", &end);

		if (!pid || options->pid_count == PIDS_MAX) {
			systally_usage(state,
				       "-p takes at most %d process numbers separated by commas, not '%s'",
				       PIDS_MAX, text);
			return EINVAL;
		}
		pids = reallocarray(options->pids, options->pid_count + 1,
				    sizeof(*pids));
		if (!pids)
			return ENOMEM;
		options->pids = pids;
		pids[options->pid_count++] = (uint32_t)pid;
		if (!*end)
			return 0;
		text = end + 1;
	}
}

static int parse_argument(struct argp_state *state,
			  struct systally_options *options, char *arg)
{
	size_t files = options->command == SYSTALLY_COMPARE ? 2 :
		       options->command == SYSTALLY_REPORT ? 1 : 0;

	if (options->file_count < files) {
		options->files[options->file_count++] = arg;
		return 0;
	}
	if (options->command == SYSTALLY_RUN ||
	    options->command == SYSTALLY_RECORD ||
	    options->command == SYSTALLY_LOAD) {
		/* this one and all that follow, whatever they look like */
		options->rest = state->argv + state->next - 1;
		options->rest_count = state->argc - state->next + 1;
		state->next = state->argc;
		return 0;
	}
	systally_usage(state, files ? "takes no more arguments, such as '%s'" :
				      "takes no argument '%s'", arg);
	return EINVAL;
}

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	static const char *const bys[] = { "", "syscall", "process", "thread",
					   "command", "errno", "subsystem",
					   NULL };
	static const char *const sorts[] = { "count", "time", "avg", "max",
					     "errors", "name", "nothing",
					     "p50", "p90", "p99", "p99.9",
					     NULL };
	static const char *const formats[] = { "text", "json", "csv",
					       "strace", "workload", NULL };
	struct systally_parse *parse = state->input;
	struct systally_options *options = parse->options;
	unsigned int value = 0;
	char *end = NULL;
	int result = 0;

	switch (key) {
	case 'p':
		return read_pids(state, options, arg);
	case 'n':
		options->limit = read_count(arg, ROWS_MAX, "", &end);
		options->limit_given = true;
		if (!options->limit) {
			systally_usage(state,
				       "-n takes a number of rows, from 1 to %d, not '%s'",
				       ROWS_MAX, arg);
			return EINVAL;
		}
		return 0;
	case 'b':
		result = read_word(state, "--by", *arg ? arg : "?", bys,
				   &value);
		options->by = (enum systally_by)value;
		parse->by_given = true;
		return result;
	case 's':
		result = read_word(state, "--sort", read_strace_word(arg),
				   sorts, &value);
		options->sort = (enum systally_sort)value;
		parse->sort_given = true;
		return result;
	case 'e':
		options->syscalls = arg;
		return 0;
	case 'x':
		options->failed = true;
		return 0;
	case 'L':
		options->latency = true;
		return 0;
	case 'P':
		options->percentiles = true;
		return 0;
	case 'H':
		options->histogram = arg;
		return 0;
	case 'i':
		return read_seconds(state, "-i", arg, &options->interval_ns);
	case 'd':
		return read_seconds(state, "-d", arg, &options->duration_ns);
	case KEY_FORMAT:
		result = read_word(state, "--format", arg, formats, &value);
		options->format = (enum systally_format)value;
		return result;
	case 'o':
		options->output = arg;
		return 0;
	case KEY_IGNORE:
		options->ignore = arg;
		return 0;
	case KEY_THRESHOLD:
		return read_threshold(state, "--threshold", arg, false,
				      &options->threshold);
	case KEY_TIME_THRESHOLD:
		options->time_threshold_given = true;
		return read_threshold(state, "--time-threshold", arg, true,
				      &options->time_threshold);
	case KEY_VERIFY:
		options->verify = true;
		return 0;
	case 'h':
		argp_state_help(state, state->out_stream,
				ARGP_HELP_STD_HELP);
		return 0;
	case ARGP_KEY_ARG:
		return parse_argument(state, options, arg);
	case ARGP_KEY_END:
		return systally_options_settle(state, parse);
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

int systally_options_parse(struct systally_options *options,
			   enum systally_command command, int argc,
			   char **argv, unsigned int flags)
{
	struct argp_option list[OPTIONS + 2] = { 0 };
	struct systally_parse parse = { .options = options };
	struct argp argp = { .options = list, .parser = parse_option,
			     .args_doc = commands[command].args,
			     .doc = commands[command].doc };
	size_t i, used = 0;
	int result;

	memset(options, 0, sizeof(*options));
	options->command = command;
	options->interval_ns = 1000000000;
	for (i = 0; i < OPTIONS; i++) {
		if (table[i].commands & BIT(command))
			list[used++] = table[i].option;
	}
	list[used].key = 'h';
	list[used].flags = OPTION_HIDDEN;
	result = argp_parse(&argp, argc, argv, ARGP_IN_ORDER | flags, NULL,
			    &parse);
	if (result)
		systally_options_free(options);
	return result;
}

void systally_options_free(struct systally_options *options)
{
	free(options->pids);
	options->pids = NULL;
	options->pid_count = 0;
}

bool systally_options_need_time(const struct systally_options *options)
{
	/* a recording is made once, and asked anything afterwards */
	return options->latency || options->failed ||
	       options->command == SYSTALLY_RECORD ||
	       options->by == SYSTALLY_BY_ERRNO ||
	       options->sort == SYSTALLY_SORT_ERRORS ||
	       systally_options_need_hist(options);
}

enum systally_collect
systally_options_collect(const struct systally_options *options)
{
	return systally_options_need_hist(options) ? SYSTALLY_COLLECT_HIST :
	       systally_options_need_time(options) ? SYSTALLY_COLLECT_TIME :
						     SYSTALLY_COLLECT_COUNT;
}

bool systally_options_need_hist(const struct systally_options *options)
{
	return options->percentiles || options->histogram;
}
