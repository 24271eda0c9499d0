// SPDX-License-Identifier: GPL-2.0-only
/*
 * A comparison as a table, and the sentences around it.
 */
#include <string.h>

#include "base/escape.h"
#include "base/text.h"
#include "render/view.h"
#include "stats/by.h"

#define NAME_MIN 7 /* how short a name may be cut: as a heading */

/* Ids of columns. From COLUMN_KEY on they are fields of the dimensions. */
enum column {
	COLUMN_MARK,
	COLUMN_A,
	COLUMN_B,
	COLUMN_CHANGE,
	COLUMN_PERCENT,
	COLUMN_ERRORS, /* of B, as every column without a sign */
	COLUMN_ERRORS_CHANGE,
	COLUMN_ERRORS_PERCENT,
	COLUMN_TOTAL,
	COLUMN_TOTAL_CHANGE,
	COLUMN_TOTAL_PERCENT,
	COLUMN_AVG,
	COLUMN_AVG_CHANGE,
	COLUMN_AVG_PERCENT,
	COLUMN_KEY,
};

struct table {
	const struct systally_change_report *report;
	const struct systally_field *fields[SYSTALLY_BY_FIELDS_MAX];
	unsigned int field_count;
};

static void write_percent(uint64_t a, uint64_t b, char *cell)
{
	double percent = a ? 100.0 * ((double)b - (double)a) / (double)a : 0;

	if (a == b)
		strcpy(cell, "-");
	else if (!a || !b)
		strcpy(cell, a ? "gone" : "new");
	else
		snprintf(cell, SYSTALLY_CELL_LEN,
			 percent < 1e6 ? "%+.1f" : "%+.1e", percent);
}

/* Writes by how much it changed; @digits as in a grid, 0: it is a time. */
static void write_change(uint64_t a, uint64_t b, int digits, char *cell)
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

/* Returns which of the change amounts a column shows, and what of it. */
static unsigned int amount_of(int column, enum systally_of *of)
{
	switch (column) {
	case COLUMN_A:
		*of = SYSTALLY_OF_A;
		return 0;
	case COLUMN_B:
	case COLUMN_CHANGE:
	case COLUMN_PERCENT:
		*of = SYSTALLY_OF_B + (unsigned int)(column - COLUMN_B);
		return 0;
	default:
		*of = SYSTALLY_OF_B +
		      (unsigned int)(column - COLUMN_ERRORS) % 3;
		return 1 + (unsigned int)(column - COLUMN_ERRORS) / 3;
	}
}

static void write_key(const struct table *table, unsigned int key, size_t row,
		      char *cell)
{
	const struct systally_changes *changes = table->report->changes;
	const bool last = key == table->field_count - 1;

	if (row >= changes->shown) {
		if (last && row == changes->shown && changes->rest_changes)
			snprintf(cell, SYSTALLY_CELL_LEN, "(%zu more)",
				 changes->rest_changes);
		else if (last)
			strcpy(cell, "total");
		return;
	}
	systally_field_cell(changes->names, table->fields[key],
			    &changes->list[row].a, cell);
}

static const struct systally_change *
change_of(const struct systally_changes *changes, size_t row)
{
	if (row < changes->shown)
		return &changes->list[row];
	if (row == changes->shown && changes->rest_changes)
		return &changes->rest;
	return &changes->total;
}

/* Writes what is not known: `-`, or why there is no percentage. */
static void write_unknown(const struct systally_change *change,
			  enum systally_of of, char *cell)
{
	const uint64_t a = change->a.count, b = change->b.count;

	if (of == SYSTALLY_OF_PERCENT && !(a && b))
		write_percent(a, b, cell);
	else
		strcpy(cell, "-");
}

/* Writes an amount; @digits as in a grid, 0: it is a time. */
static void write_amount(const struct systally_changes *changes,
			 const struct systally_change *change, int column,
			 int digits, char *cell)
{
	enum systally_of of;
	const unsigned int amount = amount_of(column, &of);
	const uint64_t a = systally_change_amounts[amount].value(&change->a);
	const uint64_t b = systally_change_amounts[amount].value(&change->b);
	const uint64_t value = of == SYSTALLY_OF_A ? a : b;

	/* of a percentage, both sides have to be known */
	if (!systally_change_known(
		    changes, change, amount,
		    of == SYSTALLY_OF_PERCENT ? SYSTALLY_OF_CHANGE : of))
		write_unknown(change, of, cell);
	else if (of == SYSTALLY_OF_PERCENT)
		write_percent(a, b, cell);
	else if (of == SYSTALLY_OF_CHANGE)
		write_change(a, b, digits, cell);
	else if (digits)
		systally_text_number(value, digits, cell);
	else
		systally_text_ns_short(value, cell);
	/* seconds end in a blank, to line up with other units */
	if (!digits)
		cell[strcspn(cell, " ")] = '\0';
}

static void write_cell(const void *context,
		       const struct systally_column *column, size_t row,
		       int digits, char *cell)
{
	const struct table *table = context;
	const struct systally_changes *changes = table->report->changes;
	const struct systally_change *change = change_of(changes, row);
	const int id = column->id;

	if (id >= COLUMN_KEY)
		write_key(table, (unsigned int)(id - COLUMN_KEY), row, cell);
	else if (id != COLUMN_MARK)
		write_amount(changes, change, id,
			     id >= COLUMN_TOTAL ? 0 : digits, cell);
	/* the total has no mark: it is not a change of its own */
	else if (change != &changes->total && change->regression)
		strcpy(cell, "!");
}

/* Does any change, shown or not, have a mark? Does any have other errors? */
static void find_marks(const struct systally_changes *changes, bool *regression,
		       bool *errors)
{
	const struct systally_change *rest = &changes->rest;
	size_t i;

	*regression = rest->regression;
	*errors = rest->a.errors != rest->b.errors;
	for (i = 0; i < changes->shown; i++) {
		const struct systally_change *change = &changes->list[i];

		*regression |= change->regression;
		*errors |= change->a.errors != change->b.errors;
	}
}

static void add_columns(struct systally_grid *grid, struct table *table)
{
	const struct systally_changes *changes = table->report->changes;
	const bool latency = table->report->latency;
	struct systally_column *column;
	bool regression, errors;
	unsigned int i;

	find_marks(changes, &regression, &errors);
	if (regression)
		systally_grid_add(grid, COLUMN_MARK, "");
	/* with times there is no room for A */
	if (!latency)
		systally_grid_add(grid, COLUMN_A, "A");
	systally_grid_add(grid, COLUMN_B, latency ? "calls" : "B");
	systally_grid_add(grid, COLUMN_CHANGE, "change");
	if (!latency)
		systally_grid_add(grid, COLUMN_PERCENT, "%")->optional = true;
	if (errors) {
		systally_grid_add(grid, COLUMN_ERRORS, "errors");
		systally_grid_add(grid, COLUMN_ERRORS_CHANGE, "change");
	}
	if (errors && !latency)
		systally_grid_add(grid, COLUMN_ERRORS_PERCENT, "%")->optional =
			true;
	for (i = COLUMN_TOTAL; latency && i <= COLUMN_AVG; i += 3) {
		systally_grid_add(grid, (int)i,
				  i == COLUMN_TOTAL ? "total" : "avg");
		systally_grid_add(grid, (int)i + 1, "change");
		systally_grid_add(grid, (int)i + 2, "%")->optional = true;
	}
	table->field_count =
		systally_by_fields(&changes->by, false, table->fields);
	for (i = 0; i < table->field_count; i++) {
		column = systally_grid_add(grid, COLUMN_KEY + (int)i,
					   table->fields[i]->heading);
		column->left = true;
		column->least = NAME_MIN;
	}
}

void systally_change_table(FILE *out,
			   const struct systally_change_report *report,
			   enum systally_grid_style style)
{
	const struct systally_changes *changes = report->changes;
	struct table table = { .report = report };
	const size_t foot = changes->rest_changes ? 2 : 1;
	struct systally_grid grid = {
		.rows = changes->shown + foot,
		.foot = foot,
		.width = report->width,
		.style = style,
		.cell = write_cell,
		.context = &table,
	};

	add_columns(&grid, &table);
	systally_grid_print(out, &grid);
}

/* Appends @word escaped: bytes of a file could control the terminal. */
static void append(char *line, size_t size, const char *word)
{
	size_t used = strlen(line);

	systally_escape(word, SYSTALLY_ESCAPE_SHOWN, line + used, size - used);
}

/* Cuts @line to @width characters, the last of which says that it was cut. */
static void cut(char *line, unsigned int width)
{
	char *at = line, *last = line;
	unsigned int count = 0;

	for (; *at; at++) {
		/* not one of the further bytes of a character */
		if ((*at & 0xc0) == 0x80)
			continue;
		if (++count == width)
			last = at;
	}
	if (count > width && width)
		strcpy(last, "~");
}

/* Which file is which: `A before.json: DATE, kernel RELEASE, COMMAND` */
void systally_change_side(FILE *out,
			  const struct systally_change_report *report,
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
	cut(line, report->width);
	fprintf(out, "%s\n", line);
}

void systally_change_verdict(FILE *out,
			     const struct systally_change_report *report)
{
	const struct systally_changes *changes = report->changes;

	if (report->why)
		fprintf(out, "no verdict: %s\n", report->why);
	else if (!changes->shown)
		fprintf(out, "no call has changed, of %zu\n", changes->same);
	else if (!changes->regressions)
		fputs("no regression\n", out);
	else
		fprintf(out,
			"%zu regression%s: more (!) than the threshold allows\n",
			changes->regressions,
			changes->regressions == 1 ? "" : "s");
}
