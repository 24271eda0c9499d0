/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The words of a list of functions, as -f has it: LIB:SYMBOL, and %ssl.
 */
#ifndef SYSTALLY_FUNCTION_WORDS_H
#define SYSTALLY_FUNCTION_WORDS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

/* One word of the list. */
struct systally_function_word {
	char *library; /* as it was written */
	char *symbol;
	char *path;	  /* of the library's file, once it is found */
	const char *kind; /* as the module's control takes it, or NULL */
};

#define SYSTALLY_TLS_SET     "%ssl"
#define SYSTALLY_TLS_MEMBERS 8

/* The members of %ssl. A program may have them built in. */
extern const struct systally_tls_member {
	const char *library;
	const char *symbol;
	const char *kind; /* as the module's control takes it */
} systally_tls_members[SYSTALLY_TLS_MEMBERS];

/* Whether a list has %ssl */
bool systally_words_have_tls(const char *text);

/* What is done with each word of a list. Returns 0, or -1 with @error. */
typedef int systally_word_taker(void *context,
				struct systally_function_word *word,
				struct systally_error *error);

/* The same for %ssl */
typedef int systally_tls_taker(void *context, struct systally_error *error);

/*
 * Splits @text into words, and calls @on_word for each, or @on_tls, until one
 * fails. The words are valid during the call. Returns 0, or -1 with @error: what
 * failed, or a word that is neither LIB:SYMBOL nor %ssl.
 */
int systally_words_each(const char *text, systally_word_taker *on_word,
			systally_tls_taker *on_tls, void *context,
			struct systally_error *error);

#endif /* SYSTALLY_FUNCTION_WORDS_H */
