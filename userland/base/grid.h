/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tables of text: columns line up, and a table fits the width that it is given.
 * All tables that people read are printed through this file.
 */
#ifndef SYSTALLY_GRID_H
#define SYSTALLY_GRID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#define SYSTALLY_CELL_LEN    200
#define SYSTALLY_COLUMNS_MAX 24

enum systally_grid_style {
	SYSTALLY_GRID_PLAIN, /* columns and blanks */
	SYSTALLY_GRID_RULED, /* dashes below the head and above the foot */
	SYSTALLY_GRID_BOXED, /* a reStructuredText grid table */
	SYSTALLY_GRID_PIPES, /* a markdown table */
};

struct systally_column {
	const char *heading;
	int id;		    /* for the user of the grid */
	bool left;	    /* text to the left; numbers to the right */
	bool optional;	    /* left out where the table does not fit */
	unsigned int width; /* at least */
	unsigned int extra; /* blanks behind the widest cell */
	unsigned int least; /* may be cut down to this; 0: it may not */
};

/*
 * Writes the text of one cell, without a newline. The table asks several times
 * for each cell. @digits: how many digits a number may have before it is
 * shortened (systally_text_number()).
 */
typedef void systally_cell_function(const void *context,
				    const struct systally_column *column,
				    size_t row, int digits,
				    char text[SYSTALLY_CELL_LEN]);

struct systally_grid {
	struct systally_column columns[SYSTALLY_COLUMNS_MAX];
	unsigned int count;
	size_t rows;	    /* with the foot's, without the head */
	size_t foot;	    /* rows at the end that are sums */
	unsigned int width; /* columns of the terminal; 0: no limit */
	enum systally_grid_style style;
	systally_cell_function *cell;
	const void *context;
};

/* Adds a column and returns it, to set what is not zero. */
struct systally_column *systally_grid_add(struct systally_grid *grid, int id,
					  const char *heading);

/*
 * Prints the table. Where it is too wide, first the gaps between columns
 * become narrower, then numbers shorter, then optional columns are left out,
 * then columns with a least width are cut (`~` at the end). A table that does
 * not even fit then is printed too wide. A write error stays in @out.
 */
void systally_grid_print(FILE *out, const struct systally_grid *grid);

#endif /* SYSTALLY_GRID_H */
