// SPDX-License-Identifier: GPL-2.0-only
/*
 * Lines of JSON, one object each, by way of json-c. Called by record_read.c.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/lines.h"
#include "base/text.h"

/* The first line has a command's arguments, which the kernel limits, too. */
#define LINE_BYTES_MAX	(16 * 1024 * 1024)
#define DEPTH_MAX	16

int systally_lines_damaged(struct systally_lines *lines,
			   const char *format, ...)
{
	char text[256];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	return systally_error_set(lines->error,
		"%s, line %zu: %s; it was changed or damaged, record it again",
		lines->path, lines->number, text);
}

int systally_lines_no_memory(struct systally_lines *lines)
{
	return systally_error_set(lines->error, "no memory to read %s",
				  lines->path);
}

int systally_lines_open(struct systally_lines *lines, const char *path,
			struct systally_error *error)
{
	memset(lines, 0, sizeof(*lines));
	lines->path = path;
	lines->error = error;
	lines->tokener = json_tokener_new_ex(DEPTH_MAX);
	if (!lines->tokener)
		return systally_lines_no_memory(lines);
	json_tokener_set_flags(lines->tokener, JSON_TOKENER_STRICT);
	lines->file = fopen(path, "re");
	if (lines->file)
		return 0;
	systally_error_set(error, "cannot open %s: %s", path, strerror(errno));
	json_tokener_free(lines->tokener);
	return -1;
}

void systally_lines_close(struct systally_lines *lines)
{
	json_object_put(lines->object);
	json_tokener_free(lines->tokener);
	free(lines->line);
	fclose(lines->file);
}

static int add_byte(struct systally_lines *lines, int c)
{
	char *larger;

	if (lines->length == LINE_BYTES_MAX)
		return systally_lines_damaged(lines,
					      "longer than any line of ours");
	if (lines->length == lines->room) {
		lines->room = lines->room ? 2 * lines->room : 4096;
		larger = realloc(lines->line, lines->room);
		if (!larger)
			return systally_lines_no_memory(lines);
		lines->line = larger;
	}
	lines->line[lines->length++] = (char)c;
	return 0;
}

/* Reads up to the line's end. A file without lines must not fill memory. */
static int read_line(struct systally_lines *lines)
{
	int c;

	lines->length = 0;
	lines->number++;
	while ((c = getc_unlocked(lines->file)) != EOF && c != '\n') {
		if (lines->number == 1 && !lines->length && c != '{')
			return systally_error_set(lines->error,
				"%s is not a recording; `systally record -o FILE` makes one",
				lines->path);
		if (add_byte(lines, c))
			return -1;
	}
	if (ferror(lines->file))
		return systally_error_set(lines->error, "cannot read %s: %s",
					  lines->path, strerror(errno));
	lines->ended = c == EOF && !lines->length;
	return 0;
}

int systally_lines_next(struct systally_lines *lines)
{
	enum json_tokener_error why;

	json_object_put(lines->object);
	lines->object = NULL;
	if (read_line(lines))
		return -1;
	if (lines->ended)
		return 0;
	/* what is written again would not be the same */
	if (!systally_text_is_utf8(lines->line, lines->length))
		return systally_lines_damaged(lines, "not UTF-8");
	json_tokener_reset(lines->tokener);
	lines->object = json_tokener_parse_ex(lines->tokener,
					      lines->length ? lines->line : "",
					      (int)lines->length);
	why = json_tokener_get_error(lines->tokener);
	if (why == json_tokener_continue && lines->length)
		return systally_lines_damaged(lines, "cut short");
	if (why != json_tokener_success ||
	    json_tokener_get_parse_end(lines->tokener) != lines->length ||
	    !json_object_is_type(lines->object, json_type_object))
		return systally_lines_damaged(lines, "not one JSON object");
	return 0;
}

struct json_object *systally_lines_find(struct systally_lines *lines,
					const char *key, enum json_type type)
{
	struct json_object *value = NULL;

	json_object_object_get_ex(lines->object, key, &value);
	if (json_object_is_type(value, type))
		return value;
	systally_lines_damaged(lines, "`%s` is not there, or not %s", key,
			       type == json_type_int ? "a number" :
			       type == json_type_string ? "a text" :
			       type == json_type_array ? "a list" :
			       "true or false");
	return NULL;
}

int systally_lines_check(struct systally_lines *lines, const char *key,
			 struct json_object *value, uint64_t max,
			 uint64_t *number)
{
	if (json_object_get_int64(value) < 0)
		return systally_lines_damaged(lines, "`%s` is negative", key);
	*number = json_object_get_uint64(value);
	if (*number > max)
		return systally_lines_damaged(lines, "`%s` is too large", key);
	return 0;
}

int systally_lines_amount(struct systally_lines *lines, const char *key,
			  uint64_t max, uint64_t *number)
{
	struct json_object *value = systally_lines_find(lines, key,
							json_type_int);

	return value ? systally_lines_check(lines, key, value, max, number) :
		       -1;
}

const char *systally_lines_text(struct systally_lines *lines, const char *key)
{
	struct json_object *value = systally_lines_find(lines, key,
							json_type_string);

	if (!value)
		return NULL;
	if (strlen(json_object_get_string(value)) ==
	    (size_t)json_object_get_string_len(value))
		return json_object_get_string(value);
	systally_lines_damaged(lines, "`%s` has a NUL in it", key);
	return NULL;
}

bool systally_lines_null(struct systally_lines *lines, const char *key)
{
	struct json_object *value;

	return json_object_object_get_ex(lines->object, key, &value) && !value;
}
