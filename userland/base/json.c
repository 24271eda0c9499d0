// SPDX-License-Identifier: GPL-2.0-only
/*
 * Writes JSON to a stream. The members of an object are put together in a small
 * buffer and leave with its end, since each step to the stream costs more than
 * a member. A report has millions of them.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/escape.h"
#include "base/json.h"
#include "base/text.h"

#define DEPTH_MAX 32 /* nothing here nests deeper than 5 */

/* A double of 1e308 and 20 digits after the point, and its end. */
#define NUMBER_LEN 336

#define BUFFER_LEN 1024 /* for most objects that are rows */
#define KEY_ROOM   64	/* for most keys, with what is around them */

struct systally_json {
	FILE *out;
	bool failed;
	bool pretty;
	bool any_keys;
	bool has_value;		   /* since the last end of a line */
	bool has_member;	   /* the innermost object or array */
	bool in_object;		   /* the innermost of them is an object */
	unsigned int depth;	   /* of open objects and arrays */
	bool is_object[DEPTH_MAX]; /* [0]: the outermost one */
	size_t used;
	char buffer[BUFFER_LEN];
};

struct systally_json *systally_json_new(FILE *out)
{
	struct systally_json *json = calloc(1, sizeof(*json));

	if (json)
		json->out = out;
	return json;
}

void systally_json_any_keys(struct systally_json *json)
{
	json->any_keys = true;
}

void systally_json_pretty(struct systally_json *json)
{
	json->pretty = true;
}

/* The stream keeps an error for its owner. */
static void flush(struct systally_json *json)
{
	fwrite_unlocked(json->buffer, 1, json->used, json->out);
	json->used = 0;
}

int systally_json_free(struct systally_json *json)
{
	int result;

	if (!json)
		return -1;
	flush(json);
	result = json->failed || json->depth ? -1 : 0;
	free(json);
	return result;
}

/* --- the buffer --- */

static void put_byte(struct systally_json *json, char byte)
{
	if (json->used == BUFFER_LEN)
		flush(json);
	json->buffer[json->used++] = byte;
}

/* Where @length is a constant, inlining makes this a few stores. */
static inline void put(struct systally_json *json, const char *bytes,
		       size_t length)
{
	/* BUFFER_LEN is more than the longest number */
	if (length > BUFFER_LEN - json->used)
		flush(json);
	memcpy(json->buffer + json->used, bytes, length);
	json->used += length;
}

static void put_line(struct systally_json *json)
{
	unsigned int i;

	put_byte(json, '\n');
	for (i = 0; i < json->depth; i++)
		put(json, "  ", 2);
}

/* --- texts --- */

/* The bytes of a text that are not written as they are, and its end. */
static const bool specials[256] = {
	[0 ... ' ' - 1] = true,
	['"'] = true,
	['\\'] = true,
	[0x7f ... 0xff] = true,
};

static bool is_plain(char byte)
{
	return !specials[(unsigned char)byte];
}

/* Writes the plain bytes at @text, as many as there is room for. */
static const char *put_plain(struct systally_json *json, const char *text)
{
	char *const end = json->buffer + BUFFER_LEN;
	char *to = json->buffer + json->used;

	while (to < end && is_plain(*text))
		*to++ = *text++;
	json->used = (size_t)(to - json->buffer);
	return text;
}

/* Writes the character @point as \uXXXX, or as two of them. */
static void put_point(struct systally_json *json, uint32_t point)
{
	char escape[16];

	if (point > 0xffff) {
		point -= 0x10000;
		snprintf(escape, sizeof(escape), "\\u%04X",
			 0xd800 | point >> 10);
		put(json, escape, 6);
		point = 0xdc00 | (point & 0x3ff);
	}
	snprintf(escape, sizeof(escape), "\\u%04X", point & 0xffff);
	put(json, escape, 6);
}

/* Writes the first character of @text, which is not plain. Returns its end. */
static const char *put_special(struct systally_json *json, const char *text)
{
	static const char escapes[] = "\"\"\\\\\bb\ff\nn\rr\tt";
	uint32_t point;
	size_t i, length;

	for (i = 0; i < sizeof(escapes) - 1; i += 2) {
		if (*text == escapes[i]) {
			put_byte(json, '\\');
			put_byte(json, escapes[i + 1]);
			return text + 1;
		}
	}
	/* no character goes past the NUL */
	length = systally_utf8_length(text, 4, &point);
	if (length && systally_escape_acts(point))
		put_point(json, point);
	else
		put(json, text, length ? length : 1);
	return text + (length ? length : 1);
}

/* Writes @text, which is UTF-8. */
static void put_text(struct systally_json *json, const char *text)
{
	while (*(text = put_plain(json, text))) {
		if (is_plain(*text))
			flush(json);
		else
			text = put_special(json, text);
	}
}

static void put_escaped(struct systally_json *json, const char *text,
			enum systally_escape how)
{
	char *escaped = systally_escape_new(text, how);

	if (escaped)
		put_text(json, escaped);
	else
		json->failed = true;
	free(escaped);
}

/* --- the order of values --- */

/* Any key in quotes, and its colon, after a comma if @comma. */
static void put_any_key(struct systally_json *json, const char *key, bool comma)
{
	if (comma)
		put_byte(json, ',');
	put_byte(json, '"');
	put_text(json, key);
	put(json, "\":", 2);
}

/*
 * The same. Most keys are short and need no escape: this looks at the buffer's
 * room once, and not at the letters.
 */
static inline void put_key(struct systally_json *json, const char *key,
			   bool comma)
{
	const size_t length = strlen(key);
	char *to = json->buffer + json->used;

	if (json->any_keys || length > KEY_ROOM - 4 ||
	    BUFFER_LEN - json->used < KEY_ROOM) {
		put_any_key(json, key, comma);
		return;
	}
	*to = ',';
	to += comma;
	*to++ = '"';
	memcpy(to, key, length);
	to[length] = '"';
	to[length + 1] = ':';
	json->used = (size_t)(to + length + 2 - json->buffer);
}

/* What stands before a value where people read it: a comma, a line, the key. */
static void begin_pretty(struct systally_json *json, const char *key)
{
	if (json->has_member)
		put_byte(json, ',');
	if (json->depth)
		put_line(json);
	if (key) {
		put_key(json, key, false);
		put_byte(json, ' ');
	}
}

/*
 * Writes @key, and what stands before it. Returns true if a value may follow,
 * which ends with end_value().
 */
static bool begin_value(struct systally_json *json, const char *key)
{
	/* one value at the top level in a line */
	if (json->in_object != (key != NULL) ||
	    (json->has_value && !json->depth))
		json->failed = true;
	if (json->failed)
		return false;
	if (json->pretty)
		begin_pretty(json, key);
	else if (key)
		put_key(json, key, json->has_member);
	else if (json->has_member)
		put_byte(json, ',');
	return true;
}

/* What is no member leaves the buffer: an element, and a document. */
static void end_value(struct systally_json *json)
{
	json->has_value = true;
	json->has_member = true;
	if (json->in_object)
		return;
	if (!json->depth) {
		json->has_member = false;
		if (json->pretty)
			put_byte(json, '\n');
	}
	flush(json);
}

/* Writes a value that needs no escape. */
static void put_value(struct systally_json *json, const char *key,
		      const char *text, size_t length)
{
	if (!begin_value(json, key))
		return;
	put(json, text, length);
	end_value(json);
}

/* Opens what is_object says. */
static void open_one(struct systally_json *json, const char *key,
		     bool is_object)
{
	if (json->depth == DEPTH_MAX)
		json->failed = true;
	if (!begin_value(json, key))
		return;
	put_byte(json, is_object ? '{' : '[');
	json->is_object[json->depth++] = is_object;
	json->in_object = is_object;
	json->has_value = true;
	json->has_member = false;
}

void systally_json_object(struct systally_json *json, const char *key)
{
	open_one(json, key, true);
}

void systally_json_array(struct systally_json *json, const char *key)
{
	open_one(json, key, false);
}

void systally_json_end(struct systally_json *json)
{
	if (!json->depth)
		json->failed = true;
	if (json->failed)
		return;
	/* an empty object has an empty line where its members would be */
	if (json->pretty && !json->has_member)
		put_byte(json, '\n');
	json->depth--;
	if (json->pretty)
		put_line(json);
	put_byte(json, json->in_object ? '}' : ']');
	json->in_object = json->depth && json->is_object[json->depth - 1];
	end_value(json);
}

void systally_json_line(struct systally_json *json)
{
	if (json->depth || !json->has_value)
		json->failed = true;
	if (json->failed)
		return;
	put_byte(json, '\n');
	flush(json);
	json->has_value = false;
}

/* --- values --- */

void systally_json_text(struct systally_json *json, const char *key,
			const char *text)
{
	if (!text) {
		systally_json_null(json, key);
		return;
	}
	if (!begin_value(json, key))
		return;
	put_byte(json, '"');
	text = put_plain(json, text);
	if (!*text ||
	    (!strchr(text, '\\') && systally_utf8_valid(text, strlen(text))))
		put_text(json, text);
	else
		put_escaped(json, text, SYSTALLY_ESCAPE_UTF8);
	put_byte(json, '"');
	end_value(json);
}

void systally_json_ascii(struct systally_json *json, const char *key,
			 const char *text)
{
	if (!begin_value(json, key))
		return;
	put_byte(json, '"');
	put_escaped(json, text, SYSTALLY_ESCAPE_ASCII);
	put_byte(json, '"');
	end_value(json);
}

void systally_json_count(struct systally_json *json, const char *key,
			 uint64_t count)
{
	char digits[SYSTALLY_DIGITS_LEN];
	const char *first = systally_text_digits(count, digits);

	put_value(json, key, first,
		  (size_t)(digits + sizeof(digits) - 1 - first));
}

void systally_json_number(struct systally_json *json, const char *key,
			  int64_t number)
{
	char digits[1 + SYSTALLY_DIGITS_LEN];
	char *first;

	if (number >= 0) {
		systally_json_count(json, key, (uint64_t)number);
		return;
	}
	first = systally_text_digits(-(uint64_t)number, digits + 1);
	*--first = '-';
	put_value(json, key, first,
		  (size_t)(digits + sizeof(digits) - 1 - first));
}

void systally_json_decimal(struct systally_json *json, const char *key,
			   double number, int digits)
{
	char text[NUMBER_LEN];
	int length;

	if (!isfinite(number)) {
		systally_json_null(json, key);
		return;
	}
	length = snprintf(text, sizeof(text), "%.*f", digits, number);
	if (length < (int)sizeof(text))
		put_value(json, key, text, (size_t)length);
	else
		json->failed = true;
}

void systally_json_double(struct systally_json *json, const char *key,
			  double number)
{
	char text[40];
	int length;

	if (!isfinite(number)) {
		systally_json_null(json, key);
		return;
	}
	length = snprintf(text, sizeof(text), "%.17g", number);
	/* as json-c has it: a double keeps its type when it is read again */
	if (!strpbrk(text, ".e"))
		length += snprintf(text + length, sizeof(text) - (size_t)length,
				   ".0");
	put_value(json, key, text, (size_t)length);
}

void systally_json_bool(struct systally_json *json, const char *key, bool value)
{
	put_value(json, key, value ? "true" : "false", value ? 4 : 5);
}

void systally_json_null(struct systally_json *json, const char *key)
{
	if (!begin_value(json, key))
		return;
	put(json, "null", 4);
	end_value(json);
}

void systally_json_words(struct systally_json *json, const char *key,
			 char *const *words, size_t count)
{
	size_t i;

	systally_json_array(json, key);
	for (i = 0; i < count; i++)
		systally_json_text(json, NULL, words[i]);
	systally_json_end(json);
}
