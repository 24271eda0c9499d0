// SPDX-License-Identifier: GPL-2.0-only
/*
 * The table of the kernel's guide to tracing workloads
 * (Documentation/admin-guide/workload-tracing.rst): the calls, how often they
 * are made, and the subsystem and the function that implement each.
 */
#include <string.h>

#include "calls/subsystem.h"
#include "render/formats.h"

enum column { CALL, COUNT, SUBSYSTEM, FUNCTION };

static void write_cell(const void *context,
		       const struct systally_column *column, size_t row,
		       int digits, char *cell)
{
	const struct systally_ranking *ranking = context;
	const bool rest = row == ranking->shown;
	const struct systally_group *group =
		rest ? &ranking->rest : &ranking->groups[row];
	const struct systally_call *call =
		rest ? NULL : systally_call_find(group->abi, group->nr);

	(void)digits;
	switch ((enum column)column->id) {
	case CALL:
		if (rest)
			snprintf(cell, SYSTALLY_CELL_LEN, "(%zu more)",
				 ranking->rest_groups);
		else
			systally_names_abi_call(ranking->names, group->abi,
						group->nr, cell);
		break;
	case COUNT:
		snprintf(cell, SYSTALLY_CELL_LEN, "%llu",
			 (unsigned long long)group->count);
		break;
	case SUBSYSTEM:
		if (!rest)
			snprintf(cell, SYSTALLY_CELL_LEN, "%s",
				 systally_subsystem_name(systally_subsystem_of(
					 group->abi, group->nr)));
		break;
	case FUNCTION:
		if (!rest)
			snprintf(cell, SYSTALLY_CELL_LEN, "%s%s",
				 call ? call->function[group->abi] : "-",
				 call ? "()" : "");
		break;
	}
}

static int write_report(FILE *out, const struct systally_report *report)
{
	const struct systally_ranking *ranking = report->ranking;
	struct systally_grid grid = {
		.rows = ranking->shown + (ranking->rest_groups ? 1 : 0),
		.style = SYSTALLY_GRID_BOXED,
		.cell = write_cell,
		.context = ranking,
	};

	if (!ranking->shown)
		return 0;
	systally_grid_add(&grid, CALL, "System Call")->left = true;
	systally_grid_add(&grid, COUNT, "# calls")->left = true;
	systally_grid_add(&grid, SUBSYSTEM, "Linux Subsystem")->left = true;
	systally_grid_add(&grid, FUNCTION, "System Call (API)")->left = true;
	systally_grid_print(out, &grid);
	return 0;
}

const struct systally_format systally_format_workload = {
	.word = "workload",
	.by_call = true,
	.counts = true,
	.limits =
		"is by call and has no times, so neither --by, -L, -P nor -H nor a sort by time goes with it",
	.report = write_report,
};
