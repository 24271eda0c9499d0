// SPDX-License-Identifier: GPL-2.0-only
/*
 * A report as a table: numbers line up, the lines fit.
 */
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>

#include "base/escape.h"
#include "base/process.h"
#include "base/text.h"
#include "render/view.h"
#include "stats/by.h"
#include "stats/sort.h"

#define NAME_MIN 7 /* how short a name may be cut: as a heading */
#define LAST_MIN 4 /* the same of the last column */

/* Ids of columns. From COLUMN_KEY on they are fields of the dimensions. */
enum column {
	COLUMN_COUNT,
	COLUMN_SHARE,
	COLUMN_ERRORS,
	COLUMN_TOTAL,
	COLUMN_AVG,
	COLUMN_MAX,
	COLUMN_P50, /* and on, as enum systally_percentile */
	COLUMN_P90,
	COLUMN_P99,
	COLUMN_P999,
	COLUMN_SHORT_MAX,
	COLUMN_KEY,
};

struct table {
	const struct systally_report *report;
	char **lines; /* command lines of the groups that are shown; or NULL */
	const struct systally_field *fields[SYSTALLY_BY_FIELDS_MAX];
	unsigned int field_count;
};

/* A call that never returns, such as exit, has no time: `-`, not zero. */
static void write_time(char *cell, const struct systally_group *group,
		       uint64_t ns)
{
	if (systally_group_timed(group))
		systally_text_ns(ns, cell);
	else
		snprintf(cell, SYSTALLY_CELL_LEN, "-");
}

static void write_short_time(char *cell, bool known, uint64_t ns)
{
	if (known)
		systally_text_ns_short(ns, cell);
	else
		snprintf(cell, SYSTALLY_CELL_LEN, "-");
}

/* Returns the group or sum that @row shows; a sum has a @label. */
static const struct systally_group *group_of(const struct table *table,
					     size_t row, const char **label)
{
	static char more[48];
	const struct systally_ranking *ranking = table->report->ranking;

	*label = NULL;
	if (row < ranking->shown)
		return &ranking->groups[row];
	if (row == ranking->shown && ranking->rest_groups) {
		snprintf(more, sizeof(more), "(%zu more)",
			 ranking->rest_groups);
		*label = more;
		return &ranking->rest;
	}
	*label = "total";
	return &ranking->total;
}

void systally_field_cell(const struct systally_names *names,
			 const struct systally_field *field,
			 const struct systally_group *group, char *cell)
{
	char buffer[SYSTALLY_FIELD_LEN];
	const char *text;
	int64_t number;

	if (field->number) {
		number = field->number(group);
		/* process 0: exited processes, folded by command */
		snprintf(cell, SYSTALLY_CELL_LEN, number ? "%lld" : "-",
			 (long long)number);
		return;
	}
	text = field->text(names, group, buffer);
	systally_escape(text ? text : "-", SYSTALLY_ESCAPE_ASCII, cell,
			SYSTALLY_CELL_LEN);
}

static bool is_last(const struct table *table, int id)
{
	return id - COLUMN_KEY == (int)table->field_count - 1;
}

static void write_share(const struct table *table,
			const struct systally_group *group, char *cell)
{
	const struct systally_ranking *ranking = table->report->ranking;
	const struct systally_sort_key *key = &systally_sorts[ranking->sort];
	uint64_t share = key->whole ? key->whole(group) : group->count;
	uint64_t whole =
		key->whole ? key->whole(&ranking->total) : ranking->total.count;

	if (whole)
		snprintf(cell, SYSTALLY_CELL_LEN, "%.2f",
			 100.0 * (double)share / (double)whole);
	else
		snprintf(cell, SYSTALLY_CELL_LEN, "-");
}

static void write_cell(const void *context,
		       const struct systally_column *column, size_t row,
		       int digits, char *cell)
{
	const struct table *table = context;
	const char *label;
	const struct systally_group *group = group_of(table, row, &label);
	const int id = column->id;

	switch (id) {
	case COLUMN_COUNT:
		systally_text_number(group->count, digits, cell);
		break;
	case COLUMN_SHARE:
		write_share(table, group, cell);
		break;
	case COLUMN_ERRORS:
		if (systally_group_failing(group))
			systally_text_number(group->errors, digits, cell);
		else
			snprintf(cell, SYSTALLY_CELL_LEN, "-");
		break;
	case COLUMN_TOTAL:
		write_time(cell, group, group->total_ns);
		break;
	case COLUMN_AVG:
		write_time(cell, group, systally_group_avg_ns(group));
		break;
	case COLUMN_MAX:
		if (systally_group_maximal(group))
			write_time(cell, group, group->max_ns);
		else
			snprintf(cell, SYSTALLY_CELL_LEN, "-");
		break;
	case COLUMN_SHORT_MAX:
		write_short_time(cell, systally_group_maximal(group),
				 group->max_ns);
		break;
	case COLUMN_P50:
	case COLUMN_P90:
	case COLUMN_P99:
	case COLUMN_P999:
		write_short_time(cell, group->hist_count,
				 group->percentile_ns[id - COLUMN_P50]);
		break;
	default:
		if (!label && table->lines && is_last(table, id) &&
		    table->lines[row])
			snprintf(cell, SYSTALLY_CELL_LEN, "%s",
				 table->lines[row]);
		else if (!label)
			systally_field_cell(table->report->ranking->names,
					    table->fields[id - COLUMN_KEY],
					    group, cell);
		else if (is_last(table, id))
			snprintf(cell, SYSTALLY_CELL_LEN, "%s", label);
		break;
	}
}

static void add_times(struct systally_grid *grid,
		      const struct systally_report *report)
{
	static const char *const percentiles[] = { "p50", "p90", "p99", "p99.9",
						   "max" };
	unsigned int i;

	if (report->percentiles) {
		for (i = 0; i <= COLUMN_SHORT_MAX - COLUMN_P50; i++)
			systally_grid_add(grid, COLUMN_P50 + (int)i,
					  percentiles[i]);
	} else if (report->latency) {
		systally_grid_add(grid, COLUMN_TOTAL, "total");
		systally_grid_add(grid, COLUMN_AVG, "avg");
		systally_grid_add(grid, COLUMN_MAX, "max");
	}
}

static void add_columns(struct systally_grid *grid, struct table *table)
{
	const struct systally_report *report = table->report;
	const struct systally_ranking *ranking = report->ranking;
	struct systally_column *column = NULL;
	unsigned int i;

	if (!systally_by_errors(&ranking->by))
		systally_grid_add(grid, COLUMN_COUNT, "calls");
	else
		systally_grid_add(grid, COLUMN_ERRORS, "errors");
	systally_grid_add(grid, COLUMN_SHARE,
			  systally_sorts[ranking->sort].share)
		->optional = true;
	if (!systally_by_errors(&ranking->by)) {
		/*
		 * Decided by the rows and not by `collect`, which may have
		 * changed since: a column of zeros would say that no call
		 * failed.
		 */
		if (ranking->timed || report->latency)
			systally_grid_add(grid, COLUMN_ERRORS, "errors");
		add_times(grid, report);
	}
	table->field_count =
		systally_by_fields(&ranking->by, false, table->fields);
	for (i = 0; i < table->field_count; i++) {
		const struct systally_field *field = table->fields[i];

		column = systally_grid_add(grid, COLUMN_KEY + (int)i,
					   field->heading);
		column->left = field->text;
		column->least = field->text ? NAME_MIN : 0;
	}
	if (column)
		column->least = LAST_MIN;
}

/*
 * How much of a command line is shown: what the numbers of a table leave, so that it
 * makes no number shorter.
 */
static size_t line_room(const struct systally_report *report)
{
	const size_t numbers = report->latency || report->percentiles ? 76 : 40;

	if (!report->width)
		return SYSTALLY_CELL_LEN - 1;
	return report->width > numbers + 16 ? report->width - numbers : 16;
}

/*
 * The command line of a group's process, without the folders of the program, so that
 * two of one name can be told apart; behind its name, if that is not how the line
 * begins. NULL: none is known.
 */
static char *line_of(const struct systally_group *group, size_t room)
{
	char line[SYSTALLY_CELL_LEN], whole[2 * SYSTALLY_CELL_LEN];
	char cell[SYSTALLY_CELL_LEN];
	const char *name;

	if (systally_process_line(group->tgid, group->start_ns, line,
				  sizeof(line)))
		return NULL;
	/* the first word without its folders */
	name = line + strcspn(line, " ");
	while (name > line && name[-1] != '/')
		name--;
	if (strncmp(name, group->comm, strlen(group->comm)))
		snprintf(whole, sizeof(whole), "%s (%s)", group->comm, name);
	else
		snprintf(whole, sizeof(whole), "%s", name);
	systally_escape(whole, SYSTALLY_ESCAPE_ASCII, cell, sizeof(cell));
	if (room < sizeof(cell) && strlen(cell) > room)
		strcpy(cell + room - 1, "~");
	return strdup(cell);
}

#define LINES_MAX 1000 /* of a longer table, nobody reads all */

/* Finds the command lines, if groups are processes that may live. */
static void find_lines(struct table *table)
{
	const struct systally_report *report = table->report;
	const struct systally_ranking *ranking = report->ranking;
	const struct systally_by *by = &ranking->by;
	size_t i;

	if (report->date || !by->count || ranking->shown > LINES_MAX ||
	    by->list[by->count - 1] !=
		    &systally_dimensions[SYSTALLY_BY_PROCESS])
		return;
	table->lines = calloc(ranking->shown + 1, sizeof(*table->lines));
	for (i = 0; table->lines && i < ranking->shown; i++)
		table->lines[i] =
			line_of(&ranking->groups[i], line_room(report));
}

static void free_lines(struct table *table)
{
	size_t i;

	for (i = 0; table->lines && i < table->report->ranking->shown; i++)
		free(table->lines[i]);
	free(table->lines);
}

void systally_report_table(FILE *out, const struct systally_report *report,
			   enum systally_grid_style style)
{
	const struct systally_ranking *ranking = report->ranking;
	struct table table = { .report = report };
	const size_t foot = ranking->rest_groups ? 2 : 1;
	struct systally_grid grid = {
		.rows = ranking->shown + foot,
		.foot = foot,
		.width = report->width,
		.style = style,
		.cell = write_cell,
		.context = &table,
	};

	add_columns(&grid, &table);
	find_lines(&table);
	systally_grid_print(out, &grid);
	free_lines(&table);
}

void systally_report_title(FILE *out, const struct systally_report *report)
{
	const uint64_t ns =
		report->date ? report->duration_ns : report->header->taken_ns;
	const double seconds = (double)ns / 1e9;
	uint64_t calls = report->ranking->total.count;
	char when[32];

	systally_text_time(&report->when, when);
	fprintf(out, "%s  %llu calls", report->date ? report->date : when,
		(unsigned long long)calls);
	if (ns)
		fprintf(out, " in %.3f s, %.0f/s", seconds,
			(double)calls / seconds);
	else if (!report->date)
		fputs(" since the counters were reset", out);
	putc('\n', out);
}
