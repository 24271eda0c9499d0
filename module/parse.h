/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The grammar of the controls: what may be written to their files and given as
 * module parameters. Compiles in userland too, for unit tests and fuzzers.
 *
 * All functions: any context. They take a NUL-terminated text, which they may
 * change, and return 0, or -EINVAL if the text is malformed, unless their
 * comment says otherwise. After an error, the results are unchanged
 * (parse_targets(): undefined).
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
#define PARSE_MAX_BYTES	 4096
#define PARSE_MAX_TOKENS (PARSE_MAX_BYTES / 2)

/*
 * parse_token - the next token of a text
 * @text: in: where to begin; out: behind the token
 *
 * White space and commas separate tokens. Returns the token, NUL-terminated in
 * place, or NULL if there is none.
 */
char *parse_token(char **text);

/* parse_bool - `0` or `1` and nothing else */
int parse_bool(char *text, bool *value);

/* parse_word - one word of a NULL-terminated list; sets *@index to its place */
int parse_word(char *text, const char *const *words, unsigned int *index);

enum targets_verb {
	TARGETS_NONE,
	TARGETS_ALL,
	TARGETS_REPLACE, /* by the pids given */
	TARGETS_EDIT,	 /* add the positive, remove the negative */
};

/* What a rule of `targets` asks of a process; its words are rule_words[] */
enum rule_kind {
	RULE_CGROUP, /* it is in a control group, or below it */
	RULE_UID,    /* it has an effective user */
	RULE_COMM,   /* it has a name */
	RULE_KINDS,
};

extern const char *const rule_words[RULE_KINDS];

/* The longest name of a process, as SYSTALLY_COMM_LEN without the NUL */
#define RULE_COMM_MAX 15

struct parsed_rule {
	enum rule_kind kind;
	bool removes;
	u32 uid;    /* RULE_UID */
	char *text; /* the group's path, or the name: in the text */
};

#define PARSE_MAX_RULES 64 /* that a session can have */

struct targets_request {
	enum targets_verb verb;
	unsigned int pids;
	unsigned int rules;
	int pid[PARSE_MAX_TOKENS]; /* in the writer's pid namespace;
				    * negative: remove it
				    */
	struct parsed_rule rule[PARSE_MAX_RULES];
};

/*
 * parse_targets - what is written to `targets`
 *
 * In the path or name of a rule, \xHH stands for a byte, as `targets` shows white
 * space, commas and backslashes. Returns -E2BIG, too, if there are more rules than
 * PARSE_MAX_RULES.
 */
int parse_targets(char *text, struct targets_request *request);

struct parsed_function {
	char *name;
	unsigned long offset; /* in the file */
	char *kind;	      /* or NULL */
	char *path;
};

/*
 * parse_function - the next line of what is written to `functions`
 * @text: in: not empty; out: behind the line and the white space after it
 *
 * A line is NAME OFFSET PATH or NAME OFFSET:KIND PATH. PATH begins with a slash
 * and is the rest of the line, so it may have blanks in it. The results are in
 * the text.
 */
int parse_function(char **text, struct parsed_function *function);

/* parse_bytes - a number of bytes, with an optional suffix K, M or G */
int parse_bytes(char *text, unsigned long *bytes);

#endif /* SYSTALLY_PARSE_H */
