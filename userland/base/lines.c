// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reads lines of JSON with json-c.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/escape.h"
#include "base/lines.h"

/* A line may hold the arguments of a command. The kernel limits these, too. */
#define LINE_BYTES_MAX (16 * 1024 * 1024)
#define DEPTH_MAX      16

int systally_lines_damaged(struct systally_lines *lines, const char *format,
			   ...)
{
	char text[256];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	return systally_error_set(
		lines->error, "%s, line %zu: %s; it was changed or damaged, %s",
		lines->path, lines->number, text, lines->kind->remedy);
}

int systally_lines_no_memory(struct systally_lines *lines)
{
	return systally_error_set(lines->error, "no memory to read %s",
				  lines->path);
}

int systally_lines_open(struct systally_lines *lines, const char *path,
			const struct systally_lines_kind *kind,
			struct systally_error *error)
{
	memset(lines, 0, sizeof(*lines));
	lines->kind = kind;
	lines->path = path;
	lines->error = error;
	lines->tokener = json_tokener_new_ex(DEPTH_MAX);
	if (!lines->tokener)
		return systally_lines_no_memory(lines);
	json_tokener_set_flags(lines->tokener, JSON_TOKENER_STRICT);
	if (!kind->appended && !strcmp(path, "-")) {
		lines->path = "standard input";
		lines->file = stdin;
		return 0;
	}
	lines->file = fopen(path, "re");
	if (lines->file)
		return 0;
	systally_error_set(error, "cannot open %s: %s", path,
			   systally_error_meaning(errno));
	json_tokener_free(lines->tokener);
	return -1;
}

void systally_lines_close(struct systally_lines *lines)
{
	json_object_put(lines->object);
	json_tokener_free(lines->tokener);
	free(lines->line);
	free(lines->ascii);
	if (lines->file != stdin)
		fclose(lines->file);
}

/* Makes room for @count more bytes and a NUL in lines->line. */
static int make_room(struct systally_lines *lines, size_t count)
{
	char *larger;

	if (count > LINE_BYTES_MAX - lines->length)
		return systally_lines_damaged(lines, "longer than 16 MiB");
	if (lines->length + count < lines->room)
		return 0;
	while (lines->length + count >= lines->room)
		lines->room = lines->room ? 2 * lines->room : 4096;
	larger = realloc(lines->line, lines->room);
	if (!larger)
		return systally_lines_no_memory(lines);
	lines->line = larger;
	return 0;
}

/* Reads the next block. Returns 0, also at the end of the file, or -1. */
static int fill(struct systally_lines *lines)
{
	lines->block_at = 0;
	lines->block_end =
		fread(lines->block, 1, sizeof(lines->block), lines->file);
	if (!lines->block_end && ferror(lines->file))
		return systally_error_set(lines->error, "cannot read %s: %s",
					  lines->path,
					  systally_error_meaning(errno));
	return 0;
}

/*
 * Reads up to the line's end. The first byte is checked early: a file without
 * line feeds would fill the memory.
 */
static int read_line(struct systally_lines *lines)
{
	const char *from, *feed = NULL;
	size_t count;

	lines->length = 0;
	lines->number++;
	while (!feed) {
		if (lines->block_at == lines->block_end && fill(lines))
			return -1;
		from = lines->block + lines->block_at;
		count = lines->block_end - lines->block_at;
		if (!count)
			break;
		if (lines->number == 1 && !lines->length && *from != '{' &&
		    *from != '\n')
			return systally_error_set(
				lines->error, "%s is not %s; %s", lines->path,
				lines->kind->noun, lines->kind->maker);
		feed = memchr(from, '\n', count);
		if (feed)
			count = (size_t)(feed - from);
		if (make_room(lines, count))
			return -1;
		memcpy(lines->line + lines->length, from, count);
		lines->length += count;
		lines->line[lines->length] = '\0';
		lines->block_at += count + !!feed;
	}
	lines->cut = !feed && lines->length && lines->kind->appended;
	lines->ended = lines->cut || (!feed && !lines->length);
	if (!lines->ended)
		lines->whole_bytes += (off_t)lines->length + !!feed;
	return 0;
}

int systally_lines_read(struct systally_lines *lines)
{
	if (read_line(lines))
		return -1;
	if (lines->ended)
		return 0;
	/* parsers accept overlong forms; written again, these would differ */
	if (!systally_utf8_valid(lines->line, lines->length))
		return systally_lines_damaged(lines, "not UTF-8");
	return 0;
}

/* Decodes the UTF-8 character at @text, which is valid. Returns its length. */
static size_t decode(const unsigned char *text, uint32_t *point)
{
	const size_t length = *text < 0xe0 ? 2 : *text < 0xf0 ? 3 : 4;
	size_t i;

	*point = *text & (0x7f >> length);
	for (i = 1; i < length; i++)
		*point = *point << 6 | (text[i] & 0x3f);
	return length;
}

/*
 * Copies the line, with \uXXXX for each character that is not ASCII: json-c
 * 0.18 refuses these in strict mode, since it compares signed bytes with 0x20.
 * Returns 0, or -1 with an error: no memory, or a backslash before such a
 * character, which JSON does not know.
 */
static int make_ascii(struct systally_lines *lines)
{
	const unsigned char *from = (const unsigned char *)lines->line;
	const unsigned char *end = from + lines->length;
	bool backslash = false;
	uint32_t point;
	char *to;

	/* at most: two bytes become six characters, four become twelve */
	to = realloc(lines->ascii, 3 * lines->length + 1);
	if (!to)
		return systally_lines_no_memory(lines);
	lines->ascii = to;
	while (from < end) {
		if (*from < 0x80) {
			backslash = !backslash && *from == '\\';
			*to++ = (char)*from++;
			continue;
		}
		if (backslash)
			return systally_lines_damaged(lines,
						      "not one JSON object");
		from += decode(from, &point);
		if (point > 0xffff) {
			point -= 0x10000;
			to += sprintf(to, "\\u%04x", 0xd800 | point >> 10);
			point = 0xdc00 | (point & 0x3ff);
		}
		to += sprintf(to, "\\u%04x", point);
	}
	*to = '\0';
	lines->ascii_length = (size_t)(to - lines->ascii);
	return 0;
}

int systally_lines_next(struct systally_lines *lines)
{
	enum json_tokener_error why;

	json_object_put(lines->object);
	lines->object = NULL;
	lines->inner = NULL;
	if (systally_lines_read(lines))
		return -1;
	if (lines->ended)
		return 0;
	if (make_ascii(lines))
		return -1;
	json_tokener_reset(lines->tokener);
	lines->object = json_tokener_parse_ex(lines->tokener, lines->ascii,
					      (int)lines->ascii_length);
	why = json_tokener_get_error(lines->tokener);
	if (why == json_tokener_continue && lines->length)
		return systally_lines_damaged(lines, "cut short");
	if (why != json_tokener_success ||
	    json_tokener_get_parse_end(lines->tokener) != lines->ascii_length ||
	    !json_object_is_type(lines->object, json_type_object))
		return systally_lines_damaged(lines, "not one JSON object");
	lines->inner = lines->object;
	return 0;
}

int systally_lines_first(struct systally_lines *lines)
{
	const struct systally_lines_kind *kind = lines->kind;
	uint64_t version;

	if (systally_lines_next(lines))
		return -1;
	if (lines->ended)
		return 0;
	if (!systally_lines_has(lines, kind->key))
		return systally_error_set(lines->error,
					  "%s is JSON, but not %s; %s",
					  lines->path, kind->noun, kind->maker);
	if (systally_lines_count(lines, kind->key, UINT64_MAX, &version))
		return -1;
	if (version == kind->version)
		return 0;
	return systally_error_set(
		lines->error,
		"%s is %s of version %llu, this command reads version %llu; use the systally that wrote it, or %s",
		lines->path, kind->noun, (unsigned long long)version,
		(unsigned long long)kind->version, kind->remedy);
}

bool systally_lines_has(const struct systally_lines *lines, const char *key)
{
	return json_object_object_get_ex(lines->inner, key, NULL);
}

bool systally_lines_null(const struct systally_lines *lines, const char *key)
{
	struct json_object *value;

	return json_object_object_get_ex(lines->inner, key, &value) && !value;
}

int systally_lines_enter(struct systally_lines *lines, const char *key,
			 struct json_object *object)
{
	if (object && !json_object_is_type(object, json_type_object))
		return systally_lines_damaged(
			lines, "`%s` has something else than an object in it",
			key);
	lines->inner = object ? object : lines->object;
	return 0;
}

int systally_lines_missing(struct systally_lines *lines, const char *key,
			   const char *what)
{
	return systally_lines_damaged(lines, "`%s` is missing or not %s", key,
				      what);
}

struct json_object *systally_lines_find(struct systally_lines *lines,
					const char *key, enum json_type type)
{
	struct json_object *value = NULL;

	json_object_object_get_ex(lines->inner, key, &value);
	if (json_object_is_type(value, type))
		return value;
	systally_lines_missing(
		lines, key,
		type == json_type_int	  ? "an integer" :
		type == json_type_string  ? "a text" :
		type == json_type_array	  ? "an array" :
		type == json_type_boolean ? "true or false" :
					    json_type_to_name(type));
	return NULL;
}

int systally_lines_count_of(struct systally_lines *lines, const char *key,
			    struct json_object *value, uint64_t max,
			    uint64_t *count)
{
	if (!json_object_is_type(value, json_type_int))
		return systally_lines_damaged(
			lines, "`%s` has something else than an integer in it",
			key);
	if (json_object_get_int64(value) < 0)
		return systally_lines_damaged(lines, "`%s` is negative", key);
	*count = json_object_get_uint64(value);
	if (*count > max)
		return systally_lines_damaged(lines, "`%s` is too large", key);
	return 0;
}

int systally_lines_count(struct systally_lines *lines, const char *key,
			 uint64_t max, uint64_t *count)
{
	struct json_object *value =
		systally_lines_find(lines, key, json_type_int);

	return value ? systally_lines_count_of(lines, key, value, max, count) :
		       -1;
}

int systally_lines_double(struct systally_lines *lines, const char *key,
			  double *number)
{
	struct json_object *value = NULL;

	json_object_object_get_ex(lines->inner, key, &value);
	if (!json_object_is_type(value, json_type_double) &&
	    !json_object_is_type(value, json_type_int))
		return systally_lines_missing(lines, key, "a number");
	*number = json_object_get_double(value);
	return 0;
}

int systally_lines_bool(struct systally_lines *lines, const char *key,
			bool *value)
{
	struct json_object *found =
		systally_lines_find(lines, key, json_type_boolean);

	if (!found)
		return -1;
	*value = json_object_get_boolean(found);
	return 0;
}

const char *systally_lines_text(struct systally_lines *lines, const char *key)
{
	struct json_object *value =
		systally_lines_find(lines, key, json_type_string);

	if (!value)
		return NULL;
	if (strlen(json_object_get_string(value)) ==
	    (size_t)json_object_get_string_len(value))
		return json_object_get_string(value);
	systally_lines_damaged(lines, "`%s` has a NUL in it", key);
	return NULL;
}
