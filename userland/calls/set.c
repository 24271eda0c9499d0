// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sets of system calls: parses -e and writes the module's filter.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/nearest.h"
#include "calls/abi.h"
#include "calls/classes.h"
#include "calls/set.h"

#define SEPARATORS ", \t\r\n"

/* Returns the bit of @nr. Numbers that are out of range share the last one. */
static unsigned int bit(int nr)
{
	nr = systally_names_nr(nr);
	return nr == SYSTALLY_NR_OUT_OF_RANGE ? SYSTALLY_NR_MAX :
						(unsigned int)nr;
}

static void add(struct systally_set *set, unsigned int abi, int nr)
{
	set->bits[abi][bit(nr) / 64] |= 1ULL << bit(nr) % 64;
}

bool systally_set_has(const struct systally_set *set, unsigned int abi, int nr)
{
	if (abi == SYSTALLY_ABI_FUNCTION)
		return !set->some_functions ||
		       (set->functions[bit(nr) / 64] >> bit(nr) % 64 & 1);
	if (set->all)
		return true;
	if (abi >= SYSTALLY_ABIS)
		return false;
	return set->bits[abi][bit(nr) / 64] >> bit(nr) % 64 & 1;
}

void systally_set_no_functions(struct systally_set *set)
{
	set->some_functions = true;
	memset(set->functions, 0, sizeof(set->functions));
}

void systally_set_function(struct systally_set *set, unsigned int nr)
{
	set->functions[bit((int)nr) / 64] |= 1ULL << bit((int)nr) % 64;
}

/*
 * Adds the call @name of @abi, or of each ABI if @abi is -1. Returns how many
 * ABIs have such a call.
 */
static int add_name(struct systally_set *set,
		    const struct systally_names *names, int abi,
		    const char *name)
{
	int found = 0;
	int i, nr;

	for (i = 0; i < SYSTALLY_ABIS; i++) {
		if (abi >= 0 && abi != i)
			continue;
		nr = systally_names_number(names, (unsigned int)i, name);
		if (nr < 0)
			continue;
		add(set, (unsigned int)i, nr);
		found++;
	}
	return found;
}

/* The same for names as C programs and the kernel write them: SYS_poll. */
static int add_prefixed_name(struct systally_set *set,
			     const struct systally_names *names, int abi,
			     const char *name)
{
	static const char *const prefixes[] = { "SYS_", "__NR_", "sys_" };
	int found = add_name(set, names, abi, name);
	size_t i;

	for (i = 0; !found && i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
		const size_t length = strlen(prefixes[i]);

		if (!strncmp(name, prefixes[i], length))
			found = add_name(set, names, abi, name + length);
	}
	return found;
}

/* Adds the calls of a class, whose names are separated by blanks. */
static void add_calls(struct systally_set *set,
		      const struct systally_names *names, int abi,
		      const char *calls)
{
	char name[SYSTALLY_NAME_LEN];
	size_t length;

	while (*calls) {
		length = strcspn(calls, " ");
		snprintf(name, sizeof(name), "%.*s", (int)length, calls);
		add_name(set, names, abi, name);
		calls += length;
		calls += strspn(calls, " ");
	}
}

static int add_class(struct systally_set *set,
		     const struct systally_names *names, int abi,
		     const char *class, struct systally_error *error)
{
	const char *calls = systally_classes_find(class);

	if (!calls)
		return systally_error_set(
			error,
			"no class of system calls is called %%%.60s; there are %s",
			class, systally_classes_list());
	add_calls(set, names, abi, calls);
	return 0;
}

/*
 * Says that no call is called @what, which is the end of @token, and which names
 * are nearest.
 */
static int refuse_name(const struct systally_names *names, int abi,
		       const char *token, const char *what,
		       struct systally_error *error)
{
	struct systally_nearest nearest;
	char text[SYSTALLY_NEAREST_LEN];
	const char *name;
	int i, nr;

	systally_nearest_begin(&nearest, what, strlen(what));
	for (i = 0; i < SYSTALLY_ABIS; i++) {
		for (nr = 0; nr < SYSTALLY_NR_MAX; nr++) {
			name = systally_names_known(names, (unsigned int)i, nr);
			if (name && (abi < 0 || abi == i))
				systally_nearest_offer(&nearest, name);
		}
	}
	systally_nearest_write(&nearest, "", text);
	return systally_error_set(
		error, "no system call is called '%.60s'; %s", token,
		*text ? text :
			"see `man 2 syscalls` for the names, give its number, or a class such as %file");
}

static void add_abi(struct systally_set *set, int abi)
{
	int i;

	for (i = 0; i < SYSTALLY_ABIS; i++) {
		if (abi < 0 || abi == i)
			memset(set->bits[i], 0xff, sizeof(set->bits[i]));
	}
}

/*
 * Reads `600` or `syscall_600`. Returns -1 if @text is neither, and
 * SYSTALLY_NR_MAX if the number is too large.
 */
static int read_number(const char *text)
{
	char *end;
	long nr;

	if (!strncmp(text, "syscall_", 8))
		text += 8;
	if (*text < '0' || *text > '9')
		return -1;
	nr = strtol(text, &end, 10);
	if (*end)
		return -1;
	return nr < SYSTALLY_NR_MAX ? (int)nr : SYSTALLY_NR_MAX;
}

/* Classes that strace takes without a `%`, though calls are called so. */
static bool is_strace_class(const char *word)
{
	return !strcmp(word, "signal") || !strcmp(word, "ipc");
}

/* Adds what one word means. @strace: it follows strace's `trace=`. */
static int add_token(struct systally_set *set,
		     const struct systally_names *names, const char *token,
		     bool strace, struct systally_error *error)
{
	const char *what = token;
	const char *colon = strchr(token, ':');
	const char *calls;
	int abi = -1;
	int i, nr;

	if (colon) {
		abi = systally_abi_find(token, (size_t)(colon - token));
		if (abi < 0)
			return systally_error_set(
				error,
				"no ABI is called '%.*s' in '%.60s'; there are %s",
				(int)(colon - token > 60 ? 60 : colon - token),
				token, token, systally_abi_list());
		what = colon + 1;
	}
	if (*what == '%')
		return add_class(set, names, abi, what + 1, error);
	if (!strcmp(what, "none"))
		return 0;
	if (!strcmp(what, "all")) {
		add_abi(set, abi);
		return 0;
	}
	if (!strcmp(what, "out_of_range")) {
		for (i = 0; i < SYSTALLY_ABIS; i++) {
			if (abi < 0 || abi == i)
				add(set, (unsigned int)i,
				    SYSTALLY_NR_OUT_OF_RANGE);
		}
		return 0;
	}
	nr = read_number(what);
	if (nr >= SYSTALLY_NR_MAX)
		return systally_error_set(
			error,
			"no system call has the number %.60s; the highest is %d, and out_of_range stands for the rest",
			what, SYSTALLY_NR_MAX - 1);
	if (nr >= 0) {
		/* a number without an ABI is of the native one, as in the module */
		add(set, abi < 0 ? systally_abi_native() : (unsigned int)abi,
		    nr);
		return 0;
	}
	calls = systally_classes_find(what);
	if (strace && is_strace_class(what))
		add_calls(set, names, abi, calls);
	else if (add_prefixed_name(set, names, abi, what))
		return 0;
	else if (calls)
		add_calls(set, names, abi, calls);
	else
		return refuse_name(names, abi, token, what, error);
	return 0;
}

/*
 * Skips the `trace=` of strace's -e. Returns -1 with @error for one of its other
 * qualifiers, which have no meaning here.
 */
static int skip_qualifier(const char **text, bool *strace,
			  struct systally_error *error)
{
	const char *equals = strchr(*text, '=');
	size_t length = equals ? (size_t)(equals - *text) : 0;

	if (!length || strcspn(*text, SEPARATORS "%!:") < length)
		return 0;
	*strace = (length == 5 && !strncmp(*text, "trace", 5)) ||
		  (length == 1 && **text == 't');
	if (!*strace)
		return systally_error_set(
			error,
			"'%.*s=' of strace chooses no system calls; give their names, or trace=SET",
			(int)(length > 60 ? 60 : length), *text);
	*text = equals + 1;
	return 0;
}

int systally_set_parse(struct systally_set *set,
		       const struct systally_names *names, const char *text,
		       struct systally_error *error)
{
	bool negate = false, strace = false;
	char *copy, *token, *rest;
	unsigned int abi;
	size_t i;
	int tokens = 0;
	int result = 0;

	memset(set, 0, sizeof(*set));
	text += strspn(text, SEPARATORS);
	if (skip_qualifier(&text, &strace, error))
		return -1;
	if (*text == '!') {
		negate = true;
		text++;
	}
	copy = strdup(text);
	if (!copy)
		return systally_error_set(error, "out of memory");
	for (token = strtok_r(copy, SEPARATORS, &rest); token && !result;
	     token = strtok_r(NULL, SEPARATORS, &rest)) {
		tokens++;
		if (*token == '!')
			result = systally_error_set(
				error,
				"'!' negates the whole set, so it must be its first character; it stands before '%.60s'",
				token + 1);
		else
			result = add_token(set, names, token, strace, error);
	}
	if (!result && !tokens)
		result = systally_error_set(
			error,
			"the set of system calls is empty; name some, or leave -e out");
	free(copy);
	for (abi = 0; negate && abi < SYSTALLY_ABIS; abi++) {
		for (i = 0; i < sizeof(set->bits[0]) / 8; i++)
			set->bits[abi][i] = ~set->bits[abi][i];
	}
	return result;
}

int systally_set_filter(const struct systally_set *set, char *text, size_t size)
{
	unsigned int abi;
	size_t used = 0;
	int length, nr;

	if (set->all) {
		length = snprintf(text, size, "all");
		return (size_t)length < size ? 0 : -1;
	}
	for (abi = 0; abi < SYSTALLY_ABIS; abi++) {
		/* the module has no word for numbers that are out of range */
		if (systally_set_has(set, abi, SYSTALLY_NR_OUT_OF_RANGE))
			return -1;
		for (nr = 0; nr < SYSTALLY_NR_MAX; nr++) {
			if (!systally_set_has(set, abi, nr))
				continue;
			length = snprintf(text + used, size - used, "%s%s%d",
					  used ? "," : "",
					  systally_abi_prefix(abi), nr);
			if ((size_t)length >= size - used)
				return -1;
			used += (size_t)length;
		}
	}
	return used ? 0 : -1;
}

/* Removes each call from @set for which "is it in @what?" equals @in. */
static void remove_if(struct systally_set *set, const struct systally_set *what,
		      bool in)
{
	unsigned int abi;
	int nr;

	if (set->all)
		memset(set->bits, 0xff, sizeof(set->bits));
	set->all = false;
	for (abi = 0; abi < SYSTALLY_ABIS; abi++) {
		for (nr = 0; nr <= SYSTALLY_NR_MAX; nr++) {
			if (systally_set_has(what, abi, nr) == in)
				set->bits[abi][nr / 64] &= ~(1ULL << nr % 64);
		}
	}
}

void systally_set_remove(struct systally_set *set,
			 const struct systally_set *what)
{
	remove_if(set, what, true);
}

void systally_set_keep(struct systally_set *set,
		       const struct systally_set *what)
{
	if (!what->all)
		remove_if(set, what, false);
}

bool systally_set_is_empty(const struct systally_set *set)
{
	unsigned int abi;
	size_t i;

	for (abi = 0; abi < SYSTALLY_ABIS; abi++) {
		for (i = 0; i < sizeof(set->bits[0]) / sizeof(set->bits[0][0]);
		     i++) {
			if (set->bits[abi][i])
				return false;
		}
	}
	return !set->all;
}
