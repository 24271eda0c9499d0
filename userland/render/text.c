// SPDX-License-Identifier: GPL-2.0-only
/*
 * The format for people: tables that fit a terminal.
 */
#include <stdlib.h>

#include "base/escape.h"
#include "base/text.h"
#include "render/formats.h"

static void write_notes(FILE *out, const struct systally_notes *notes,
			unsigned int width)
{
	size_t i;

	for (i = 0; i < notes->count; i++)
		systally_text_note(out, notes->text[i], width);
}

static int write_report(FILE *out, const struct systally_report *report)
{
	if (report->series || report->date)
		systally_report_title(out, report);
	if (report->histogram)
		systally_report_histogram(out, report);
	else if (report->ranking->shown)
		systally_report_table(out, report, SYSTALLY_GRID_PLAIN);
	if (report->tls && report->tls->shown) {
		putc('\n', out);
		systally_tls_table(out, report, SYSTALLY_GRID_PLAIN);
	}
	write_notes(out, report->notes, report->width);
	if (report->series)
		putc('\n', out);
	return 0;
}

static int write_change(FILE *out, const struct systally_change_report *report)
{
	systally_change_side(out, report, 0);
	systally_change_side(out, report, 1);
	if (report->changes->shown)
		systally_change_table(out, report, SYSTALLY_GRID_PLAIN);
	write_notes(out, report->notes, report->width);
	systally_change_verdict(out, report);
	return 0;
}

/* Writes the line of one row. Returns -1 if there is no memory. */
static int write_line(FILE *out, const struct systally_list *list,
		      const char *const *cells)
{
	char **shown = calloc(list->columns, sizeof(*shown));
	int result = shown ? 0 : -1;
	unsigned int i;

	for (i = 0; !result && i < list->columns; i++) {
		if (!cells[i])
			continue;
		shown[i] = systally_escape_new(cells[i], SYSTALLY_ESCAPE_SHOWN);
		result = shown[i] ? 0 : -1;
	}
	if (!result)
		list->line(out, (const char *const *)shown);
	for (i = 0; shown && i < list->columns; i++)
		free(shown[i]);
	free(shown);
	return result;
}

static int write_list(FILE *out, const struct systally_list *list)
{
	int result = 0;
	size_t i;

	if (list->sentence) {
		fprintf(out, "%s\n", list->sentence);
		return 0;
	}
	for (i = 0; !result && i < list->rows; i++)
		result = write_line(out, list, &list->cells[i * list->columns]);
	return result;
}

const struct systally_format systally_format_text = {
	.word = "text",
	.notes = true,
	.series = true,
	.tls = true,
	.report = write_report,
	.change = write_change,
	.list = write_list,
};
