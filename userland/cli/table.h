/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The table of all options: one row each, with the type of its value.
 */
#ifndef SYSTALLY_TABLE_H
#define SYSTALLY_TABLE_H

#include <argp.h>

#include "cli/command.h"

/* Keys of options that have no letter, and that the parser treats specially. */
enum {
	KEY_FORMAT = 256,
	KEY_VERIFY,
	KEY_IGNORE,
	KEY_IN_PROCESS,
	KEY_SESSION,
	KEY_THRESHOLD,
	KEY_TIME_THRESHOLD,
	KEY_WORDS,
	KEY_BENCH,
	KEY_LESS_IS_BETTER,
	KEY_SERVER,
	KEY_READY,
	KEY_STOP,
	KEY_SUB,
	KEY_MARGIN,
	KEY_TIMEOUT,
	KEY_DISCOVER,
	KEY_STATE,
	KEY_SECCOMP,
	KEY_USAGE,
	KEY_CGROUP,
	KEY_UNIT,
	KEY_CONTAINER,
	KEY_USER,
	KEY_NAME,
};

/* What an option takes, and the type of the request's member that keeps it. */
enum systally_option_kind {
	KIND_FLAG,	     /* bool */
	KIND_TEXT,	     /* const char * */
	KIND_COUNT,	     /* size_t, from @least to @most */
	KIND_UINT,	     /* unsigned int, the same */
	KIND_DURATION,	     /* uint64_t ns, from @least to @most */
	KIND_PERCENT,	     /* double, from 0 to @most */
	KIND_THRESHOLD,	     /* struct systally_threshold of counts */
	KIND_TIME_THRESHOLD, /* struct systally_threshold of times */
	KIND_PIDS,	     /* struct systally_scope: its pids */
	KIND_TERM,	     /* struct systally_scope: its terms, @term */
	KIND_BY,	     /* struct systally_by */
	KIND_SORT,	     /* enum systally_sort */
	KIND_FORMAT,	     /* const struct systally_format * */
	KIND_DISCOVER,	     /* enum systally_needs_discover */
	KIND_HELP,	     /* shows something and ends */
};

struct systally_option_row {
	struct argp_option argp;
	enum systally_option_kind kind;
	size_t offset;	    /* in struct systally_request */
	unsigned int given; /* enum systally_given */
	uint64_t least, most;
	enum systally_term_kind term;
	bool words; /* %s in the help stands for the words it takes */
};

/*
 * Returns the @index-th option of @command, NULL behind the last one. Those that
 * every command has come last.
 */
const struct systally_option_row *
systally_table_at(const struct systally_command *command, size_t index);

/* Returns the option of @command with that key, or NULL. */
const struct systally_option_row *
systally_table_of(const struct systally_command *command, int key);

/*
 * Returns the @index-th word that options of this kind take for @command, NULL
 * behind the last one; @found gets the dimension, format or sort key.
 */
const char *systally_table_word(const struct systally_command *command,
				enum systally_option_kind kind, size_t index,
				const void **found);

/* Writes these words for a sentence: `text, json or csv`. */
void systally_table_words(const struct systally_command *command,
			  enum systally_option_kind kind, char *text,
			  size_t size);

/* Can @command write @format? */
bool systally_table_has_format(const struct systally_command *command,
			       const struct systally_format *format);

/* Returns the format that @command writes without --format. */
const struct systally_format *
systally_table_format(const struct systally_command *command);

#endif /* SYSTALLY_TABLE_H */
