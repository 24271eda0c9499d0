/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the user asked for: the options that the subcommands share.
 */
#ifndef SYSTALLY_OPTIONS_H
#define SYSTALLY_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "systally.h"
#include "threshold.h"

#define SYSTALLY_RELEASE	SYSTALLY_VERSION

enum systally_by {
	SYSTALLY_BY_ROW,	/* process and call: json and csv without -b */
	SYSTALLY_BY_SYSCALL,
	SYSTALLY_BY_PROCESS,
	SYSTALLY_BY_THREAD,
	SYSTALLY_BY_COMMAND,
	SYSTALLY_BY_ERRNO,
	SYSTALLY_BY_SUBSYSTEM,	/* of the kernel */
};

enum systally_sort {
	SYSTALLY_SORT_COUNT,
	SYSTALLY_SORT_TIME,
	SYSTALLY_SORT_AVG,
	SYSTALLY_SORT_MAX,
	SYSTALLY_SORT_ERRORS,
	SYSTALLY_SORT_NAME,
	SYSTALLY_SORT_NOTHING,	/* by number, as strace -S nothing */
	SYSTALLY_SORT_P50,	/* and on, as enum systally_percentile */
	SYSTALLY_SORT_P90,
	SYSTALLY_SORT_P99,
	SYSTALLY_SORT_P999,
};

enum systally_format {
	SYSTALLY_TEXT,
	SYSTALLY_JSON,
	SYSTALLY_CSV,	/* those after it are of run and report only */
	SYSTALLY_STRACE,	/* the table of strace -c */
	SYSTALLY_WORKLOAD,	/* the table of the kernel's guide */
};

/* Which subcommand: decides which options there are. */
enum systally_command {
	SYSTALLY_RUN,
	SYSTALLY_TOP,
	SYSTALLY_REPORT,
	SYSTALLY_RECORD,
	SYSTALLY_COMPARE,
	SYSTALLY_STATUS,
	SYSTALLY_DOCTOR,
	SYSTALLY_LOAD,
	SYSTALLY_UNLOAD,
	SYSTALLY_COMMANDS,
};

struct systally_options {
	enum systally_command command;
	enum systally_by by;
	enum systally_sort sort;
	enum systally_format format;
	bool failed;		/* -x */
	bool latency;		/* -L */
	bool percentiles;	/* -P */
	const char *histogram;	/* -H, as given; NULL: none is drawn */
	bool verify;		/* --verify */
	bool limit_given;
	size_t limit;		/* rows to show; 0: all */
	uint64_t interval_ns;	/* -i */
	uint64_t duration_ns;	/* -d; 0: none */
	const char *syscalls;	/* -e or -H, as given; NULL: all */
	const char *output;	/* -o; NULL: the command's default */
	uint32_t *pids;		/* -p */
	size_t pid_count;
	const char *ignore;	/* --ignore, as given; NULL: nothing */
	struct systally_threshold threshold;		/* of calls, errors */
	struct systally_threshold time_threshold;	/* of total times */
	bool time_threshold_given;			/* else there is none */
	const char *files[2];	/* report's FILE, compare's A and B */
	size_t file_count;
	char **rest;		/* run's command, load's parameters */
	int rest_count;
};

/* Returns `run`, `top`, ... */
const char *systally_options_command_name(enum systally_command command);

/* Returns the command of that name, or SYSTALLY_COMMANDS if there is none. */
enum systally_command systally_options_command(const char *name);

/*
 * Reads argv of one subcommand; argv[0] is its name for messages
 * (`systally top`). @flags are argp's: 0 exits with status 2 after one line
 * for a usage error, and with 0 for --help. Defaults that depend on several
 * options are settled here too.
 * Returns 0, or an errno value with ARGP_NO_EXIT. The caller frees it.
 */
int systally_options_parse(struct systally_options *options,
			   enum systally_command command, int argc,
			   char **argv, unsigned int flags);
void systally_options_free(struct systally_options *options);

/*
 * Does what was asked for need times and errors, that is collect=time, or
 * histograms as well, that is collect=hist?
 */
bool systally_options_need_time(const struct systally_options *options);
bool systally_options_need_hist(const struct systally_options *options);

#endif /* SYSTALLY_OPTIONS_H */
