// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tells how long the command takes for many rows, and how much memory: reads a
 * recording, writes it, ranks it, and finds the difference of an interval in
 * which as many processes with as many names end. Run by `make bench-rows`.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "stats/by.h"
#include "stats/rank.h"
#include "stats/record.h"

static struct systally_error error;

/* Seconds of this process on a CPU. */
static double now(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return (double)usage.ru_utime.tv_sec + (double)usage.ru_stime.tv_sec +
	       (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static void say(const char *what, size_t rows, double since)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	printf("%-32s %8zu rows %8.2f s  at most %5ld MB so far\n", what, rows,
	       now() - since, usage.ru_maxrss / 1024);
}

static void must(int result)
{
	if (!result)
		return;
	fprintf(stderr, "bench: %s\n", error.text);
	exit(1);
}

static void rank(const char *what, const struct systally_record *record,
		 const struct systally_names *names, struct systally_by by)
{
	const struct systally_question question = { .by = by };
	struct systally_ranking ranking;
	double since = now();

	must(systally_rank(&ranking, &question, &record->snapshot, names,
			   &error));
	say(what, record->snapshot.header.call_rows, since);
	systally_ranking_free(&ranking);
}

static void fill(struct systally_snapshot *snapshot, size_t count,
		 unsigned int tgid)
{
	struct systally_row *rows = calloc(count, sizeof(*rows));
	size_t i;

	if (!rows)
		exit(1);
	memset(snapshot, 0, sizeof(*snapshot));
	for (i = 0; i < count; i++) {
		rows[i].tgid = tgid ? tgid + (unsigned int)i : 0;
		rows[i].count = tgid ? 5 : 6;
		snprintf(rows[i].comm, sizeof(rows[i].comm), "w%08x",
			 (unsigned int)(i * 7919 % count));
	}
	snapshot->header.call_rows = count;
	snapshot->header.entered = 6 * count;
	systally_snapshot_adopt(snapshot, rows);
}

static void find_difference(size_t count)
{
	struct systally_snapshot old, later, diff;
	double since;

	fill(&old, count, 1000);
	fill(&later, count, 0);
	since = now();
	must(systally_snapshot_diff(&diff, &later, &old, &error));
	say("difference, all names folded", count, since);
	systally_snapshot_free(&diff);
	systally_snapshot_free(&later);
	systally_snapshot_free(&old);
}

int main(int argc, char **argv)
{
	struct systally_names *names = systally_names_new();
	FILE *nowhere = fopen("/dev/null", "w");
	struct systally_record record;
	double since;

	if (argc != 2 || !names || !nowhere) {
		fprintf(stderr, "usage: bench RECORDING\n");
		return 2;
	}
	find_difference(40000);
	since = now();
	must(systally_record_read(&record, argv[1], &error));
	say("read a recording", record.snapshot.header.call_rows, since);
	since = now();
	must(systally_record_write(nowhere, &record, names));
	say("write a recording", record.snapshot.header.call_rows, since);
	rank("rank by syscall", &record, names,
	     systally_by_one(SYSTALLY_BY_SYSCALL));
	rank("rank by process", &record, names,
	     systally_by_one(SYSTALLY_BY_PROCESS));
	rank("rank by process,syscall", &record, names,
	     systally_by_two(SYSTALLY_BY_PROCESS, SYSTALLY_BY_SYSCALL));
	find_difference(record.snapshot.header.call_rows);
	systally_record_free(&record);
	systally_names_free(names);
	fclose(nowhere);
	return 0;
}
