// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fuzzes userland/base/lines.c, members.c and json.c: lines of JSON. The first byte
 * chooses the kind of file, and the file follows. A line that is accepted must
 * be the same after it was written and read again. A file that was cut must be
 * whole after it was truncated where the reader says.
 */
#define _GNU_SOURCE
#include "base/json.h"
#include "base/lines.h"
#include "base/members.h"
#include "fuzz_file.h"

static struct systally_lines_kind kind = {
	.noun = "a file",
	.maker = "`make FILE` makes one",
	.remedy = "make it again",
	.key = "version",
	.version = 1,
};

/*
 * Set if a value cannot be written as it is: a NUL in a text, a backslash that
 * looks like the beginning of \xHH, infinity.
 */
static bool changed;

/* Writes what json-c has read. */
static void write_value(struct systally_json *json, const char *key,
			struct json_object *value)
{
	size_t i;

	switch (json_object_get_type(value)) {
	case json_type_null:
		systally_json_null(json, key);
		break;
	case json_type_boolean:
		systally_json_bool(json, key, json_object_get_boolean(value));
		break;
	case json_type_double:
		changed |= !__builtin_isfinite(json_object_get_double(value));
		systally_json_double(json, key, json_object_get_double(value));
		break;
	case json_type_int:
		if (json_object_get_int64(value) < 0)
			systally_json_number(json, key,
					     json_object_get_int64(value));
		else
			systally_json_count(json, key,
					    json_object_get_uint64(value));
		break;
	case json_type_string:
		changed |= strlen(json_object_get_string(value)) !=
			   (size_t)json_object_get_string_len(value);
		changed |= !!strstr(json_object_get_string(value), "\\x");
		systally_json_text(json, key, json_object_get_string(value));
		break;
	case json_type_array:
		systally_json_array(json, key);
		for (i = 0; i < json_object_array_length(value); i++)
			write_value(json, NULL,
				    json_object_array_get_idx(value, i));
		systally_json_end(json);
		break;
	case json_type_object:
		systally_json_object(json, key);
		json_object_object_foreach(value, name, member)
			write_value(json, name, member);
		systally_json_end(json);
		break;
	}
}

/* Writes @object and reads it again: it must be the same. */
static void rewrite(struct json_object *object)
{
	static struct fuzz_file file;
	struct systally_error error = { "" };
	struct systally_json *json;
	struct systally_lines lines;
	char *text = NULL;
	size_t size;
	FILE *out;

	out = open_memstream(&text, &size);
	must(!!out);
	json = systally_json_new(out);
	must(!!json);
	changed = false;
	write_value(json, NULL, object);
	systally_json_line(json);
	must(!systally_json_free(json) && !fclose(out));
	must(size && memchr(text, '\n', size) == text + size - 1);
	fuzz_file_fill(&file, text, size);
	free(text);
	must(!systally_lines_open(&lines, file.path, &kind, &error));
	must(!systally_lines_next(&lines) && !lines.ended);
	must(changed || json_object_equal(lines.object, object));
	must(!systally_lines_next(&lines) && lines.ended);
	systally_lines_close(&lines);
}

/* Reads the file to its end, or to an error. Returns how many lines it has. */
static size_t read_all(struct systally_lines *lines,
		       const struct fuzz_file *file, bool write)
{
	struct systally_error error = { "" };
	size_t count = 0;
	int result;

	must(!systally_lines_open(lines, file->path, &kind, &error));
	result = systally_lines_first(lines);
	while (!result && !lines->ended) {
		count++;
		if (write)
			rewrite(lines->object);
		result = systally_lines_next(lines);
	}
	/* the message is one line that names the file */
	must(result ? !!strstr(error.text, file->path) : !error.text[0]);
	must(!strchr(error.text, '\n'));
	return count;
}

/* Keys of members; short, so that the fuzzer finds them. */
static const char *const keys[] = { "version", "a", "b" };

#define KEYS (sizeof(keys) / sizeof(keys[0]))

/* A member is what json-c has read. */
static void compare(const struct systally_member *member,
		    struct json_object *value, bool found)
{
	const char *text;
	size_t length;

	switch (member->type) {
	case SYSTALLY_MEMBER_NONE:
		must(!found);
		break;
	case SYSTALLY_MEMBER_NULL:
		must(found && !value);
		break;
	case SYSTALLY_MEMBER_INTEGER:
		must(json_object_is_type(value, json_type_int));
		must(member->integer.too_large || member->integer.negative ||
		     json_object_get_uint64(value) == member->integer.size);
		break;
	case SYSTALLY_MEMBER_TEXT:
		must(json_object_is_type(value, json_type_string));
		text = json_object_get_string(value);
		length = (size_t)json_object_get_string_len(value);
		/* json-c has U+FFFD for wrong surrogate pairs, yajl another one */
		must(strstr(text, "\xef\xbf\xbd") || !length ||
		     !strncmp(text, member->text, member->length));
		break;
	case SYSTALLY_MEMBER_ARRAY:
		must(json_object_is_type(value, json_type_array));
		must(json_object_array_length(value) == member->length);
		break;
	case SYSTALLY_MEMBER_OTHER:
		must(found && value);
		break;
	}
}

/* Reads the file in both ways: members refuse more, and have the same values. */
static void read_members(const struct fuzz_file *file)
{
	struct systally_member members[KEYS];
	struct systally_error errors[2] = { { "" }, { "" } };
	struct systally_lines lines[2];
	struct json_object *value;
	bool found;
	size_t i;

	for (i = 0; i < 2; i++)
		must(!systally_lines_open(&lines[i], file->path, &kind,
					  &errors[i]));
	while (!systally_members_read(&lines[0], keys, KEYS, members)) {
		must(!systally_lines_next(&lines[1]));
		must(lines[0].ended == lines[1].ended);
		if (lines[0].ended)
			break;
		for (i = 0; i < KEYS; i++) {
			value = NULL;
			found = json_object_object_get_ex(lines[1].object,
							  keys[i], &value);
			compare(&members[i], value, found);
		}
	}
	must(!strchr(errors[0].text, '\n'));
	for (i = 0; i < 2; i++)
		systally_lines_close(&lines[i]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct fuzz_file file;
	struct systally_lines lines;
	size_t count, whole;
	bool cut;

	if (size < 1)
		return 0;
	kind.appended = data[0] & 1;
	fuzz_file_fill(&file, data + 1, size - 1);
	read_members(&file);
	count = read_all(&lines, &file, true);
	cut = lines.cut;
	whole = (size_t)lines.whole_bytes;
	must(whole <= size - 1);
	must(cut ? kind.appended && whole < size - 1 :
		   !lines.ended || whole == size - 1);
	systally_lines_close(&lines);
	if (cut) {
		fuzz_file_fill(&file, data + 1, whole);
		must(read_all(&lines, &file, false) == count);
		must(lines.ended && !lines.cut);
		systally_lines_close(&lines);
	}
	return 0;
}
