// SPDX-License-Identifier: GPL-2.0-only
/*
 * Writes JSON to a stream, by means of yajl's generator. yajl places the commas
 * and escapes the texts. It accepts some wrong orders of calls and then writes
 * invalid JSON, so this file checks the order.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <yajl/yajl_gen.h>

#include "base/escape.h"
#include "base/json.h"

/* yajl's own limit is 128; nothing here nests deeper than 5. */
#define DEPTH_MAX 32

/* A double of 1e308 and 20 digits after the point, and its end. */
#define NUMBER_LEN 336

struct systally_json {
	yajl_gen gen;
	bool failed;
	bool has_value;		   /* since the last end of a line */
	unsigned int depth;	   /* of open objects and arrays */
	bool is_object[DEPTH_MAX]; /* [0]: the outermost one */
};

/* Writes the character @point as \uXXXX, or as two of them. */
static void print_escaped(FILE *out, uint32_t point)
{
	if (point > 0xffff) {
		point -= 0x10000;
		fprintf(out, "\\u%04X", 0xd800 | point >> 10);
		point = 0xdc00 | (point & 0x3ff);
	}
	fprintf(out, "\\u%04X", point);
}

/*
 * Where yajl puts its bytes: most often one, a quote or a comma. It has escaped
 * those below a blank that are in texts; others that act are escaped here. The
 * stream keeps an error for its owner.
 */
static void print(void *out, const char *bytes, size_t length)
{
	const char *end = bytes + length, *at = bytes;
	uint32_t point;
	size_t took;

	if (length == 1 && *bytes != 0x7f) {
		putc_unlocked(*bytes, (FILE *)out);
		return;
	}
	for (; at < end; at += took) {
		took = 1;
		if ((unsigned char)*at < 0x7f)
			continue;
		took = systally_utf8_length(at, (size_t)(end - at), &point);
		if (!took || !systally_escape_acts(point)) {
			took += !took;
			continue;
		}
		fwrite_unlocked(bytes, 1, (size_t)(at - bytes), out);
		print_escaped(out, point);
		bytes = at + took;
	}
	fwrite_unlocked(bytes, 1, (size_t)(end - bytes), out);
}

struct systally_json *systally_json_new(FILE *out)
{
	struct systally_json *json = calloc(1, sizeof(*json));

	if (!json)
		return NULL;
	json->gen = yajl_gen_alloc(NULL);
	if (!json->gen) {
		free(json);
		return NULL;
	}
	yajl_gen_config(json->gen, yajl_gen_print_callback, print, out);
	return json;
}

void systally_json_pretty(struct systally_json *json)
{
	yajl_gen_config(json->gen, yajl_gen_beautify, 1);
	yajl_gen_config(json->gen, yajl_gen_indent_string, "  ");
}

int systally_json_free(struct systally_json *json)
{
	int result;

	if (!json)
		return -1;
	result = json->failed || json->depth ? -1 : 0;
	yajl_gen_free(json->gen);
	free(json);
	return result;
}

static void check(struct systally_json *json, yajl_gen_status status)
{
	if (status != yajl_gen_status_ok)
		json->failed = true;
}

/* Writes @key. Returns true if a value may follow. */
static bool begin(struct systally_json *json, const char *key)
{
	bool is_member = json->depth && json->is_object[json->depth - 1];

	if (is_member != (key != NULL))
		json->failed = true;
	json->has_value = true;
	if (!json->failed && key)
		check(json,
		      yajl_gen_string(json->gen, (const unsigned char *)key,
				      strlen(key)));
	return !json->failed;
}

/* Writes @key and opens what is_object says. Returns true if it is open. */
static bool open_one(struct systally_json *json, const char *key,
		     bool is_object)
{
	if (json->depth == DEPTH_MAX)
		json->failed = true;
	if (!begin(json, key))
		return false;
	json->is_object[json->depth++] = is_object;
	return true;
}

void systally_json_object(struct systally_json *json, const char *key)
{
	if (open_one(json, key, true))
		check(json, yajl_gen_map_open(json->gen));
}

void systally_json_array(struct systally_json *json, const char *key)
{
	if (open_one(json, key, false))
		check(json, yajl_gen_array_open(json->gen));
}

void systally_json_end(struct systally_json *json)
{
	if (!json->depth)
		json->failed = true;
	if (json->failed)
		return;
	if (json->is_object[--json->depth])
		check(json, yajl_gen_map_close(json->gen));
	else
		check(json, yajl_gen_array_close(json->gen));
}

/* Writes @text, which is UTF-8. */
static void put_string(struct systally_json *json, const char *text,
		       size_t length)
{
	check(json,
	      yajl_gen_string(json->gen, (const unsigned char *)text, length));
}

static void put_escaped(struct systally_json *json, const char *text,
			enum systally_escape how)
{
	char *escaped = systally_escape_new(text, how);

	if (escaped)
		put_string(json, escaped, strlen(escaped));
	else
		json->failed = true;
	free(escaped);
}

void systally_json_text(struct systally_json *json, const char *key,
			const char *text)
{
	size_t length = text ? strlen(text) : 0;

	if (!text) {
		systally_json_null(json, key);
		return;
	}
	if (!begin(json, key))
		return;
	if (!strchr(text, '\\') && systally_utf8_valid(text, length))
		put_string(json, text, length);
	else
		put_escaped(json, text, SYSTALLY_ESCAPE_UTF8);
}

void systally_json_ascii(struct systally_json *json, const char *key,
			 const char *text)
{
	if (begin(json, key))
		put_escaped(json, text, SYSTALLY_ESCAPE_ASCII);
}

/*
 * Writes digits. yajl's own functions have no uint64_t, and print a double with
 * 20 digits.
 */
static void put_number(struct systally_json *json, const char *key,
		       const char *digits, int length)
{
	if (begin(json, key))
		check(json, yajl_gen_number(json->gen, digits, (size_t)length));
}

void systally_json_count(struct systally_json *json, const char *key,
			 uint64_t count)
{
	char digits[20]; /* of UINT64_MAX */
	char *first = digits + sizeof(digits);

	/* cheaper than snprintf(): most of what a report holds are counts */
	do {
		*--first = (char)('0' + count % 10);
		count /= 10;
	} while (count);
	put_number(json, key, first, (int)(digits + sizeof(digits) - first));
}

void systally_json_number(struct systally_json *json, const char *key,
			  int64_t number)
{
	char digits[24];
	int length =
		snprintf(digits, sizeof(digits), "%lld", (long long)number);

	put_number(json, key, digits, length);
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
		put_number(json, key, text, length);
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
	put_number(json, key, text, length);
}

void systally_json_bool(struct systally_json *json, const char *key, bool value)
{
	if (begin(json, key))
		check(json, yajl_gen_bool(json->gen, value));
}

void systally_json_null(struct systally_json *json, const char *key)
{
	if (begin(json, key))
		check(json, yajl_gen_null(json->gen));
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

void systally_json_line(struct systally_json *json)
{
	if (json->depth || !json->has_value)
		json->failed = true;
	if (json->failed)
		return;
	yajl_gen_reset(json->gen, "\n");
	json->has_value = false;
}
