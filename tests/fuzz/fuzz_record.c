// SPDX-License-Identifier: GPL-2.0-only
/*
 * Recordings, from their lines to the report and to what differs between two:
 * userland/base/lines.c, record_read.c, record.c, change.c, render_change*.c. The
 * first four bytes choose the report; what follows is a recording, or two of
 * them with a NUL between. What was accepted, written and read again is the
 * same, and does not differ from itself.
 */
#define _GNU_SOURCE
#include <sys/mman.h>
#include <unistd.h>

#include "base/text.h"
#include "fuzz_report.h"
#include "stats/record.h"
#include "render/change.h"

/* A file in memory, written anew each time */
struct sheet {
	int fd;
	char path[32];
};

static void sheet_fill(struct sheet *sheet, const void *data, size_t size)
{
	if (!sheet->path[0]) {
		sheet->fd = memfd_create("fuzz_record", 0);
		must(sheet->fd >= 0);
		snprintf(sheet->path, sizeof(sheet->path), "/proc/self/fd/%d",
			 sheet->fd);
	}
	must(!ftruncate(sheet->fd, 0));
	must(pwrite(sheet->fd, data, size, 0) == (ssize_t)size);
}

static int read_sheet(struct systally_record *record, const struct sheet *sheet)
{
	struct systally_error error = { "" };

	if (!systally_record_read(record, sheet->path, &error))
		return 0;
	/* One line that says why */
	must(error.text[0] && !strchr(error.text, '\n'));
	return -1;
}

static size_t rows(const struct systally_header *header)
{
	return header->call_rows + header->error_rows +
	       header->unattributed_rows + header->hist_rows;
}

static int equal(const char *a, const char *b)
{
	return a && b ? !strcmp(a, b) : a == b;
}

/* Written and read again, it is the same. */
static void rewrite(const struct systally_record *record)
{
	static struct sheet sheet;
	struct systally_record again;
	char *text = NULL;
	size_t size, i;
	FILE *out;

	out = open_memstream(&text, &size);
	must(!!out);
	must(!systally_record_write(out, record, names) && !fclose(out));
	sheet_fill(&sheet, text, size);
	free(text);
	must(!read_sheet(&again, &sheet));
	must(!memcmp(&again.snapshot.header, &record->snapshot.header,
		     sizeof(again.snapshot.header)));
	must(!memcmp(again.snapshot.rows, record->snapshot.rows,
		     rows(&record->snapshot.header) *
		     sizeof(*again.snapshot.rows)));
	must(again.command_count == record->command_count &&
	     again.ended == record->ended && again.status == record->status &&
	     again.duration_ns == record->duration_ns &&
	     again.missed == record->missed &&
	     equal(again.syscalls, record->syscalls) &&
	     equal(again.kernel, record->kernel) &&
	     equal(again.date, record->date));
	for (i = 0; i < again.command_count; i++)
		must(equal(again.command[i], record->command[i]));
	systally_record_free(&again);
}

/* Returns how many calls differ. */
static size_t compare(const uint8_t *knobs,
		      const struct systally_record records[2])
{
	static const struct systally_threshold none;
	const struct systally_set set = { .all = true };
	const struct systally_comparison comparison = {
		.by = knobs[0] & 1 ? SYSTALLY_BY_COMMAND : SYSTALLY_BY_SYSCALL,
		.sort = knobs[1] % (SYSTALLY_SORT_NAME + 1),
		.latency = knobs[2] & 2, .limit = knobs[3], .set = &set,
		.threshold = &none, .time = knobs[2] & 4 ? &none : NULL,
	};
	struct systally_error error = { "" };
	struct systally_changes changes;
	struct systally_notes notes = { NULL, 0 };
	const struct systally_change_report paper = {
		.changes = &changes, .records = records,
		.files = { "a", "b" }, .notes = &notes,
		.latency = comparison.latency, .width = SYSTALLY_TEXT_WIDTH,
	};
	size_t differ;

	must(!systally_compare(&changes, &comparison, &records[0].snapshot,
			       &records[1].snapshot, names, &error));
	must(!comparison.limit || changes.shown <= comparison.limit);
	must(!systally_change_render(nowhere,
				     (knobs[2] >> 5) % (SYSTALLY_CSV + 1),
				     &paper));
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
	static struct sheet sheets[2];
	struct systally_record records[2];
	const uint8_t *second;
	size_t first;

	if (size < KNOBS)
		return 0;
	set_up();
	second = memchr(data + KNOBS, '\0', size - KNOBS);
	first = second ? (size_t)(second - data) : size;
	sheet_fill(&sheets[0], data + KNOBS, first - KNOBS);
	if (read_sheet(&records[0], &sheets[0]))
		return 0;
	both(data, &records[0]);
	if (second) {
		sheet_fill(&sheets[1], second + 1, size - first - 1);
		if (!read_sheet(&records[1], &sheets[1])) {
			compare(data, records);
			systally_record_free(&records[1]);
		}
	}
	systally_record_free(&records[0]);
	return 0;
}
