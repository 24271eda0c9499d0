// SPDX-License-Identifier: GPL-2.0-only
/*
 * Writes a recording. Called by cmd_record.c.
 */
#include <stdlib.h>
#include <string.h>

#include "base/json_object.h"
#include "base/text.h"
#include "calls/abi.h"
#include "stats/record.h"
#include "stats/record_fields.h"

const char *const systally_record_rows[SYSTALLY_RECORD_PARTS] = {
	[SYSTALLY_RECORD_CALLS] = "call", [SYSTALLY_RECORD_ERRORS] = "error",
	[SYSTALLY_RECORD_UNATTRIBUTED] = "unattributed",
	[SYSTALLY_RECORD_HIST] = "hist",
};

#define HEADER(field)	{ #field, offsetof(struct systally_header, field) }
#define ROW(field)	{ #field, offsetof(struct systally_row, field) }

const struct systally_record_field systally_record_header[] = {
	HEADER(entered), HEADER(unattributed), HEADER(orphan_exits),
	HEADER(untimed), HEADER(discarded), HEADER(generation),
	HEADER(taken_ns), HEADER(clock_khz), HEADER(call_rows),
	HEADER(error_rows), HEADER(unattributed_rows), HEADER(hist_rows),
	{ NULL, 0 },
};

const struct systally_record_field systally_record_amounts[] = {
	ROW(count), ROW(errors), ROW(total_ns), ROW(max_ns), { NULL, 0 },
};

static bool put_fields(struct json_object *object,
		       const struct systally_record_field *fields,
		       const void *from)
{
	uint64_t value;

	for (; fields->key; fields++) {
		memcpy(&value, (const char *)from + fields->offset,
		       sizeof(value));
		if (!systally_json_put(object, fields->key,
				       json_object_new_uint64(value)))
			return false;
	}
	return true;
}

/* Prints @object on a line if it is whole, and frees it. Returns 0 or -1. */
static int print(FILE *out, struct json_object *object, bool whole)
{
	const char *line = NULL;

	if (whole)
		line = systally_json_object_line(object);
	if (line)
		fprintf(out, "%s\n", line);
	json_object_put(object);
	return line ? 0 : -1;
}

/* An argument is any bytes but NUL; JSON is UTF-8. */
static struct json_object *make_command(const struct systally_record *record)
{
	struct json_object *command = json_object_new_array();
	struct json_object *word;
	char *escaped;
	size_t i;

	for (i = 0; command && i < record->command_count; i++) {
		escaped = systally_text_escape_word(record->command[i]);
		word = escaped ? json_object_new_string(escaped) : NULL;
		free(escaped);
		if (!word || json_object_array_add(command, word)) {
			json_object_put(word);
			json_object_put(command);
			return NULL;
		}
	}
	return command;
}

static bool put_syscalls(struct json_object *object, const char *syscalls)
{
	if (!syscalls)
		return !json_object_object_add(object, "syscalls", NULL);
	return systally_json_put(object, "syscalls",
				 json_object_new_string(syscalls));
}

static bool put_status(struct json_object *object,
		       const struct systally_record *record)
{
	if (!record->ended)
		return !json_object_object_add(object, "status", NULL);
	return systally_json_put(object, "status",
				 json_object_new_int(record->status));
}

static int write_head(FILE *out, const struct systally_record *record)
{
	const struct systally_header *header = &record->snapshot.header;
	struct json_object *object = json_object_new_object();
	bool whole;

	whole = object &&
		systally_json_put(object, "systally_record",
				  json_object_new_int(SYSTALLY_RECORD_VERSION)) &&
		systally_json_put(object, "systally",
				  json_object_new_string(record->systally)) &&
		systally_json_put(object, "kernel",
				  json_object_new_string(record->kernel)) &&
		systally_json_put(object, "date",
				  json_object_new_string(record->date)) &&
		systally_json_put(object, "command", make_command(record)) &&
		put_status(object, record) &&
		put_syscalls(object, record->syscalls) &&
		systally_json_put(object, "duration_ns",
				  json_object_new_uint64(record->duration_ns)) &&
		systally_json_put(object, "missed",
				  json_object_new_uint64(record->missed)) &&
		systally_json_put(object, "collect", json_object_new_string(
				  systally_names_collect(header->collect))) &&
		systally_json_put(object, "threads", json_object_new_boolean(
				  !!(header->flags & SYSTALLY_THREADS))) &&
		put_fields(object, systally_record_header, header);
	return print(out, object, whole);
}

static bool put_buckets(struct json_object *object,
			const struct systally_row *row)
{
	struct json_object *buckets = json_object_new_array();
	struct json_object *bucket;
	unsigned int i;

	for (i = 0; buckets && i < SYSTALLY_HIST_BUCKETS; i++) {
		bucket = json_object_new_uint64(row->buckets[i]);
		if (!bucket || json_object_array_add(buckets, bucket)) {
			json_object_put(bucket);
			json_object_put(buckets);
			return false;
		}
	}
	return systally_json_put(object, "octave",
				 json_object_new_int(row->octave)) &&
	       systally_json_put(object, "buckets", buckets);
}

static bool put_amounts(struct json_object *object,
			const struct systally_row *row,
			enum systally_record_part part)
{
	char name[SYSTALLY_NAME_LEN];

	if (part == SYSTALLY_RECORD_HIST)
		return put_buckets(object, row);
	if (part != SYSTALLY_RECORD_ERRORS)
		return put_fields(object, systally_record_amounts, row);
	systally_names_errno(row->error, name);
	return systally_json_put(object, "errno",
				 json_object_new_int(row->error)) &&
	       systally_json_put(object, "name",
				 json_object_new_string(name)) &&
	       systally_json_put(object, "count",
				 json_object_new_uint64(row->count));
}

static int write_row(FILE *out, const struct systally_row *row,
		     enum systally_record_part part,
		     const struct systally_names *names)
{
	struct json_object *object = json_object_new_object();
	const char *kind = systally_record_rows[part];
	const char *abi = systally_abi_name(row->abi);
	char comm[SYSTALLY_ESCAPED_LEN];
	char name[SYSTALLY_NAME_LEN];
	bool whole;

	systally_text_escape(row->comm, comm);
	systally_names_call(names, row->abi, row->nr, name);
	whole = object &&
		systally_json_put(object, "row", json_object_new_string(kind)) &&
		systally_json_put(object, "tgid",
				  json_object_new_int64(row->tgid)) &&
		systally_json_put(object, "tid",
				  json_object_new_int64(row->tid)) &&
		systally_json_put(object, "start_ns",
				  json_object_new_uint64(row->start_ns)) &&
		systally_json_put(object, "comm",
				  json_object_new_string(comm)) &&
		systally_json_put(object, "abi", json_object_new_string(abi)) &&
		systally_json_put(object, "nr", json_object_new_int(row->nr)) &&
		systally_json_put(object, "syscall",
				  json_object_new_string(name)) &&
		put_amounts(object, row, part);
	return print(out, object, whole);
}

int systally_record_write(FILE *out, const struct systally_record *record,
			  const struct systally_names *names)
{
	const struct systally_header *header = &record->snapshot.header;
	const struct systally_row *row = record->snapshot.rows;
	uint64_t rows[SYSTALLY_RECORD_PARTS];
	unsigned int part;

	systally_record_count(header, rows);
	if (write_head(out, record))
		return -1;
	for (part = 0; part < SYSTALLY_RECORD_PARTS; part++) {
		for (; rows[part]; rows[part]--, row++) {
			if (write_row(out, row,
				      (enum systally_record_part)part, names))
				return -1;
		}
	}
	return 0;
}
