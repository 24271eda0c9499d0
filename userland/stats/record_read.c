// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reads a recording, which may come from anywhere.
 */
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>

#include "base/escape.h"
#include "base/intern.h"
#include "base/lines.h"
#include "stats/record.h"
#include "stats/record_fields.h"
#include "stats/record_row.h"

static const struct systally_lines_kind kind = {
	.noun = "a recording",
	.maker = "`systally record -o FILE` makes one",
	.remedy = "record it again",
	.key = "systally_record",
	.version = SYSTALLY_RECORD_VERSION,
};

struct reader {
	struct systally_lines lines;
	struct systally_record *record;
	struct systally_row *rows;
	size_t rows_room;
};

/* Copies the text @key, with the bytes that were not UTF-8. */
static int copy_text(struct reader *reader, const char *key, char **copy)
{
	const char *text = systally_lines_text(&reader->lines, key);

	if (!text)
		return -1;
	*copy = strdup(text);
	if (!*copy)
		return systally_lines_no_memory(&reader->lines);
	systally_unescape(*copy);
	return 0;
}

static int get_fields(struct reader *reader,
		      const struct systally_record_field *fields, void *to)
{
	uint64_t value;

	for (; fields->key; fields++) {
		if (systally_lines_count(&reader->lines, fields->key,
					 UINT64_MAX, &value))
			return -1;
		memcpy((char *)to + fields->offset, &value, sizeof(value));
	}
	return 0;
}

static int get_command(struct reader *reader)
{
	struct systally_record *record = reader->record;
	struct json_object *command =
		systally_lines_find(&reader->lines, "command", json_type_array);
	struct json_object *word;
	size_t count;
	char *copy;

	if (!command)
		return -1;
	count = json_object_array_length(command);
	record->command = calloc(count ? count : 1, sizeof(*record->command));
	if (!record->command)
		return systally_lines_no_memory(&reader->lines);
	while (record->command_count < count) {
		word = json_object_array_get_idx(command,
						 record->command_count);
		if (!json_object_is_type(word, json_type_string))
			return systally_lines_damaged(
				&reader->lines,
				"`command` has something else than text in it");
		copy = strdup(json_object_get_string(word));
		if (!copy)
			return systally_lines_no_memory(&reader->lines);
		systally_unescape(copy);
		record->command[record->command_count++] = copy;
	}
	return 0;
}

static int get_collect(struct reader *reader, __u32 *collect)
{
	const char *text = systally_lines_text(&reader->lines, "collect");

	if (!text)
		return -1;
	for (*collect = 0; *collect <= SYSTALLY_COLLECT_HIST; ++*collect) {
		if (!strcmp(systally_names_collect(*collect), text))
			return 0;
	}
	return systally_lines_damaged(
		&reader->lines,
		"`collect` is %.40s; there are count, time, hist", text);
}

/* A number that null stands for, or that a former systally did not write, is 0. */
static int get_known(struct reader *reader, const char *key, uint64_t *number)
{
	if (!systally_lines_has(&reader->lines, key) ||
	    systally_lines_null(&reader->lines, key))
		return 0;
	return systally_lines_count(&reader->lines, key, UINT64_MAX, number);
}

/* Reads the names of functions, which recordings without functions lack. */
static int get_functions(struct reader *reader)
{
	struct systally_snapshot *snapshot = &reader->record->snapshot;
	struct systally_lines *lines = &reader->lines;
	struct json_object *list;
	size_t count, i;

	if (!systally_lines_has(lines, "functions"))
		return 0;
	list = systally_lines_find(lines, "functions", json_type_array);
	if (!list)
		return -1;
	count = json_object_array_length(list);
	snapshot->functions = calloc(count + 1, sizeof(*snapshot->functions));
	if (!snapshot->functions)
		return systally_lines_no_memory(lines);
	for (i = 0; i < count; i++) {
		struct systally_function *function = &snapshot->functions[i];
		const char *name;
		uint64_t nr;

		if (systally_lines_enter(lines, "functions",
					 json_object_array_get_idx(list, i)) ||
		    systally_lines_count(lines, "nr", SYSTALLY_NR_MAX - 1, &nr))
			return -1;
		name = systally_lines_text(lines, "name");
		if (!name)
			return -1;
		if (strlen(name) >= sizeof(function->name))
			return systally_lines_damaged(
				lines, "the name of a function is too long");
		function->nr = (__u32)nr;
		strcpy(function->name, name);
	}
	snapshot->header.functions = count;
	return systally_lines_enter(lines, NULL, NULL);
}

static int read_head(struct reader *reader)
{
	struct systally_record *record = reader->record;
	struct systally_header *header = &record->snapshot.header;
	uint64_t status = 0, denied = 0, tls_rows = 0, processes = 0;
	bool threads;

	if (systally_lines_first(&reader->lines))
		return -1;
	if (reader->lines.ended)
		return systally_error_set(
			reader->lines.error,
			"%s is empty: its recording was never finished, record it again",
			reader->lines.path);
	memcpy(header->magic, SYSTALLY_MAGIC, sizeof(header->magic));
	header->version = SYSTALLY_FORMAT_VERSION;
	header->header_bytes = sizeof(*header);
	header->row_bytes = sizeof(struct systally_row);
	header->flags = SYSTALLY_ENABLED;
	if (copy_text(reader, "systally", &record->systally) ||
	    copy_text(reader, "kernel", &record->kernel) ||
	    copy_text(reader, "date", &record->date) || get_command(reader) ||
	    (!systally_lines_null(&reader->lines, "syscalls") &&
	     copy_text(reader, "syscalls", &record->syscalls)) ||
	    get_known(reader, "duration_ns", &record->duration_ns) ||
	    get_known(reader, "limit_ns", &record->limit_ns) ||
	    systally_lines_count(&reader->lines, "missed", UINT64_MAX,
				 &record->missed) ||
	    get_known(reader, "denied", &denied) ||
	    get_known(reader, "tls_rows", &tls_rows) ||
	    get_known(reader, "processes", &processes) ||
	    get_collect(reader, &header->collect) ||
	    get_fields(reader, systally_record_header, header))
		return -1;
	if (header->hist_rows && !header->clock_khz)
		return systally_lines_damaged(&reader->lines,
					      "histograms, but no `clock_khz`");
	record->ended = !systally_lines_null(&reader->lines, "status");
	if (record->ended &&
	    systally_lines_count(&reader->lines, "status", 255, &status))
		return -1;
	record->status = (int)status;
	header->denied = denied;
	header->tls_rows = tls_rows;
	header->processes = processes;
	if (systally_lines_bool(&reader->lines, "threads", &threads))
		return -1;
	if (threads)
		header->flags |= SYSTALLY_THREADS;
	return get_functions(reader);
}

/* A text that null stands for if it is not known; interned */
static int get_interned(struct reader *reader, const char *key,
			const char **interned)
{
	char *copy = NULL;

	if (!systally_lines_has(&reader->lines, key) ||
	    systally_lines_null(&reader->lines, key))
		return 0;
	if (copy_text(reader, key, &copy))
		return -1;
	*interned = systally_intern(copy, strlen(copy));
	free(copy);
	return *interned ? 0 : systally_lines_no_memory(&reader->lines);
}

/* Reads the facts of one process. */
static int read_process(struct reader *reader, struct systally_facts *facts)
{
	struct systally_lines *lines = &reader->lines;
	const char *row, *cgroup = NULL, *container = NULL;
	uint64_t tgid, uid = SYSTALLY_UID_UNKNOWN, parent = 0;

	row = systally_lines_text(lines, "row");
	if (!row)
		return -1;
	if (strcmp(row, SYSTALLY_RECORD_PROCESS))
		return systally_lines_damaged(
			lines,
			"`row` is %.40s, but according to the first line it is %s",
			row, SYSTALLY_RECORD_PROCESS);
	if (systally_lines_count(lines, "tgid", UINT32_MAX, &tgid) ||
	    (!systally_lines_null(lines, "uid") &&
	     systally_lines_count(lines, "uid", UINT32_MAX, &uid)) ||
	    (!systally_lines_null(lines, "parent") &&
	     systally_lines_count(lines, "parent", UINT32_MAX, &parent)) ||
	    get_interned(reader, "cgroup", &cgroup) ||
	    get_interned(reader, "container", &container) ||
	    get_interned(reader, "exe", &facts->exe))
		return -1;
	systally_facts_set_cgroup(facts, cgroup);
	/* what runtimes told then, and not what those of this machine say */
	facts->container = container;
	facts->tgid = (uint32_t)tgid;
	facts->pid = (uint32_t)tgid;
	facts->uid = (uint32_t)uid;
	facts->parent = (uint32_t)parent;
	return 0;
}

/* Reads header.processes facts, one by one: the first line may promise any number. */
static int read_processes(struct reader *reader)
{
	struct systally_snapshot *snapshot = &reader->record->snapshot;
	const uint64_t count = snapshot->header.processes;
	struct systally_facts *larger;
	size_t room = 0, i;

	snapshot->header.processes = 0;
	for (i = 0; i < count; i++) {
		if (systally_lines_next(&reader->lines))
			return -1;
		if (reader->lines.ended)
			return systally_error_set(
				reader->lines.error,
				"%s is cut short: it ends after %zu processes, and its first line promises more; record it again",
				reader->lines.path, i);
		if (i == room) {
			room = room ? 2 * room : 64;
			larger = reallocarray(snapshot->facts, room,
					      sizeof(*larger));
			if (!larger)
				return systally_lines_no_memory(&reader->lines);
			snapshot->facts = larger;
		}
		memset(&snapshot->facts[i], 0, sizeof(snapshot->facts[i]));
		if (read_process(reader, &snapshot->facts[i]))
			return -1;
		snapshot->header.processes++;
	}
	return 0;
}

/*
 * Makes room for row @used. The array grows with the file: the first line may
 * promise any number of rows.
 */
static int make_room(struct reader *reader, size_t used)
{
	struct systally_row *larger;

	if (used < reader->rows_room)
		return 0;
	reader->rows_room = used ? 2 * used : 64;
	larger = reallocarray(reader->rows, reader->rows_room, sizeof(*larger));
	if (!larger)
		return systally_lines_no_memory(&reader->lines);
	reader->rows = larger;
	return 0;
}

static int read_rows(struct reader *reader)
{
	struct systally_snapshot *snapshot = &reader->record->snapshot;
	uint64_t rows[SYSTALLY_RECORD_PARTS];
	size_t used = 0;
	unsigned int part;

	systally_record_count(&snapshot->header, rows);
	for (part = 0; part < SYSTALLY_RECORD_PARTS; part++) {
		for (; rows[part]; rows[part]--, used++) {
			if (make_room(reader, used) ||
			    systally_record_row_read(
				    &reader->lines,
				    (enum systally_record_part)part,
				    &reader->rows[used]))
				return -1;
			if (reader->lines.ended)
				return systally_error_set(
					reader->lines.error,
					"%s is cut short: it ends after %zu rows, and its first line promises more; record it again",
					reader->lines.path, used);
		}
	}
	if (make_room(reader, used) || systally_lines_next(&reader->lines))
		return -1;
	if (!reader->lines.ended)
		return systally_lines_damaged(
			&reader->lines,
			"more rows than the first line promises");
	systally_snapshot_adopt(snapshot, reader->rows);
	return 0;
}

static uint64_t sum_counts(const struct systally_row *rows, size_t count)
{
	uint64_t sum = 0;
	size_t i;

	for (i = 0; i < count; i++)
		sum = systally_sum(sum, rows[i].count);
	return sum;
}

static uint64_t sum_buckets(const struct systally_row *rows, size_t count)
{
	uint64_t sum = 0;
	size_t i;
	int bucket;

	for (i = 0; i < count; i++) {
		for (bucket = 0; bucket < SYSTALLY_HIST_BUCKETS; bucket++)
			sum = systally_sum(sum, rows[i].buckets[bucket]);
	}
	return sum;
}

/*
 * Checks that the numbers add up, as those of the kernel do. If the kernel had
 * no memory for the row of a call, that call's errors may still have one.
 */
static int check_sums(struct reader *reader)
{
	const struct systally_snapshot *snapshot = &reader->record->snapshot;
	const struct systally_header *header = &snapshot->header;
	const char *path = reader->lines.path;
	uint64_t rows = systally_snapshot_tallied(snapshot);
	uint64_t errors = 0;
	bool too_many = false, too_many_failed = false;
	size_t i;

	if (systally_sum(rows, header->unattributed) != header->entered)
		return systally_error_set(
			reader->lines.error,
			"%s does not add up: %llu calls in its rows and %llu unattributed, %llu entered; it was changed or damaged, record it again",
			path, (unsigned long long)rows,
			(unsigned long long)header->unattributed,
			(unsigned long long)header->entered);
	for (i = 0; i < header->call_rows; i++) {
		errors = systally_sum(errors, snapshot->calls[i].errors);
		too_many |=
			snapshot->calls[i].errors > snapshot->calls[i].count;
	}
	too_many |= sum_counts(snapshot->errors, header->error_rows) > errors;
	for (i = 0; i < header->tls_rows; i++)
		too_many_failed |= snapshot->tls[i].tls.failed >
				   snapshot->tls[i].tls.calls;
	if ((too_many && !header->unattributed) || too_many_failed ||
	    sum_counts(snapshot->unattributed, header->unattributed_rows) >
		    header->unattributed ||
	    sum_buckets(snapshot->hist, header->hist_rows) > header->entered)
		return systally_error_set(
			reader->lines.error,
			"%s does not add up: more errors, times or unattributed calls than there were calls; it was changed or damaged, record it again",
			path);
	return 0;
}

int systally_record_read(struct systally_record *record, const char *path,
			 struct systally_error *error)
{
	struct reader reader = { .record = record };
	int result = -1;

	memset(record, 0, sizeof(*record));
	if (systally_lines_open(&reader.lines, path, &kind, error))
		return -1;
	if (!read_head(&reader) && !read_processes(&reader) &&
	    !read_rows(&reader) && !check_sums(&reader))
		result = 0;
	systally_lines_close(&reader.lines);
	/* the snapshot owns them, if it was made */
	if (!record->snapshot.rows)
		free(reader.rows);
	if (result)
		systally_record_free(record);
	return result;
}

int systally_record_asked(const struct systally_record *record,
			  const char *path, const struct systally_names *names,
			  struct systally_set *set,
			  struct systally_error *error)
{
	struct systally_error ignored = { "" };

	memset(set, 0, sizeof(*set));
	set->all = true;
	if (!record->syscalls ||
	    !systally_set_parse(set, names, record->syscalls, &ignored))
		return 0;
	return systally_error_set(
		error,
		"%s was recorded with -e '%.80s', which this systally does not know; record it again",
		path, record->syscalls);
}

void systally_record_free(struct systally_record *record)
{
	while (record->command_count)
		free(record->command[--record->command_count]);
	free(record->command);
	free(record->systally);
	free(record->kernel);
	free(record->date);
	free(record->syscalls);
	systally_snapshot_free(&record->snapshot);
	memset(record, 0, sizeof(*record));
}
