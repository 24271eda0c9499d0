// SPDX-License-Identifier: GPL-2.0-only
/*
 * Makes the report on a snapshot, with a note on everything that is missing
 * from its numbers.
 */
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/process.h"
#include "stats/rank.h"
#include "render/formats.h"
#include "commands/reporter.h"
#include "calls/subsystem.h"
#include "functions/functions.h"
#include "functions/words.h"

#define NAMED_MAX 5 /* calls that the unattributed note names */

/* Writes which calls are in no row, with their counts: `: poll 7, read 5`. */
static void name_unattributed(const struct systally_snapshot *snapshot,
			      const struct systally_names *names, char *text,
			      size_t size)
{
	size_t count = snapshot->header.unattributed_rows;
	char name[SYSTALLY_CALL_LEN];
	const struct systally_row *row;
	size_t i, used = 0;
	int length;

	text[0] = '\0';
	for (i = 0; i < count && i < NAMED_MAX; i++) {
		row = &snapshot->unattributed[i];
		systally_names_abi_call(names, row->abi, row->nr, name);
		length = snprintf(text + used, size - used, "%s%s %llu",
				  i ? ", " : ": ", name,
				  (unsigned long long)row->count);
		if (length < 0 || (size_t)length >= size - used)
			return;
		used += (size_t)length;
	}
	if (count > NAMED_MAX)
		snprintf(text + used, size - used, ", ...");
}

static void add_notes(struct systally_notes *notes,
		      const struct systally_reporter *reporter,
		      const struct systally_snapshot *snapshot,
		      const struct systally_ranking *ranking)
{
	const struct systally_header *header = &snapshot->header;
	char text[NAMED_MAX * (SYSTALLY_NAME_LEN + 32)];

	if (header->unattributed) {
		name_unattributed(snapshot, reporter->names, text,
				  sizeof(text));
		systally_notes_add(
			notes,
			"%llu calls were counted but are in no row, because the module ran out of memory for rows (memory_max_bytes)%s",
			(unsigned long long)header->unattributed, text);
	}
	if (header->untimed)
		systally_notes_add(
			notes,
			"%llu calls were counted, but their time and error could not be kept",
			(unsigned long long)header->untimed);
	if (header->denied)
		systally_notes_add(
			notes,
			"%llu more calls were denied by a seccomp filter or answered by a tracer, and are in no row; `systally status` names them",
			(unsigned long long)header->denied);
	if (ranking->processes && !reporter->file &&
	    systally_process_is_inside())
		systally_notes_add(
			notes,
			"process numbers are those of this pid namespace: processes outside, and those that have ended, have none");
	if (ranking->folded)
		systally_notes_add(
			notes,
			"pid 0 (shown as -) stands for processes that have ended, added up by command to save memory");
	/* only a difference says how many calls were discarded meanwhile */
	if (reporter->difference && header->discarded)
		systally_notes_add(
			notes,
			"someone reset the counters: %llu more calls were thrown away",
			(unsigned long long)header->discarded);
}

/* Notes why no row has percentiles, if they were asked for. */
static void note_names(struct systally_notes *notes,
		       const struct systally_request *request,
		       const struct systally_header *header,
		       const struct systally_ranking *ranking)
{
	if (request->percentiles && header->hist_rows &&
	    header->flags & SYSTALLY_THREADS &&
	    systally_by_has(&ranking->by, SYSTALLY_BY_COMMAND))
		systally_notes_add(
			notes,
			"counters are kept by thread and histograms by process, so the percentiles of single commands are unknown");
}

/* Notes how many calls are not in the table of subsystems, if it is shown. */
static void note_unknown(struct systally_notes *notes,
			 const struct systally_request *request,
			 const struct systally_ranking *ranking)
{
	const bool by = systally_by_has(&ranking->by, SYSTALLY_BY_SUBSYSTEM);
	const struct systally_group *group;
	uint64_t calls = 0;
	size_t i;

	if (!by && request->format != &systally_format_workload)
		return;
	for (i = 0; i < ranking->shown + ranking->rest_groups; i++) {
		group = &ranking->groups[i];
		if ((by ? group->subsystem :
			  systally_subsystem_of(group->abi, group->nr)) ==
		    SYSTALLY_SUBSYSTEM_UNKNOWN)
			calls = systally_sum(calls, group->count);
	}
	if (calls)
		systally_notes_add(
			notes,
			"%llu calls have numbers that are not among those of Linux 6.1 to 7.2: their subsystem is Unknown",
			(unsigned long long)calls);
}

/* Notes why the report has no table of TLS, if it was asked for. */
static void note_tls(struct systally_notes *notes,
		     const struct systally_reporter *reporter,
		     const struct systally_tls_streams *tls)
{
	const struct systally_format *format = reporter->request->format;

	if (reporter->request->in_process)
		systally_notes_add(
			notes,
			"bytes and descriptors of TLS are not known with --in-process; leave it out to count them");
	else if (!format->tls)
		systally_notes_add(
			notes,
			"--format %s has no table of TLS; text, markdown and json have one",
			format->word);
	else if (!tls->count && !reporter->series)
		systally_notes_add(
			notes,
			"no bytes of TLS were counted: no process called these functions, or they were counted with --in-process");
}

/* Does any row have a time or an error? */
static bool has_times(const struct systally_snapshot *snapshot)
{
	size_t i;

	for (i = 0; i < snapshot->header.call_rows; i++) {
		if (snapshot->calls[i].errors || snapshot->calls[i].total_ns)
			return true;
	}
	return snapshot->header.error_rows;
}

/* Returns how many calls are in rows of the processes and calls asked for. */
static uint64_t count_asked(const struct systally_reporter *reporter,
			    const struct systally_snapshot *snapshot)
{
	const struct systally_question question = {
		.set = reporter->set,
		.scope = &reporter->scope,
	};
	uint64_t calls = 0;
	size_t i;

	for (i = 0; i < snapshot->header.call_rows; i++) {
		if (systally_question_has(&question, snapshot,
					  &snapshot->calls[i]))
			calls = systally_sum(calls, snapshot->calls[i].count);
	}
	return calls;
}

/* Notes why the report has no rows. */
static void add_reason(struct systally_notes *notes,
		       const struct systally_reporter *reporter,
		       const struct systally_snapshot *snapshot,
		       const char *nothing)
{
	const struct systally_header *header = &snapshot->header;
	const bool by_pid = systally_scope_any(&reporter->scope);
	const bool by_call = !reporter->set->all;
	const uint64_t asked = count_asked(reporter, snapshot);

	if (!header->entered)
		systally_notes_add(notes, "%s", nothing);
	else if (!header->call_rows)
		return; /* add_notes() has said that all calls are unattributed */
	else if (!asked)
		systally_notes_add(
			notes,
			"%llu call%s counted, but none that %s%s%s ask%s for",
			(unsigned long long)header->entered,
			header->entered == 1 ? " was" : "s were",
			!by_pid			  ? "" :
			reporter->scope.pid_count ? "-p" :
						    "--unit and such",
			by_pid && by_call ? " and " : "", by_call ? "-e" : "",
			by_pid && by_call ? "" : "s");
	else if (has_times(snapshot))
		systally_notes_add(notes, "no call failed, of %llu",
				   (unsigned long long)asked);
}

/* Fails if the request needs histograms and the module does not keep them. */
static int check_hist(const struct systally_request *request,
		      const struct systally_snapshot *snapshot,
		      struct systally_notes *notes,
		      struct systally_error *error)
{
	const struct systally_header *header = &snapshot->header;

	if (request->collect != SYSTALLY_COLLECT_HIST || header->hist_rows ||
	    !header->call_rows)
		return 0;
	if (header->collect != SYSTALLY_COLLECT_HIST)
		return systally_error_set(
			error,
			"histograms are not kept, since the control `collect` is `%s`; write `hist` to it and count again",
			systally_names_collect(header->collect));
	systally_notes_add(
		notes,
		"no call is in a histogram: none has returned since `collect` is `hist`");
	return 0;
}

/*
 * Fails if the recording lacks what the request needs. The remedy is to record
 * again, not to change a control. Returns 0, or -1 with @error.
 */
static int check_file(const struct systally_reporter *reporter,
		      const struct systally_header *header,
		      struct systally_error *error)
{
	const struct systally_request *request = reporter->request;

	if (request->collect >= SYSTALLY_COLLECT_TIME &&
	    header->collect == SYSTALLY_COLLECT_COUNT)
		return systally_error_set(
			error, "%s has no times and errors; record it again",
			reporter->file);
	if (request->collect == SYSTALLY_COLLECT_HIST &&
	    header->collect != SYSTALLY_COLLECT_HIST)
		return systally_error_set(
			error, "%s has no histograms; record it again with -P",
			reporter->file);
	if (request->threads && !(header->flags & SYSTALLY_THREADS))
		return systally_error_set(
			error,
			"%s is not kept by thread; record it again with --by thread",
			reporter->file);
	return 0;
}

int systally_report_write(struct systally_reporter *reporter,
			  const struct systally_snapshot *snapshot,
			  struct systally_notes *notes, const char *nothing,
			  FILE *out, struct systally_error *error)
{
	const struct systally_request *request = reporter->request;
	struct systally_question question = {
		.by = request->by,
		.sort = request->sort,
		.failed = request->failed,
		.limit = request->limit,
		.set = reporter->set,
		.scope = &reporter->scope,
	};
	struct systally_tls_streams tls = { NULL, 0, 0 };
	struct systally_ranking ranking;
	struct systally_report report = {
		.ranking = &ranking,
		.header = &snapshot->header,
		.notes = notes,
		.latency = request->latency,
		.percentiles = request->percentiles,
		.histogram = request->histogram,
		.kernel = reporter->kernel,
		.date = reporter->date,
		.duration_ns = reporter->duration_ns,
		.series = reporter->series,
		.first = reporter->first,
		.width = reporter->width,
	};
	size_t i;
	int result;

	if (reporter->file && check_file(reporter, &snapshot->header, error))
		return -1;
	if (request->collect >= SYSTALLY_COLLECT_TIME &&
	    snapshot->header.collect == SYSTALLY_COLLECT_COUNT &&
	    !has_times(snapshot))
		return systally_error_set(
			error,
			"times and errors are not kept, since the control `collect` is `count`; write `time` to it and count again");
	if (request->collect >= SYSTALLY_COLLECT_TIME &&
	    snapshot->header.call_rows && !has_times(snapshot))
		systally_notes_add(
			notes,
			"no call was timed, so nothing is known of errors: none has returned yet, or `collect` was `count` when they were counted");
	if (check_hist(request, snapshot, notes, error))
		return -1;
	/* by default there is a row for each thread, if the counters are by thread */
	if (!(request->given & SYSTALLY_GIVEN_BY) &&
	    request->format->all_rows &&
	    snapshot->header.flags & SYSTALLY_THREADS)
		question.by = systally_by_two(SYSTALLY_BY_THREAD,
					      SYSTALLY_BY_SYSCALL);
	if (request->functions && systally_words_have_tls(request->functions)) {
		if (systally_tls_streams_make(&tls, snapshot, &reporter->scope,
					      request->limit, error))
			return -1;
		report.tls = &tls;
	}
	if (systally_rank(&ranking, &question, snapshot, reporter->names,
			  error)) {
		systally_tls_streams_free(&tls);
		return -1;
	}
	add_notes(notes, reporter, snapshot, &ranking);
	note_unknown(notes, request, &ranking);
	note_names(notes, request, &snapshot->header, &ranking);
	if (report.tls)
		note_tls(notes, reporter, &tls);
	if (!ranking.shown)
		add_reason(notes, reporter, snapshot, nothing);
	clock_gettime(CLOCK_REALTIME, &report.when);
	result = request->format->report(out, &report);
	if (result)
		systally_error_set(error, "no memory for the report");
	for (i = 0; !request->format->notes && i < notes->count; i++)
		systally_notes_print(reporter->notes ? reporter->notes : stderr,
				     "%s", notes->text[i]);
	reporter->first = false;
	systally_tls_streams_free(&tls);
	systally_ranking_free(&ranking);
	return result;
}

void systally_report_note_missed(struct systally_notes *notes, uint64_t missed)
{
	if (missed)
		systally_notes_add(
			notes,
			"kprobes missed %llu hits: the counts are too low by that number; `echo tracepoint` to the control `hook` avoids that",
			(unsigned long long)missed);
}
