// SPDX-License-Identifier: GPL-2.0-only
/*
 * Unit tests of --in-process: what the library is told, and what is made of its
 * counters. tests/build/in-process.t has the library itself.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/signals.h"
#include "probe/rows.h"
#include "probe/table.h"
#include "systally.h"

#define FUNCTIONS 2
#define SLOTS	  6

__attribute__((noinline, used)) int probed_unseen(int value)
{
	return value + 1;
}

/* ---- what the library is told ------------------------------------------------ */

static void find(struct systally_functions *functions, const char *text)
{
	const struct systally_library_scope scope = {
		.program = "/proc/self/exe"
	};
	struct systally_error error = { "" };

	if (systally_functions_find(functions, text, &scope, &error))
		fail_msg("%s", error.text);
}

static const struct systally_probe_entry *
entry_of(const struct systally_probe_table *table, const char *name)
{
	size_t i;

	for (i = 0; i < table->count; i++) {
		if (!strcmp(table->functions[i].name, name))
			return &table->functions[i];
	}
	fail_msg("no %s", name);
	return NULL;
}

static void test_table(void **state)
{
	struct systally_functions functions;
	struct systally_probe_table table;
	struct systally_error error = { "" };
	size_t i;

	(void)state;
	find(&functions,
	     "c:malloc,c:_setjmp,c:pthread_exit,/proc/self/exe:probed_unseen");
	assert_int_equal(systally_probe_table_make(&table, &functions, &error),
			 0);
	assert_int_equal(table.count, 3);
	assert_int_equal(table.unreachable, 1);
	assert_string_equal(table.unreachable_name, "exe:probed_unseen");
	assert_int_equal(entry_of(&table, "libc.so.6:malloc")->function.flags,
			 0);
	assert_int_equal(entry_of(&table, "libc.so.6:_setjmp")->function.flags,
			 SYSTALLY_PROBE_COUNT_ONLY);
	assert_int_equal(
		entry_of(&table, "libc.so.6:pthread_exit")->function.flags,
		SYSTALLY_PROBE_COUNT_ONLY | SYSTALLY_PROBE_RESTORES);
	assert_true(entry_of(&table, "libc.so.6:malloc")->function.address);
	for (i = 1; i < table.count; i++)
		assert_true(table.functions[i - 1].function.address <
			    table.functions[i].function.address);
	for (i = 0; i < table.name_count; i++) {
		assert_int_equal(
			table.names[i].hash,
			systally_probe_hash(table.texts + table.names[i].text));
		assert_true(!i ||
			    table.names[i - 1].hash <= table.names[i].hash);
	}
	systally_probe_table_free(&table);
	systally_functions_free(&functions);
}

static void test_unreachable(void **state)
{
	struct systally_functions functions;
	struct systally_probe_table table;
	struct systally_error error = { "" };

	(void)state;
	find(&functions, "/proc/self/exe:probed_unseen");
	assert_int_equal(systally_probe_table_make(&table, &functions, &error),
			 -1);
	assert_non_null(strstr(error.text, "exe:probed_unseen is no symbol"));
	systally_functions_free(&functions);
}

/* ---- what is made of its counters ----------------------------------------------- */

static struct {
	struct systally_probe_header header;
	struct slot {
		struct systally_probe_slot slot;
		uint64_t counts[FUNCTIONS];
		struct systally_probe_times times[FUNCTIONS];
		uint64_t hists[FUNCTIONS][SYSTALLY_PROBE_BUCKETS];
	} slots[SLOTS];
} memory;

static struct systally_probe_entry entries[FUNCTIONS] = {
	{ .name = "x.so:one" },
	{ .name = "x.so:two" },
};

static struct systally_probe probe = {
	.shared = &memory.header,
	.table = { .functions = entries, .count = FUNCTIONS },
};

static int set_up(void **state)
{
	(void)state;
	memset(&memory, 0, sizeof(memory));
	probe.layout = (struct systally_probe_header){
		.collect = SYSTALLY_COLLECT_HIST,
		.clock = SYSTALLY_PROBE_CLOCK_MONOTONIC,
		.functions = FUNCTIONS,
		.slots_at = offsetof(typeof(memory), slots),
		.slot_bytes = sizeof(struct slot),
		.counts_at = offsetof(struct slot, counts),
		.times_at = offsetof(struct slot, times),
		.hists_at = offsetof(struct slot, hists),
		.limit = sizeof(memory),
		.processes = 1,
	};
	memory.header = probe.layout;
	return 0;
}

static struct slot *add_slot(uint32_t tgid, uint64_t start, const char *comm)
{
	struct slot *slot = &memory.slots[memory.header.used++];

	slot->slot.tgid = tgid;
	slot->slot.start = start;
	strcpy(slot->slot.comm, comm);
	return slot;
}

static void snap(struct systally_snapshot *snapshot,
		 struct systally_notes *notes)
{
	struct systally_error error = { "" };

	if (systally_probe_snapshot(&probe, snapshot, notes, &error))
		fail_msg("%s", error.text);
	systally_snapshot_sort(snapshot);
}

/* Slots of one process become one row; the name is the newest slot's. */
static void test_rows(void **state)
{
	const uint64_t second = (uint64_t)sysconf(_SC_CLK_TCK);
	struct systally_snapshot snapshot;
	struct systally_notes notes = { 0 };
	struct slot *slot;

	(void)state;
	slot = add_slot(7, second, "old");
	slot->counts[0] = 3;
	slot->times[0] = (struct systally_probe_times){ 2, 100, 60 };
	slot->hists[0][5] = 2;
	slot = add_slot(8, second, "other");
	slot->counts[1] = 1;
	slot = add_slot(7, second, "new");
	slot->counts[0] = 4;
	slot->times[0] = (struct systally_probe_times){ 4, 50, 40 };
	slot->hists[0][5] = 1;
	slot->hists[0][6] = 3;
	/* a reused number, and a slot that nobody has taken */
	slot = add_slot(7, 2 * second, "reused");
	slot->counts[0] = 1;
	add_slot(0, 0, "")->counts[0] = 9;
	snap(&snapshot, &notes);

	assert_int_equal(snapshot.header.call_rows, 3);
	assert_int_equal(snapshot.header.hist_rows, 1);
	assert_int_equal(snapshot.header.entered, 9);
	assert_int_equal(snapshot.header.functions, FUNCTIONS);
	assert_string_equal(snapshot.functions[1].name, "x.so:two");
	assert_int_equal(snapshot.calls[0].tgid, 7);
	assert_int_equal(snapshot.calls[0].start_ns, 1000000000);
	assert_string_equal(snapshot.calls[0].comm, "new");
	assert_int_equal(snapshot.calls[0].abi, SYSTALLY_ABI_FUNCTION);
	assert_int_equal(snapshot.calls[0].count, 7);
	assert_int_equal(snapshot.calls[0].total_ns, 150);
	assert_int_equal(snapshot.calls[0].max_ns, 60);
	assert_int_equal(snapshot.calls[1].start_ns, 2000000000);
	assert_int_equal(snapshot.calls[2].tgid, 8);
	assert_int_equal(snapshot.calls[2].nr, 1);
	assert_int_equal(snapshot.hist[0].octave, 1);
	assert_int_equal(snapshot.hist[0].buckets[1], 3);
	assert_int_equal(snapshot.hist[0].buckets[2], 3);
	assert_int_equal(notes.count, 1);
	systally_notes_free(&notes);
	systally_snapshot_free(&snapshot);
}

/* By thread: a row each; histograms stay those of the process. */
static void test_threads(void **state)
{
	struct systally_snapshot snapshot;
	struct systally_notes notes = { 0 };
	struct slot *slot;
	uint32_t i;

	(void)state;
	probe.layout.flags = SYSTALLY_PROBE_THREADS;
	for (i = 0; i < 2; i++) {
		slot = add_slot(7, 1, "x");
		slot->slot.tid = 7 + i;
		slot->slot.thread = 1 + i;
		slot->counts[0] = 1 + i;
		slot->hists[0][0] = 1 + i;
	}
	snap(&snapshot, &notes);
	assert_int_equal(snapshot.header.flags,
			 SYSTALLY_ENABLED | SYSTALLY_THREADS);
	assert_int_equal(snapshot.header.call_rows, 2);
	assert_int_equal(snapshot.calls[0].tid, 7);
	assert_int_equal(snapshot.calls[1].tid, 8);
	assert_int_equal(snapshot.calls[1].count, 2);
	assert_int_equal(snapshot.header.hist_rows, 1);
	assert_int_equal(snapshot.hist[0].tid, 0);
	assert_int_equal(snapshot.hist[0].buckets[0], 3);
	systally_notes_free(&notes);
	systally_snapshot_free(&snapshot);
}

/* Programs can write anything there. */
static void test_hostile(void **state)
{
	struct systally_snapshot snapshot;
	struct systally_notes notes = { 0 };
	struct slot *slot;

	(void)state;
	slot = add_slot(7, UINT64_MAX, "x");
	memset(slot->slot.comm, 'x', sizeof(slot->slot.comm));
	slot->counts[0] = UINT64_MAX;
	slot->times[0].total = UINT64_MAX;
	slot = add_slot(7, UINT64_MAX, "x");
	memset(slot->slot.comm, 'x', sizeof(slot->slot.comm));
	slot->counts[0] = 5;
	memset(&memory.header, 0xff, sizeof(memory.header));
	snap(&snapshot, &notes);
	assert_int_equal(snapshot.header.call_rows, 1);
	assert_true(snapshot.calls[0].count == UINT64_MAX);
	assert_int_equal(strlen(snapshot.calls[0].comm), SYSTALLY_COMM_LEN - 1);
	assert_int_equal(notes.count, 4);
	systally_notes_free(&notes);
	systally_snapshot_free(&snapshot);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_unreachable),
		cmocka_unit_test_setup(test_rows, set_up),
		cmocka_unit_test_setup(test_threads, set_up),
		cmocka_unit_test_setup(test_hostile, set_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
