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

const char *const rule_words[RULE_KINDS] = {
	[RULE_CGROUP] = "cgroup:",
	[RULE_UID] = "uid:",
	[RULE_COMM] = "comm:",
};

static int hex_value(char digit)
{
	if (digit >= '0' && digit <= '9')
		return digit - '0';
	return digit >= 'a' && digit <= 'f' ? digit - 'a' + 10 : -1;
}

/* Replaces each \xHH by its byte. Returns 0, or -EINVAL. */
static int unescape(char *text)
{
	char *to = text;

	for (; *text; to++) {
		int high, low;

		if (*text != '\\') {
			*to = *text++;
			continue;
		}
		high = text[1] == 'x' ? hex_value(text[2]) : -1;
		low = high < 0 ? -1 : hex_value(text[3]);
		if (low < 0 || !(high + low))
			return -EINVAL;
		*to = high << 4 | low;
		text += 4;
	}
	*to = '\0';
	return 0;
}

/* Digits only, as parse_pid() */
static int parse_uid(const char *digits, u32 *uid)
{
	unsigned long value;

	if (!isdigit((unsigned char)digits[0]) ||
	    kstrtoul(digits, 10, &value) || value >= U32_MAX)
		return -EINVAL;
	*uid = value;
	return 0;
}

/* Whether a path has no empty step, and none that is . or .. */
static bool is_plain_path(const char *path)
{
	if (*path != '/')
		return false;
	while (*path == '/' && path[1]) {
		const char *step = ++path;

		while (*path && *path != '/')
			path++;
		if (path == step || !strncmp(step, "./", path - step + 1) ||
		    !strncmp(step, "../", path - step + 1) ||
		    (!*path && (!strcmp(step, ".") || !strcmp(step, ".."))))
			return false;
	}
	return !*path || !path[1];
}

/* Parses a rule without its sign. Returns 0, or -EINVAL. */
static int parse_rule(char *token, struct parsed_rule *rule)
{
	unsigned int kind;
	size_t length;

	for (kind = 0; kind < RULE_KINDS; kind++) {
		length = strlen(rule_words[kind]);
		if (!strncmp(token, rule_words[kind], length))
			break;
	}
	if (kind == RULE_KINDS)
		return -EINVAL;
	rule->kind = kind;
	rule->text = token + length;
	if (kind == RULE_UID)
		return parse_uid(rule->text, &rule->uid);
	if (unescape(rule->text) || !*rule->text)
		return -EINVAL;
	if (kind == RULE_COMM)
		return strlen(rule->text) <= RULE_COMM_MAX ? 0 : -EINVAL;
	return is_plain_path(rule->text) ? 0 : -EINVAL;
}

int parse_targets(char *text, struct targets_request *request)
{
	unsigned int tokens = 0;
	char *token;

	request->pids = 0;
	request->rules = 0;
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

		/* `all` and `none` stand alone; either all others have a sign or
		 * none has.
		 */
		if (tokens++ && (verb != request->verb || verb == TARGETS_ALL ||
				 verb == TARGETS_NONE))
			return -EINVAL;
		request->verb = verb;
		if (verb == TARGETS_ALL || verb == TARGETS_NONE)
			continue;
		if (isalpha((unsigned char)token[sign])) {
			struct parsed_rule *rule;

			if (request->rules == PARSE_MAX_RULES)
				return -E2BIG;
			rule = &request->rule[request->rules++];
			rule->removes = *token == '-';
			if (parse_rule(token + sign, rule))
				return -EINVAL;
			continue;
		}
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
