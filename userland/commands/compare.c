// SPDX-License-Identifier: GPL-2.0-only
/*
 * `systally compare`: shows what differs between two recordings.
 */
#include <string.h>

#include "commands/commands.h"
#include "base/output.h"
#include "base/text.h"
#include "render/formats.h"
#include "calls/set.h"
#include "stats/comparable.h"

/* Exit statuses, as diff and cmp have them. */
enum { NO_REGRESSION, REGRESSION, TROUBLE };

struct compare {
	const struct systally_request *request;
	struct systally_names *names;
	struct systally_set set;
	struct systally_record records[2];
	struct systally_notes notes;
	struct systally_output output;
	char why[SYSTALLY_REASON_LEN]; /* there is no verdict; empty: there is */
	struct systally_error *error;
};

static int read_sets(struct compare *compare)
{
	const struct systally_request *request = compare->request;
	struct systally_set ignored = { 0 };

	compare->set.all = true;
	if (request->syscalls &&
	    systally_set_parse(&compare->set, compare->names, request->syscalls,
			       compare->error))
		return -1;
	if (!request->ignore)
		return 0;
	if (systally_set_parse(&ignored, compare->names, request->ignore,
			       compare->error))
		return -1;
	systally_set_remove(&compare->set, &ignored);
	return 0;
}

/*
 * A call that only one recording counted would look added or gone. Fails if a
 * call of the set was asked for in only one of them, and reduces the set to
 * calls that were asked for in both. Returns 0, or -1 with an error.
 */
static int check_asked(struct compare *compare)
{
	struct systally_set asked[2];
	unsigned int abi;
	int side, nr;

	for (side = 0; side < 2; side++) {
		if (systally_record_asked(&compare->records[side],
					  compare->request->files[side],
					  compare->names, &asked[side],
					  compare->error))
			return -1;
	}
	for (abi = 0; abi < SYSTALLY_ABIS; abi++) {
		for (nr = 0; nr <= SYSTALLY_NR_MAX; nr++) {
			if (!systally_set_has(&compare->set, abi, nr) ||
			    systally_set_has(&asked[0], abi, nr) ==
				    systally_set_has(&asked[1], abi, nr))
				continue;
			return systally_error_set(
				compare->error,
				"A and B were recorded with different -e ('%.80s', '%.80s'), so not all of their calls can be compared; give compare an -e that both have",
				compare->records[0].syscalls ?: "all",
				compare->records[1].syscalls ?: "all");
		}
	}
	systally_set_keep(&compare->set, &asked[0]);
	if (systally_set_is_empty(&compare->set))
		return systally_error_set(
			compare->error,
			"there is nothing to compare: A and B were recorded with -e '%.80s', which the -e and --ignore of compare leave no call of; choose others",
			compare->records[0].syscalls ?: "all");
	return 0;
}

/* Fails if by command one side has names of threads, the other of processes. */
static int check_threads(struct compare *compare)
{
	const struct systally_record *records = compare->records;

	if (!systally_by_has(&compare->request->by, SYSTALLY_BY_COMMAND) ||
	    !((records[0].snapshot.header.flags ^
	       records[1].snapshot.header.flags) &
	      SYSTALLY_THREADS))
		return 0;
	return systally_error_set(
		compare->error,
		"only one of A and B was recorded by thread, so the names of their commands differ; compare without --by, or record it again");
}

static int check_times(struct compare *compare)
{
	int side;

	if (!compare->request->latency &&
	    compare->request->sort != SYSTALLY_SORT_ERRORS)
		return 0;
	for (side = 0; side < 2; side++) {
		if (compare->records[side].snapshot.header.collect ==
		    SYSTALLY_COLLECT_COUNT)
			return systally_error_set(
				compare->error,
				"%s has no times and errors to compare; record it again, or leave out -L, --time-threshold and sorting by time or errors",
				compare->request->files[side]);
	}
	return 0;
}

/* Notes what else differs, which may be what the user wants to compare. */
static void note_versions(struct compare *compare)
{
	const struct systally_record *a = &compare->records[0];
	const struct systally_record *b = &compare->records[1];

	if (strcmp(a->kernel, b->kernel))
		systally_notes_add(
			&compare->notes,
			"the kernels differ: A was recorded on %s, B on %s",
			a->kernel, b->kernel);
	if (strcmp(a->systally, b->systally))
		systally_notes_add(
			&compare->notes,
			"the versions of systally differ: A was recorded by %s, B by %s",
			a->systally, b->systally);
}

/* Notes what is missing from the numbers of each side. */
static void add_notes(struct compare *compare)
{
	struct systally_notes *notes = &compare->notes;
	int side;

	note_versions(compare);
	for (side = 0; side < 2; side++) {
		const struct systally_record *record = &compare->records[side];
		const struct systally_header *header = &record->snapshot.header;
		const char *name = side ? "B" : "A";

		if (!header->entered)
			systally_notes_add(notes, "%s has no calls at all",
					   name);
		if (!record->ended)
			systally_notes_add(
				notes, "%s ends before its command did", name);
		else if (record->status)
			systally_notes_add(
				notes, "%s's command failed, with status %d",
				name, record->status);
		if (header->collect == SYSTALLY_COLLECT_COUNT)
			systally_notes_add(
				notes,
				"%s has no times and errors, so these were not compared",
				name);
		if (header->unattributed)
			systally_notes_add(
				notes,
				"%llu calls of %s are unattributed, because the module ran out of memory: their command, time and errors are unknown",
				(unsigned long long)header->unattributed, name);
		if (header->untimed)
			systally_notes_add(
				notes,
				"%llu calls of %s have no time and error",
				(unsigned long long)header->untimed, name);
		if (record->missed)
			systally_notes_add(
				notes,
				"kprobes missed %llu hits of %s: its counts are too low by that number",
				(unsigned long long)record->missed, name);
	}
}

static int write_report(struct compare *compare,
			const struct systally_changes *changes)
{
	const struct systally_request *request = compare->request;
	const struct systally_change_report report = {
		.changes = changes,
		.records = compare->records,
		.files = { request->files[0], request->files[1] },
		.notes = &compare->notes,
		.why = *compare->why ? compare->why : NULL,
		.latency = request->latency,
		.width = SYSTALLY_TEXT_WIDTH,
	};
	FILE *out = systally_output_begin(&compare->output, stdout);
	size_t i;

	if (request->format->change(out, &report))
		return systally_error_set(compare->error,
					  "no memory for the report");
	for (i = 0; !request->format->notes && i < compare->notes.count; i++)
		systally_notes_print(stderr, "%s", compare->notes.text[i]);
	return systally_output_end(&compare->output, out, compare->error);
}

/* Compares the two recordings that were read. Returns the exit status. */
static int compare_records(struct compare *compare)
{
	const struct systally_request *request = compare->request;
	const struct systally_comparison comparison = {
		.by = request->by,
		.sort = request->sort,
		.latency = request->latency,
		.limit = request->limit,
		.set = &compare->set,
		.threshold = &request->threshold,
		.time = request->given & SYSTALLY_GIVEN_TIME_THRESHOLD ?
				&request->time_threshold :
				NULL,
	};
	struct systally_changes changes;
	int status = TROUBLE;

	if (check_asked(compare) || check_threads(compare) ||
	    check_times(compare))
		return TROUBLE;
	add_notes(compare);
	/* without a verdict the changes are shown all the same */
	if (systally_comparable(&compare->records[0], &compare->records[1],
				&compare->set, compare->why))
		*compare->why = '\0';
	if (systally_snapshot_unify(&compare->records[0].snapshot,
				    &compare->records[1].snapshot,
				    compare->error))
		return TROUBLE;
	if (systally_compare(&changes, &comparison,
			     &compare->records[0].snapshot,
			     &compare->records[1].snapshot, compare->names,
			     compare->error))
		return TROUBLE;
	if (write_report(compare, &changes))
		status = TROUBLE;
	else if (*compare->why)
		systally_error_set(compare->error, "no verdict: %s",
				   compare->why);
	else
		status = changes.regressions ? REGRESSION : NO_REGRESSION;
	systally_changes_free(&changes);
	systally_notes_free(&compare->notes);
	return status;
}

int systally_cmd_compare(const struct systally_request *request,
			 struct systally_error *error)
{
	struct compare compare = {
		.request = request,
		.error = error,
		.names = systally_names_new(),
	};
	int status = TROUBLE;

	if (!compare.names)
		return systally_error_set(error, "out of memory"), TROUBLE;
	if (systally_output_prepare(&compare.output, request->output, error) ||
	    read_sets(&compare) ||
	    systally_record_read(&compare.records[0], request->files[0], error))
		goto out;
	if (!systally_record_read(&compare.records[1], request->files[1],
				  error)) {
		status = compare_records(&compare);
		systally_record_free(&compare.records[1]);
	}
	systally_record_free(&compare.records[0]);
out:
	systally_output_cancel(&compare.output);
	systally_names_free(compare.names);
	return status;
}
