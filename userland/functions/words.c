// SPDX-License-Identifier: GPL-2.0-only
/*
 * Splits what -f has into words. Looks at no file.
 */
#include <stdlib.h>
#include <string.h>

#include "functions/words.h"

const struct systally_tls_member systally_tls_members[SYSTALLY_TLS_MEMBERS] = {
	{ "libssl", "SSL_read", "read" },
	{ "libssl", "SSL_write", "write" },
	{ "libssl", "SSL_read_ex", "read_bool" },
	{ "libssl", "SSL_write_ex", "write_bool" },
	{ "libssl", "SSL_free", "free" },
	{ "libgnutls", "gnutls_record_recv", "read" },
	{ "libgnutls", "gnutls_record_send", "write" },
	{ "libgnutls", "gnutls_deinit", "free" },
};

bool systally_words_have_tls(const char *text)
{
	const size_t length = strlen(SYSTALLY_TLS_SET);
	const char *at = text;

	while ((at = strstr(at, SYSTALLY_TLS_SET))) {
		if ((at == text || at[-1] == ',') &&
		    (!at[length] || at[length] == ','))
			return true;
		at += length;
	}
	return false;
}

/* Splits LIB:SYMBOL at its last colon. Returns 0, or -1 with @error. */
static int split(struct systally_function_word *word, char *text,
		 struct systally_error *error)
{
	/* C++ names have colons only in their readable form */
	char *colon = strrchr(text, ':');

	if (!colon || colon == text || !colon[1])
		return systally_error_set(
			error,
			"'%s' is not LIB:SYMBOL, such as libc:malloc or /usr/sbin/nginx:main",
			text);
	*colon = '\0';
	*word = (struct systally_function_word){ .library = text,
						 .symbol = colon + 1 };
	return 0;
}

int systally_words_each(const char *text, systally_word_taker *on_word,
			systally_tls_taker *on_tls, void *context,
			struct systally_error *error)
{
	char *copy = strdup(text), *part, *rest;
	struct systally_function_word word;
	int result = 0, count = 0;

	if (!copy)
		return systally_error_set(error, "no memory for functions");
	for (part = strtok_r(copy, ",", &rest); part && !result;
	     part = strtok_r(NULL, ",", &rest), count++) {
		if (!strcmp(part, SYSTALLY_TLS_SET)) {
			result = on_tls(context, error);
			continue;
		}
		if (*part == '%')
			result = systally_error_set(
				error,
				"there is no set '%s' of functions; there is %s",
				part, SYSTALLY_TLS_SET);
		else
			result = split(&word, part, error);
		if (!result)
			result = on_word(context, &word, error);
	}
	free(copy);
	if (!result && !count)
		return systally_error_set(
			error, "-f names no function; write LIB:SYMBOL");
	return result;
}
