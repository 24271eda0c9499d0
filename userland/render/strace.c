// SPDX-License-Identifier: GPL-2.0-only
/*
 * The table of strace -c, column for column, for scripts that read it: one
 * table for each ABI, all but the native one under a title.
 */
#include <stdlib.h>
#include <string.h>

#include "calls/abi.h"
#include "render/formats.h"

enum column { TIME, SECONDS, USECS, CALLS, ERRORS, NAME, COLUMNS };

/* How wide strace's columns are at least; a name has a blank behind it. */
static const struct {
	const char *heading;
	unsigned int width;
} columns[COLUMNS] = {
	[TIME] = { "% time", 6 },	[SECONDS] = { "seconds", 11 },
	[USECS] = { "usecs/call", 11 }, [CALLS] = { "calls", 9 },
	[ERRORS] = { "errors", 9 },	[NAME] = { "syscall", 16 },
};

/* The rows of one ABI, and their sum. */
struct table {
	const struct systally_names *names;
	const struct systally_group **groups;
	size_t shown;
	struct systally_group total;
};

static void write_cell(const void *context,
		       const struct systally_column *column, size_t row,
		       int digits, char *cell)
{
	const struct table *table = context;
	const double whole = (double)table->total.total_ns;
	const bool sum = row == table->shown;
	const struct systally_group *group =
		sum ? &table->total : table->groups[row];

	(void)digits;
	switch ((enum column)column->id) {
	case TIME:
		snprintf(cell, SYSTALLY_CELL_LEN, "%.2f",
			 sum	   ? 100.0 :
			 whole > 0 ? 100 * (double)group->total_ns / whole :
				     0);
		break;
	case SECONDS:
		snprintf(cell, SYSTALLY_CELL_LEN, "%.6f",
			 (double)group->total_ns / 1e9);
		break;
	case USECS:
		snprintf(cell, SYSTALLY_CELL_LEN, "%llu",
			 (unsigned long long)systally_group_avg_ns(group) /
				 1000);
		break;
	case CALLS:
		snprintf(cell, SYSTALLY_CELL_LEN, "%llu",
			 (unsigned long long)group->count);
		break;
	case ERRORS:
		if (group->errors)
			snprintf(cell, SYSTALLY_CELL_LEN, "%llu",
				 (unsigned long long)group->errors);
		break;
	default:
		if (sum)
			strcpy(cell, "total");
		else
			systally_names_call(table->names, group->abi, group->nr,
					    cell);
		break;
	}
}

static void write_table(FILE *out, const struct table *table)
{
	struct systally_grid grid = {
		.rows = table->shown + 1,
		.foot = 1,
		.style = SYSTALLY_GRID_RULED,
		.cell = write_cell,
		.context = table,
	};
	struct systally_column *column = NULL;
	int i;

	for (i = 0; i < COLUMNS; i++) {
		column = systally_grid_add(&grid, i, columns[i].heading);
		column->width = columns[i].width;
	}
	column->left = true;
	column->extra = 1;
	systally_grid_print(out, &grid);
}

static int write_report(FILE *out, const struct systally_report *report)
{
	const struct systally_ranking *ranking = report->ranking;
	struct table table = { .names = ranking->names };
	unsigned int abi;
	size_t i;

	table.groups = calloc(ranking->shown + 1, sizeof(*table.groups));
	if (!table.groups)
		return -1;
	for (abi = 0; abi < SYSTALLY_ABIS; abi++) {
		table.shown = 0;
		memset(&table.total, 0, sizeof(table.total));
		/* rows that -n leaves out are in the total */
		for (i = 0; i < ranking->shown + ranking->rest_groups; i++) {
			if (ranking->groups[i].abi != abi)
				continue;
			systally_group_add(&table.total, &ranking->groups[i]);
			if (i < ranking->shown)
				table.groups[table.shown++] =
					&ranking->groups[i];
		}
		if (!table.total.count)
			continue;
		if (systally_abis[abi].strace_title)
			fprintf(out, "System call usage summary for %s mode:\n",
				systally_abis[abi].strace_title);
		write_table(out, &table);
	}
	free(table.groups);
	return 0;
}

const struct systally_format systally_format_strace = {
	.word = "strace",
	.by_call = true,
	.times = true,
	.limits =
		"is by call and has no percentiles, so neither --by, -P nor -H goes with it",
	.report = write_report,
};
