// SPDX-License-Identifier: GPL-2.0-only
/*
 * The options of `systally needs`. Called by cmd_needs.c.
 */
#include <argp.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "needs/options.h"
#include "cli/usage.h"

#define REPLICAS_MAX	100
#define SECONDS_MAX	86400
#define PERCENT_MAX	10000

enum {
	KEY_SERVER = 256, KEY_READY, KEY_STOP, KEY_TIMEOUT, KEY_LESS,
	KEY_MARGIN, KEY_STATE, KEY_FORMAT, KEY_SECCOMP, KEY_SUB, KEY_DISCOVER,
};

static const struct argp_option list[] = {
	{ "test", 't', "TEST", 0,
	  "shell command whose exit status tells whether COMMAND works", 0 },
	{ "bench", 'b', "BENCH", 0,
	  "shell command that prints one number, its performance", 0 },
	{ "less-is-better", KEY_LESS, NULL, 0,
	  "the number is better when it is less, as a time is", 0 },
	{ "server", KEY_SERVER, NULL, 0,
	  "COMMAND does not end: test it while it runs, then end it", 0 },
	{ "ready", KEY_READY, "CMD", 0,
	  "the server is ready when CMD succeeds (default: TEST)", 0 },
	{ "stop", KEY_STOP, "CMD", 0,
	  "ends the server (default: SIGTERM)", 0 },
	{ "syscalls", 'e', "SET", 0,
	  "try only these: names, numbers, %classes, separated by commas; ! negates",
	  0 },
	{ "sub", KEY_SUB, NULL, 0,
	  "try single commands of ioctl, fcntl, prctl and the like, too", 0 },
	{ "replicas", 'r', "N", 0, "runs of each kind (default 3)", 0 },
	{ "margin", KEY_MARGIN, "PERCENT", 0,
	  "differences up to that are none (default: 5, or the spread of the runs)",
	  0 },
	{ "timeout", KEY_TIMEOUT, "SECONDS", 0,
	  "a run that takes longer has failed (default: 5 s, or 5 times what the untouched run took)",
	  0 },
	{ "discover", KEY_DISCOVER, "HOW", 0,
	  "how to find the calls: auto (default), module, seccomp or ptrace",
	  0 },
	{ "state", KEY_STATE, "FILE", 0,
	  "keep finished runs in FILE; the same command line goes on from there",
	  0 },
	{ "seccomp", KEY_SECCOMP, "FILE", 0,
	  "write an OCI seccomp profile of the calls used to FILE", 0 },
	{ "format", KEY_FORMAT, "FORMAT", 0,
	  "markdown (default), json or csv", 0 },
	{ "output", 'o', "FILE", 0, "write to FILE", 0 },
	{ "verbose", 'v', NULL, 0, "one line per call, as it is done", 0 },
	{ NULL, 'h', NULL, OPTION_HIDDEN, NULL, 0 },
	{ 0 },
};

static const char *const discovers[] = { "auto", "module", "seccomp",
					 "ptrace", NULL };

static int read_word(struct argp_state *state, const char *option,
		     const char *text, const char *const *words,
		     unsigned int *value)
{
	for (*value = 0; words[*value]; ++*value) {
		if (!strcmp(words[*value], text))
			return 0;
	}
	systally_usage(state, "%s does not know '%s'", option, text);
	return EINVAL;
}

static int read_number(struct argp_state *state, const char *option,
		       const char *text, double least, double most,
		       double *value)
{
	char *end = NULL;

	/* digits and one point: strtod takes nan, inf, hex and exponents too */
	if (*text && strspn(text, "0123456789.") == strlen(text))
		*value = strtod(text, &end);
	if (end && !*end && *value >= least && *value <= most)
		return 0;
	systally_usage(state, "%s takes a number from %g to %g, not '%s'", option,
		       least, most, text);
	return EINVAL;
}

static bool is_same(const char *a, const char *b)
{
	return a && b && !strcmp(a, b);
}

static int settle(struct argp_state *state,
		  const struct systally_needs_options *options)
{
	const char *wrong = NULL;

	if (!options->test || !*options->test)
		wrong = "which command tells whether it works? Give -t TEST";
	else if (!options->command_count)
		wrong = "no command to run was given";
	else if (!options->server && (options->ready || options->stop))
		wrong = "--ready and --stop go with --server";
	else if (is_same(options->output ?: "-", options->profile) ||
		 is_same(options->output, options->state) ||
		 is_same(options->profile, options->state))
		wrong = "-o, --seccomp and --state have to be different files";
	else if (options->less && !options->bench)
		wrong = "--less-is-better goes with -b";
	else if (options->sub && options->discover == SYSTALLY_DISCOVER_MODULE)
		wrong = "the module does not see arguments, so --sub does not go with --discover=module";
	if (!wrong)
		return 0;
	systally_usage(state, "%s", wrong);
	return EINVAL;
}

static error_t parse_number(int key, char *arg, struct argp_state *state)
{
	struct systally_needs_options *options = state->input;
	double number = 0;
	int result;

	switch (key) {
	case 'r':
		result = read_number(state, "-r", arg, 1, REPLICAS_MAX,
				     &number);
		if (!result && strchr(arg, '.')) {
			systally_usage(state, "-r takes a whole number, not '%s'",
				       arg);
			result = EINVAL;
		}
		options->replicas = (unsigned int)number;
		break;
	case KEY_TIMEOUT:
		result = read_number(state, "--timeout", arg, 0.01,
				     SECONDS_MAX, &number);
		options->timeout_ns = (uint64_t)(number * 1e9);
		break;
	default:
		result = read_number(state, "--margin", arg, 0, PERCENT_MAX,
				     &options->margin);
		break;
	}
	return result;
}

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	static const char *const formats[] = { "markdown", "json", "csv",
					       NULL };
	struct systally_needs_options *options = state->input;
	unsigned int value = 0;
	int result = 0;

	switch (key) {
	case 't': options->test = arg; break;
	case 'b': options->bench = arg; break;
	case 'e': options->syscalls = arg; break;
	case 'o': options->output = arg; break;
	case 'v': options->verbose = true; break;
	case KEY_LESS: options->less = true; break;
	case KEY_SERVER: options->server = true; break;
	case KEY_READY: options->ready = arg; break;
	case KEY_STOP: options->stop = arg; break;
	case KEY_SUB: options->sub = true; break;
	case KEY_STATE: options->state = arg; break;
	case KEY_SECCOMP: options->profile = arg; break;
	case 'r':
	case KEY_TIMEOUT:
	case KEY_MARGIN:
		return parse_number(key, arg, state);
	case KEY_DISCOVER:
		result = read_word(state, "--discover", arg, discovers,
				   &value);
		options->discover = (enum systally_needs_discover)value;
		break;
	case KEY_FORMAT:
		result = read_word(state, "--format", arg, formats, &value);
		options->format = (enum systally_needs_format)value;
		break;
	case 'h':
		argp_state_help(state, state->out_stream,
				ARGP_HELP_STD_HELP);
		break;
	case ARGP_KEY_ARG:
		/* this one and all that follow, whatever they look like */
		options->command = state->argv + state->next - 1;
		options->command_count = state->argc - state->next + 1;
		state->next = state->argc;
		break;
	case ARGP_KEY_END:
		return settle(state, options);
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return result;
}

int systally_needs_options_parse(struct systally_needs_options *options,
				 int argc, char **argv, unsigned int flags)
{
	static const struct argp argp = {
		.options = list, .parser = parse_option,
		.args_doc = "-t TEST [--] COMMAND [ARGUMENT...]",
		.doc = "Tells which system calls COMMAND needs: runs it with each call stubbed (ENOSYS) and faked (0, nothing done), and asks TEST whether it still works. A program whose calls lie to it may do anything: run it where nothing can be harmed. Exit status: 0 done, 1 trouble midway, 2 COMMAND or TEST is not fit for it, 130 interrupted.",
	};

	memset(options, 0, sizeof(*options));
	options->replicas = 3;
	options->margin = -1;
	return argp_parse(&argp, argc, argv, ARGP_IN_ORDER | flags, NULL,
			  options);
}
