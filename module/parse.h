/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What may be written to the control files, and given as module parameters.
 * Used by control.c; compiles in userland too, for unit tests and fuzzers.
 *
 * All of these take a NUL-terminated text that they may change, need no
 * context, and return 0 or -EINVAL for a malformed text; more is said there.
 */
#ifndef SYSTALLY_PARSE_H
#define SYSTALLY_PARSE_H

#ifdef __KERNEL__
#include <linux/kernel.h>
#include <linux/types.h>
#else
#include "kernel_shim.h"
#endif

/* A write is at most this long, so there are at most half as many tokens. */
#define PARSE_MAX_BYTES		4096
#define PARSE_MAX_TOKENS	(PARSE_MAX_BYTES / 2)

/*
 * parse_token - the next token, ended in place, or NULL
 *
 * Tokens stand between white space or commas.
 */
char *parse_token(char **text);

/* parse_bool - `0` or `1` and nothing else */
int parse_bool(char *text, bool *value);

/* parse_word - one word out of a NULL-terminated list: its index */
int parse_word(char *text, const char *const *words, unsigned int *index);

enum targets_verb {
	TARGETS_NONE,
	TARGETS_ALL,
	TARGETS_REPLACE,	/* by the pids given */
	TARGETS_EDIT,		/* add the positive, remove the negative */
};

struct targets_request {
	enum targets_verb verb;
	unsigned int pids;
	int pid[PARSE_MAX_TOKENS];	/* in the writer's pid namespace */
};

int parse_targets(char *text, struct targets_request *request);

/* parse_bytes - a number of bytes, with a suffix K, M or G if wanted */
int parse_bytes(char *text, unsigned long *bytes);

#endif /* SYSTALLY_PARSE_H */
