/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Writes any report of a snapshot, as the first KNOBS bytes of the input choose
 * it. For the fuzzers of snapshots and recordings.
 */
#ifndef SYSTALLY_FUZZ_REPORT_H
#define SYSTALLY_FUZZ_REPORT_H

#include <stdio.h>

#include "base/text.h"
#include "fuzz.h"
#include "render/render.h"

#define KNOBS	4

static FILE *nowhere;
static struct systally_names *names;

static void set_up(void)
{
	static char buffer[65536];

	if (nowhere)
		return;
	nowhere = fopen("/dev/null", "w");
	must(nowhere && !setvbuf(nowhere, buffer, _IOFBF, sizeof(buffer)));
	names = systally_names_new();
	must(!!names);
}

static void check_sums(const struct systally_ranking *ranking,
		       const struct systally_question *question,
		       const struct systally_snapshot *snapshot)
{
	uint64_t sum = ranking->rest.count;
	size_t i;

	must(!question->limit || ranking->shown <= question->limit);
	for (i = 0; i < ranking->shown; i++)
		sum = systally_sum(sum, ranking->groups[i].count);
	must(sum == ranking->total.count);
	if (question->by != SYSTALLY_BY_ERRNO && !question->failed)
		must(sum == systally_snapshot_tallied(snapshot));
}

/* A comm ends with a NUL: everything that prints one relies on it. */
static void check_names(const struct systally_snapshot *snapshot)
{
	const struct systally_header *header = &snapshot->header;
	size_t i;

	for (i = 0; i < systally_snapshot_rows(header); i++)
		must(!!memchr(snapshot->rows[i].comm, '\0',
			      SYSTALLY_COMM_LEN));
}

static void report(const uint8_t *knobs,
		   const struct systally_snapshot *snapshot)
{
	struct systally_question question = {
		.by = knobs[0] % (SYSTALLY_BY_SUBSYSTEM + 1),
		.sort = knobs[1] % (SYSTALLY_SORT_P999 + 1),
		.failed = knobs[2] & 1,
		.limit = knobs[3],
	};
	struct systally_error error = { "" };
	struct systally_ranking ranking;
	struct systally_notes notes = { NULL, 0 };
	struct systally_report paper = {
		.ranking = &ranking,
		.header = &snapshot->header,
		.notes = &notes,
		.latency = knobs[2] & 2,
		.percentiles = knobs[2] & 4,
		.histogram = knobs[2] & 8 ? "read" : NULL,
		.series = knobs[2] & 16,
		.first = true,
		.width = SYSTALLY_TEXT_WIDTH,
	};

	check_names(snapshot);
	if (systally_rank(&ranking, &question, snapshot, names, &error)) {
		/* the message is one line */
		must(error.text[0] && !strchr(error.text, '\n'));
		return;
	}
	check_sums(&ranking, &question, snapshot);
	must(!systally_render(nowhere, (knobs[2] >> 5) % (SYSTALLY_WORKLOAD + 1),
			      &paper));
	systally_ranking_free(&ranking);
}

#endif /* SYSTALLY_FUZZ_REPORT_H */
