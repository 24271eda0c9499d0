// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fuzzes all that turns recordings into reports and comparisons: userland/base/
 * lines.c and json.c, stats/ and render/. The first bytes choose the report
 * (fuzz_report.h). A recording follows, or two of them with a NUL between. A
 * recording that is accepted must be the same after it was written and read
 * again, and must not differ from itself.
 */
#define _GNU_SOURCE
#include "fuzz_file.h"
#include "fuzz_report.h"
#include "stats/record.h"

static int read_file(struct systally_record *record,
		     const struct fuzz_file *file)
{
	struct systally_error error = { "" };

	if (!systally_record_read(record, file->path, &error))
		return 0;
	/* the message is one line */
	must(error.text[0] && !strchr(error.text, '\n'));
	return -1;
}

static int equal(const char *a, const char *b)
{
	return a && b ? !strcmp(a, b) : a == b;
}

/* Writes @record and reads it again: it must be the same. */
static void rewrite(const struct systally_record *record)
{
	static struct fuzz_file file;
	struct systally_record again;
	char *text = NULL;
	size_t size, i;
	FILE *out;

	out = open_memstream(&text, &size);
	must(!!out);
	must(!systally_record_write(out, record, names) && !fclose(out));
	fuzz_file_fill(&file, text, size);
	free(text);
	must(!read_file(&again, &file));
	must(!memcmp(&again.snapshot.header, &record->snapshot.header,
		     sizeof(again.snapshot.header)));
	must(!memcmp(again.snapshot.rows, record->snapshot.rows,
		     systally_snapshot_rows(&record->snapshot.header) *
			     sizeof(*again.snapshot.rows)));
	must(again.command_count == record->command_count &&
	     again.ended == record->ended && again.status == record->status &&
	     again.duration_ns == record->duration_ns &&
	     again.limit_ns == record->limit_ns &&
	     again.missed == record->missed &&
	     equal(again.syscalls, record->syscalls) &&
	     equal(again.kernel, record->kernel) &&
	     equal(again.date, record->date));
	for (i = 0; i < again.command_count; i++)
		must(equal(again.command[i], record->command[i]));
	systally_record_free(&again);
}

/* Keeps the dimensions that a comparison supports; by call if none is left. */
static struct systally_by comparable_by(const uint8_t *knobs)
{
	struct systally_by by = { .count = 0 };
	unsigned int id;

	for (id = 0; id < SYSTALLY_DIMENSIONS; id++) {
		const struct systally_dimension *dimension =
			&systally_dimensions[id];

		if (chooses(knobs, id) && !dimension->numbers &&
		    !dimension->errors && by.count < SYSTALLY_BY_MAX)
			by.list[by.count++] = dimension;
	}
	return by.count ? by : systally_by_one(SYSTALLY_BY_SYSCALL);
}

/* Compares two recordings. Returns the number of groups that differ. */
static size_t compare(const uint8_t *knobs,
		      const struct systally_record records[2])
{
	static const struct systally_threshold none;
	const struct systally_set set = { .all = true };
	const struct systally_format *format = format_of(knobs);
	const struct systally_comparison comparison = {
		.by = comparable_by(knobs),
		.sort = systally_sorts[sort_of(knobs)].compare ?
				sort_of(knobs) :
				SYSTALLY_SORT_COUNT,
		.latency = knobs[KNOB_FLAGS] & FLAG_LATENCY,
		.limit = knobs[KNOB_LIMIT],
		.set = &set,
		.threshold = &none,
		.time = knobs[KNOB_FLAGS] & FLAG_PERCENTILES ? &none : NULL,
	};
	struct systally_error error = { "" };
	struct systally_changes changes;
	struct systally_notes notes = { NULL, 0 };
	const struct systally_change_report view = {
		.changes = &changes,
		.records = records,
		.files = { "a", "b" },
		.notes = &notes,
		.latency = comparison.latency,
		.width = SYSTALLY_TEXT_WIDTH,
	};
	size_t differ;

	must(!systally_compare(&changes, &comparison, &records[0].snapshot,
			       &records[1].snapshot, names, &error));
	must(!comparison.limit || changes.shown <= comparison.limit);
	if (format->change)
		must(!format->change(nowhere, &view));
	differ = changes.shown + changes.rest_changes;
	systally_changes_free(&changes);
	return differ;
}

static void both(const uint8_t *knobs, const struct systally_record *record)
{
	const struct systally_record same[2] = { *record, *record };

	report(knobs, &record->snapshot);
	rewrite(record);
	must(!compare(knobs, same));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct fuzz_file files[2];
	struct systally_record records[2];
	const uint8_t *second;
	size_t first;

	if (size < KNOBS)
		return 0;
	set_up();
	second = memchr(data + KNOBS, '\0', size - KNOBS);
	first = second ? (size_t)(second - data) : size;
	fuzz_file_fill(&files[0], data + KNOBS, first - KNOBS);
	if (read_file(&records[0], &files[0]))
		return 0;
	both(data, &records[0]);
	if (second) {
		fuzz_file_fill(&files[1], second + 1, size - first - 1);
		if (!read_file(&records[1], &files[1])) {
			compare(data, records);
			systally_record_free(&records[1]);
		}
	}
	systally_record_free(&records[0]);
	return 0;
}
