// SPDX-License-Identifier: GPL-2.0-only
/*
 * A report for programs: JSON and CSV have the same fields. Called through
 * render.c.
 */
#include <string.h>
#include <sys/utsname.h>

#include "base/json_object.h"
#include "base/text.h"
#include "render/render.h"

enum field {
	FIELD_TGID, FIELD_TID, FIELD_COMM, FIELD_ABI, FIELD_NR, FIELD_SYSCALL,
	FIELD_ERRNO, FIELD_NAME, FIELD_SUBSYSTEM, FIELD_COUNT, FIELD_ERRORS, FIELD_TOTAL,
	FIELD_MAX, FIELD_P50, FIELD_P90, FIELD_P99, FIELD_P999, FIELDS,
};

static const char *const field_names[FIELDS] = {
	"tgid", "tid", "comm", "abi", "nr", "syscall", "errno", "name",
	"subsystem", "count", "errors", "total_ns", "max_ns", "p50_ns", "p90_ns", "p99_ns",
	"p999_ns",
};

/* The fields that a group has; a process has no call, a call no process. */
static bool has_field(const struct systally_report *report, enum field field)
{
	bool threads = report->header->flags & SYSTALLY_THREADS;
	enum systally_by by = report->ranking->by;

	switch (field) {
	case FIELD_TGID:
		return by == SYSTALLY_BY_ROW || by == SYSTALLY_BY_PROCESS ||
		       by == SYSTALLY_BY_THREAD;
	case FIELD_TID:
		return by == SYSTALLY_BY_THREAD ||
		       (by == SYSTALLY_BY_ROW && threads);
	case FIELD_COMM:
		return by != SYSTALLY_BY_SYSCALL && by != SYSTALLY_BY_ERRNO &&
		       by != SYSTALLY_BY_SUBSYSTEM;
	case FIELD_ABI:
	case FIELD_NR:
	case FIELD_SYSCALL:
		return by == SYSTALLY_BY_ROW || by == SYSTALLY_BY_SYSCALL;
	case FIELD_ERRNO:
	case FIELD_NAME:
		return by == SYSTALLY_BY_ERRNO;
	case FIELD_SUBSYSTEM:
		return by == SYSTALLY_BY_SUBSYSTEM;
	case FIELD_COUNT:
		return true;
	default:
		return by != SYSTALLY_BY_ERRNO;
	}
}

static int64_t number(const struct systally_group *group, enum field field)
{
	switch (field) {
	case FIELD_TGID:
		return group->tgid;
	case FIELD_TID:
		return group->tid;
	case FIELD_NR:
		return group->nr;
	default:
		return group->error;
	}
}

static uint64_t amount(const struct systally_group *group, enum field field)
{
	switch (field) {
	case FIELD_COUNT:
		return group->count;
	case FIELD_ERRORS:
		return group->errors;
	case FIELD_TOTAL:
		return group->total_ns;
	case FIELD_MAX:
		return group->max_ns;
	default:	/* 0 if not known */
		return group->percentile_ns[field - FIELD_P50];
	}
}

/* Returns the text of a field that is one, NULL for numbers. */
static const char *text(const struct systally_group *group, enum field field,
			char escaped[SYSTALLY_ESCAPED_LEN])
{
	switch (field) {
	case FIELD_COMM:
		systally_text_escape_utf8(group->comm, escaped);
		return escaped;
	case FIELD_ABI:
		return systally_names_abi(group->abi);
	case FIELD_SYSCALL:
	case FIELD_NAME:
	case FIELD_SUBSYSTEM:
		return group->name;
	default:
		return NULL;
	}
}

static struct json_object *make_row(const struct systally_report *report,
				    const struct systally_group *group)
{
	struct json_object *row = json_object_new_object();
	char escaped[SYSTALLY_ESCAPED_LEN];
	unsigned int i;

	for (i = 0; row && i < FIELDS; i++) {
		enum field field = (enum field)i;
		const char *string = text(group, field, escaped);
		struct json_object *value;

		if (!has_field(report, field))
			continue;
		if (string)
			value = json_object_new_string(string);
		else if (field >= FIELD_COUNT)
			value = json_object_new_uint64(amount(group, field));
		else
			value = json_object_new_int64(number(group, field));
		if (!value ||
		    json_object_object_add(row, field_names[i], value)) {
			json_object_put(value);
			json_object_put(row);
			return NULL;
		}
	}
	return row;
}

static bool put_head(struct json_object *object,
		     const struct systally_report *report)
{
	struct utsname running;
	const char *kernel = report->kernel ? report->kernel : running.release;
	const char *collect = systally_names_collect(report->header->collect);

	if (uname(&running))
		strcpy(running.release, "unknown");
	return systally_json_put(object, "format", json_object_new_int(1)) &&
	       systally_json_put(object, "kernel",
				 json_object_new_string(kernel)) &&
	       systally_json_put(object, "collect",
				 json_object_new_string(collect)) &&
	       systally_json_put(object, "unattributed",
		   json_object_new_uint64(report->header->unattributed));
}

static bool put_series(struct json_object *object,
		       const struct systally_report *report)
{
	char when[32];

	if (!report->series)
		return true;
	systally_text_time(&report->when, when);
	return systally_json_put(object, "time",
				 json_object_new_string(when)) &&
	       systally_json_put(object, "interval_ns",
		   json_object_new_uint64(report->header->taken_ns));
}

static bool put_rows(struct json_object *object,
		     const struct systally_report *report)
{
	struct json_object *rows = json_object_new_array();
	size_t i;

	for (i = 0; rows && i < report->ranking->shown; i++) {
		struct json_object *row =
			make_row(report, &report->ranking->groups[i]);

		if (!row || json_object_array_add(rows, row)) {
			json_object_put(row);
			json_object_put(rows);
			return false;
		}
	}
	return systally_json_put(object, "rows", rows);
}

/* The buckets that are not empty, with -H. */
static bool put_histogram(struct json_object *object,
			  const struct systally_report *report)
{
	const struct systally_hist *hist = &report->ranking->hist;
	uint64_t khz = report->header->clock_khz;
	struct json_object *buckets;
	unsigned int i;

	if (!report->histogram)
		return true;
	buckets = json_object_new_array();
	for (i = 0; buckets && i < SYSTALLY_HIST_SIZE; i++) {
		struct json_object *bucket;

		if (!hist->buckets[i])
			continue;
		bucket = json_object_new_object();
		if (!bucket ||
		    !systally_json_put(bucket, "low_ns", json_object_new_uint64(
			 systally_hist_ns(systally_hist_low(i), khz))) ||
		    !systally_json_put(bucket, "high_ns", json_object_new_uint64(
			 systally_hist_ns(systally_hist_high(i), khz))) ||
		    !systally_json_put(bucket, "count",
			 json_object_new_uint64(hist->buckets[i])) ||
		    json_object_array_add(buckets, bucket)) {
			json_object_put(bucket);
			json_object_put(buckets);
			return false;
		}
	}
	return systally_json_put(object, "histogram", buckets);
}

static bool put_notes(struct json_object *object,
		      const struct systally_report *report)
{
	struct json_object *notes = json_object_new_array();
	size_t i;

	for (i = 0; notes && i < report->notes->count; i++)
		json_object_array_add(notes,
			json_object_new_string(report->notes->text[i]));
	return systally_json_put(object, "notes", notes);
}

int systally_render_json(FILE *out, const struct systally_report *report)
{
	struct json_object *object = json_object_new_object();
	const char *line = NULL;

	if (object && put_head(object, report) && put_series(object, report) &&
	    put_rows(object, report) && put_histogram(object, report) &&
	    put_notes(object, report))
		line = systally_json_object_line(object);
	if (line)
		fprintf(out, "%s\n", line);
	json_object_put(object);
	return line ? 0 : -1;
}

/* With -H: its buckets are the rows. */
static void write_csv_histogram(FILE *out,
				const struct systally_report *report,
				const char *when)
{
	const struct systally_hist *hist = &report->ranking->hist;
	uint64_t khz = report->header->clock_khz;
	unsigned int i;

	if (!report->series || report->first)
		fprintf(out, "%slow_ns,high_ns,count\n",
			report->series ? "time," : "");
	for (i = 0; i < SYSTALLY_HIST_SIZE; i++) {
		if (!hist->buckets[i])
			continue;
		if (report->series)
			fprintf(out, "%s,", when);
		fprintf(out, "%llu,%llu,%llu\n", (unsigned long long)
			systally_hist_ns(systally_hist_low(i), khz),
			(unsigned long long)
			systally_hist_ns(systally_hist_high(i), khz),
			(unsigned long long)hist->buckets[i]);
	}
}

int systally_render_csv(FILE *out, const struct systally_report *report)
{
	char escaped[SYSTALLY_ESCAPED_LEN];
	const char *comma = "";
	char when[32];
	unsigned int f;
	size_t i;

	if (report->series)
		systally_text_time(&report->when, when);
	if (report->histogram) {
		write_csv_histogram(out, report, when);
		return 0;
	}
	if (!report->series || report->first) {
		if (report->series)
			fputs("time,", out);
		for (f = 0; f < FIELDS; f++) {
			if (!has_field(report, (enum field)f))
				continue;
			fprintf(out, "%s%s", comma, field_names[f]);
			comma = ",";
		}
		putc('\n', out);
	}
	for (i = 0; i < report->ranking->shown; i++) {
		const struct systally_group *group =
			&report->ranking->groups[i];

		if (report->series)
			fprintf(out, "%s,", when);
		comma = "";
		for (f = 0; f < FIELDS; f++) {
			enum field field = (enum field)f;
			const char *string = text(group, field, escaped);

			if (!has_field(report, field))
				continue;
			fputs(comma, out);
			comma = ",";
			if (string)
				systally_text_csv(out, string);
			else if (field >= FIELD_COUNT)
				fprintf(out, "%llu", (unsigned long long)
					amount(group, field));
			else
				fprintf(out, "%lld", (long long)
					number(group, field));
		}
		putc('\n', out);
	}
	return 0;
}
