/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is wrong with a command line, in one line.
 */
#ifndef SYSTALLY_USAGE_H
#define SYSTALLY_USAGE_H

#include <stdbool.h>

#define SYSTALLY_EXIT_USAGE 2

/* The name for messages, and what to do about a wrong command line. */
struct systally_usage {
	const char *name; /* argv[0], for messages: `systally top` */
	bool quiet;	  /* says nothing: tests and fuzzers */
	bool returns;	  /* returns; otherwise the process exits */
};

/*
 * Says in one line on stderr what is wrong and where to read about it. Bytes that
 * could control the terminal are escaped. Exits with SYSTALLY_EXIT_USAGE, or
 * returns EINVAL.
 */
int systally_usage(const struct systally_usage *usage, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif /* SYSTALLY_USAGE_H */
