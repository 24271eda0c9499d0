// SPDX-License-Identifier: GPL-2.0-only
/*
 * The grammar of the controls.
 */
#include "parse.h"

#ifdef __KERNEL__
#include <linux/ctype.h>
#include <linux/mm.h>
#include <linux/string.h>
#include <linux/threads.h>
#endif

static bool is_separator(char c)
{
	return c == ',' || c == ' ' || (c >= '\t' && c <= '\r');
}

char *parse_token(char **text)
{
	char *token = *text;

	while (is_separator(*token))
		token++;
	*text = token;
	if (!*token)
		return NULL;
	while (**text && !is_separator(**text))
		(*text)++;
	if (**text)
		*(*text)++ = '\0';
	return token;
}

/* The only token of a text, or NULL if there is none or more than one */
static char *only_token(char *text)
{
	char *token = parse_token(&text);

	return token && !parse_token(&text) ? token : NULL;
}

int parse_bool(char *text, bool *value)
{
	const char *token = only_token(text);

	if (!token || (token[0] != '0' && token[0] != '1') || token[1])
		return -EINVAL;
	*value = token[0] == '1';
	return 0;
}

int parse_word(char *text, const char *const *words, unsigned int *index)
{
	const char *token = only_token(text);
	unsigned int i;

	for (i = 0; token && words[i]; i++) {
		if (!strcmp(token, words[i])) {
			*index = i;
			return 0;
		}
	}
	return -EINVAL;
}

/* Digits only, because kstrtoint() would accept a second sign. */
static int parse_pid(const char *digits, int *pid)
{
	if (!isdigit((unsigned char)digits[0]) || kstrtoint(digits, 10, pid) ||
	    *pid < 1 || *pid > PID_MAX_LIMIT)
		return -EINVAL;
	return 0;
}

int parse_targets(char *text, struct targets_request *request)
{
	unsigned int tokens = 0;
	char *token;

	request->pids = 0;
	while ((token = parse_token(&text))) {
		bool sign = *token == '+' || *token == '-';
		enum targets_verb verb;
		int pid = 0;

		if (!strcmp(token, "none"))
			verb = TARGETS_NONE;
		else if (!strcmp(token, "all"))
			verb = TARGETS_ALL;
		else
			verb = sign ? TARGETS_EDIT : TARGETS_REPLACE;

		/* `all` and `none` stand alone; either all pids have a sign or
		 * none has.
		 */
		if (tokens++ && (verb != request->verb || verb == TARGETS_ALL ||
				 verb == TARGETS_NONE))
			return -EINVAL;
		request->verb = verb;
		if (verb == TARGETS_ALL || verb == TARGETS_NONE)
			continue;
		if (parse_pid(token + sign, &pid) ||
		    request->pids == PARSE_MAX_TOKENS)
			return -EINVAL;
		request->pid[request->pids++] = *token == '-' ? -pid : pid;
	}
	return tokens ? 0 : -EINVAL;
}

static bool is_white(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Ends the word at *@text; *@text is the next one then. */
static char *cut_word(char **text)
{
	char *word = *text;

	while (**text && !is_white(**text))
		(*text)++;
	while (is_white(**text))
		*(*text)++ = '\0';
	return word;
}

int parse_function(char **text, struct parsed_function *function)
{
	char *line = *text, *end = strchr(line, '\n'), *offset;

	if (end)
		*end++ = '\0';
	else
		end = line + strlen(line);
	while (is_white(*end))
		end++;
	function->name = cut_word(&line);
	offset = cut_word(&line);
	function->path = line;
	function->kind = strchr(offset, ':');
	if (function->kind)
		*function->kind++ = '\0';
	if (!isdigit((unsigned char)*offset) ||
	    kstrtoul(offset, 0, &function->offset) || *line != '/')
		return -EINVAL;
	for (line += strlen(line); is_white(line[-1]);)
		*--line = '\0';
	*text = end;
	return *function->name ? 0 : -EINVAL;
}

int parse_bytes(char *text, unsigned long *bytes)
{
	unsigned int shift = 0;
	char *token = only_token(text), *end;
	unsigned long number;

	if (!token)
		return -EINVAL;
	end = token + strlen(token) - 1;
	switch (*end) {
	case 'G':
	case 'g':
		shift += 10;
		fallthrough;
	case 'M':
	case 'm':
		shift += 10;
		fallthrough;
	case 'K':
	case 'k':
		shift += 10;
		*end = '\0';
	}
	if (!isdigit((unsigned char)token[0]) || kstrtoul(token, 10, &number) ||
	    !number || number << shift >> shift != number)
		return -EINVAL;
	*bytes = number << shift;
	return 0;
}
