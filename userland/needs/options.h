/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the user asked `systally needs` for.
 */
#ifndef SYSTALLY_NEEDS_OPTIONS_H
#define SYSTALLY_NEEDS_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

enum systally_needs_format {
	SYSTALLY_NEEDS_MARKDOWN,
	SYSTALLY_NEEDS_JSON,
	SYSTALLY_NEEDS_CSV,
};

/* How to find out which calls the command makes. */
enum systally_needs_discover {
	SYSTALLY_DISCOVER_AUTO,
	SYSTALLY_DISCOVER_MODULE,
	SYSTALLY_DISCOVER_SECCOMP,
	SYSTALLY_DISCOVER_PTRACE,
};

struct systally_needs_options {
	const char *test;	/* -t, a shell command */
	const char *bench;	/* -b; NULL: performance is not measured */
	const char *ready;	/* --ready; NULL: the test */
	const char *stop;	/* --stop; NULL: SIGTERM */
	const char *syscalls;	/* -e, as given; NULL: all */
	const char *output;	/* -o; NULL: standard output */
	const char *state;	/* --state; NULL: none is kept */
	const char *profile;	/* --seccomp; NULL: none is written */
	bool server;		/* --server: does not end by itself */
	bool less;		/* --less-is-better */
	bool sub;		/* --sub: commands of ioctl and the like, too */
	bool verbose;		/* -v */
	double margin;		/* --margin, in percent; below 0: by spread */
	unsigned int replicas;	/* -r */
	uint64_t timeout_ns;	/* --timeout; 0: by the untouched runs */
	enum systally_needs_format format;
	enum systally_needs_discover discover;
	char **command;		/* ends with NULL */
	int command_count;
};

/*
 * Reads argv; argv[0] is `systally needs`, for messages. @flags are argp's: 0
 * exits with status 2 after one line for a usage error, and with 0 for
 * --help. Returns 0, or an errno value with ARGP_NO_EXIT. Nothing to free.
 */
int systally_needs_options_parse(struct systally_needs_options *options,
				 int argc, char **argv, unsigned int flags);

#endif /* SYSTALLY_NEEDS_OPTIONS_H */
