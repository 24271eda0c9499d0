// SPDX-License-Identifier: GPL-2.0-only
/*
 * Writes a recording, one row after the other.
 */
#include <string.h>

#include "base/json.h"
#include "calls/abi.h"
#include "stats/record.h"
#include "stats/record_fields.h"
#include "units/users.h"

const char *const systally_record_rows[SYSTALLY_RECORD_PARTS] = {
	[SYSTALLY_RECORD_CALLS] = "call",
	[SYSTALLY_RECORD_ERRORS] = "error",
	[SYSTALLY_RECORD_UNATTRIBUTED] = "unattributed",
	[SYSTALLY_RECORD_HIST] = "hist",
	[SYSTALLY_RECORD_TLS] = "tls",
};

const char *const systally_record_tls[SYSTALLY_TLS_KINDS] = {
	[SYSTALLY_TLS_PLAIN_READ] = "plain_read",
	[SYSTALLY_TLS_ENCRYPTED_READ] = "encrypted_read",
	[SYSTALLY_TLS_PLAIN_WRITE] = "plain_write",
	[SYSTALLY_TLS_ENCRYPTED_WRITE] = "encrypted_write",
};

#define HEADER(field) { #field, offsetof(struct systally_header, field) }
#define ROW(field)    { #field, offsetof(struct systally_row, field) }

const struct systally_record_field systally_record_header[] = {
	HEADER(entered),    HEADER(unattributed),      HEADER(orphan_exits),
	HEADER(untimed),    HEADER(discarded),	       HEADER(generation),
	HEADER(taken_ns),   HEADER(clock_khz),	       HEADER(call_rows),
	HEADER(error_rows), HEADER(unattributed_rows), HEADER(hist_rows),
	{ NULL, 0 },
};

const struct systally_record_field systally_record_amounts[] = {
	ROW(count), ROW(errors), ROW(total_ns), ROW(max_ns), { NULL, 0 },
};

#define TLS(field) { #field, offsetof(struct systally_row, tls.field) }

const struct systally_record_field systally_record_tls_amounts[] = {
	TLS(calls), TLS(failed), TLS(bytes), TLS(time_ns), { NULL, 0 },
};

static void write_fields(struct systally_json *json,
			 const struct systally_record_field *fields,
			 const void *from)
{
	uint64_t value;

	for (; fields->key; fields++) {
		memcpy(&value, (const char *)from + fields->offset,
		       sizeof(value));
		systally_json_count(json, fields->key, value);
	}
}

/* 0: there is none. */
static void write_time(struct systally_json *json, const char *key, uint64_t ns)
{
	if (ns)
		systally_json_count(json, key, ns);
	else
		systally_json_null(json, key);
}

static void write_functions(struct systally_json *json,
			    const struct systally_function *functions,
			    size_t count)
{
	size_t i;

	systally_json_array(json, "functions");
	for (i = 0; i < count; i++) {
		systally_json_object(json, NULL);
		systally_json_count(json, "nr", functions[i].nr);
		systally_json_text(json, "name", functions[i].name);
		systally_json_end(json);
	}
	systally_json_end(json);
}

/*
 * Writes the facts of processes, one in a line: rows refer to them by their number,
 * from 1 on.
 */
static void write_processes(struct systally_json *json,
			    const struct systally_snapshot *snapshot)
{
	size_t i;

	for (i = 0; i < snapshot->header.processes; i++) {
		const struct systally_facts *facts = &snapshot->facts[i];

		systally_json_object(json, NULL);
		systally_json_text(json, "row", SYSTALLY_RECORD_PROCESS);
		systally_json_count(json, "tgid", facts->tgid);
		if (facts->uid == SYSTALLY_UID_UNKNOWN)
			systally_json_null(json, "uid");
		else
			systally_json_count(json, "uid", facts->uid);
		systally_json_text(json, "user",
				   systally_users_name(facts->uid));
		if (facts->parent)
			systally_json_count(json, "parent", facts->parent);
		else
			systally_json_null(json, "parent");
		systally_json_text(json, "cgroup", facts->cgroup);
		systally_json_text(json, "container", facts->container);
		systally_json_text(json, "exe", facts->exe);
		systally_json_end(json);
		systally_json_line(json);
	}
}

static void write_head(struct systally_json *json,
		       const struct systally_record *record)
{
	const struct systally_header *header = &record->snapshot.header;

	systally_json_object(json, NULL);
	systally_json_count(json, "systally_record", SYSTALLY_RECORD_VERSION);
	systally_json_text(json, "systally", record->systally);
	systally_json_text(json, "kernel", record->kernel);
	systally_json_text(json, "date", record->date);
	systally_json_words(json, "command", record->command,
			    record->command_count);
	if (record->ended)
		systally_json_number(json, "status", record->status);
	else
		systally_json_null(json, "status");
	systally_json_text(json, "syscalls", record->syscalls);
	write_time(json, "duration_ns", record->duration_ns);
	write_time(json, "limit_ns", record->limit_ns);
	systally_json_count(json, "missed", record->missed);
	if (header->collect == SYSTALLY_COLLECT_COUNT)
		systally_json_null(json, "denied");
	else
		systally_json_count(json, "denied", header->denied);
	systally_json_text(json, "collect",
			   systally_names_collect(header->collect));
	systally_json_bool(json, "threads", header->flags & SYSTALLY_THREADS);
	write_fields(json, systally_record_header, header);
	if (header->tls_rows)
		systally_json_count(json, "tls_rows", header->tls_rows);
	if (header->functions)
		write_functions(json, record->snapshot.functions,
				header->functions);
	if (header->processes)
		systally_json_count(json, "processes", header->processes);
	systally_json_end(json);
	systally_json_line(json);
}

/* Errors and times of a row of which no call has returned are not known. */
static void write_counts(struct systally_json *json,
			 const struct systally_row *row)
{
	const struct systally_record_field *fields = systally_record_amounts;

	uint64_t value;
	bool known;

	for (; fields->key; fields++) {
		known = fields == systally_record_amounts || row->errors ||
			row->total_ns || row->max_ns;
		/* nor can a function fail */
		if (fields->offset == offsetof(struct systally_row, errors) &&
		    row->abi == SYSTALLY_ABI_FUNCTION)
			known = false;
		/* nor is the longest time of an interval, see systally_row */
		if (fields->offset == offsetof(struct systally_row, max_ns) &&
		    row->total_ns && !row->max_ns)
			known = false;
		memcpy(&value, (const char *)row + fields->offset,
		       sizeof(value));
		if (known)
			systally_json_count(json, fields->key, value);
		else
			systally_json_null(json, fields->key);
	}
}

static void write_amounts(struct systally_json *json,
			  const struct systally_row *row,
			  enum systally_record_part part)
{
	char name[SYSTALLY_NAME_LEN];
	unsigned int i;

	switch (part) {
	case SYSTALLY_RECORD_HIST:
		systally_json_count(json, "octave", row->octave);
		systally_json_array(json, "buckets");
		for (i = 0; i < SYSTALLY_HIST_BUCKETS; i++)
			systally_json_count(json, NULL, row->buckets[i]);
		systally_json_end(json);
		break;
	case SYSTALLY_RECORD_ERRORS:
		systally_names_errno(row->error, name);
		systally_json_count(json, "errno", row->error);
		systally_json_text(json, "name", name);
		systally_json_count(json, "count", row->count);
		break;
	default:
		write_counts(json, row);
	}
}

/* The number of a row's process, if its facts are known */
static void write_process(struct systally_json *json,
			  const struct systally_row *row)
{
	if (row->process)
		systally_json_count(json, "process", row->process);
}

static void write_tls_row(struct systally_json *json,
			  const struct systally_row *row)
{
	systally_json_object(json, NULL);
	systally_json_text(json, "row",
			   systally_record_rows[SYSTALLY_RECORD_TLS]);
	systally_json_count(json, "tgid", row->tgid);
	systally_json_count(json, "start_ns", row->start_ns);
	systally_json_ascii(json, "comm", row->comm);
	if (row->tid == SYSTALLY_TLS_NO_FD)
		systally_json_null(json, "descriptor");
	else
		systally_json_count(json, "descriptor", row->tid);
	systally_json_text(json, "bytes_of", systally_record_tls[row->nr]);
	write_fields(json, systally_record_tls_amounts, row);
	write_process(json, row);
	systally_json_end(json);
	systally_json_line(json);
}

static void write_row(struct systally_json *json,
		      const struct systally_row *row,
		      enum systally_record_part part,
		      const struct systally_names *names)
{
	char name[SYSTALLY_NAME_LEN];

	if (part == SYSTALLY_RECORD_TLS) {
		write_tls_row(json, row);
		return;
	}
	systally_names_call(names, row->abi, row->nr, name);
	systally_json_object(json, NULL);
	systally_json_text(json, "row", systally_record_rows[part]);
	systally_json_count(json, "tgid", row->tgid);
	systally_json_count(json, "tid", row->tid);
	systally_json_count(json, "start_ns", row->start_ns);
	systally_json_ascii(json, "comm", row->comm);
	systally_json_text(json, "abi", systally_abi_name(row->abi));
	systally_json_number(json, "nr", row->nr);
	systally_json_text(json, "syscall", name);
	write_amounts(json, row, part);
	write_process(json, row);
	systally_json_end(json);
	systally_json_line(json);
}

int systally_record_write(FILE *out, const struct systally_record *record,
			  const struct systally_names *names)
{
	const struct systally_row *row = record->snapshot.rows;
	struct systally_json *json = systally_json_new(out);
	uint64_t rows[SYSTALLY_RECORD_PARTS];
	unsigned int part;

	if (!json)
		return -1;
	if (systally_names_functions(names, record->snapshot.functions,
				     record->snapshot.header.functions)) {
		systally_json_free(json);
		return -1;
	}
	systally_record_count(&record->snapshot.header, rows);
	write_head(json, record);
	write_processes(json, &record->snapshot);
	for (part = 0; part < SYSTALLY_RECORD_PARTS; part++) {
		for (; rows[part]; rows[part]--, row++)
			write_row(json, row, (enum systally_record_part)part,
				  names);
	}
	return systally_json_free(json);
}
