// SPDX-License-Identifier: GPL-2.0-only
/*
 * `systally report`: the rows of what was counted or recorded.
 */
#include <stdlib.h>
#include <string.h>

#include "commands/commands.h"
#include "device/control.h"
#include "device/session.h"
#include "functions/functions.h"
#include "base/output.h"
#include "base/process.h"
#include "stats/record.h"
#include "render/formats.h"
#include "commands/reporter.h"
#include "commands/watch.h"
#include "base/signals.h"
#include "base/text.h"

/* Returns why nothing was counted, as a static string. */
static const char *explain_nothing(const struct systally_control *control,
				   const struct systally_request *request,
				   const struct systally_snapshot *snapshot)
{
	struct systally_error ignored = { "" };
	char *syscalls =
		systally_control_read(control, "syscalls", NULL, &ignored);
	bool known = syscalls, all = known && !strcmp(syscalls, "all");

	free(syscalls);
	if (!known)
		return "nothing was counted; the controls, which would tell why, cannot be read (`systally doctor` tells why)";
	if (!(snapshot->header.flags & SYSTALLY_ENABLED))
		return "nothing was counted: the control `enabled` is 0";
	if (systally_control_is(control, "targets", "none") && request->session)
		return "nothing was counted: this session has no targets now";
	if (systally_control_is(control, "targets", "none"))
		return "nothing was counted: the default session has no targets; write process numbers or `all` to its control `targets` (`run` and `top` count in sessions of their own, and `record` keeps what it counts)";
	if (!all)
		return "nothing was counted: no target made one of the calls in the control `syscalls`";
	return "nothing was counted: no target made a call";
}

/* Takes a snapshot; with -d, the difference between two snapshots. */
static int take(const struct systally_control *control,
		const struct systally_request *request,
		struct systally_snapshot *snapshot,
		struct systally_error *error)
{
	struct systally_snapshot old, now;
	struct systally_signals signals;
	struct signalfd_siginfo info;
	enum systally_event event;
	uint64_t until;
	int result;

	if (!request->duration_ns)
		return systally_control_snapshot(control, snapshot, error);
	if (systally_control_snapshot(control, &old, error))
		return -1;
	until = systally_signals_now_ns() + request->duration_ns;
	if (systally_signals_open(&signals, error)) {
		systally_snapshot_free(&old);
		return -1;
	}
	/* a signal ends the duration early; the report is still written */
	do {
		event = systally_signals_wait(&signals, until, -1, &info);
	} while (event == SYSTALLY_EVENT_SIGNAL &&
		 !systally_signals_ends(&info));
	if (event == SYSTALLY_EVENT_SIGNAL)
		systally_signals_end_by(&info);
	systally_signals_close(&signals);
	/* nothing is left to end: from here on a signal ends it at once */
	systally_signals_restore(&signals);
	result = systally_control_snapshot(control, &now, error);
	if (!result) {
		result = systally_snapshot_diff(snapshot, &now, &old, error);
		systally_snapshot_free(&now);
	}
	systally_snapshot_free(&old);
	return result;
}

/* Leaves the functions of -f in @set. Returns 0, or -1 with @error. */
static int choose_functions(const struct systally_request *request,
			    const struct systally_snapshot *snapshot,
			    struct systally_set *set,
			    struct systally_error *error)
{
	if (!request->functions)
		return 0;
	return systally_functions_choose(set, snapshot->functions,
					 snapshot->header.functions,
					 request->functions, error);
}

static int report(const struct systally_control *control,
		  const struct systally_request *request,
		  struct systally_reporter *reporter, struct systally_set *set,
		  struct systally_error *error)
{
	struct systally_notes notes = { 0 };
	struct systally_snapshot snapshot;
	struct systally_output output;
	FILE *out;
	int result;

	if (systally_output_prepare(&output, request->output, error))
		return -1;
	out = systally_output_begin(&output, stdout);
	result = take(control, request, &snapshot, error);
	if (!result) {
		systally_report_note_missed(&notes,
					    snapshot.header.kprobe_missed);
		result = choose_functions(request, &snapshot, set, error);
		if (!result)
			result = systally_report_write(
				reporter, &snapshot, &notes,
				explain_nothing(control, request, &snapshot),
				out, error);
		systally_notes_free(&notes);
		systally_snapshot_free(&snapshot);
	}
	if (!result)
		result = systally_output_end(&output, out, error);
	systally_output_cancel(&output);
	return result;
}

static int report_record(const struct systally_request *request,
			 struct systally_reporter *reporter,
			 const struct systally_record *record,
			 struct systally_error *error)
{
	struct systally_notes notes = { 0 };
	struct systally_output output;
	FILE *out;
	int result;

	if (systally_output_prepare(&output, request->output, error))
		return -1;
	out = systally_output_begin(&output, stdout);
	systally_report_note_missed(&notes, record->missed);
	result = systally_report_write(
		reporter, &record->snapshot, &notes,
		"nothing was counted when this was recorded", out, error);
	systally_notes_free(&notes);
	if (!result)
		result = systally_output_end(&output, out, error);
	systally_output_cancel(&output);
	return result;
}

/* Replaces the number of a thread by that of its process, as -p does live. */
static void find_processes(const struct systally_request *request,
			   const struct systally_snapshot *snapshot)
{
	const struct systally_row *row;
	size_t i, pid;

	for (pid = 0; pid < request->scope.pid_count; pid++) {
		for (i = 0; i < snapshot->header.call_rows; i++) {
			row = &snapshot->calls[i];
			if (row->tid && row->tid == request->scope.pids[pid]) {
				request->scope.pids[pid] = row->tgid;
				break;
			}
		}
	}
}

/* Reports on a recording, which needs neither the module nor root. */
static int report_file(const struct systally_request *request,
		       struct systally_reporter *reporter,
		       struct systally_set *set, struct systally_error *error)
{
	struct systally_set asked;
	struct systally_record record;
	int result;

	if (systally_record_read(&record, request->files[0], error))
		return -1;
	reporter->file = request->files[0];
	reporter->kernel = record.kernel;
	reporter->date = record.date;
	reporter->duration_ns = record.duration_ns;
	result = systally_record_asked(&record, request->files[0],
				       reporter->names, &asked, error);
	if (!result)
		result =
			choose_functions(request, &record.snapshot, set, error);
	if (!result) {
		systally_set_keep(set, &asked);
		find_processes(request, &record.snapshot);
		result = report_record(request, reporter, &record, error);
	}
	systally_record_free(&record);
	return result;
}

int systally_cmd_report(const struct systally_request *request,
			struct systally_error *error)
{
	struct systally_set set = { .all = true };
	struct systally_reporter reporter = {
		.request = request,
		.set = &set,
		.scope = request->scope,
		.difference = request->duration_ns,
		.width = SYSTALLY_TEXT_WIDTH,
	};
	struct systally_names *names = systally_names_new();
	const char *name = request->session ? request->session : "default";
	struct systally_control control, session;
	const char *lacking;
	int status = 1;

	if (!names)
		return systally_error_set(error, "out of memory"), 1;
	reporter.names = names;
	if (request->syscalls &&
	    systally_set_parse(&set, names, request->syscalls, error)) {
		status = SYSTALLY_EXIT_USAGE;
		goto out;
	}
	if (request->file_count) {
		status = report_file(request, &reporter, &set, error) ? 1 : 0;
		goto out;
	}
	systally_process_tgids(request->scope.pids, request->scope.pid_count);
	if (systally_control_open(&control, error) ||
	    systally_session_find(&session, &control, name, error))
		goto out;
	lacking = request->session ? systally_watch_lacks(&session, request) :
				     NULL;
	if (lacking)
		systally_error_set(error, "session %s %s", name, lacking);
	else if (!report(&session, request, &reporter, &set, error))
		status = 0;
out:
	systally_names_free(names);
	return status;
}
