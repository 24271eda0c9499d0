// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tells why two recordings allow no verdict.
 */
#define _GNU_SOURCE
#include <signal.h>
#include <string.h>

#include "stats/comparable.h"

void systally_comparable_status(int status, char text[80])
{
	const int signal = status - 128;
	const char *name = signal > 0 ? sigdescr_np(signal) : NULL;

	if (name)
		snprintf(text, 80, "%d (128 + %d, %s)", status, signal, name);
	else
		snprintf(text, 80, "%d", status);
}

/* Was the command counted until its time limit had passed? */
static bool reached_limit(const struct systally_record *record)
{
	return record->limit_ns && record->duration_ns >= record->limit_ns;
}

/* Did both commands run to the same point? */
static bool same_end(const struct systally_record *a,
		     const struct systally_record *b,
		     char why[SYSTALLY_REASON_LEN])
{
	const struct systally_record *const sides[] = { a, b };
	char ends[2][80];
	int i;

	for (i = 0; i < 2; i++) {
		if (sides[i]->ended)
			systally_comparable_status(sides[i]->status, ends[i]);
		else if (!sides[i]->command_count && !reached_limit(sides[i]))
			return snprintf(
				       why, SYSTALLY_REASON_LEN,
				       "%s was recorded until it was interrupted, not for a time that -d gives",
				       i ? "B" : "A"),
			       false;
		else if (!reached_limit(sides[i]))
			return snprintf(
				       why, SYSTALLY_REASON_LEN,
				       "%s is incomplete: its recording ends before its command did",
				       i ? "B" : "A"),
			       false;
	}
	if (a->ended != b->ended)
		snprintf(
			why, SYSTALLY_REASON_LEN,
			"the command of %s ended, with status %s, and that of %s still ran when its time limit had passed",
			a->ended ? "A" : "B", ends[a->ended ? 0 : 1],
			a->ended ? "B" : "A");
	else if (a->ended && a->status != b->status)
		snprintf(
			why, SYSTALLY_REASON_LEN,
			"the commands ended differently: A's with status %s, B's with status %s",
			ends[0], ends[1]);
	else if (!a->ended && a->limit_ns != b->limit_ns)
		snprintf(
			why, SYSTALLY_REASON_LEN,
			"A and B were recorded for different times: %.9g s and %.9g s",
			(double)a->limit_ns / 1e9, (double)b->limit_ns / 1e9);
	else
		return true;
	return false;
}

/* Counts calls of @set without a row. Calls of an unknown number count, too. */
static uint64_t count_lost(const struct systally_snapshot *snapshot,
			   const struct systally_set *set)
{
	uint64_t known = 0, lost = 0;
	const struct systally_row *row;
	size_t i;

	for (i = 0; i < snapshot->header.unattributed_rows; i++) {
		row = &snapshot->unattributed[i];
		known = systally_sum(known, row->count);
		if (systally_set_has(set, row->abi, row->nr))
			lost = systally_sum(lost, row->count);
	}
	if (known < snapshot->header.unattributed)
		lost = systally_sum(lost,
				    snapshot->header.unattributed - known);
	return lost;
}

static bool nothing_lost(const struct systally_record *record, const char *side,
			 const struct systally_set *set,
			 char why[SYSTALLY_REASON_LEN])
{
	const uint64_t lost = count_lost(&record->snapshot, set);

	if (record->missed)
		snprintf(
			why, SYSTALLY_REASON_LEN,
			"%s is incomplete: kprobes missed %llu hits, so its counts are too low by that number",
			side, (unsigned long long)record->missed);
	else if (lost)
		snprintf(
			why, SYSTALLY_REASON_LEN,
			"%s is incomplete: the module had no memory for %llu of its calls (memory_max_bytes), so their command, time and error are unknown",
			side, (unsigned long long)lost);
	else if (record->snapshot.header.untimed)
		snprintf(
			why, SYSTALLY_REASON_LEN,
			"%s is incomplete: the time and error of %llu calls could not be kept",
			side,
			(unsigned long long)record->snapshot.header.untimed);
	else
		return true;
	return false;
}

bool systally_comparable(const struct systally_record *a,
			 const struct systally_record *b,
			 const struct systally_set *set,
			 char why[SYSTALLY_REASON_LEN])
{
	return same_end(a, b, why) && nothing_lost(a, "A", set, why) &&
	       nothing_lost(b, "B", set, why);
}
