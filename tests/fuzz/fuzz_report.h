/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Writes any report of a snapshot, as the first KNOBS bytes of the input choose
 * it from the tables of dimensions, sorts and formats. For the fuzzers of
 * snapshots and recordings.
 */
#ifndef SYSTALLY_FUZZ_REPORT_H
#define SYSTALLY_FUZZ_REPORT_H

#include <stdio.h>

#include "base/text.h"
#include "commands/commands.h"
#include "fuzz.h"
#include "render/formats.h"
#include "stats/by.h"
#include "stats/sort.h"

/* What each byte means. */
enum knob {
	KNOB_BY,   /* see chooses() */
	KNOB_SORT, /* enum systally_sort */
	KNOB_FLAGS,
	KNOB_LIMIT,
	KNOB_FORMAT, /* index in systally_formats[] */
	KNOBS,
};

enum flag {
	FLAG_FAILED = 1,
	FLAG_LATENCY = 2,
	FLAG_PERCENTILES = 4,
	FLAG_HISTOGRAM = 8,
	FLAG_SERIES = 16,
};

/*
 * Does KNOB_BY choose a dimension? Its lower seven bits stand for the first seven, or
 * for as many from the seventh on if its highest bit is set.
 */
static bool chooses(const uint8_t *knobs, unsigned int id)
{
	const unsigned int first = knobs[KNOB_BY] & 0x80 ? 6 : 0;

	return id >= first && id < first + 7 &&
	       knobs[KNOB_BY] >> (id - first) & 1;
}

_Static_assert(SYSTALLY_DIMENSIONS <= 13, "KNOB_BY can choose each");

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

static const struct systally_format *format_of(const uint8_t *knobs)
{
	size_t count = 0;

	while (systally_formats[count])
		count++;
	return systally_formats[knobs[KNOB_FORMAT] % count];
}

static enum systally_sort sort_of(const uint8_t *knobs)
{
	return (enum systally_sort)(knobs[KNOB_SORT] % SYSTALLY_SORTS);
}

/*
 * Reads the command line that the knobs stand for. Options that do not go
 * together are left to the parser. Returns 0, and the caller frees @request; or
 * an errno value if the parser refuses the line.
 */
static int request_of(const uint8_t *knobs, struct systally_request *request)
{
	static char by[256], limit[16];
	const uint8_t flags = knobs[KNOB_FLAGS];
	char *argv[20];
	unsigned int id;
	size_t used = 0;
	int argc = 0;

	argv[argc++] = flags & FLAG_SERIES ? "top" : "report";
	for (id = 0; id < SYSTALLY_DIMENSIONS; id++) {
		if (chooses(knobs, id))
			used += (size_t)snprintf(by + used, sizeof(by) - used,
						 "%s%s", used ? "," : "",
						 systally_dimensions[id].word);
	}
	if (used) {
		argv[argc++] = "-b";
		argv[argc++] = by;
	}
	snprintf(limit, sizeof(limit), "%u", knobs[KNOB_LIMIT]);
	argv[argc++] = "-n";
	argv[argc++] = limit;
	argv[argc++] = "-s";
	argv[argc++] = (char *)systally_sorts[sort_of(knobs)].word;
	argv[argc++] = "--format";
	argv[argc++] = (char *)format_of(knobs)->word;
	if (flags & FLAG_FAILED)
		argv[argc++] = "-x";
	if (flags & FLAG_LATENCY)
		argv[argc++] = "-L";
	if (flags & FLAG_PERCENTILES)
		argv[argc++] = "-P";
	if (flags & FLAG_HISTOGRAM) {
		argv[argc++] = "-H";
		argv[argc++] = "read";
	}
	argv[argc] = NULL;
	return systally_options_try(request, systally_command_find(argv[0]),
				    argc, argv);
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
	if (!systally_by_errors(&question->by) && !question->failed)
		must(sum == systally_snapshot_tallied(snapshot));
}

/* A comm ends with a NUL: everything that prints one relies on it. */
static void check_names(const struct systally_snapshot *snapshot)
{
	const struct systally_header *header = &snapshot->header;
	size_t i;

	for (i = 0; i < systally_snapshot_rows(header); i++)
		must(!!memchr(snapshot->rows[i].comm, '\0', SYSTALLY_COMM_LEN));
}

static void report(const uint8_t *knobs,
		   const struct systally_snapshot *snapshot)
{
	struct systally_error error = { "" };
	struct systally_ranking ranking;
	struct systally_notes notes = { NULL, 0 };
	struct systally_request request;
	struct systally_question question = { .limit = 0 };
	struct systally_report view = {
		.ranking = &ranking,
		.header = &snapshot->header,
		.notes = &notes,
		.series = knobs[KNOB_FLAGS] & FLAG_SERIES,
		.first = true,
		.width = SYSTALLY_TEXT_WIDTH,
	};

	check_names(snapshot);
	if (request_of(knobs, &request))
		return;
	must(request.format == format_of(knobs) &&
	     request.sort == sort_of(knobs));
	question.by = request.by;
	question.sort = request.sort;
	question.failed = request.failed;
	question.limit = request.limit;
	view.latency = request.latency;
	view.percentiles = request.percentiles;
	view.histogram = request.histogram;
	if (systally_rank(&ranking, &question, snapshot, names, &error)) {
		/* the message is one line */
		must(error.text[0] && !strchr(error.text, '\n'));
	} else {
		check_sums(&ranking, &question, snapshot);
		must(!request.format->report(nowhere, &view));
		systally_ranking_free(&ranking);
	}
	systally_options_free(&request);
}

#endif /* SYSTALLY_FUZZ_REPORT_H */
