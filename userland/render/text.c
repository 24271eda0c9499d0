// SPDX-License-Identifier: GPL-2.0-only
/*
 * A report as a table for people: numbers line up, the lines fit. Called
 * through render.c, and by live.c.
 */
#include <string.h>

#include "base/text.h"
#include "render/render.h"

#define CELL_LEN	80
#define COLUMNS_MAX	12
#define LABEL_MIN	28	/* the longest name of a call */

enum column {
	COLUMN_COUNT,
	COLUMN_SHARE,
	COLUMN_ERRORS,
	COLUMN_TOTAL,
	COLUMN_AVG,
	COLUMN_MAX,
	COLUMN_P50,	/* and on, as enum systally_percentile */
	COLUMN_P90,
	COLUMN_P99,
	COLUMN_P999,
	COLUMN_SHORT_MAX,
	COLUMN_PID,
	COLUMN_TID,
	COLUMN_CALL,	/* from here on to the left */
	COLUMN_COMM,
	COLUMN_ERRNO,
	COLUMN_SUBSYSTEM,
	COLUMN_MEANING,
};

/* What a line is about. */
enum line { LINE_HEAD, LINE_GROUP, LINE_REST, LINE_TOTAL };

struct grid {
	const struct systally_report *report;
	enum column columns[COLUMNS_MAX];
	unsigned int width[COLUMNS_MAX];
	unsigned int count;
	const struct squeeze *squeeze;
};

/* What is given up, in this order, until all columns fit. */
static const struct squeeze {
	unsigned int gap;
	int digits;	/* longer numbers are shortened: 18446744073G */
	bool share;
} squeezes[] = {
	{ 2, 12, true }, { 1, 12, true }, { 1, 8, true }, { 1, 8, false },
};

#define SQUEEZES	(sizeof(squeezes) / sizeof(squeezes[0]))

/* A call that never returned, such as exit, has no time: that is not zero. */
static void write_time(char cell[CELL_LEN], const struct systally_group *group,
		       uint64_t ns)
{
	if (group->total_ns)
		systally_text_ns(ns, cell);
	else
		snprintf(cell, CELL_LEN, "-");
}

static void write_short_time(char cell[CELL_LEN], bool known, uint64_t ns)
{
	if (known)
		systally_text_ns_short(ns, cell);
	else
		snprintf(cell, CELL_LEN, "-");
}

static uint64_t share_of(const struct systally_group *group,
			 enum systally_sort sort)
{
	if (sort == SYSTALLY_SORT_TIME)
		return group->total_ns;
	return sort == SYSTALLY_SORT_ERRORS ? group->errors : group->count;
}

static const char *heading(const struct grid *grid, enum column column)
{
	static const char *const headings[] = {
		[COLUMN_COUNT] = "calls", [COLUMN_SHARE] = "%calls",
		[COLUMN_ERRORS] = "errors", [COLUMN_TOTAL] = "total",
		[COLUMN_AVG] = "avg", [COLUMN_MAX] = "max",
		[COLUMN_P50] = "p50", [COLUMN_P90] = "p90",
		[COLUMN_P99] = "p99", [COLUMN_P999] = "p99.9",
		[COLUMN_SHORT_MAX] = "max",
		[COLUMN_PID] = "pid", [COLUMN_TID] = "tid",
		[COLUMN_CALL] = "syscall", [COLUMN_COMM] = "command",
		[COLUMN_ERRNO] = "errno", [COLUMN_SUBSYSTEM] = "subsystem",
		[COLUMN_MEANING] = "meaning",
	};

	if (column == COLUMN_SHARE) {
		if (grid->report->ranking->sort == SYSTALLY_SORT_TIME)
			return "%time";
		if (grid->report->ranking->sort == SYSTALLY_SORT_ERRORS)
			return "%errors";
	}
	return headings[column];
}

static void write_label(const struct grid *grid, enum column column,
			const struct systally_group *group, enum line line,
			char cell[CELL_LEN])
{
	char escaped[SYSTALLY_ESCAPED_LEN];
	bool last = column == grid->columns[grid->count - 1];

	if (line == LINE_REST || line == LINE_TOTAL) {
		if (last && line == LINE_TOTAL)
			snprintf(cell, CELL_LEN, "total");
		else if (last)
			snprintf(cell, CELL_LEN, "(%zu more)",
				 grid->report->ranking->rest_groups);
		return;
	}
	switch (column) {
	case COLUMN_PID:
		snprintf(cell, CELL_LEN, group->tgid ? "%u" : "-",
			 group->tgid);
		break;
	case COLUMN_TID:
		snprintf(cell, CELL_LEN, group->tid ? "%u" : "-", group->tid);
		break;
	case COLUMN_CALL:
		/* as -e takes it; the ABI goes without saying on x86-64 */
		snprintf(cell, CELL_LEN, "%s%s%s",
			 group->abi ? systally_names_abi(group->abi) : "",
			 group->abi ? ":" : "", group->name);
		break;
	case COLUMN_ERRNO:
	case COLUMN_SUBSYSTEM:
		snprintf(cell, CELL_LEN, "%s", group->name);
		break;
	case COLUMN_MEANING:
		snprintf(cell, CELL_LEN, "%s",
			 systally_names_errno_meaning(group->error));
		break;
	default:
		systally_text_escape(group->comm, escaped);
		snprintf(cell, CELL_LEN, "%s", escaped);
		break;
	}
}

static void write_cell(const struct grid *grid, enum column column,
		       const struct systally_group *group, enum line line,
		       char cell[CELL_LEN])
{
	const struct systally_ranking *ranking = grid->report->ranking;
	uint64_t share, whole;

	cell[0] = '\0';
	if (line == LINE_HEAD) {
		snprintf(cell, CELL_LEN, "%s", heading(grid, column));
		return;
	}
	switch (column) {
	case COLUMN_COUNT:
		systally_text_number(group->count, grid->squeeze->digits,
				       cell);
		break;
	case COLUMN_SHARE:
		share = share_of(group, ranking->sort);
		whole = share_of(&ranking->total, ranking->sort);
		snprintf(cell, CELL_LEN, "%.2f",
			 whole ? 100.0 * (double)share / (double)whole : 0.0);
		break;
	case COLUMN_ERRORS:
		systally_text_number(group->errors, grid->squeeze->digits,
				       cell);
		break;
	case COLUMN_TOTAL:
		write_time(cell, group, group->total_ns);
		break;
	case COLUMN_AVG:
		write_time(cell, group, systally_group_avg_ns(group));
		break;
	case COLUMN_MAX:
		write_time(cell, group, group->max_ns);
		break;
	case COLUMN_SHORT_MAX:
		write_short_time(cell, group->total_ns, group->max_ns);
		break;
	case COLUMN_P50:
	case COLUMN_P90:
	case COLUMN_P99:
	case COLUMN_P999:
		write_short_time(cell, group->hist_count,
				 group->percentile_ns[column - COLUMN_P50]);
		break;
	default:
		write_label(grid, column, group, line, cell);
		break;
	}
}

static void choose_columns(struct grid *grid)
{
	const struct systally_report *report = grid->report;
	/*
	 * Not by `collect`: that may have changed since, and a column of
	 * zeros would say that no call failed.
	 */
	bool timed = report->ranking->timed || report->latency;
	unsigned int n = 0, i;

	if (report->ranking->by == SYSTALLY_BY_ERRNO) {
		grid->columns[n++] = COLUMN_ERRORS;
		if (grid->squeeze->share)
			grid->columns[n++] = COLUMN_SHARE;
		grid->columns[n++] = COLUMN_ERRNO;
		grid->columns[n++] = COLUMN_MEANING;
		grid->count = n;
		return;
	}
	grid->columns[n++] = COLUMN_COUNT;
	if (grid->squeeze->share)
		grid->columns[n++] = COLUMN_SHARE;
	if (timed)
		grid->columns[n++] = COLUMN_ERRORS;
	if (report->percentiles) {
		for (i = COLUMN_P50; i <= COLUMN_SHORT_MAX; i++)
			grid->columns[n++] = (enum column)i;
	} else if (report->latency) {
		grid->columns[n++] = COLUMN_TOTAL;
		grid->columns[n++] = COLUMN_AVG;
		grid->columns[n++] = COLUMN_MAX;
	}
	switch (report->ranking->by) {
	case SYSTALLY_BY_THREAD:
		grid->columns[n++] = COLUMN_PID;
		grid->columns[n++] = COLUMN_TID;
		grid->columns[n++] = COLUMN_COMM;
		break;
	case SYSTALLY_BY_PROCESS:
		grid->columns[n++] = COLUMN_PID;
		grid->columns[n++] = COLUMN_COMM;
		break;
	case SYSTALLY_BY_COMMAND:
		grid->columns[n++] = COLUMN_COMM;
		break;
	case SYSTALLY_BY_SUBSYSTEM:
		grid->columns[n++] = COLUMN_SUBSYSTEM;
		break;
	default:
		grid->columns[n++] = COLUMN_CALL;
		break;
	}
	grid->count = n;
}

static void measure(struct grid *grid, const struct systally_group *group,
		    enum line line)
{
	char cell[CELL_LEN];
	unsigned int i;
	size_t length;

	for (i = 0; i < grid->count; i++) {
		write_cell(grid, grid->columns[i], group, line, cell);
		length = strlen(cell);
		if (length > grid->width[i])
			grid->width[i] = (unsigned int)length;
	}
}

/*
 * Chooses and measures the columns. Returns whether they fit; if not, the
 * last one is made narrower.
 */
static bool lay_out(struct grid *grid)
{
	const struct systally_ranking *ranking = grid->report->ranking;
	unsigned int i, last, used = 0;
	size_t g;

	choose_columns(grid);
	memset(grid->width, 0, sizeof(grid->width));
	measure(grid, NULL, LINE_HEAD);
	for (g = 0; g < ranking->shown; g++)
		measure(grid, &ranking->groups[g], LINE_GROUP);
	if (ranking->rest_groups)
		measure(grid, &ranking->rest, LINE_REST);
	measure(grid, &ranking->total, LINE_TOTAL);

	last = grid->count - 1;
	for (i = 0; i < last; i++)
		used += grid->width[i] + grid->squeeze->gap;
	if (used + grid->width[last] <= grid->report->width)
		return true;
	grid->width[last] = used + 4 < grid->report->width ?
			    grid->report->width - used : 4;
	/* numbers give way to a call's name, but not to escapes in a comm */
	return grid->width[last] >= LABEL_MIN;
}

static void print_line(FILE *out, const struct grid *grid,
		       const struct systally_group *group, enum line line)
{
	char cell[CELL_LEN];
	unsigned int i;

	for (i = 0; i < grid->count; i++) {
		bool last = i == grid->count - 1;
		int width = (int)grid->width[i];

		write_cell(grid, grid->columns[i], group, line, cell);
		if (strlen(cell) > grid->width[i]) {
			cell[grid->width[i]] = '\0';
			cell[grid->width[i] - 1] = '~';
		}
		/* no blanks at the end of a line */
		if (last)
			fputs(cell, out);
		else if (grid->columns[i] >= COLUMN_CALL)
			fprintf(out, "%-*s", width, cell);
		else
			fprintf(out, "%*s", width, cell);
		if (!last)
			fprintf(out, "%*s", (int)grid->squeeze->gap, "");
	}
	putc('\n', out);
}

static void print_title(FILE *out, const struct systally_report *report)
{
	double seconds = (double)report->header->taken_ns / 1e9;
	uint64_t calls = report->ranking->total.count;
	char when[32];

	systally_text_time(&report->when, when);
	fprintf(out, "%s  %llu calls in %.3f s", when,
		(unsigned long long)calls, seconds);
	if (seconds > 0)
		fprintf(out, ", %.0f/s", (double)calls / seconds);
	putc('\n', out);
}

int systally_render_text(FILE *out, const struct systally_report *report)
{
	const struct systally_ranking *ranking = report->ranking;
	struct grid grid = { .report = report };
	size_t i;

	if (report->series)
		print_title(out, report);
	if (report->histogram) {
		systally_render_histogram(out, report);
	} else if (ranking->shown) {
		for (i = 0; i < SQUEEZES; i++) {
			grid.squeeze = &squeezes[i];
			if (lay_out(&grid))
				break;
		}
		print_line(out, &grid, NULL, LINE_HEAD);
		for (i = 0; i < ranking->shown; i++)
			print_line(out, &grid, &ranking->groups[i],
				   LINE_GROUP);
		if (ranking->rest_groups)
			print_line(out, &grid, &ranking->rest, LINE_REST);
		print_line(out, &grid, &ranking->total, LINE_TOTAL);
	}
	for (i = 0; i < report->notes->count; i++)
		systally_text_note(out, report->notes->text[i],
				     report->width);
	if (report->series)
		putc('\n', out);
	return 0;
}
