// SPDX-License-Identifier: GPL-2.0-only
/*
 * From what -f has to functions that have been counted. Looks at no file.
 */
#include <fnmatch.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "functions/functions.h"
#include "functions/words.h"

struct choice {
	struct systally_set *set;
	const struct systally_function *functions;
	size_t count;
};

/* Whether a word names the function of a row. */
static bool is_meant(const struct systally_function_word *word,
		     const struct systally_function *function)
{
	const char *slash = strrchr(word->library, '/');
	const char *colon = strrchr(function->name, ':');
	char file[SYSTALLY_FUNCTION_NAME_LEN];

	if (!colon)
		return false;
	snprintf(file, sizeof(file), "%.*s", (int)(colon - function->name),
		 function->name);
	return systally_library_is(file, slash ? slash + 1 : word->library) &&
	       !fnmatch(word->symbol, colon + 1, 0);
}

static int choose_word(void *context, struct systally_function_word *word,
		       struct systally_error *error)
{
	const struct choice *choice = context;
	bool found = false;
	size_t i;

	for (i = 0; i < choice->count; i++) {
		if (!is_meant(word, &choice->functions[i]))
			continue;
		found = true;
		systally_set_function(choice->set, choice->functions[i].nr);
	}
	if (found)
		return 0;
	if (!choice->count)
		return systally_error_set(
			error,
			"no user functions were counted; count them with -f of run, top or record");
	return systally_error_set(
		error,
		"no function '%s:%s' was counted, but others were, such as %s",
		word->library, word->symbol, choice->functions[0].name);
}

static int choose_set(void *context, struct systally_error *error)
{
	const struct choice *choice = context;
	bool found = false;
	size_t i, member;

	for (i = 0; i < choice->count; i++) {
		const char *colon = strrchr(choice->functions[i].name, ':');

		for (member = 0; colon && member < SYSTALLY_TLS_MEMBERS;
		     member++) {
			if (strcmp(colon + 1,
				   systally_tls_members[member].symbol))
				continue;
			found = true;
			systally_set_function(choice->set,
					      choice->functions[i].nr);
		}
	}
	if (found)
		return 0;
	return systally_error_set(
		error,
		"no function of %s was counted; count them with -f %s of run, top or record",
		SYSTALLY_TLS_SET, SYSTALLY_TLS_SET);
}

int systally_functions_choose(struct systally_set *set,
			      const struct systally_function *functions,
			      size_t count, const char *text,
			      struct systally_error *error)
{
	struct choice choice = { set, functions, count };

	systally_set_no_functions(set);
	return systally_words_each(text, choose_word, choose_set, &choice,
				   error);
}
