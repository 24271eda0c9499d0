// SPDX-License-Identifier: GPL-2.0-only
/*
 * The format for programs that read JSON: one object, on one line.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "base/json.h"
#include "base/text.h"
#include "needs/render.h"
#include "render/formats.h"

#define FORMAT_VERSION 1

static void put_fields(struct systally_json *json,
		       const struct systally_fields *fields,
		       const struct systally_group *group)
{
	char buffer[SYSTALLY_FIELD_LEN];
	unsigned int i;

	for (i = 0; i < fields->count; i++) {
		const struct systally_field *field = fields->list[i];

		if (field->text)
			systally_json_text(
				json, field->key,
				field->text(fields->names, group, buffer));
		else if (systally_field_known(field, group))
			systally_json_number(json, field->key,
					     field->number(group));
		else
			systally_json_null(json, field->key);
	}
}

static void put_amount(struct systally_json *json,
		       const struct systally_amount *amount,
		       const struct systally_group *group)
{
	if (amount->known(group))
		systally_json_count(json, amount->key, amount->value(group));
	else
		systally_json_null(json, amount->key);
}

static void put_rows(struct systally_json *json,
		     const struct systally_ranking *ranking)
{
	const struct systally_fields fields =
		systally_fields_of(ranking->names, &ranking->by);
	unsigned int amounts = systally_amount_count(&ranking->by), a;
	size_t i;

	systally_json_array(json, "rows");
	for (i = 0; i < ranking->shown; i++) {
		const struct systally_group *group = &ranking->groups[i];

		systally_json_object(json, NULL);
		put_fields(json, &fields, group);
		for (a = 0; a < amounts; a++)
			put_amount(json, &systally_amounts[a], group);
		systally_json_end(json);
	}
	systally_json_end(json);
}

/* The buckets that are not empty. */
static void put_histogram(struct systally_json *json,
			  const struct systally_report *report)
{
	const struct systally_hist *hist = &report->ranking->hist;
	uint64_t khz = report->header->clock_khz;
	unsigned int i;

	systally_json_array(json, "histogram");
	for (i = 0; i < SYSTALLY_HIST_SIZE; i++) {
		if (!hist->buckets[i])
			continue;
		systally_json_object(json, NULL);
		systally_json_count(
			json, "low_ns",
			systally_hist_ns(systally_hist_low(i), khz));
		systally_json_count(
			json, "high_ns",
			systally_hist_ns(systally_hist_high(i), khz));
		systally_json_count(json, "count", hist->buckets[i]);
		systally_json_end(json);
	}
	systally_json_end(json);
}

/* null: not measured, or there was no call. */
static void put_tls_sum(struct systally_json *json, const char *key,
			const struct systally_tls_sum *sum)
{
	if (!sum->calls) {
		systally_json_null(json, key);
		return;
	}
	systally_json_object(json, key);
	systally_json_count(json, "calls", sum->calls);
	systally_json_count(json, "failed", sum->failed);
	systally_json_count(json, "bytes", sum->bytes);
	systally_json_count(json, "time_ns", sum->time_ns);
	systally_json_end(json);
}

static void put_tls(struct systally_json *json,
		    const struct systally_tls_streams *streams)
{
	size_t i;

	systally_json_array(json, "tls");
	for (i = 0; i < streams->shown; i++) {
		const struct systally_tls_stream *stream = &streams->list[i];

		systally_json_object(json, NULL);
		systally_json_count(json, "tgid", stream->tgid);
		systally_json_text(json, "comm", stream->comm);
		if (stream->descriptor == SYSTALLY_TLS_NO_FD)
			systally_json_null(json, "descriptor");
		else
			systally_json_count(json, "descriptor",
					    stream->descriptor);
		systally_json_text(json, "direction",
				   stream->write ? "write" : "read");
		put_tls_sum(json, "plain", &stream->plain);
		put_tls_sum(json, "encrypted", &stream->encrypted);
		systally_json_end(json);
	}
	systally_json_end(json);
}

static void put_notes(struct systally_json *json,
		      const struct systally_notes *notes)
{
	systally_json_words(json, "notes", notes->text, notes->count);
}

static int finish(struct systally_json *json)
{
	systally_json_end(json);
	systally_json_line(json);
	return systally_json_free(json);
}

static int write_report(FILE *out, const struct systally_report *report)
{
	struct systally_json *json = systally_json_new(out);
	const struct systally_header *header = report->header;
	struct utsname running;
	char when[32];

	if (!json)
		return -1;
	if (uname(&running))
		strcpy(running.release, "unknown");
	systally_json_object(json, NULL);
	systally_json_count(json, "format", FORMAT_VERSION);
	systally_json_text(json, "kernel",
			   report->kernel ? report->kernel : running.release);
	systally_json_text(json, "collect",
			   systally_names_collect(header->collect));
	systally_json_count(json, "unattributed", header->unattributed);
	if (report->series) {
		systally_text_time(&report->when, when);
		systally_json_text(json, "time", when);
		if (header->taken_ns)
			systally_json_count(json, "interval_ns",
					    header->taken_ns);
		else
			systally_json_null(json, "interval_ns");
	}
	if (report->date) {
		systally_json_text(json, "date", report->date);
		if (report->duration_ns)
			systally_json_count(json, "duration_ns",
					    report->duration_ns);
		else
			systally_json_null(json, "duration_ns");
	}
	put_rows(json, report->ranking);
	if (report->histogram)
		put_histogram(json, report);
	if (report->tls)
		put_tls(json, report->tls);
	put_notes(json, report->notes);
	return finish(json);
}

static double percent_of(uint64_t a, uint64_t b)
{
	return 100.0 * ((double)b - (double)a) / (double)a;
}

static void put_amounts(struct systally_json *json,
			const struct systally_changes *changes,
			const struct systally_change *change)
{
	char key[SYSTALLY_OF_LEN];
	unsigned int i, of;

	for (i = 0; i < SYSTALLY_CHANGE_AMOUNTS; i++) {
		uint64_t a = systally_change_amounts[i].value(&change->a);
		uint64_t b = systally_change_amounts[i].value(&change->b);

		for (of = 0; of < SYSTALLY_OFS; of++) {
			systally_change_key(key, i, (enum systally_of)of);
			if (!systally_change_known(changes, change, i,
						   (enum systally_of)of))
				systally_json_null(json, key);
			else if (of == SYSTALLY_OF_PERCENT)
				systally_json_decimal(json, key,
						      percent_of(a, b), 2);
			else if (of == SYSTALLY_OF_CHANGE)
				systally_json_number(json, key,
						     systally_difference(a, b));
			else
				systally_json_count(json, key, of ? b : a);
		}
	}
}

static void put_changes(struct systally_json *json,
			const struct systally_changes *changes)
{
	const struct systally_fields fields =
		systally_fields_of(changes->names, &changes->by);
	size_t i;

	systally_json_array(json, "rows");
	for (i = 0; i < changes->shown; i++) {
		const struct systally_change *change = &changes->list[i];

		systally_json_object(json, NULL);
		put_fields(json, &fields, &change->a);
		systally_json_text(json, "change",
				   systally_change_kind(change));
		systally_json_bool(json, "regression", change->regression);
		put_amounts(json, changes, change);
		systally_json_end(json);
	}
	systally_json_end(json);
}

/* Describes one recording. */
static void put_side(struct systally_json *json, const char *key,
		     const char *file, const struct systally_record *record)
{
	systally_json_object(json, key);
	systally_json_text(json, "file", file);
	systally_json_text(json, "date", record->date);
	systally_json_text(json, "kernel", record->kernel);
	systally_json_words(json, "command", record->command,
			    record->command_count);
	if (record->ended)
		systally_json_number(json, "status", record->status);
	else
		systally_json_null(json, "status");
	systally_json_end(json);
}

static int write_change(FILE *out, const struct systally_change_report *report)
{
	const struct systally_changes *changes = report->changes;
	struct systally_json *json = systally_json_new(out);

	if (!json)
		return -1;
	systally_json_object(json, NULL);
	systally_json_count(json, "format", FORMAT_VERSION);
	put_side(json, "a", report->files[0], &report->records[0]);
	put_side(json, "b", report->files[1], &report->records[1]);
	systally_json_text(json, "verdict",
			   report->why		? NULL :
			   changes->regressions ? "regression" :
						  "no regression");
	systally_json_text(json, "reason", report->why);
	systally_json_count(json, "regressions", changes->regressions);
	systally_json_count(json, "same", changes->same);
	put_changes(json, changes);
	systally_json_object(json, "total");
	put_amounts(json, changes, &changes->total);
	systally_json_end(json);
	put_notes(json, report->notes);
	return finish(json);
}

/* A number as a number, true and false as such, all else as text. */
static void put_value(struct systally_json *json, const char *key,
		      const char *text)
{
	char digits[24];
	uint64_t number;

	if (text && (!strcmp(text, "true") || !strcmp(text, "false"))) {
		systally_json_bool(json, key, *text == 't');
		return;
	}
	if (text && *text && !text[strspn(text, "0123456789")]) {
		number = strtoull(text, NULL, 10);
		snprintf(digits, sizeof(digits), "%llu",
			 (unsigned long long)number);
		if (!strcmp(digits, text)) {
			systally_json_count(json, key, number);
			return;
		}
	}
	systally_json_text(json, key, text);
}

static int write_list(FILE *out, const struct systally_list *list)
{
	struct systally_json *json = systally_json_new(out);
	unsigned int column;
	size_t row;

	if (!json)
		return -1;
	/* keys of the status are what the module says */
	systally_json_any_keys(json);
	systally_json_object(json, NULL);
	systally_json_count(json, "format", FORMAT_VERSION);
	if (list->kernel)
		systally_json_text(json, "kernel", list->kernel);
	if (list->array)
		systally_json_array(json, list->array);
	for (row = 0; row < list->rows; row++) {
		const char *const *cells = &list->cells[row * list->columns];

		if (!list->array) {
			put_value(json, cells[0], cells[1]);
			continue;
		}
		systally_json_object(json, NULL);
		for (column = 0; column < list->columns; column++)
			systally_json_text(json, list->keys[column],
					   cells[column]);
		systally_json_end(json);
	}
	if (list->array)
		systally_json_end(json);
	return finish(json);
}

const struct systally_format systally_format_json = {
	.word = "json",
	.notes = true,
	.all_rows = true,
	.series = true,
	.tls = true,
	.report = write_report,
	.change = write_change,
	.list = write_list,
	.needs = systally_needs_json,
};
