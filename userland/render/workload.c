// SPDX-License-Identifier: GPL-2.0-only
/*
 * A report as the table of the kernel's guide to tracing workloads
 * (Documentation/admin-guide/workload-tracing.rst): which calls, how often, of
 * which subsystem, implemented where. Called through render.c.
 */
#include <string.h>

#include "render/render.h"
#include "calls/subsystem.h"

#define CELL_LEN	80

enum { CALL, COUNT, SUBSYSTEM, FUNCTION, COLUMNS };

struct table {
	FILE *out;
	int width[COLUMNS];
	char cells[COLUMNS][CELL_LEN];
};

static void head(struct table *table)
{
	static const char *const titles[COLUMNS] = {
		"System Call", "# calls", "Linux Subsystem",
		"System Call (API)",
	};
	int column;

	for (column = 0; column < COLUMNS; column++)
		snprintf(table->cells[column], CELL_LEN, "%s", titles[column]);
}

static void fill(struct table *table, const struct systally_group *group)
{
	const struct systally_call *call =
		systally_call_find(group->abi, group->nr);

	/* as -e takes it; the ABI goes without saying on x86-64 */
	snprintf(table->cells[CALL], CELL_LEN, "%s%s%s",
		 group->abi ? systally_names_abi(group->abi) : "",
		 group->abi ? ":" : "", group->name);
	snprintf(table->cells[COUNT], CELL_LEN, "%llu",
		 (unsigned long long)group->count);
	snprintf(table->cells[SUBSYSTEM], CELL_LEN, "%s",
		 systally_subsystem_name(systally_subsystem_of(group->abi,
							       group->nr)));
	snprintf(table->cells[FUNCTION], CELL_LEN, "%s%s",
		 call ? call->function[group->abi] : "-", call ? "()" : "");
}

/* What -n leaves out */
static void fill_rest(struct table *table,
		      const struct systally_ranking *ranking)
{
	snprintf(table->cells[CALL], CELL_LEN, "(%zu more)",
		 ranking->rest_groups);
	snprintf(table->cells[COUNT], CELL_LEN, "%llu",
		 (unsigned long long)ranking->rest.count);
	table->cells[SUBSYSTEM][0] = '\0';
	table->cells[FUNCTION][0] = '\0';
}

static void measure(struct table *table)
{
	int column, length;

	for (column = 0; column < COLUMNS; column++) {
		length = (int)strlen(table->cells[column]);
		if (length > table->width[column])
			table->width[column] = length;
	}
}

static void print_rule(const struct table *table, char dash)
{
	int column, i;

	for (column = 0; column < COLUMNS; column++) {
		putc('+', table->out);
		for (i = 0; i < table->width[column] + 2; i++)
			putc(dash, table->out);
	}
	fputs("+\n", table->out);
}

static void print_row(const struct table *table, char dash)
{
	int column;

	for (column = 0; column < COLUMNS; column++)
		fprintf(table->out, "| %-*s ", table->width[column],
			table->cells[column]);
	fputs("|\n", table->out);
	print_rule(table, dash);
}

int systally_render_workload(FILE *out, const struct systally_report *report)
{
	const struct systally_ranking *ranking = report->ranking;
	struct table table = { .out = out };
	size_t i;

	if (!ranking->shown)
		return 0;
	head(&table);
	measure(&table);
	for (i = 0; i < ranking->shown; i++) {
		fill(&table, &ranking->groups[i]);
		measure(&table);
	}
	fill_rest(&table, ranking);
	if (ranking->rest_groups)
		measure(&table);
	head(&table);
	print_rule(&table, '-');
	print_row(&table, '=');
	for (i = 0; i < ranking->shown; i++) {
		fill(&table, &ranking->groups[i]);
		print_row(&table, '-');
	}
	if (ranking->rest_groups) {
		fill_rest(&table, ranking);
		print_row(&table, '-');
	}
	return 0;
}
