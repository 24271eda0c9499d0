// SPDX-License-Identifier: GPL-2.0-only
/*
 * A report as strace -c has it, column for column, for scripts that read
 * that: one table for each ABI, all but x86-64's under a heading. Called
 * through render.c.
 */
#include <string.h>

#include "render/render.h"

enum { TIME, SECONDS, USECS, CALLS, ERRORS, NAME, COLUMNS };

/* What strace's columns are at least wide; a name has a blank after it. */
static const struct {
	const char *heading;
	int width;
} columns[COLUMNS] = {
	[TIME] = { "% time", 6 }, [SECONDS] = { "seconds", 11 },
	[USECS] = { "usecs/call", 11 }, [CALLS] = { "calls", 9 },
	[ERRORS] = { "errors", 9 }, [NAME] = { "syscall", 16 },
};

struct table {
	FILE *out;
	const struct systally_ranking *ranking;
	unsigned int abi;
	struct systally_group total;
	int width[COLUMNS];
};

static double seconds(const struct systally_group *group)
{
	return (double)group->total_ns / 1e9;
}

static unsigned long long usecs_per_call(const struct systally_group *group)
{
	return systally_group_avg_ns(group) / 1000;
}

static void widen(int *width, int needed)
{
	if (needed > *width)
		*width = needed;
}

static void measure(struct table *table, const struct systally_group *group)
{
	int *width = table->width;

	widen(&width[SECONDS], snprintf(NULL, 0, "%.6f", seconds(group)));
	widen(&width[USECS],
	      snprintf(NULL, 0, "%llu", usecs_per_call(group)));
	widen(&width[CALLS], snprintf(NULL, 0, "%llu",
				      (unsigned long long)group->count));
	widen(&width[ERRORS], snprintf(NULL, 0, "%llu",
				       (unsigned long long)group->errors));
	widen(&width[NAME], (int)strlen(group->name) + 1);
}

static void print_rule(const struct table *table)
{
	int column, i;

	for (column = 0; column < COLUMNS; column++) {
		if (column)
			putc(' ', table->out);
		for (i = 0; i < table->width[column]; i++)
			putc('-', table->out);
	}
	putc('\n', table->out);
}

static void print_row(const struct table *table,
		      const struct systally_group *group, double percent,
		      const char *name)
{
	const int *width = table->width;

	fprintf(table->out, "%*.2f %*.6f %*llu %*llu ", width[TIME], percent,
		width[SECONDS], seconds(group), width[USECS],
		usecs_per_call(group), width[CALLS],
		(unsigned long long)group->count);
	if (group->errors)
		fprintf(table->out, "%*llu", width[ERRORS],
			(unsigned long long)group->errors);
	else
		fprintf(table->out, "%*s", width[ERRORS], "");
	fprintf(table->out, " %s\n", name);
}

static void print_table(struct table *table)
{
	const struct systally_ranking *ranking = table->ranking;
	const double whole = (double)table->total.total_ns;
	int column;
	size_t i;

	for (column = 0; column < COLUMNS; column++)
		table->width[column] = columns[column].width;
	for (i = 0; i < ranking->shown; i++) {
		if (ranking->groups[i].abi == table->abi)
			measure(table, &ranking->groups[i]);
	}
	measure(table, &table->total);
	if (table->abi)
		fprintf(table->out, "System call usage summary for %s mode:\n",
			table->abi == SYSTALLY_ABI_I386 ? "32 bit" : "x32");
	for (column = 0; column < NAME; column++)
		fprintf(table->out, "%*s ", table->width[column],
			columns[column].heading);
	fprintf(table->out, "%s\n", columns[NAME].heading);
	print_rule(table);
	for (i = 0; i < ranking->shown; i++) {
		const struct systally_group *group = &ranking->groups[i];

		if (group->abi == table->abi)
			print_row(table, group, whole > 0 ? 100 *
				  (double)group->total_ns / whole : 0,
				  group->name);
	}
	print_rule(table);
	print_row(table, &table->total, 100, "total");
}

int systally_render_strace(FILE *out, const struct systally_report *report)
{
	const struct systally_ranking *ranking = report->ranking;
	struct table table = { .out = out, .ranking = ranking };
	size_t i;

	for (table.abi = 0; table.abi < SYSTALLY_ABIS; table.abi++) {
		memset(&table.total, 0, sizeof(table.total));
		/* those that -n leaves out are in the total */
		for (i = 0; i < ranking->shown + ranking->rest_groups; i++) {
			if (ranking->groups[i].abi != table.abi)
				continue;
			systally_group_add(&table.total, &ranking->groups[i]);
		}
		if (table.total.count)
			print_table(&table);
	}
	return 0;
}
