// SPDX-License-Identifier: GPL-2.0-only
/*
 * `systally doctor`: prints what the checks found.
 */
#include <stdio.h>
#include <stdlib.h>

#include "doctor/checks.h"
#include "commands/commands.h"
#include "base/output.h"
#include "base/text.h"
#include "render/formats.h"

static void write_line(FILE *out, const char *const *cells)
{
	fprintf(out, "%-7s  %s: %s%s%s\n", cells[0], cells[1], cells[2],
		cells[3] ? "; " : "", cells[3] ? cells[3] : "");
}

/* Returns 0, or -1 when there is no memory. */
static int write_findings(FILE *out, const struct systally_format *format,
			  const struct systally_checkup *checkup)
{
	static const char *const keys[] = { "result", "check", "finding",
					    "remedy" };
	struct systally_list list = {
		.keys = keys,
		.columns = 4,
		.rows = checkup->count,
		.kernel = checkup->kernel.release,
		.array = "checks",
		.line = write_line,
	};
	const char **cells = calloc(checkup->count + 1, 4 * sizeof(*cells));
	size_t i;
	int result;

	if (!cells)
		return -1;
	for (i = 0; i < checkup->count; i++) {
		const struct systally_finding *f = &checkup->findings[i];

		cells[4 * i] = systally_findings_verdict_name(f->verdict);
		cells[4 * i + 1] = f->what;
		cells[4 * i + 2] = f->finding;
		cells[4 * i + 3] = f->remedy;
	}
	list.cells = cells;
	result = format->list(out, &list);
	free(cells);
	return result;
}

int systally_cmd_doctor(const struct systally_request *request,
			struct systally_error *error)
{
	struct systally_checkup checkup;
	struct systally_output output;
	int status = 0;
	FILE *out;

	if (systally_output_prepare(&output, request->output, error))
		return 1;
	out = systally_output_begin(&output, stdout);
	systally_checks_run(&checkup);
	if (write_findings(out, request->format, &checkup) ||
	    checkup.incomplete) {
		systally_error_set(error, "no memory for the findings");
		systally_output_cancel(&output);
		status = 1;
	} else if (systally_output_end(&output, out, error)) {
		status = 1;
	}
	if (systally_findings_fail(&checkup))
		status = 1;
	systally_findings_free(&checkup);
	return status;
}
