// SPDX-License-Identifier: GPL-2.0-only
/*
 * The format for spreadsheets and awk: comma-separated values with a head.
 */
#define _GNU_SOURCE
#include <string.h>

#include "base/escape.h"
#include "base/text.h"
#include "needs/render.h"
#include "render/formats.h"

static void write_number(FILE *out, uint64_t number)
{
	char digits[SYSTALLY_DIGITS_LEN];

	fputs_unlocked(systally_text_digits(number, digits), out);
}

/* Writes the group's key, with a comma behind each field. */
static void write_fields(FILE *out, const struct systally_fields *fields,
			 const struct systally_group *group)
{
	char buffer[SYSTALLY_FIELD_LEN];
	const char *text;
	int64_t number;
	unsigned int i;

	for (i = 0; i < fields->count; i++) {
		const struct systally_field *field = fields->list[i];

		if (field->text) {
			text = field->text(fields->names, group, buffer);
			if (text)
				systally_escape_csv(out, text);
		} else if (systally_field_known(field, group)) {
			number = field->number(group);
			if (number < 0)
				putc_unlocked('-', out);
			write_number(out, number < 0 ? -(uint64_t)number :
						       (uint64_t)number);
		}
		putc_unlocked(',', out);
	}
}

/* The keys of these fields, with a comma behind each. */
static void write_keys(FILE *out, const struct systally_fields *fields)
{
	unsigned int i;

	for (i = 0; i < fields->count; i++)
		fprintf(out, "%s,", fields->list[i]->key);
}

/* With -H the buckets are the rows. */
static void write_histogram(FILE *out, const struct systally_report *report,
			    bool head, const char *time)
{
	const struct systally_hist *hist = &report->ranking->hist;
	uint64_t khz = report->header->clock_khz;
	unsigned int i;

	if (head)
		fputs("low_ns,high_ns,count\n", out);
	for (i = 0; i < SYSTALLY_HIST_SIZE; i++) {
		if (hist->buckets[i])
			fprintf(out, "%s%llu,%llu,%llu\n", time,
				(unsigned long long)systally_hist_ns(
					systally_hist_low(i), khz),
				(unsigned long long)systally_hist_ns(
					systally_hist_high(i), khz),
				(unsigned long long)hist->buckets[i]);
	}
}

/* An amount that was not measured is an empty field. */
static void write_amounts(FILE *out, unsigned int amounts,
			  const struct systally_group *group)
{
	unsigned int a;

	for (a = 0; a < amounts; a++) {
		if (systally_amounts[a].known(group))
			write_number(out, systally_amounts[a].value(group));
		putc_unlocked(',', out);
	}
}

static void write_rows(FILE *out, const struct systally_report *report,
		       bool head, const char *time)
{
	const struct systally_ranking *ranking = report->ranking;
	const struct systally_fields fields =
		systally_fields_of(ranking->names, &ranking->by);
	const char *collect = systally_names_collect(report->header->collect);
	unsigned int amounts = systally_amount_count(&ranking->by), a;
	size_t i;

	if (head) {
		write_keys(out, &fields);
		for (a = 0; a < amounts; a++)
			fprintf(out, "%s,", systally_amounts[a].key);
		fputs("collect\n", out);
	}
	for (i = 0; i < ranking->shown; i++) {
		fputs_unlocked(time, out);
		write_fields(out, &fields, &ranking->groups[i]);
		write_amounts(out, amounts, &ranking->groups[i]);
		fputs_unlocked(collect, out);
		putc_unlocked('\n', out);
	}
}

static int write_report(FILE *out, const struct systally_report *report)
{
	const bool head = !report->series || report->first;
	char time[40] = "";

	if (report->series) {
		systally_text_time(&report->when, time);
		strcat(time, ",");
		if (head)
			fputs("time,", out);
	}
	if (report->histogram)
		write_histogram(out, report, head, time);
	else
		write_rows(out, report, head, time);
	return 0;
}

/* Writes a comma and a field; what is not known is empty. */
static void write_of(FILE *out, const struct systally_changes *changes,
		     const struct systally_change *change, unsigned int amount,
		     enum systally_of of)
{
	uint64_t a = systally_change_amounts[amount].value(&change->a);
	uint64_t b = systally_change_amounts[amount].value(&change->b);

	putc(',', out);
	if (!systally_change_known(changes, change, amount, of))
		return;
	if (of == SYSTALLY_OF_PERCENT)
		fprintf(out, "%.2f",
			100.0 * ((double)b - (double)a) / (double)a);
	else if (of == SYSTALLY_OF_CHANGE)
		fprintf(out, "%lld", (long long)systally_difference(a, b));
	else
		write_number(out, of == SYSTALLY_OF_A ? a : b);
}

static void write_change_row(FILE *out, const struct systally_changes *changes,
			     const struct systally_fields *fields,
			     const struct systally_change *change)
{
	unsigned int i, of;

	write_fields(out, fields, &change->a);
	fprintf(out, "%s,%d", systally_change_kind(change), change->regression);
	for (i = 0; i < SYSTALLY_CHANGE_AMOUNTS; i++) {
		for (of = 0; of < SYSTALLY_OFS; of++)
			write_of(out, changes, change, i, (enum systally_of)of);
	}
	putc('\n', out);
}

static int write_change(FILE *out, const struct systally_change_report *report)
{
	const struct systally_changes *changes = report->changes;
	const struct systally_fields fields =
		systally_fields_of(changes->names, &changes->by);
	char key[SYSTALLY_OF_LEN];
	unsigned int i, of;
	size_t c;

	write_keys(out, &fields);
	fputs("change,regression", out);
	for (i = 0; i < SYSTALLY_CHANGE_AMOUNTS; i++) {
		for (of = 0; of < SYSTALLY_OFS; of++)
			fprintf(out, ",%s",
				systally_change_key(key, i,
						    (enum systally_of)of));
	}
	putc('\n', out);
	for (c = 0; c < changes->shown; c++)
		write_change_row(out, changes, &fields, &changes->list[c]);
	return 0;
}

static int write_list(FILE *out, const struct systally_list *list)
{
	unsigned int column;
	size_t i;

	for (column = 0; column < list->columns; column++)
		fprintf(out, "%s%c", list->keys[column],
			column == list->columns - 1 ? '\n' : ',');
	for (i = 0; i < list->rows * list->columns; i++) {
		systally_escape_csv(out, list->cells[i] ? list->cells[i] : "");
		putc(i % list->columns == list->columns - 1 ? '\n' : ',', out);
	}
	return 0;
}

const struct systally_format systally_format_csv = {
	.word = "csv",
	.all_rows = true,
	.series = true,
	.report = write_report,
	.change = write_change,
	.list = write_list,
	.needs = systally_needs_csv,
};
