// SPDX-License-Identifier: GPL-2.0-only
/*
 * Adds up the slots of each process, and makes rows of them.
 */
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "probe/rows.h"
#include "systally.h"

#define CALIBRATE_NS 10000000ULL

/* A slot, with what it is sorted by. */
struct part {
	const struct systally_probe_slot *slot;
	size_t number;
};

/* The rows that were made so far. */
struct making {
	const struct systally_probe *probe;
	struct systally_row *rows;
	size_t count, room;
	uint64_t khz;	/* of the clock */
	uint64_t ticks; /* in a second */
};

static int compare_parts(const void *a, const void *b)
{
	const struct part *left = a, *right = b;

	if (left->slot->tgid != right->slot->tgid)
		return left->slot->tgid < right->slot->tgid ? -1 : 1;
	if (left->slot->start != right->slot->start)
		return left->slot->start < right->slot->start ? -1 : 1;
	if (left->slot->tid != right->slot->tid)
		return left->slot->tid < right->slot->tid ? -1 : 1;
	if (left->slot->thread != right->slot->thread)
		return left->slot->thread < right->slot->thread ? -1 : 1;
	return (left->number > right->number) - (left->number < right->number);
}

/* Finds the slots that are in use, sorted by process and thread. */
static struct part *find_parts(const struct systally_probe *probe,
			       size_t *count)
{
	const struct systally_probe_header *layout = &probe->layout;
	const char *at = (const char *)probe->shared + layout->slots_at;
	size_t used = probe->shared->used, room, i;
	struct part *parts;

	room = (layout->limit - layout->slots_at) / layout->slot_bytes;
	if (used > room)
		used = room;
	*count = 0;
	parts = calloc(used + 1, sizeof(*parts));
	for (i = 0; parts && i < used; i++, at += layout->slot_bytes) {
		parts[*count].slot = (const void *)at;
		parts[*count].number = i;
		*count += parts[*count].slot->tgid != 0;
	}
	if (parts)
		qsort(parts, *count, sizeof(*parts), compare_parts);
	return parts;
}

static bool same_process(const struct part *a, const struct part *b)
{
	return a->slot->tgid == b->slot->tgid &&
	       a->slot->start == b->slot->start;
}

static bool same_row(const struct part *a, const struct part *b)
{
	return same_process(a, b) && a->slot->tid == b->slot->tid &&
	       a->slot->thread == b->slot->thread;
}

static const void *in_slot(const struct systally_probe_slot *slot, uint32_t at)
{
	return (const char *)slot + at;
}

static uint64_t to_ns(const struct making *making, uint64_t units)
{
	const unsigned __int128 ns =
		(unsigned __int128)units * 1000000 / making->khz;

	return ns > UINT64_MAX ? UINT64_MAX : (uint64_t)ns;
}

/* Adds an empty row of the last of @parts. Returns NULL without memory. */
static struct systally_row *add_row(struct making *making,
				    const struct part *part, uint32_t index)
{
	const struct systally_probe_slot *slot = part->slot;
	const uint64_t start = slot->thread ? slot->thread : slot->start;
	struct systally_row *row;

	if (making->count == making->room) {
		const size_t room = making->room ? 2 * making->room : 64;

		row = reallocarray(making->rows, room, sizeof(*row));
		if (!row)
			return NULL;
		making->rows = row;
		making->room = room;
	}
	row = &making->rows[making->count++];
	*row = (struct systally_row){
		.start_ns =
			start / making->ticks * 1000000000ULL +
			start % making->ticks * 1000000000ULL / making->ticks,
		.tgid = slot->tgid,
		.tid = slot->tid,
		.nr = (int32_t)index,
		.abi = SYSTALLY_ABI_FUNCTION,
	};
	memcpy(row->comm, slot->comm, sizeof(row->comm));
	row->comm[SYSTALLY_COMM_LEN - 1] = '\0';
	return row;
}

/* Adds the call row of one function in the slots @parts of one process. */
static int add_calls(struct making *making, const struct part *parts,
		     size_t count, uint32_t index)
{
	const struct systally_probe_header *layout = &making->probe->layout;
	uint64_t calls = 0, total = 0, longest = 0;
	struct systally_row *row;
	size_t i;

	for (i = 0; i < count; i++) {
		const uint64_t *counts =
			in_slot(parts[i].slot, layout->counts_at);
		const struct systally_probe_times *times =
			in_slot(parts[i].slot, layout->times_at);

		calls = systally_sum(calls, counts[index]);
		if (!layout->times_at)
			continue;
		total = systally_sum(total, times[index].total);
		if (times[index].longest > longest)
			longest = times[index].longest;
	}
	if (!calls)
		return 0;
	row = add_row(making, &parts[count - 1], index);
	if (!row)
		return -1;
	row->count = calls;
	row->total_ns = to_ns(making, total);
	row->max_ns = to_ns(making, longest);
	return 0;
}

/* Adds the rows of its histogram. */
static int add_hist(struct making *making, const struct part *parts,
		    size_t count, uint32_t index)
{
	const struct systally_probe_header *layout = &making->probe->layout;
	uint64_t sums[SYSTALLY_HIST_BUCKETS];
	struct systally_row *row;
	uint32_t octave, bucket;
	size_t i;

	for (octave = 0; octave < SYSTALLY_HIST_OCTAVES; octave++) {
		uint64_t any = 0;

		memset(sums, 0, sizeof(sums));
		for (i = 0; i < count; i++) {
			const uint64_t *buckets =
				in_slot(parts[i].slot, layout->hists_at);

			buckets += index * SYSTALLY_PROBE_BUCKETS +
				   octave * SYSTALLY_HIST_BUCKETS;
			for (bucket = 0; bucket < SYSTALLY_HIST_BUCKETS;
			     bucket++) {
				sums[bucket] = systally_sum(sums[bucket],
							    buckets[bucket]);
				any |= buckets[bucket];
			}
		}
		if (!any)
			continue;
		row = add_row(making, &parts[count - 1], index);
		if (!row)
			return -1;
		memcpy(row->buckets, sums, sizeof(sums));
		row->octave = (uint16_t)octave;
		row->tid = 0;
		row->start_ns =
			parts[0].slot->start / making->ticks * 1000000000ULL +
			parts[0].slot->start % making->ticks * 1000000000ULL /
				making->ticks;
	}
	return 0;
}

typedef bool same_function(const struct part *a, const struct part *b);
typedef int add_function(struct making *making, const struct part *parts,
			 size_t count, uint32_t index);

/* Calls @add for each function and group of slots. */
static int each_group(struct making *making, const struct part *parts,
		      size_t count, same_function *same, add_function *add)
{
	const uint32_t functions = making->probe->layout.functions;
	size_t from, to;
	uint32_t i;

	for (from = 0; from < count; from = to) {
		for (to = from + 1; to < count; to++) {
			if (!same(&parts[from], &parts[to]))
				break;
		}
		for (i = 0; i < functions; i++) {
			if (add(making, parts + from, to - from, i))
				return -1;
		}
	}
	return 0;
}

/* Finds out how fast the clock is. */
static uint64_t measure_khz(const struct systally_probe *probe)
{
	uint64_t units, ns;

	if (probe->layout.clock == SYSTALLY_PROBE_CLOCK_MONOTONIC)
		return 1000000;
	ns = systally_signals_now_ns() - probe->began_ns;
	if (ns < CALIBRATE_NS)
		usleep((useconds_t)((CALIBRATE_NS - ns) / 1000));
	units = systally_probe_units(probe) - probe->began_units;
	ns = systally_signals_now_ns() - probe->began_ns;
	units = (uint64_t)((unsigned __int128)units * 1000000 / ns);
	return units ? units : 1;
}

static int add_names(const struct systally_probe *probe,
		     struct systally_snapshot *snapshot)
{
	const struct systally_probe_table *table = &probe->table;
	size_t i;

	snapshot->functions =
		calloc(table->count, sizeof(*snapshot->functions));
	if (!snapshot->functions)
		return -1;
	for (i = 0; i < table->count; i++) {
		snapshot->functions[i].nr = (uint32_t)i;
		strncpy(snapshot->functions[i].name, table->functions[i].name,
			SYSTALLY_FUNCTION_NAME_LEN - 1);
	}
	snapshot->header.functions = table->count;
	return 0;
}

static void add_notes(const struct systally_probe *probe,
		      struct systally_notes *notes)
{
	const struct systally_probe_header *shared = probe->shared;
	const struct systally_probe_table *table = &probe->table;

	systally_notes_add(notes,
			   "system calls are not counted with --in-process");
	if (table->unreachable)
		systally_notes_add(
			notes,
			"%zu function%s not counted, such as %s: the dynamic linker knows no such symbol",
			table->unreachable,
			table->unreachable == 1 ? " was" : "s were",
			table->unreachable_name);
	if (shared->refused)
		systally_notes_add(
			notes,
			"%u process%s not counted: a C library older than glibc 2.35",
			shared->refused,
			shared->refused == 1 ? " was" : "es were");
	else if (!shared->processes)
		systally_notes_add(
			notes,
			"no process was counted: programs that are static, setuid, of another C library than glibc, or started with another environment are not");
	if (shared->lost_threads)
		systally_notes_add(
			notes,
			"the counts are too low: there was no room for the counters of %u thread%s",
			shared->lost_threads,
			shared->lost_threads == 1 ? "" : "s");
	if (shared->unseen)
		systally_notes_add(
			notes,
			"the counts may be too low: %u times a loaded file could not be changed (by the rules of SELinux, for example)",
			shared->unseen);
}

int systally_probe_snapshot(const struct systally_probe *probe,
			    struct systally_snapshot *snapshot,
			    struct systally_notes *notes,
			    struct systally_error *error)
{
	const struct systally_probe_header *layout = &probe->layout;
	struct systally_header *header = &snapshot->header;
	struct making making = {
		.probe = probe,
		.khz = measure_khz(probe),
		.ticks = (uint64_t)sysconf(_SC_CLK_TCK),
	};
	struct part *parts;
	size_t count = 0;
	int result = -1;

	*snapshot = (struct systally_snapshot){
		.header = {
			.version = SYSTALLY_FORMAT_VERSION,
			.header_bytes = sizeof(*header),
			.row_bytes = sizeof(struct systally_row),
			.collect = layout->collect,
			.taken_ns = systally_signals_now_ns(),
			.flags = SYSTALLY_ENABLED |
				 (layout->flags & SYSTALLY_PROBE_THREADS ?
					  SYSTALLY_THREADS :
					  0),
			.clock_khz = making.khz,
		},
	};
	memcpy(header->magic, SYSTALLY_MAGIC, sizeof(header->magic));
	parts = find_parts(probe, &count);
	if (!parts || each_group(&making, parts, count, same_row, add_calls))
		goto out;
	header->call_rows = making.count;
	if (layout->hists_at &&
	    each_group(&making, parts, count, same_process, add_hist))
		goto out;
	header->hist_rows = making.count - header->call_rows;
	if (!making.rows &&
	    !add_row(&making,
		     &(struct part){ &(struct systally_probe_slot){ 0 }, 0 },
		     0))
		goto out;
	if (add_names(probe, snapshot))
		goto out;
	systally_snapshot_adopt(snapshot, making.rows);
	making.rows = NULL;
	header->entered = systally_snapshot_tallied(snapshot);
	add_notes(probe, notes);
	result = 0;
out:
	free(parts);
	free(making.rows);
	if (result)
		systally_error_set(error, "no memory for the counters");
	return result;
}
