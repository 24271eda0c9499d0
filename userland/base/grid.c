// SPDX-License-Identifier: GPL-2.0-only
/*
 * Lays out and prints tables of text.
 */
#include <stdint.h>
#include <string.h>

#include "base/escape.h"
#include "base/grid.h"

/* What is given up, in this order, until all columns fit. */
static const struct step {
	unsigned int gap; /* blanks between two columns */
	int digits;
	bool optional;
	unsigned int label; /* room for the last column, if it needs it */
} steps[] = {
	/* 28 is the longest name of a call, 7 a heading */
	{ 2, 12, true, 28 }, { 1, 12, true, 28 }, { 1, 8, true, 28 },
	{ 1, 8, false, 7 },  { 1, 5, false, 0 },
};

#define STEPS (sizeof(steps) / sizeof(steps[0]))

/* What stands around cells; the gap of a plain table is as the step says. */
static const struct frame {
	const char *before, *between, *after;
	bool fixed; /* nothing is given up to fit a width */
} frames[] = {
	[SYSTALLY_GRID_PLAIN] = { "", "", "", false },
	[SYSTALLY_GRID_RULED] = { "", " ", "", true },
	[SYSTALLY_GRID_BOXED] = { "| ", " | ", " |", true },
	[SYSTALLY_GRID_PIPES] = { "| ", " | ", " |", true },
};

/* A table as one step shows it. */
struct layout {
	const struct systally_grid *grid;
	const struct step *step;
	unsigned int list[SYSTALLY_COLUMNS_MAX];  /* columns shown */
	unsigned int width[SYSTALLY_COLUMNS_MAX]; /* of these */
	unsigned int count;
};

struct systally_column *systally_grid_add(struct systally_grid *grid, int id,
					  const char *heading)
{
	struct systally_column *column = &grid->columns[grid->count++];

	*column = (struct systally_column){ .heading = heading, .id = id };
	return column;
}

static const struct systally_column *column_of(const struct layout *layout,
					       unsigned int i)
{
	return &layout->grid->columns[layout->list[i]];
}

/*
 * Makes a code span of a name in a markdown table, so that none of its bytes is
 * markup, a link or a mention. The span has more backticks around it than are in
 * it; a pipe would end the cell.
 */
static void make_code(char text[SYSTALLY_CELL_LEN])
{
	const unsigned int most = systally_escape_ticks(text);
	/* a comm has 15 at most */
	const size_t fence = most < 40 ? most + 1 : 40;
	char code[SYSTALLY_CELL_LEN];
	size_t used = fence, i;

	memset(code, '`', fence);
	if (most)
		code[used++] = ' ';
	for (i = 0; text[i] && used < sizeof(code) - fence - 4; i++) {
		if (text[i] == '|')
			code[used++] = '\\';
		code[used++] = text[i];
	}
	if (most)
		code[used++] = ' ';
	memset(code + used, '`', fence);
	code[used + fence] = '\0';
	strcpy(text, code);
}

static void write_cell(const struct layout *layout, unsigned int i, size_t row,
		       char text[SYSTALLY_CELL_LEN])
{
	const struct systally_grid *grid = layout->grid;
	const struct systally_column *column = column_of(layout, i);

	text[0] = '\0';
	grid->cell(grid->context, column, row, layout->step->digits, text);
	if (grid->style == SYSTALLY_GRID_PIPES && column->left && text[0] &&
	    row < grid->rows - grid->foot)
		make_code(text);
}

static void measure(struct layout *layout)
{
	char text[SYSTALLY_CELL_LEN];
	unsigned int i, length;
	size_t row;

	for (i = 0; i < layout->count; i++) {
		const struct systally_column *column = column_of(layout, i);
		unsigned int most = (unsigned int)strlen(column->heading);

		for (row = 0; row < layout->grid->rows; row++) {
			write_cell(layout, i, row, text);
			length = (unsigned int)strlen(text);
			if (length > most)
				most = length;
		}
		most += column->extra;
		if (most < column->width)
			most = column->width;
		/* a markdown parser wants three dashes */
		if (layout->grid->style == SYSTALLY_GRID_PIPES && most < 3)
			most = 3;
		layout->width[i] = most;
	}
}

/* Returns the width of all columns but the last, with their gaps. */
static unsigned int width_before_last(const struct layout *layout)
{
	unsigned int used = 0, i;

	for (i = 0; i + 1 < layout->count; i++)
		used += layout->width[i] + layout->step->gap;
	return used;
}

static void choose(struct layout *layout, const struct step *step)
{
	unsigned int i;

	layout->step = step;
	layout->count = 0;
	for (i = 0; i < layout->grid->count; i++) {
		if (step->optional || !layout->grid->columns[i].optional)
			layout->list[layout->count++] = i;
	}
	measure(layout);
}

/* Cuts columns, the last one only as far as its least width. */
static void cut(struct layout *layout)
{
	const unsigned int most = layout->grid->width;
	const unsigned int last = layout->count - 1;
	const unsigned int least = column_of(layout, last)->least;
	unsigned int used = width_before_last(layout), i;

	if (!least || used + layout->width[last] <= most)
		return;
	for (i = 0; i < last; i++) {
		const unsigned int floor = column_of(layout, i)->least;

		while (floor && layout->width[i] > floor &&
		       used + least > most) {
			layout->width[i]--;
			used--;
		}
	}
	if (used + layout->width[last] > most)
		layout->width[last] = used + least < most ? most - used : least;
}

static void lay_out(struct layout *layout)
{
	const unsigned int most = layout->grid->width;
	unsigned int used, last;
	size_t i;

	choose(layout, &steps[0]);
	if (!most || frames[layout->grid->style].fixed)
		return;
	for (i = 0; i < STEPS; i++) {
		choose(layout, &steps[i]);
		used = width_before_last(layout);
		last = layout->width[layout->count - 1];
		if (used + (last < steps[i].label ? last : steps[i].label) <=
		    most)
			break;
	}
	cut(layout);
}

static void put_many(FILE *out, char c, unsigned int count)
{
	while (count--)
		putc(c, out);
}

/* One line of cells; @row of the head is SIZE_MAX. */
static void print_row(FILE *out, const struct layout *layout, size_t row)
{
	const struct frame *frame = &frames[layout->grid->style];
	char text[SYSTALLY_CELL_LEN];
	unsigned int i;

	fputs(frame->before, out);
	for (i = 0; i < layout->count; i++) {
		const unsigned int width = layout->width[i];
		const bool last = i == layout->count - 1;

		if (row == SIZE_MAX)
			snprintf(text, sizeof(text), "%s",
				 column_of(layout, i)->heading);
		else
			write_cell(layout, i, row, text);
		if (strlen(text) > width) {
			text[width] = '\0';
			text[width - 1] = '~';
		}
		/* no blanks at the end of a line */
		if (last && !*frame->after && column_of(layout, i)->left)
			fputs(text, out);
		else if (column_of(layout, i)->left)
			fprintf(out, "%-*s", (int)width, text);
		else
			fprintf(out, "%*s", (int)width, text);
		if (!last && *frame->between)
			fputs(frame->between, out);
		else if (!last)
			put_many(out, ' ', layout->step->gap);
	}
	fprintf(out, "%s\n", frame->after);
}

/* The line between rows of a ruled or a boxed table. */
static void print_rule(FILE *out, const struct layout *layout, char dash)
{
	const bool boxed = layout->grid->style == SYSTALLY_GRID_BOXED;
	unsigned int i;

	for (i = 0; i < layout->count; i++) {
		if (boxed || i)
			putc(boxed ? '+' : ' ', out);
		put_many(out, dash, layout->width[i] + (boxed ? 2 : 0));
	}
	fputs(boxed ? "+\n" : "\n", out);
}

/* The line below the head of a markdown table, which aligns its columns. */
static void print_alignment(FILE *out, const struct layout *layout)
{
	unsigned int i;

	putc('|', out);
	for (i = 0; i < layout->count; i++) {
		const bool left = column_of(layout, i)->left;

		putc(' ', out);
		put_many(out, '-', layout->width[i] - (left ? 0 : 1));
		fputs(left ? " |" : ": |", out);
	}
	putc('\n', out);
}

void systally_grid_print(FILE *out, const struct systally_grid *grid)
{
	struct layout layout = { .grid = grid };
	size_t row;

	if (!grid->count)
		return;
	lay_out(&layout);
	if (grid->style == SYSTALLY_GRID_BOXED)
		print_rule(out, &layout, '-');
	print_row(out, &layout, SIZE_MAX);
	if (grid->style == SYSTALLY_GRID_PIPES)
		print_alignment(out, &layout);
	else if (grid->style != SYSTALLY_GRID_PLAIN)
		print_rule(out, &layout,
			   grid->style == SYSTALLY_GRID_BOXED ? '=' : '-');
	for (row = 0; row < grid->rows; row++) {
		if (grid->style == SYSTALLY_GRID_RULED &&
		    row == grid->rows - grid->foot)
			print_rule(out, &layout, '-');
		print_row(out, &layout, row);
		if (grid->style == SYSTALLY_GRID_BOXED)
			print_rule(out, &layout, '-');
	}
}
