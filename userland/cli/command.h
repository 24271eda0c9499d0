/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a subcommand is, as commands/commands.c lists them.
 */
#ifndef SYSTALLY_COMMAND_H
#define SYSTALLY_COMMAND_H

#include "base/error.h"
#include "base/request.h"
#include "cli/usage.h"
#include "render/formats.h"

/*
 * Rows of the table in options.c. Two rows of one option differ in what it
 * means: `compare -n` counts changes, not rows.
 */
enum systally_option {
	SYSTALLY_OPTIONS_END,
	SYSTALLY_OPTION_PID,
	SYSTALLY_OPTION_CGROUP,
	SYSTALLY_OPTION_UNIT,
	SYSTALLY_OPTION_CONTAINER,
	SYSTALLY_OPTION_USER,
	SYSTALLY_OPTION_NAME,
	SYSTALLY_OPTION_ROWS,
	SYSTALLY_OPTION_CHANGES,
	SYSTALLY_OPTION_BY,
	SYSTALLY_OPTION_BY_THREAD,
	SYSTALLY_OPTION_SORT,
	SYSTALLY_OPTION_SORT_CHANGES,
	SYSTALLY_OPTION_SYSCALLS,
	SYSTALLY_OPTION_FUNCTIONS,
	SYSTALLY_OPTION_FUNCTIONS_OF,
	SYSTALLY_OPTION_IN_PROCESS,
	SYSTALLY_OPTION_SESSION,
	SYSTALLY_OPTION_SESSION_WATCHED,
	SYSTALLY_OPTION_IGNORE,
	SYSTALLY_OPTION_FAILED,
	SYSTALLY_OPTION_LATENCY,
	SYSTALLY_OPTION_LATENCY_CHANGES,
	SYSTALLY_OPTION_LATENCY_KEPT,
	SYSTALLY_OPTION_PERCENTILES,
	SYSTALLY_OPTION_PERCENTILES_KEPT,
	SYSTALLY_OPTION_HISTOGRAM,
	SYSTALLY_OPTION_INTERVAL,
	SYSTALLY_OPTION_DURATION,
	SYSTALLY_OPTION_THRESHOLD,
	SYSTALLY_OPTION_TIME_THRESHOLD,
	SYSTALLY_OPTION_RUN_AS,
	SYSTALLY_OPTION_FORMAT,
	SYSTALLY_OPTION_OUTPUT,
	SYSTALLY_OPTION_VERIFY,
	SYSTALLY_OPTION_WORDS,
	SYSTALLY_OPTION_TEST,
	SYSTALLY_OPTION_BENCH,
	SYSTALLY_OPTION_LESS_IS_BETTER,
	SYSTALLY_OPTION_SERVER,
	SYSTALLY_OPTION_READY,
	SYSTALLY_OPTION_STOP,
	SYSTALLY_OPTION_TRIED,
	SYSTALLY_OPTION_SUB,
	SYSTALLY_OPTION_REPLICAS,
	SYSTALLY_OPTION_MARGIN,
	SYSTALLY_OPTION_TIMEOUT,
	SYSTALLY_OPTION_DISCOVER,
	SYSTALLY_OPTION_STATE,
	SYSTALLY_OPTION_SECCOMP,
	SYSTALLY_OPTION_VERBOSE,
	SYSTALLY_OPTION_HELP, /* these three: of every command */
	SYSTALLY_OPTION_USAGE,
	SYSTALLY_OPTION_VERSION,
	SYSTALLY_OPTION_COUNT,
};

/* What a command renders: which function of a format. */
enum systally_view {
	SYSTALLY_VIEW_NONE,
	SYSTALLY_VIEW_REPORT,
	SYSTALLY_VIEW_CHANGE,
	SYSTALLY_VIEW_LIST,
	SYSTALLY_VIEW_NEEDS,
};

/* A subcommand. commands/commands.c has the table. */
struct systally_command {
	const char *name;
	const char *arguments; /* for its usage; NULL: it takes none */
	const char *summary;   /* its line of `systally --help` */
	const char *doc;       /* of `systally COMMAND --help` */
	const enum systally_option *options; /* ends with _END; or NULL */
	enum systally_view view;
	const struct systally_format *format; /* default; NULL: text */
	bool series;			      /* renders intervals */
	size_t rows;	      /* that a table shows by default; 0: all */
	size_t files;	      /* takes that many FILE arguments, at most */
	bool words;	      /* takes a COMMAND, or other words */
	unsigned int collect; /* level it needs at least */
	/* Sets defaults and refuses what does not go together; NULL: nothing */
	int (*settle)(const struct systally_usage *usage,
		      struct systally_request *request);
	/*
	 * Returns the exit status: 0 done, 1 failed with @error (or, for a
	 * check, with its output) saying why. `run` and `record` return their
	 * command's own status, `compare` and `needs` have more.
	 */
	int (*run)(const struct systally_request *request,
		   struct systally_error *error);
};

#endif /* SYSTALLY_COMMAND_H */
