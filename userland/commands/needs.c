// SPDX-License-Identifier: GPL-2.0-only
/*
 * `systally needs`: which system calls a command needs.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/notes.h"
#include "base/output.h"
#include "commands/commands.h"
#include "needs/measure.h"
#include "needs/plan.h"
#include "needs/profile.h"
#include "needs/render.h"

/* The files that are written at the end. */
struct outputs {
	struct systally_output report, profile;
};

static int write_result(const struct systally_plan *plan,
			const struct systally_format *format,
			struct systally_output *output,
			struct systally_error *error)
{
	FILE *out = systally_output_begin(output, stdout);

	if (format->needs(out, plan))
		return systally_error_set(error, "no memory for the report");
	return systally_output_end(output, out, error);
}

static int write_profile(const struct systally_plan *plan,
			 struct systally_output *output,
			 struct systally_error *error)
{
	const char *path = output->path;
	size_t unnamed;
	FILE *out;

	if (!path)
		return 0;
	out = systally_output_begin(output, stdout);
	if (systally_needs_profile(out, plan->used, plan->names, &unnamed))
		return systally_error_set(error, "out of memory");
	if (systally_output_end(output, out, error))
		return -1;
	if (unnamed)
		systally_notes_print(
			stderr,
			"%s lacks %zu calls that libseccomp has no name for",
			path, unnamed);
	return 0;
}

static int finish(const struct systally_plan *plan, struct outputs *outputs,
		  const struct systally_format *format, int status,
		  struct systally_error *error)
{
	const struct systally_outcome *failed;
	unsigned int count, passed;

	if (status == SYSTALLY_NEEDS_INTERRUPTED) {
		systally_error_set(
			error,
			plan->request->state ?
				"interrupted after %zu of %zu runs; give the same command line again to continue" :
				"interrupted after %zu of %zu runs; --state FILE keeps runs, so that you can continue",
			plan->repeater.progress.done,
			plan->repeater.progress.total);
		return status;
	}
	if (status)
		return status;
	if (!plan->count)
		systally_notes_print(
			stderr,
			"the command makes none of the calls that -e names");
	count = systally_measure_untouched(plan, &passed, &failed);
	if (failed)
		systally_notes_print(
			stderr,
			"TEST is flaky: %u of %u untouched runs failed (%s)",
			count - passed, count, failed->why);
	if (write_result(plan, format, &outputs->report, error) ||
	    write_profile(plan, &outputs->profile, error))
		return SYSTALLY_NEEDS_TROUBLE;
	return 0;
}

int systally_cmd_needs(const struct systally_request *request,
		       struct systally_error *error)
{
	struct systally_signals signals;
	struct outputs outputs = { 0 };
	struct systally_names *names;
	struct systally_plan plan;
	int status;

	names = systally_names_new();
	if (!names) {
		systally_error_set(error, "out of memory");
		return SYSTALLY_NEEDS_TROUBLE;
	}
	/* where the processes that it has to end are found */
	if (access("/proc/self/stat", R_OK)) {
		systally_error_set(
			error,
			"needs looks for processes in /proc, which cannot be read: %s; mount it with `mount -t proc proc /proc`",
			strerror(errno));
		systally_names_free(names);
		return SYSTALLY_NEEDS_TROUBLE;
	}
	status = SYSTALLY_NEEDS_UNFIT;
	if (systally_output_prepare(&outputs.report, request->output, error) ||
	    systally_output_prepare(&outputs.profile, request->profile, error))
		goto out;
	status = SYSTALLY_NEEDS_TROUBLE;
	if (systally_signals_open(&signals, error))
		goto out;
	status = systally_plan_run(&plan, request, names, &signals, error);
	status = finish(&plan, &outputs, request->format, status, error);
	systally_plan_free(&plan);
	systally_signals_close(&signals);
out:
	systally_output_cancel(&outputs.profile);
	systally_output_cancel(&outputs.report);
	systally_names_free(names);
	return status;
}
