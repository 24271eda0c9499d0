// SPDX-License-Identifier: GPL-2.0-only
/*
 * A comparison as a table for people. Called by cmd_compare.c.
 */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "render/render.h"
#include "render/change.h"

#define CELL_LEN	80
#define LABEL_MIN	11
#define COMM_MIN	7	/* its heading */

enum column {
	COLUMN_MARK,
	COLUMN_A,
	COLUMN_B,
	COLUMN_CHANGE,
	COLUMN_PERCENT,
	COLUMN_ERRORS,		/* b's, as all that stands alone */
	COLUMN_ERRORS_CHANGE,
	COLUMN_ERRORS_PERCENT,
	COLUMN_TOTAL,
	COLUMN_TOTAL_CHANGE,
	COLUMN_TOTAL_PERCENT,
	COLUMN_AVG,
	COLUMN_AVG_CHANGE,
	COLUMN_AVG_PERCENT,
	COLUMN_COMM,	/* from here on to the left */
	COLUMN_CALL,
	COLUMNS,
};

enum line { LINE_HEAD, LINE_CHANGE, LINE_REST, LINE_TOTAL };

struct grid {
	const struct systally_change_report *report;
	enum column columns[COLUMNS];
	unsigned int count;
	unsigned int width[COLUMNS];
	unsigned int gap;
	int digits;		/* that a count may have */
	bool percent;		/* there are columns of them */
};

/* What gives way, in turn, where a line does not fit: space before numbers. */
static const struct {
	unsigned int gap;
	int digits;
	bool percent;
} squeezes[] = {
	{ 2, 12, true }, { 1, 12, true }, { 1, 8, true }, { 1, 8, false },
	{ 1, 5, false },
};

#define SQUEEZES	(sizeof(squeezes) / sizeof(squeezes[0]))

static void write_percent(uint64_t a, uint64_t b, char cell[CELL_LEN])
{
	double percent = 100.0 * ((double)b - (double)a) / (double)a;

	if (a == b)
		strcpy(cell, "-");
	else if (!a || !b)
		strcpy(cell, a ? "gone" : "new");
	else
		snprintf(cell, CELL_LEN, percent < 1e6 ? "%+.1f" : "%+.1e",
			 percent);
}

/* @digits that a number may have; 0: it is a time */
static void write_change(uint64_t a, uint64_t b, int digits,
			 char cell[CELL_LEN])
{
	uint64_t size = a > b ? a - b : b - a;

	if (a == b) {
		strcpy(cell, "-");
		return;
	}
	cell[0] = a > b ? '-' : '+';
	if (digits)
		systally_text_number(size, digits, cell + 1);
	else
		systally_text_ns_short(size, cell + 1);
}

/* What a column is about, on both sides. */
static void find_values(const struct systally_change *change,
			enum column column, uint64_t *a, uint64_t *b)
{
	if (column < COLUMN_ERRORS) {
		*a = change->a.count;
		*b = change->b.count;
	} else if (column < COLUMN_TOTAL) {
		*a = change->a.errors;
		*b = change->b.errors;
	} else if (column < COLUMN_AVG) {
		*a = change->a.total_ns;
		*b = change->b.total_ns;
	} else {
		*a = systally_group_avg_ns(&change->a);
		*b = systally_group_avg_ns(&change->b);
	}
}

static void write_label(const struct grid *grid, enum column column,
			const struct systally_change *change, enum line line,
			char cell[CELL_LEN])
{
	const struct systally_group *group = &change->a;
	char escaped[SYSTALLY_ESCAPED_LEN];

	if (line == LINE_REST && column == COLUMN_CALL) {
		snprintf(cell, CELL_LEN, "(%zu more)",
			 grid->report->changes->rest_changes);
	} else if (line == LINE_TOTAL && column == COLUMN_CALL) {
		strcpy(cell, "total");
	} else if (line == LINE_CHANGE && column == COLUMN_COMM) {
		systally_text_escape(group->comm, escaped);
		snprintf(cell, CELL_LEN, "%s", escaped);
	} else if (line == LINE_CHANGE) {
		snprintf(cell, CELL_LEN, "%s%s%s",
			 group->abi ? systally_names_abi(group->abi) : "",
			 group->abi ? ":" : "", group->name);
	}
}

static const char *heading(const struct grid *grid, enum column column)
{
	static const char *const headings[COLUMNS] = {
		[COLUMN_MARK] = "", [COLUMN_A] = "A",
		[COLUMN_CHANGE] = "change", [COLUMN_PERCENT] = "%",
		[COLUMN_ERRORS] = "errors", [COLUMN_ERRORS_CHANGE] = "change",
		[COLUMN_ERRORS_PERCENT] = "%", [COLUMN_TOTAL] = "total",
		[COLUMN_TOTAL_CHANGE] = "change",
		[COLUMN_TOTAL_PERCENT] = "%", [COLUMN_AVG] = "avg",
		[COLUMN_AVG_CHANGE] = "change", [COLUMN_AVG_PERCENT] = "%",
		[COLUMN_COMM] = "command", [COLUMN_CALL] = "syscall",
	};

	if (column == COLUMN_B)
		return grid->report->latency ? "calls" : "B";
	return headings[column];
}

static void write_cell(const struct grid *grid, enum column column,
		       const struct systally_change *change, enum line line,
		       char cell[CELL_LEN])
{
	uint64_t a, b;

	cell[0] = '\0';
	if (line == LINE_HEAD) {
		strcpy(cell, heading(grid, column));
		return;
	}
	find_values(change, column, &a, &b);
	switch (column) {
	case COLUMN_MARK:
		/* one of those not shown may be it */
		if (line != LINE_TOTAL && change->regression)
			strcpy(cell, "!");
		break;
	case COLUMN_A:
		systally_text_number(a, grid->digits, cell);
		break;
	case COLUMN_B:
	case COLUMN_ERRORS:
		systally_text_number(b, grid->digits, cell);
		break;
	case COLUMN_TOTAL:
	case COLUMN_AVG:
		systally_text_ns_short(b, cell);
		break;
	case COLUMN_CHANGE:
	case COLUMN_ERRORS_CHANGE:
	case COLUMN_TOTAL_CHANGE:
	case COLUMN_AVG_CHANGE:
		write_change(a, b, column >= COLUMN_TOTAL ? 0 : grid->digits,
			     cell);
		break;
	case COLUMN_PERCENT:
	case COLUMN_ERRORS_PERCENT:
	case COLUMN_TOTAL_PERCENT:
	case COLUMN_AVG_PERCENT:
		write_percent(a, b, cell);
		break;
	default:
		write_label(grid, column, change, line, cell);
		break;
	}
	/* seconds end in a blank, to line up with other units */
	if (column >= COLUMN_TOTAL && column < COLUMN_COMM)
		cell[strcspn(cell, " ")] = '\0';
}

/* Does the text have the column, with or without percentages? */
static bool is_shown(const struct grid *grid, enum column column,
		     bool regression, bool errors)
{
	bool latency = grid->report->latency;

	switch (column) {
	case COLUMN_MARK:
		return regression;
	case COLUMN_A:
		return !latency;
	/* fewer columns for each where there are times, or lines do not fit */
	case COLUMN_PERCENT:
		return grid->percent && !latency;
	case COLUMN_ERRORS_PERCENT:
		return grid->percent && errors && !latency;
	case COLUMN_ERRORS:
	case COLUMN_ERRORS_CHANGE:
		return errors;
	case COLUMN_TOTAL_PERCENT:
	case COLUMN_AVG_PERCENT:
		return grid->percent && latency;
	case COLUMN_TOTAL:
	case COLUMN_TOTAL_CHANGE:
	case COLUMN_AVG:
	case COLUMN_AVG_CHANGE:
		return latency;
	case COLUMN_COMM:
		return grid->report->changes->by == SYSTALLY_BY_COMMAND;
	default:
		return true;
	}
}

static void choose_columns(struct grid *grid)
{
	const struct systally_changes *changes = grid->report->changes;
	const struct systally_change *rest = &changes->rest;
	bool regression = rest->regression;
	bool errors = rest->a.errors != rest->b.errors;
	unsigned int column;
	size_t i;

	for (i = 0; i < changes->shown; i++) {
		const struct systally_change *change = &changes->list[i];

		regression |= change->regression;
		errors |= change->a.errors != change->b.errors;
	}
	grid->count = 0;
	for (column = 0; column < COLUMNS; column++) {
		if (is_shown(grid, (enum column)column, regression, errors))
			grid->columns[grid->count++] = (enum column)column;
	}
}

static void measure(struct grid *grid, const struct systally_change *change,
		    enum line line)
{
	char cell[CELL_LEN];
	unsigned int i;
	size_t length;

	for (i = 0; i < grid->count; i++) {
		write_cell(grid, grid->columns[i], change, line, cell);
		length = strlen(cell);
		if (length > grid->width[i])
			grid->width[i] = (unsigned int)length;
	}
}

/* Returns how wide all columns but the last are. */
static unsigned int measure_all(struct grid *grid)
{
	const struct systally_changes *changes = grid->report->changes;
	unsigned int used = 0, i;
	size_t c;

	memset(grid->width, 0, sizeof(grid->width));
	measure(grid, NULL, LINE_HEAD);
	for (c = 0; c < changes->shown; c++)
		measure(grid, &changes->list[c], LINE_CHANGE);
	if (changes->rest_changes)
		measure(grid, &changes->rest, LINE_REST);
	measure(grid, &changes->total, LINE_TOTAL);
	for (i = 0; i < grid->count - 1; i++)
		used += grid->width[i] + grid->gap;
	return used;
}

static void lay_out(struct grid *grid)
{
	const unsigned int most = grid->report->width;
	unsigned int used, last;
	size_t i;

	for (i = 0; i < SQUEEZES; i++) {
		grid->gap = squeezes[i].gap;
		grid->digits = squeezes[i].digits;
		grid->percent = squeezes[i].percent;
		choose_columns(grid);
		used = measure_all(grid);
		last = grid->count - 1;
		if (used + grid->width[last] <= most)
			return;
	}
	for (i = 0; i < last; i++) {
		unsigned int *width = &grid->width[i];

		/* the command's name gives way, if the call's does not do */
		while (grid->columns[i] == COLUMN_COMM && *width > COMM_MIN &&
		       used + LABEL_MIN > most) {
			--*width;
			used--;
		}
	}
	grid->width[last] = used + LABEL_MIN < most ? most - used : LABEL_MIN;
}

static void print_line(FILE *out, const struct grid *grid,
		       const struct systally_change *change, enum line line)
{
	char cell[CELL_LEN];
	unsigned int i;

	for (i = 0; i < grid->count; i++) {
		int width = (int)grid->width[i];

		write_cell(grid, grid->columns[i], change, line, cell);
		if (strlen(cell) > grid->width[i]) {
			cell[width] = '\0';
			cell[width - 1] = '~';
		}
		/* no blanks at the end of a line */
		if (i == grid->count - 1)
			fprintf(out, "%s\n", cell);
		else if (grid->columns[i] >= COLUMN_COMM)
			fprintf(out, "%-*s%*s", width, cell, (int)grid->gap,
				"");
		else
			fprintf(out, "%*s%*s", width, cell, (int)grid->gap,
				"");
	}
}

/* A file's words are any bytes, terminals obey some of them. */
static void append(char *line, size_t size, const char *word)
{
	size_t used = strlen(line);

	for (; *word && used + 5 < size; word++) {
		unsigned char c = (unsigned char)*word;

		if (c >= ' ' && c <= '~' && c != '\\')
			line[used++] = (char)c;
		else
			used += (size_t)sprintf(line + used, "\\x%02x", c);
		line[used] = '\0';
	}
}

/* Which file is which: `A before.json: DATE, kernel RELEASE, COMMAND` */
static void print_side(FILE *out, const struct systally_change_report *report,
		       unsigned int side)
{
	const struct systally_record *record = &report->records[side];
	char line[512] = "";
	size_t i;

	append(line, sizeof(line), side ? "B  " : "A  ");
	append(line, sizeof(line), report->files[side]);
	append(line, sizeof(line), ": ");
	append(line, sizeof(line), record->date);
	append(line, sizeof(line), ", ");
	append(line, sizeof(line), record->kernel);
	append(line, sizeof(line), ",");
	for (i = 0; i < record->command_count; i++) {
		append(line, sizeof(line), " ");
		append(line, sizeof(line), record->command[i]);
	}
	if (strlen(line) > report->width && report->width < sizeof(line))
		strcpy(line + report->width - 1, "~");
	fprintf(out, "%s\n", line);
}

static void print_verdict(FILE *out, const struct systally_changes *changes)
{
	if (!changes->shown)
		fprintf(out, "no call has changed, of %zu\n", changes->same);
	else if (!changes->regressions)
		fputs("no regression\n", out);
	else
		fprintf(out, "%zu regression%s: more (!) than the threshold allows\n",
			changes->regressions,
			changes->regressions == 1 ? "" : "s");
}

void systally_change_text(FILE *out,
			  const struct systally_change_report *report)
{
	const struct systally_changes *changes = report->changes;
	struct grid grid = { .report = report };
	size_t i;

	print_side(out, report, 0);
	print_side(out, report, 1);
	if (changes->shown) {
		lay_out(&grid);
		print_line(out, &grid, NULL, LINE_HEAD);
		for (i = 0; i < changes->shown; i++)
			print_line(out, &grid, &changes->list[i], LINE_CHANGE);
		if (changes->rest_changes)
			print_line(out, &grid, &changes->rest, LINE_REST);
		print_line(out, &grid, &changes->total, LINE_TOTAL);
	}
	for (i = 0; i < report->notes->count; i++)
		systally_text_note(out, report->notes->text[i],
				     report->width);
	print_verdict(out, changes);
}

int systally_change_render(FILE *out, enum systally_format format,
			   const struct systally_change_report *report)
{
	switch (format) {
	case SYSTALLY_JSON:
		return systally_change_json(out, report);
	case SYSTALLY_CSV:
		systally_change_csv(out, report);
		return 0;
	default:
		systally_change_text(out, report);
		return 0;
	}
}
