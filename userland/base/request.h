/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the user asks for: the options and arguments of every subcommand, as
 * cli/options.c has read them.
 */
#ifndef SYSTALLY_REQUEST_H
#define SYSTALLY_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/terms.h"
#include "base/threshold.h"

struct systally_command;   /* cli/options.h */
struct systally_dimension; /* stats/dimension.h */
struct systally_format;	   /* render/formats.h */

/* What rows are grouped by. More dimensions than these do not fit a line. */
#define SYSTALLY_BY_MAX 4

struct systally_by {
	const struct systally_dimension *list[SYSTALLY_BY_MAX];
	unsigned int count;
};

/* What rows are sorted by. stats/sort.c has a row for each, in this order. */
enum systally_sort {
	SYSTALLY_SORT_COUNT,
	SYSTALLY_SORT_TIME,
	SYSTALLY_SORT_AVG,
	SYSTALLY_SORT_MAX,
	SYSTALLY_SORT_ERRORS,
	SYSTALLY_SORT_NAME,
	SYSTALLY_SORT_NOTHING, /* by number, as strace -S nothing */
	SYSTALLY_SORT_P50,     /* and on, as enum systally_percentile */
	SYSTALLY_SORT_P90,
	SYSTALLY_SORT_P99,
	SYSTALLY_SORT_P999,
	SYSTALLY_SORTS,
};

/* How `needs` finds out which calls a command makes. */
enum systally_needs_discover {
	SYSTALLY_DISCOVER_AUTO,
	SYSTALLY_DISCOVER_MODULE,
	SYSTALLY_DISCOVER_SECCOMP,
	SYSTALLY_DISCOVER_PTRACE,
};

/* Options for which it matters whether the user gave them. */
enum systally_given {
	SYSTALLY_GIVEN_BY = 1,
	SYSTALLY_GIVEN_SORT = 2,
	SYSTALLY_GIVEN_LIMIT = 4,
	SYSTALLY_GIVEN_TIME_THRESHOLD = 8,
};

struct systally_request {
	const struct systally_command *command;
	unsigned int given;    /* enum systally_given: not a default */
	struct systally_by by; /* -b, or the default of command and format */
	enum systally_sort sort;
	const struct systally_format *format;
	unsigned int collect;  /* level needed: enum systally_collect */
	bool threads;	       /* the counters have to be kept by thread */
	bool failed;	       /* -x */
	bool latency;	       /* -L */
	bool percentiles;      /* -P */
	bool verify;	       /* --verify */
	bool words;	       /* help --words */
	const char *histogram; /* -H, as given; NULL: none is drawn */
	size_t limit;	       /* rows to show; 0: all */
	uint64_t interval_ns;  /* -i */
	uint64_t duration_ns;  /* -d; 0: none */
	const char *syscalls;  /* -e or -H, as given; NULL: all */
	const char *functions; /* -f, as given; NULL: none */
	bool in_process;       /* --in-process */
	const char *ignore;    /* --ignore, as given; NULL: nothing */
	const char *user;      /* -u: the command's; NULL: as systally */
	const char *session;   /* --session, as given; NULL: none */
	const char *output;    /* -o; NULL: the command's default */
	struct systally_scope scope;		  /* -p, --unit and such */
	struct systally_threshold threshold;	  /* of calls, errors */
	struct systally_threshold time_threshold; /* of total times */
	const char *files[2]; /* report's FILE, compare's A and B */
	size_t file_count;
	char **argv; /* the command to run, load's parameters */
	int argc;

	/* of `needs` only */
	const char *test;      /* -t, a shell command */
	const char *bench;     /* --bench; NULL: performance is not measured */
	const char *ready;     /* --ready; NULL: the test */
	const char *stop;      /* --stop; NULL: SIGTERM */
	const char *state;     /* --state; NULL: none is kept */
	const char *profile;   /* --seccomp; NULL: none is written */
	bool server;	       /* --server: does not end by itself */
	bool less_is_better;   /* --less-is-better */
	bool sub;	       /* --sub: commands of ioctl and the like, too */
	bool verbose;	       /* -v */
	double margin;	       /* --margin, in percent; below 0: by spread */
	unsigned int replicas; /* -r */
	uint64_t timeout_ns;   /* --timeout; 0: by the untouched runs */
	enum systally_needs_discover discover;
};

#endif /* SYSTALLY_REQUEST_H */
