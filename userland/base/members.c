// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reads objects with yajl's parser, which calls a function for each value.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <yajl/yajl_parse.h>

#include "base/members.h"
#include "base/escape.h"

#define DEPTH_MAX 16 /* as base/lines.c has it */

struct reader {
	const char *const *keys;
	struct systally_member *members;
	unsigned int count;
	unsigned int next;	     /* the key that is expected */
	unsigned int depth;	     /* of open objects and arrays */
	bool ended;		     /* the object has ended */
	struct systally_member *now; /* whose value is next; NULL: unknown */
	struct systally_integer further; /* an element that has no room */
};

/* Returns the member that the value is for; NULL if its key is not listed. */
static struct systally_member *begin(struct reader *reader,
				     enum systally_member_type type)
{
	struct systally_member *member = reader->now;

	if (reader->depth != 1 || !member)
		return NULL;
	member->type = type;
	member->length = 0;
	return member;
}

/*
 * Counts an element of an array whose key is listed, and returns it. Returns
 * NULL if the value is none.
 */
static struct systally_integer *add_element(struct reader *reader)
{
	struct systally_member *array = reader->now;
	struct systally_integer *element = &reader->further;

	if (reader->depth != 2 || !array ||
	    array->type != SYSTALLY_MEMBER_ARRAY)
		return NULL;
	if (array->length < SYSTALLY_MEMBER_ELEMENTS)
		element = &array->elements[array->length];
	array->length++;
	*element = (struct systally_integer){ .other = true };
	return element;
}

/* At the top there is one object and nothing else. */
static int add_value(struct reader *reader, enum systally_member_type type)
{
	if (!reader->depth)
		return 0;
	if (!begin(reader, type))
		add_element(reader);
	return 1;
}

static int on_null(void *context)
{
	return add_value(context, SYSTALLY_MEMBER_NULL);
}

static int on_boolean(void *context, int value)
{
	(void)value;
	return add_value(context, SYSTALLY_MEMBER_OTHER);
}

/* Returns false if it is no integer: it has a fraction or an exponent. */
static bool get_integer(const char *digits, size_t length,
			struct systally_integer *integer)
{
	const char *end = digits + length;

	*integer = (struct systally_integer){ .negative = *digits == '-' };
	for (digits += integer->negative; digits < end; digits++) {
		unsigned int digit = (unsigned int)(*digits - '0');

		if (digit > 9)
			return false;
		if (__builtin_mul_overflow(integer->size, 10, &integer->size) ||
		    __builtin_add_overflow(integer->size, digit,
					   &integer->size))
			integer->too_large = true;
	}
	if (integer->too_large)
		integer->size = UINT64_MAX;
	integer->negative &= integer->size != 0;
	return true;
}

static int on_number(void *context, const char *digits, size_t length)
{
	struct reader *reader = context;
	struct systally_integer integer, *element;
	const bool whole = get_integer(digits, length, &integer);
	struct systally_member *member;

	if (!reader->depth)
		return 0;
	member = begin(reader,
		       whole ? SYSTALLY_MEMBER_INTEGER : SYSTALLY_MEMBER_OTHER);
	if (member) {
		member->integer = integer;
		return 1;
	}
	element = add_element(reader);
	if (element && whole)
		*element = integer;
	return 1;
}

static int on_string(void *context, const unsigned char *text, size_t length)
{
	struct reader *reader = context;
	struct systally_member *member;

	if (!reader->depth)
		return 0;
	member = begin(reader, SYSTALLY_MEMBER_TEXT);
	if (!member) {
		add_element(reader);
		return 1;
	}
	/* half of a pair of surrogates, such as \udc00, is no character */
	if (!systally_utf8_valid((const char *)text, length))
		return 0;
	if (length > SYSTALLY_MEMBER_TEXT_LEN)
		length = SYSTALLY_MEMBER_TEXT_LEN;
	memcpy(member->text, text, length);
	member->text[length] = '\0';
	member->length = length;
	return 1;
}

static int on_start_map(void *context)
{
	struct reader *reader = context;

	if (reader->depth && !begin(reader, SYSTALLY_MEMBER_OTHER))
		add_element(reader);
	return reader->depth++ < DEPTH_MAX;
}

static int on_map_key(void *context, const unsigned char *key, size_t length)
{
	struct reader *reader = context;
	unsigned int i, at = reader->next;

	if (reader->depth != 1)
		return 1;
	/* json-c takes a name up to its first NUL */
	if (memchr(key, '\0', length))
		return 0;
	reader->now = NULL;
	for (i = 0; i < reader->count; i++, at++) {
		if (at >= reader->count)
			at = 0;
		if (strlen(reader->keys[at]) != length ||
		    memcmp(reader->keys[at], key, length))
			continue;
		reader->now = &reader->members[at];
		reader->next = at + 1;
		break;
	}
	return 1;
}

static int on_end(void *context)
{
	struct reader *reader = context;

	reader->depth--;
	reader->ended = !reader->depth;
	return 1;
}

static int on_start_array(void *context)
{
	struct reader *reader = context;

	if (!reader->depth)
		return 0;
	if (!begin(reader, SYSTALLY_MEMBER_ARRAY))
		add_element(reader);
	return reader->depth++ < DEPTH_MAX;
}

static const yajl_callbacks callbacks = {
	.yajl_null = on_null,
	.yajl_boolean = on_boolean,
	.yajl_number = on_number,
	.yajl_string = on_string,
	.yajl_start_map = on_start_map,
	.yajl_map_key = on_map_key,
	.yajl_end_map = on_end,
	.yajl_start_array = on_start_array,
	.yajl_end_array = on_end,
};

/* Returns 0, or -1 if @text is not JSON, or not one object. */
static int parse(yajl_handle parser, const char *text, size_t length)
{
	return yajl_parse(parser, (const unsigned char *)text, length) ==
			       yajl_status_ok ?
		       0 :
		       -1;
}

int systally_members_read(struct systally_lines *lines, const char *const *keys,
			  unsigned int count, struct systally_member *members)
{
	struct reader reader = {
		.keys = keys,
		.members = members,
		.count = count,
	};
	yajl_handle parser;
	unsigned int i;
	bool good;

	if (systally_lines_read(lines))
		return -1;
	if (lines->ended)
		return 0;
	for (i = 0; i < count; i++)
		members[i].type = SYSTALLY_MEMBER_NONE;
	parser = yajl_alloc(&callbacks, NULL, &reader);
	if (!parser)
		return systally_lines_no_memory(lines);
	/* lines->line is UTF-8 already, by stricter rules */
	yajl_config(parser, yajl_dont_validate_strings, 1);
	/* yajl accepts these two as blanks; JSON and json-c do not */
	good = !memchr(lines->line, '\v', lines->length) &&
	       !memchr(lines->line, '\f', lines->length) &&
	       !parse(parser, lines->line, lines->length);
	/* a token behind the object may be incomplete until its line ends */
	if (good && reader.ended)
		good = !parse(parser, "\n", 1);
	yajl_free(parser);
	if (good && reader.ended)
		return 0;
	return systally_lines_damaged(lines, good && lines->length ?
						     "cut short" :
						     "not one JSON object");
}

const char *systally_member_text(struct systally_lines *lines, const char *key,
				 const struct systally_member *member)
{
	if (member->type != SYSTALLY_MEMBER_TEXT) {
		systally_lines_missing(lines, key, "a text");
		return NULL;
	}
	if (strlen(member->text) == member->length)
		return member->text;
	systally_lines_damaged(lines, "`%s` has a NUL in it", key);
	return NULL;
}

static int get_count(struct systally_lines *lines, const char *key,
		     const struct systally_integer *integer, uint64_t max,
		     uint64_t *count)
{
	if (integer->negative)
		return systally_lines_damaged(lines, "`%s` is negative", key);
	if (integer->too_large || integer->size > max)
		return systally_lines_damaged(lines, "`%s` is too large", key);
	*count = integer->size;
	return 0;
}

int systally_member_count(struct systally_lines *lines, const char *key,
			  const struct systally_member *member, uint64_t max,
			  uint64_t *count)
{
	if (member->type != SYSTALLY_MEMBER_INTEGER)
		return systally_lines_missing(lines, key, "an integer");
	return get_count(lines, key, &member->integer, max, count);
}

int systally_member_count_of(struct systally_lines *lines, const char *key,
			     const struct systally_member *member,
			     unsigned int index, uint64_t max, uint64_t *count)
{
	if (member->elements[index].other)
		return systally_lines_damaged(
			lines, "`%s` has something else than an integer in it",
			key);
	return get_count(lines, key, &member->elements[index], max, count);
}
