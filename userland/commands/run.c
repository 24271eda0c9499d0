// SPDX-License-Identifier: GPL-2.0-only
/*
 * `systally run`: counts one command from its exec to its end, and reports.
 *
 */
#include "base/text.h"
#include "commands/commands.h"
#include "commands/launch.h"
#include "render/formats.h"
#include "commands/reporter.h"

static int write_report(void *context, const struct systally_launched *launched,
			struct systally_error *error)
{
	struct systally_reporter *reporter = context;
	struct systally_notes notes = { 0 };
	size_t i;
	int result;

	for (i = 0; launched->notes && i < launched->notes->count; i++)
		systally_notes_add(&notes, "%s", launched->notes->text[i]);
	systally_report_note_missed(&notes, launched->missed);
	result = systally_report_write(
		reporter, launched->snapshot, &notes,
		launched->status < 0 ?
			"nothing was counted before the counting ended; the command goes on" :
		reporter->request->in_process ?
			"nothing was counted: no program called these functions through the dynamic linker" :
		reporter->request->syscalls ?
			"nothing was counted: the command made none of the calls that -e asks for" :
			"nothing was counted, though the command did run; `systally doctor` may tell why",
		launched->out, error);
	systally_notes_free(&notes);
	return result;
}

int systally_cmd_run(const struct systally_request *request,
		     struct systally_error *error)
{
	struct systally_set set = { .all = true };
	struct systally_reporter reporter = {
		.request = request,
		.set = &set,
		.width = SYSTALLY_TEXT_WIDTH,
	};
	struct systally_names *names = systally_names_new();
	int status = SYSTALLY_EXIT_USAGE;

	if (!names)
		return systally_error_set(error, "out of memory"), 1;
	reporter.names = names;
	if (!request->syscalls ||
	    !systally_set_parse(&set, names, request->syscalls, error))
		status = systally_launch(request, &set, write_report, &reporter,
					 error);
	systally_names_free(names);
	return status;
}
