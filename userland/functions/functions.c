// SPDX-License-Identifier: GPL-2.0-only
/*
 * From what -f has to places in files.
 */
#define _GNU_SOURCE
#include <ctype.h>
#include <errno.h>
#include <fnmatch.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/nearest.h"
#include "functions/count_only.h"
#include "functions/functions.h"
#include "functions/symbols.h"
#include "functions/words.h"

static bool is_pattern(const char *symbol)
{
	return strpbrk(symbol, "*?[");
}

/* Whether @symbol is an offset; sets *@offset then. */
static bool is_offset(const char *symbol, uint64_t *offset)
{
	char *end;

	if (strncmp(symbol, "0x", 2) || !isxdigit((unsigned char)symbol[2]))
		return false;
	errno = 0;
	*offset = strtoull(symbol, &end, 16);
	return !*end && !errno;
}

/*
 * The name of a row: the file's own name and the symbol. A name that is too
 * long loses the middle of its symbol, and ends as it is; a character that a row
 * cannot have becomes `_`.
 */
static char *row_name(const char *path, const char *symbol)
{
	const size_t room = SYSTALLY_FUNCTION_NAME_LEN - 1;
	const char *slash = strrchr(path, '/');
	char *name, *at;
	size_t length;

	if (asprintf(&name, "%s:%s", slash ? slash + 1 : path, symbol) < 0)
		return NULL;
	for (at = name; *at; at++) {
		if (!isgraph((unsigned char)*at) || *at == '\\')
			*at = '_';
	}
	length = strlen(name);
	if (length > room) {
		const size_t tail = 20;

		name[room - tail - 1] = '~';
		memmove(name + room - tail, name + length - tail, tail + 1);
	}
	return name;
}

static int add(struct systally_functions *functions,
	       const struct systally_function_word *word, const char *symbol,
	       uint64_t offset, struct systally_error *error)
{
	struct systally_function_place *list, *place;
	size_t i;

	for (i = 0; i < functions->count; i++) {
		if (functions->list[i].offset == offset &&
		    !strcmp(functions->list[i].path, word->path)) {
			if (word->kind && !functions->list[i].kind)
				functions->list[i].kind = word->kind;
			return 0;
		}
	}
	if (functions->count == SYSTALLY_FUNCTIONS_MAX)
		return systally_error_set(
			error,
			"more than %d functions; narrow the pattern '%s:%s'",
			SYSTALLY_FUNCTIONS_MAX, word->library, word->symbol);
	list = reallocarray(functions->list, functions->count + 1,
			    sizeof(*list));
	if (!list)
		return systally_error_set(error, "no memory for functions");
	functions->list = list;
	place = &list[functions->count];
	place->name = row_name(word->path, symbol);
	place->path = strdup(word->path);
	place->offset = offset;
	place->kind = word->kind;
	if (!place->name || !place->path) {
		free(place->name);
		free(place->path);
		return systally_error_set(error, "no memory for functions");
	}
	functions->count++;
	return 0;
}

static int refuse(const struct systally_symbols *symbols,
		  const struct systally_function_word *word,
		  struct systally_error *error)
{
	char hint[SYSTALLY_NEAREST_LEN];
	struct systally_nearest nearest;
	size_t i;

	if (!symbols->count)
		return systally_error_set(
			error,
			"%s has no symbols; give an offset in the file, such as %s:0x1234",
			word->path, word->library);
	if (is_pattern(word->symbol))
		return systally_error_set(error, "%s has no function like '%s'",
					  word->path, word->symbol);
	systally_nearest_begin(&nearest, word->symbol, strlen(word->symbol));
	for (i = 0; i < symbols->count; i++)
		systally_nearest_offer(&nearest, symbols->list[i].name);
	systally_nearest_write(&nearest, "", hint);
	return systally_error_set(error, "%s has no function '%s'%s%s",
				  word->path, word->symbol, *hint ? "; " : "",
				  hint);
}

/*
 * Adds the symbols that a word means: those of old versions only, or all others.
 * Sets *@found to whether there are any, also if they are indirect.
 */
static int add_matches(struct systally_functions *functions,
		       const struct systally_function_word *word,
		       const struct systally_symbols *symbols, bool old,
		       bool *found, struct systally_error *error)
{
	const bool pattern = is_pattern(word->symbol);
	bool indirect = false, added = false;
	int result = 0;
	size_t i;

	*found = false;
	for (i = 0; !result && i < symbols->count; i++) {
		const struct systally_symbol *symbol = &symbols->list[i];

		if (symbol->old != old ||
		    (pattern ? fnmatch(word->symbol, symbol->name, 0) :
			       strcmp(word->symbol, symbol->name)))
			continue;
		*found = true;
		indirect |= symbol->indirect;
		if (symbol->indirect)
			continue;
		added = true;
		result = add(functions, word, symbol->name,
			     symbol->offset + symbol->check, error);
	}
	if (indirect && !added)
		result = systally_error_set(
			error,
			"%s:%s is chosen at run time among several functions, so it cannot be probed; `%s:*%s*` may find these",
			word->library, word->symbol, word->library,
			word->symbol);
	return result;
}

static void mark_place(struct systally_function_place *place,
		       const struct systally_symbols *symbols)
{
	bool begins = !symbols->count, only = symbols->go;
	size_t i;

	for (i = 0; !only && i < symbols->count; i++) {
		if (symbols->list[i].offset != place->offset)
			continue;
		begins = true;
		only = systally_count_only(symbols->list[i].name);
	}
	/* within a function, the return address is somewhere else */
	if (only || !begins)
		place->kind = SYSTALLY_FUNCTION_COUNT_ONLY;
}

/*
 * Marks the functions from @first on, all of one file, that must not be timed.
 * A probe at a return changes the return address on the stack. Go's runtime ends
 * a program where it finds one that it does not know (golang/go issue 22008).
 */
static void mark_count_only(struct systally_functions *functions, size_t first,
			    const struct systally_symbols *symbols)
{
	for (; first < functions->count; first++)
		mark_place(&functions->list[first], symbols);
}

/* Adds the functions that a word with a library's path names. */
static int add_symbols(struct systally_functions *functions,
		       const struct systally_function_word *word,
		       struct systally_error *error)
{
	const size_t first = functions->count;
	struct systally_error ignored = { "" };
	struct systally_symbols symbols;
	uint64_t offset;
	bool found;
	int result;

	if (is_offset(word->symbol, &offset)) {
		result = add(functions, word, word->symbol, offset, error);
		if (!result &&
		    !systally_symbols_read(&symbols, word->path, &ignored)) {
			mark_count_only(functions, first, &symbols);
			systally_symbols_free(&symbols);
		}
		return result;
	}
	if (systally_symbols_read(&symbols, word->path, error))
		return -1;
	result = add_matches(functions, word, &symbols, false, &found, error);
	if (!result && !found)
		result = add_matches(functions, word, &symbols, true, &found,
				     error);
	if (!result && !found)
		result = refuse(&symbols, word, error);
	if (!result)
		mark_count_only(functions, first, &symbols);
	systally_symbols_free(&symbols);
	return result;
}

struct search {
	struct systally_functions *functions;
	const struct systally_library_scope *scope;
};

static int find_word(void *context, struct systally_function_word *word,
		     struct systally_error *error)
{
	const struct search *search = context;
	int result;

	word->path = systally_library_find(word->library, search->scope, error);
	if (!word->path)
		return -1;
	result = add_symbols(search->functions, word, error);
	free(word->path);
	return result;
}

/* Adds the members of %ssl that the file at @path has. */
static int find_members(const struct search *search, const char *library,
			char *path, struct systally_error *error)
{
	struct systally_error ignored = { "" };
	struct systally_symbols symbols;
	bool found;
	int result = 0;
	size_t i;

	if (!path || systally_symbols_read(&symbols, path, &ignored))
		return 0;
	for (i = 0; !result && i < SYSTALLY_TLS_MEMBERS; i++) {
		char symbol[32];
		const struct systally_function_word word = {
			.library = path,
			.symbol =
				strcpy(symbol, systally_tls_members[i].symbol),
			.path = path,
			.kind = systally_tls_members[i].kind,
		};

		if (library && strcmp(library, systally_tls_members[i].library))
			continue;
		result = add_matches(search->functions, &word, &symbols, false,
				     &found, error);
	}
	systally_symbols_free(&symbols);
	return result;
}

/* The program of the scope, as systally_library_find() has paths, or NULL */
static char *program_path(const struct systally_library_scope *scope)
{
	char link[32], *path = NULL, program[PATH_MAX];
	ssize_t length;

	if (scope->program)
		return strdup(scope->program);
	if (!scope->pid)
		return NULL;
	snprintf(link, sizeof(link), "/proc/%u/exe", scope->pid);
	length = readlink(link, program, sizeof(program));
	if (length < 0 || (size_t)length == sizeof(program) ||
	    asprintf(&path, "/proc/%u/root%.*s", scope->pid, (int)length,
		     program) < 0)
		return NULL;
	return path;
}

static int find_set(void *context, struct systally_error *error)
{
	static const char *const libraries[] = { "libssl", "libgnutls" };
	const struct search *search = context;
	const size_t before = search->functions->count;
	struct systally_error ignored = { "" };
	int result = 0;
	char *path;
	size_t i;

	for (i = 0; !result && i < 2; i++) {
		path = systally_library_find(libraries[i], search->scope,
					     &ignored);
		result = find_members(search, libraries[i], path, error);
		free(path);
	}
	if (!result) {
		path = program_path(search->scope);
		result = find_members(search, NULL, path, error);
		free(path);
	}
	if (!result && search->functions->count == before)
		return systally_error_set(
			error,
			"neither libssl nor libgnutls is here, and the program has no SSL_read; give the library's path, such as /opt/lib/libssl.so.3:SSL_read");
	return result;
}

int systally_functions_find(struct systally_functions *functions,
			    const char *text,
			    const struct systally_library_scope *scope,
			    struct systally_error *error)
{
	struct search search = { functions, scope };
	int result;

	*functions = (struct systally_functions){ NULL, 0 };
	result = systally_words_each(text, find_word, find_set, &search, error);
	if (result)
		systally_functions_free(functions);
	return result;
}

void systally_functions_note_untimed(const struct systally_functions *functions,
				     struct systally_notes *notes)
{
	const struct systally_function_place *one = NULL;
	size_t i, count = 0;

	for (i = 0; i < functions->count; i++) {
		const struct systally_function_place *place =
			&functions->list[i];

		if (place->kind &&
		    !strcmp(place->kind, SYSTALLY_FUNCTION_COUNT_ONLY)) {
			one = place;
			count++;
		}
	}
	if (one)
		systally_notes_add(
			notes,
			"%zu function%s counted, but not timed: %s%s; a probe at the return could end the program (systally-set(7))",
			count, count > 1 ? "s are" : " is",
			count > 1 ? "such as " : "", one->name);
}

void systally_functions_free(struct systally_functions *functions)
{
	size_t i;

	for (i = 0; i < functions->count; i++) {
		free(functions->list[i].name);
		free(functions->list[i].path);
	}
	free(functions->list);
	*functions = (struct systally_functions){ NULL, 0 };
}
