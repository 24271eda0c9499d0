// SPDX-License-Identifier: GPL-2.0-only
/*
 * The format for documents and issue trackers: markdown with tables, as GitHub
 * and GitLab render it.
 */
#include <stdlib.h>
#include <string.h>

#include "base/escape.h"
#include "needs/render.h"
#include "render/formats.h"

/* Writes @length bytes of @text, a backslash before each of those in @marks. */
static void write_marked(FILE *out, const char *text, size_t length,
			 const char *marks)
{
	for (; length; length--, text++) {
		if (strchr(marks, *text))
			putc('\\', out);
		putc(*text, out);
	}
}

/*
 * Returns the length of the code span at @text, which begins with a backtick:
 * up to the next run of as many backticks. Returns 0 if there is none.
 */
static size_t span_length(const char *text)
{
	size_t run = strspn(text, "`"), other;
	const char *at = text + run;

	while ((at = strchr(at, '`'))) {
		other = strspn(at, "`");
		at += other;
		if (other == run)
			return (size_t)(at - text);
	}
	return 0;
}

/*
 * Writes @text so that none of it is markup. Code spans stay: notes and findings
 * have words in them that the user types. Within them only a pipe needs a
 * backslash, since it ends the cell of a table.
 */
static void write_escaped(FILE *out, const char *text)
{
	char *shown = systally_escape_new(text, SYSTALLY_ESCAPE_SHOWN);
	const char *at = shown ? shown : "no memory for this text";
	size_t length;

	for (; *at; at += length) {
		length = *at == '`' ? span_length(at) : 0;
		if (length) {
			write_marked(out, at, length, "|");
			continue;
		}
		length = *at == '`' ? strspn(at, "`") : strcspn(at, "`");
		write_marked(out, at, length, "\\`*_[]<>|&~#");
	}
	free(shown);
}

static void write_notes(FILE *out, const struct systally_notes *notes)
{
	size_t i;

	for (i = 0; i < notes->count; i++) {
		fputs("\n> note: ", out);
		write_escaped(out, notes->text[i]);
		putc('\n', out);
	}
}

static int write_report(FILE *out, const struct systally_report *report)
{
	if (report->series || report->date) {
		fputs("### ", out);
		systally_report_title(out, report);
		putc('\n', out);
	}
	if (report->histogram) {
		fputs("```\n", out);
		systally_report_histogram(out, report);
		fputs("```\n", out);
	} else if (report->ranking->shown) {
		systally_report_table(out, report, SYSTALLY_GRID_PIPES);
	}
	if (report->tls && report->tls->shown) {
		putc('\n', out);
		systally_tls_table(out, report, SYSTALLY_GRID_PIPES);
	}
	write_notes(out, report->notes);
	if (report->series)
		putc('\n', out);
	return 0;
}

static int write_change(FILE *out, const struct systally_change_report *report)
{
	fputs("```\n", out);
	systally_change_side(out, report, 0);
	systally_change_side(out, report, 1);
	fputs("```\n\n", out);
	if (report->changes->shown) {
		systally_change_table(out, report, SYSTALLY_GRID_PIPES);
		putc('\n', out);
	}
	systally_change_verdict(out, report);
	write_notes(out, report->notes);
	return 0;
}

/* Findings may be longer than a cell of a grid, so nothing is lined up. */
static int write_list(FILE *out, const struct systally_list *list)
{
	unsigned int column;
	size_t i;

	if (list->sentence) {
		write_escaped(out, list->sentence);
		putc('\n', out);
		return 0;
	}
	for (column = 0; column < list->columns; column++)
		fprintf(out, "| %s ", list->keys[column]);
	fputs("|\n", out);
	for (column = 0; column < list->columns; column++)
		fputs("| --- ", out);
	fputs("|\n", out);
	for (i = 0; i < list->rows * list->columns; i++) {
		fputs("| ", out);
		write_escaped(out, list->cells[i] ? list->cells[i] : "");
		fputs(i % list->columns == list->columns - 1 ? " |\n" : " ",
		      out);
	}
	return 0;
}

const struct systally_format systally_format_markdown = {
	.word = "markdown",
	.notes = true,
	.series = true,
	.tls = true,
	.report = write_report,
	.change = write_change,
	.list = write_list,
	.needs = systally_needs_markdown,
};
