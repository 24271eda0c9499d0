// SPDX-License-Identifier: GPL-2.0-only
/*
 * Unit tests of device/snapshot.c. Run by `make check-unit`.
 */
#include "fixture.h"

#include <stdio.h>

static void make_usual(struct fixture *fixture)
{
	fixture_init(fixture);
	fixture_call(fixture, 10, "nginx", 7, 1009);
	fixture_call(fixture, 11, "redis", -1, 13);
	fixture_error(fixture, 10, 7, 4, 3);
	fixture_row(fixture, &fixture->header.unattributed_rows)->count = 5;
	fixture->header.entered += 5;
	fixture->header.unattributed = 5;
}

/* Parses a copy of exactly @size bytes, so that ASan sees a read beyond it. */
static int parse(const void *data, size_t size,
		 struct systally_snapshot *snapshot, char *why)
{
	struct systally_error error = { "" };
	void *copy = malloc(size ? size : 1);
	int result;

	assert_non_null(copy);
	memcpy(copy, data, size);
	result = systally_snapshot_parse(snapshot, copy, size, &error);
	free(copy);
	assert_int_equal(!!result, !!error.text[0]);
	if (why)
		strcpy(why, error.text);
	return result;
}

static void refuses(const struct fixture *fixture, size_t size,
		    const char *expected)
{
	struct systally_snapshot snapshot;
	char why[sizeof(((struct systally_error *)0)->text)];

	assert_int_equal(parse(fixture, size, &snapshot, why), -1);
	if (!strstr(why, expected))
		fail_msg("'%s' is not in '%s'", expected, why);
	assert_null(snapshot.rows);
}

static void reads_valid(void **state)
{
	struct systally_snapshot snapshot;
	struct fixture fixture;

	(void)state;
	make_usual(&fixture);
	fixture_parse(&fixture, &snapshot);
	assert_int_equal(snapshot.header.call_rows, 2);
	assert_int_equal(snapshot.calls[0].count, 1009);
	assert_string_equal(snapshot.calls[0].comm, "nginx");
	assert_int_equal(snapshot.calls[1].nr, SYSTALLY_NR_OUT_OF_RANGE);
	assert_int_equal(snapshot.errors[0].error, 4);
	assert_int_equal(snapshot.unattributed[0].count, 5);
	assert_int_equal(systally_snapshot_tallied(&snapshot), 1022);
	systally_snapshot_free(&snapshot);
	assert_null(snapshot.rows);
}

static void reads_empty(void **state)
{
	struct systally_snapshot snapshot;
	struct fixture fixture;

	(void)state;
	fixture_init(&fixture);
	fixture_parse(&fixture, &snapshot);
	assert_int_equal(systally_snapshot_tallied(&snapshot), 0);
	systally_snapshot_free(&snapshot);
}

static void refuses_every_cut(void **state)
{
	struct systally_snapshot snapshot;
	struct fixture fixture;
	size_t size;

	(void)state;
	make_usual(&fixture);
	for (size = 0; size < fixture_bytes(&fixture); size++)
		assert_int_equal(parse(&fixture, size, &snapshot, NULL), -1);
	refuses(&fixture, 0, "empty");
	refuses(&fixture, 7, "not a systally snapshot");
	refuses(&fixture, 8, "cut short");
	refuses(&fixture, sizeof(fixture.header) - 1, "cut short");
	refuses(&fixture, fixture_bytes(&fixture) - 1, "cut short");
	refuses(&fixture, fixture_bytes(&fixture) + 1, "longer");
}

static void refuses_what_is_unknown(void **state)
{
	struct fixture fixture;

	(void)state;
	make_usual(&fixture);
	fixture.header.magic[7] = 'Y';
	refuses(&fixture, fixture_bytes(&fixture), "not a systally snapshot");
	make_usual(&fixture);
	fixture.header.version = 2;
	refuses(&fixture, fixture_bytes(&fixture), "version 2");
	/* the version is checked first: all else may be different then */
	refuses(&fixture, 12, "version 2");
	make_usual(&fixture);
	fixture.rows[1].abi = SYSTALLY_ABIS;
	refuses(&fixture, fixture_bytes(&fixture), "unknown ABI");
}

static void refuses_absurd_counts(void **state)
{
	static const uint64_t absurd[] = { 5,
					   1ULL << 32,
					   1ULL << 58,
					   UINT64_MAX /
						   sizeof(struct systally_row),
					   UINT64_MAX - 3,
					   UINT64_MAX };
	struct fixture fixture;
	size_t i, size;

	(void)state;
	make_usual(&fixture);
	size = fixture_bytes(&fixture);
	for (i = 0; i < sizeof(absurd) / sizeof(absurd[0]); i++) {
		make_usual(&fixture);
		fixture.header.call_rows = absurd[i];
		refuses(&fixture, size, "cut short");
		make_usual(&fixture);
		fixture.header.error_rows = absurd[i];
		refuses(&fixture, size, "cut short");
		make_usual(&fixture);
		fixture.header.unattributed_rows = absurd[i];
		refuses(&fixture, size, "cut short");
		make_usual(&fixture);
		fixture.header.hist_rows = absurd[i];
		refuses(&fixture, size, "cut short");
	}
	make_usual(&fixture);
	fixture.header.row_bytes = SYSTALLY_ROW_BYTES_MIN - 1;
	refuses(&fixture, size, "rows have an impossible size");
	fixture.header.row_bytes = 0;
	refuses(&fixture, size, "rows have an impossible size");
	fixture.header.row_bytes = UINT32_MAX;
	refuses(&fixture, size, "rows have an impossible size");
	make_usual(&fixture);
	fixture.header.header_bytes = SYSTALLY_HEADER_BYTES_MIN - 1;
	refuses(&fixture, size, "header has an impossible size");
	fixture.header.header_bytes = UINT32_MAX;
	refuses(&fixture, size, "header has an impossible size");
	fixture.header.header_bytes = (uint32_t)size + 1;
	refuses(&fixture, size, "cut short");
}

static void reads_histograms(void **state)
{
	struct systally_snapshot snapshot;
	struct fixture fixture;
	size_t size;

	(void)state;
	make_usual(&fixture);
	fixture_hist(&fixture, 10, "nginx", 7, 12)->buckets[3] = 1008;
	fixture_hist(&fixture, 10, "nginx", 7, 62)->buckets[0] = 1;
	fixture_parse(&fixture, &snapshot);
	assert_int_equal(snapshot.header.hist_rows, 2);
	assert_int_equal(snapshot.hist[0].octave, 12);
	assert_int_equal(snapshot.hist[0].buckets[3], 1008);
	assert_int_equal(snapshot.hist[1].buckets[0], 1);
	assert_int_equal(systally_snapshot_tallied(&snapshot), 1022);
	systally_snapshot_free(&snapshot);
	for (size = 0; size < fixture_bytes(&fixture); size++)
		assert_int_equal(parse(&fixture, size, &snapshot, NULL), -1);
	size = fixture_bytes(&fixture);
	refuses(&fixture, size + 1, "longer");
	fixture.rows[4].octave = SYSTALLY_HIST_OCTAVES;
	refuses(&fixture, size, "octave (63)");
	fixture.rows[4].octave = UINT16_MAX;
	refuses(&fixture, size, "octave");
	fixture.rows[4].octave = 0;
	fixture.header.clock_khz = 0;
	refuses(&fixture, size, "no clock_khz");
}

/* A module without histograms has a header without their two fields. */
static void reads_older_header(void **state)
{
	struct systally_snapshot snapshot;
	struct fixture fixture;
	const size_t header = SYSTALLY_HEADER_BYTES_MIN;
	unsigned char *data;
	size_t rows;

	(void)state;
	make_usual(&fixture);
	fixture.header.header_bytes = (uint32_t)header;
	rows = 4 * sizeof(fixture.rows[0]);
	data = malloc(header + rows);
	assert_non_null(data);
	memcpy(data, &fixture.header, header);
	memcpy(data + header, fixture.rows, rows);
	assert_int_equal(parse(data, header + rows, &snapshot, NULL), 0);
	assert_int_equal(snapshot.header.hist_rows, 0);
	assert_int_equal(snapshot.header.clock_khz, 0);
	assert_int_equal(snapshot.calls[0].count, 1009);
	assert_int_equal(snapshot.unattributed[0].count, 5);
	systally_snapshot_free(&snapshot);
	assert_int_equal(parse(data, header + rows - 1, &snapshot, NULL), -1);
	free(data);
}

/* A module that does not say what kprobes missed still has histograms. */
static void reads_header_without_missed(void **state)
{
	const size_t header = offsetof(struct systally_header, kprobe_missed);
	struct systally_snapshot snapshot;
	struct fixture fixture;
	unsigned char *data;
	size_t rows;

	(void)state;
	make_usual(&fixture);
	fixture.header.header_bytes = (uint32_t)header;
	fixture.header.clock_khz = 1009;
	rows = 4 * sizeof(fixture.rows[0]);
	data = malloc(header + rows);
	assert_non_null(data);
	memcpy(data, &fixture.header, header);
	memcpy(data + header, fixture.rows, rows);
	assert_int_equal(parse(data, header + rows, &snapshot, NULL), 0);
	assert_int_equal(snapshot.header.clock_khz, 1009);
	assert_int_equal(snapshot.header.kprobe_missed, 0);
	assert_int_equal(snapshot.calls[0].count, 1009);
	systally_snapshot_free(&snapshot);
	free(data);
}

/* A newer module may have a longer header, longer rows, and another part. */
static void reads_longer_rows(void **state)
{
	struct systally_snapshot snapshot;
	struct fixture fixture;
	const size_t header = sizeof(fixture.header) + 24;
	const size_t row = sizeof(fixture.rows[0]) + 8;
	const size_t size = header + 4 * row + 100;
	unsigned char *data = calloc(1, size);
	size_t i;

	(void)state;
	assert_non_null(data);
	make_usual(&fixture);
	fixture.header.header_bytes = (uint32_t)header;
	fixture.header.row_bytes = (uint32_t)row;
	memset(data, 0xee, size);
	memcpy(data, &fixture.header, sizeof(fixture.header));
	for (i = 0; i < 4; i++)
		memcpy(data + header + i * row, &fixture.rows[i],
		       sizeof(fixture.rows[0]));
	assert_int_equal(parse(data, size, &snapshot, NULL), 0);
	assert_int_equal(snapshot.calls[1].count, 13);
	assert_int_equal(snapshot.errors[0].error, 4);
	assert_int_equal(snapshot.unattributed[0].count, 5);
	systally_snapshot_free(&snapshot);
	assert_int_equal(parse(data, size - 101, &snapshot, NULL), -1);
	free(data);
}

static void ends_comm(void **state)
{
	struct systally_snapshot snapshot;
	struct fixture fixture;

	(void)state;
	make_usual(&fixture);
	memset(fixture.rows[0].comm, 'x', SYSTALLY_COMM_LEN);
	fixture_parse(&fixture, &snapshot);
	assert_int_equal(strlen(snapshot.calls[0].comm), SYSTALLY_COMM_LEN - 1);
	systally_snapshot_free(&snapshot);
}

/* Fills @to with the difference @now - @old. */
static void diff(struct systally_snapshot *to, const struct fixture *now,
		 const struct fixture *old)
{
	struct systally_snapshot a, b;
	struct systally_error error = { "" };

	fixture_parse(now, &a);
	fixture_parse(old, &b);
	assert_int_equal(systally_snapshot_diff(to, &a, &b, &error), 0);
	systally_snapshot_free(&a);
	systally_snapshot_free(&b);
}

static void diff_subtracts(void **state)
{
	struct systally_snapshot d;
	struct fixture now, old;
	struct systally_row *row;

	(void)state;
	fixture_init(&old);
	row = fixture_call(&old, 10, "a", 7, 100);
	row->total_ns = 1000;
	row->errors = 7;
	fixture_call(&old, 10, "a", 1, 50);
	fixture_error(&old, 10, 7, 4, 7);
	old.header.taken_ns = 500;
	fixture_init(&now);
	/* another order than before */
	fixture_call(&now, 12, "new", 7, 3);
	fixture_call(&now, 10, "a", 1, 50);
	row = fixture_call(&now, 10, "a", 7, 111);
	row->total_ns = 1500;
	row->errors = 9;
	row->max_ns = 77;
	fixture_error(&now, 10, 7, 4, 8);
	fixture_error(&now, 10, 7, 11, 1);
	now.header.taken_ns = 1500;
	diff(&d, &now, &old);
	assert_int_equal(d.header.entered, 14);
	assert_int_equal(d.header.taken_ns, 1000);
	assert_int_equal(d.header.discarded, 0);
	assert_int_equal(d.header.call_rows, 2);
	assert_int_equal(systally_snapshot_tallied(&d), 14);
	assert_int_equal(d.calls[0].tgid, 10);
	assert_int_equal(d.calls[0].nr, 7);
	assert_int_equal(d.calls[0].count, 11);
	assert_int_equal(d.calls[0].errors, 2);
	assert_int_equal(d.calls[0].total_ns, 500);
	assert_int_equal(d.calls[0].max_ns, 77);
	assert_int_equal(d.header.error_rows, 2);
	assert_int_equal(d.errors[0].count + d.errors[1].count, 2);
	systally_snapshot_free(&d);
}

static void diff_knows_reused_pids(void **state)
{
	struct systally_snapshot d;
	struct fixture now, old;

	(void)state;
	fixture_init(&old);
	fixture_call(&old, 10, "first", 7, 100);
	fixture_init(&now);
	fixture_call(&now, 10, "first", 7, 100);
	fixture_call(&now, 10, "second", 7, 30)->start_ns = 99;
	diff(&d, &now, &old);
	assert_int_equal(d.header.call_rows, 1);
	assert_string_equal(d.calls[0].comm, "second");
	assert_int_equal(d.calls[0].count, 30);
	systally_snapshot_free(&d);
}

static void diff_sees_reset(void **state)
{
	struct systally_snapshot d;
	struct fixture now, old;

	(void)state;
	fixture_init(&old);
	fixture_call(&old, 10, "a", 7, 100);
	old.header.generation = 3;
	old.header.discarded = 1000;
	fixture_init(&now);
	fixture_call(&now, 10, "a", 7, 150);
	now.header.generation = 4;
	now.header.taken_ns = 1000;
	/* 120 were discarded; @old has 100 of them */
	now.header.discarded = 1120;
	diff(&d, &now, &old);
	assert_int_equal(d.header.entered, 150);
	assert_int_equal(d.calls[0].count, 150);
	assert_int_equal(d.header.discarded, 20);
	assert_int_equal(d.header.taken_ns, 0);
	systally_snapshot_free(&d);
	/* the module was loaded again, so everything started at 0 */
	now.header.generation = 3;
	now.header.discarded = 1000;
	now.header.entered = 60;
	now.rows[0].count = 60;
	diff(&d, &now, &old);
	assert_int_equal(d.header.call_rows, 1);
	assert_int_equal(d.calls[0].count, 60);
	systally_snapshot_free(&d);
}

/* A process that exits and is folded must not be counted again. */
static void diff_follows_folding(void **state)
{
	struct systally_snapshot d;
	struct fixture now, old;

	(void)state;
	fixture_init(&old);
	fixture_call(&old, 0, "sh", 7, 5);
	fixture_call(&old, 20, "sh", 7, 100);
	fixture_call(&old, 21, "ls", 7, 10);
	fixture_init(&now);
	fixture_call(&now, 0, "sh", 7, 5 + 107);
	/* this process was ls until it called exec */
	fixture_call(&now, 0, "cat", 7, 10 + 1);
	diff(&d, &now, &old);
	assert_int_equal(d.header.entered, 8);
	assert_int_equal(systally_snapshot_tallied(&d), 8);
	assert_int_equal(d.header.call_rows, 2);
	systally_snapshot_free(&d);
}

/* The longest time of a difference is known only if it is new. */
static void diff_knows_whose_max(void **state)
{
	static const struct {
		int nr;
		uint64_t old, now;
		bool former;
	} cases[] = {
		{ 1, 100, 100, true }, /* another call may have taken 99 */
		{ 2, 100, 101, false },
		{ 3, 0, 100, false },
	};
	struct systally_snapshot d;
	struct fixture now, old;
	size_t i;

	(void)state;
	fixture_init(&old);
	fixture_init(&now);
	for (i = 0; i < 3; i++) {
		fixture_call(&old, 10, "a", cases[i].nr, 5)->max_ns =
			cases[i].old;
		fixture_call(&now, 10, "a", cases[i].nr, 6)->max_ns =
			cases[i].now;
	}
	/* folded meanwhile: the long call was before */
	fixture_call(&old, 0, "sh", 7, 5)->max_ns = 10;
	fixture_call(&old, 20, "sh", 7, 100)->max_ns = 500;
	fixture_call(&now, 0, "sh", 7, 105 + 1)->max_ns = 500;
	/* and this one was not */
	fixture_call(&old, 21, "ls", 8, 100)->max_ns = 500;
	fixture_call(&now, 0, "cat", 8, 100 + 1)->max_ns = 501;
	fixture_call(&now, 30, "new", 9, 1)->max_ns = 50;
	diff(&d, &now, &old);
	assert_int_equal(d.header.call_rows, 6);
	for (i = 0; i < 6; i++) {
		const struct systally_row *row = &d.calls[i];

		assert_int_equal(row->count, 1);
		assert_int_equal(d.max_is_former[i],
				 row->nr == 1 || row->nr == 7);
	}
	systally_snapshot_free(&d);
}

/* Names of 15 letters, each another one. */
static void fill(struct systally_snapshot *snapshot, size_t count,
		 uint32_t tgid, uint64_t calls)
{
	struct systally_row *rows = calloc(count, sizeof(*rows));
	struct systally_header *header = &snapshot->header;
	size_t i;

	assert_non_null(rows);
	memset(snapshot, 0, sizeof(*snapshot));
	for (i = 0; i < count; i++) {
		/* far from the order in which they are sorted */
		size_t name = i * 7919 % count;

		rows[i].tgid = tgid ? tgid + (uint32_t)i : 0;
		rows[i].count = calls;
		snprintf(rows[i].comm, sizeof(rows[i].comm), "worker-%06u",
			 (unsigned int)(name & 0xfffff));
		header->entered += calls;
	}
	header->call_rows = count;
	systally_snapshot_adopt(snapshot, rows);
}

/*
 * Processes with as many names end between two snapshots: the work must not grow
 * with the square of their number. Sorting compares each row some 17 times.
 */
static void diff_of_many_names(void **state)
{
	const size_t count = 40000;
	struct systally_snapshot old, now, d;
	struct systally_error error;

	(void)state;
	fill(&old, count, 1000, 5);
	fill(&now, count, 0, 6);
	systally_snapshot_compared = 0;
	assert_int_equal(systally_snapshot_diff(&d, &now, &old, &error), 0);
	assert_in_range(systally_snapshot_compared, count, 150 * count);
	assert_int_equal(d.header.call_rows, count);
	assert_int_equal(d.calls[0].count, 1);
	assert_int_equal(systally_snapshot_tallied(&d), count);
	systally_snapshot_free(&d);
	systally_snapshot_free(&old);
	systally_snapshot_free(&now);
}

/* Histograms are subtracted bucket by bucket, also in folded rows. */
static void diff_subtracts_histograms(void **state)
{
	struct systally_snapshot d;
	struct fixture now, old;
	struct systally_row *row;

	(void)state;
	fixture_init(&old);
	row = fixture_hist(&old, 0, "sh", 7, 9);
	row->buckets[3] = 5;
	row = fixture_hist(&old, 10, "a", 7, 9);
	row->buckets[0] = 10;
	row->buckets[3] = 20;
	fixture_hist(&old, 10, "a", 7, 10)->buckets[1] = 4;
	row = fixture_hist(&old, 20, "sh", 7, 9);
	row->buckets[0] = 2;
	row->buckets[3] = 7;
	fixture_init(&now);
	row = fixture_hist(&now, 0, "sh", 7, 9);
	row->buckets[0] = 2;
	row->buckets[3] = 5 + 7 + 1;
	row = fixture_hist(&now, 10, "a", 7, 9);
	row->buckets[0] = 10;
	row->buckets[3] = 23;
	fixture_hist(&now, 10, "a", 7, 10)->buckets[1] = 4;
	fixture_hist(&now, 10, "a", 7, 11)->buckets[3] = 1;
	diff(&d, &now, &old);
	assert_int_equal(d.header.hist_rows, 3);
	assert_int_equal(d.hist[0].tgid, 0);
	assert_int_equal(d.hist[0].buckets[0], 0);
	assert_int_equal(d.hist[0].buckets[3], 1);
	assert_int_equal(d.hist[1].octave, 9);
	assert_int_equal(d.hist[1].buckets[0], 0);
	assert_int_equal(d.hist[1].buckets[3], 3);
	assert_int_equal(d.hist[2].octave, 11);
	assert_int_equal(d.hist[2].buckets[3], 1);
	systally_snapshot_free(&d);
}

static void keeps_rows_of_some_processes(void **state)
{
	uint32_t tgids[] = { 10, 30 };
	const struct systally_scope scope = { .pids = tgids, .pid_count = 2 };
	struct systally_snapshot d;
	struct fixture now, old;

	(void)state;
	fixture_init(&old);
	fixture_call(&old, 20, "b", 7, 1)->max_ns = 5;
	fixture_call(&old, 30, "c", 7, 1)->max_ns = 9;
	fixture_init(&now);
	fixture_call(&now, 10, "a", 7, 2)->max_ns = 7;
	fixture_call(&now, 20, "b", 7, 3)->max_ns = 8;
	fixture_call(&now, 30, "c", 7, 4)->max_ns = 9;
	fixture_error(&now, 20, 7, 4, 1);
	fixture_error(&now, 30, 7, 4, 2);
	fixture_hist(&now, 10, "a", 7, 3)->buckets[0] = 2;
	fixture_hist(&now, 20, "b", 7, 3)->buckets[0] = 3;
	now.header.unattributed = 6;
	now.header.entered += 6;
	diff(&d, &now, &old);
	systally_snapshot_keep(&d, &scope);
	assert_int_equal(d.header.call_rows, 2);
	assert_int_equal(d.calls[0].tgid, 10);
	assert_int_equal(d.calls[1].tgid, 30);
	assert_false(d.max_is_former[0]);
	assert_true(d.max_is_former[1]);
	assert_int_equal(d.header.error_rows, 1);
	assert_int_equal(d.errors[0].tgid, 30);
	assert_int_equal(d.header.hist_rows, 1);
	assert_int_equal(d.hist[0].tgid, 10);
	assert_int_equal(d.header.entered, 2 + 3 + 6);
	systally_snapshot_free(&d);
}

/* A snapshot with a row for each of two functions */
static void make_functions(struct fixture *fixture, uint32_t first,
			   const char *first_name, uint32_t second,
			   const char *second_name)
{
	fixture_init(fixture);
	fixture_call(fixture, 10, "nginx", (int)first, 101)->abi =
		SYSTALLY_ABI_FUNCTION;
	fixture_call(fixture, 10, "nginx", (int)second, 7)->abi =
		SYSTALLY_ABI_FUNCTION;
	fixture_function(fixture, first, first_name);
	fixture_function(fixture, second, second_name);
}

static void reads_functions(void **state)
{
	struct systally_snapshot snapshot, d;
	struct fixture fixture;

	(void)state;
	make_functions(&fixture, 5, "libc:free", 1, "libc:malloc");
	fixture_parse(&fixture, &snapshot);
	assert_int_equal(snapshot.header.functions, 2);
	assert_int_equal(snapshot.functions[0].nr, 1);
	assert_string_equal(snapshot.functions[0].name, "libc:malloc");
	assert_string_equal(snapshot.functions[1].name, "libc:free");
	diff(&d, &fixture, &fixture);
	assert_int_equal(d.header.functions, 2);
	assert_string_equal(d.functions[1].name, "libc:free");
	systally_snapshot_free(&d);
	systally_snapshot_free(&snapshot);
	refuses(&fixture, fixture_bytes(&fixture) - 1, "cut short");
	refuses(&fixture, fixture_bytes(&fixture) + 1, "longer");
	fixture.header.functions = UINT64_MAX / 16;
	refuses(&fixture, sizeof(fixture), "cut short");
}

static void reads_tls(void **state)
{
	struct systally_snapshot snapshot, d;
	struct fixture fixture, old;
	struct systally_row row;

	(void)state;
	make_functions(&fixture, 5, "libc:free", 1, "libc:malloc");
	fixture_tls(&fixture, 10, 4, SYSTALLY_TLS_PLAIN_READ, 3, 101);
	old = fixture;
	memcpy(&row, (char *)&fixture + fixture_bytes_before_tls(&fixture),
	       sizeof(row));
	row.tls.calls += 7;
	row.tls.bytes += 1009;
	row.tls.time_ns += 13;
	memcpy((char *)&fixture + fixture_bytes_before_tls(&fixture), &row,
	       sizeof(row));
	fixture_tls(&fixture, 10, SYSTALLY_TLS_NO_FD,
		    SYSTALLY_TLS_ENCRYPTED_WRITE, 2, 202);
	fixture_parse(&fixture, &snapshot);
	assert_int_equal(snapshot.header.tls_rows, 2);
	assert_string_equal(snapshot.functions[1].name, "libc:free");
	assert_int_equal(snapshot.tls[0].tls.calls, 10);
	assert_int_equal(snapshot.tls[1].tid, SYSTALLY_TLS_NO_FD);
	systally_snapshot_free(&snapshot);

	diff(&d, &fixture, &old);
	assert_int_equal(d.header.tls_rows, 2);
	assert_int_equal(d.tls[0].tls.calls, 7);
	assert_int_equal(d.tls[0].tls.bytes, 1009);
	assert_int_equal(d.tls[0].tls.time_ns, 13);
	assert_int_equal(d.tls[1].tls.bytes, 202);
	systally_snapshot_free(&d);

	refuses(&fixture, fixture_bytes(&fixture) - 1, "cut short");
	refuses(&fixture, fixture_bytes(&fixture) + 1, "longer");
	fixture_tls(&fixture, 10, 4, SYSTALLY_TLS_KINDS, 3, 101);
	refuses(&fixture, fixture_bytes(&fixture), "unknown kind");
	fixture.header.tls_rows = UINT64_MAX / 16;
	refuses(&fixture, sizeof(fixture), "cut short");
}

/* The same function has another number in another recording. */
static void unifies_functions(void **state)
{
	struct systally_error error = { "" };
	struct systally_snapshot a, b;
	struct fixture fixture;

	(void)state;
	make_functions(&fixture, 0, "libc:malloc", 1, "libc:free");
	fixture_parse(&fixture, &a);
	make_functions(&fixture, 1, "libc:malloc", 0, "libz:inflate");
	fixture_parse(&fixture, &b);
	assert_int_equal(systally_snapshot_unify(&a, &b, &error), 0);
	assert_int_equal(a.header.functions, 3);
	assert_string_equal(a.functions[2].name, "libz:inflate");
	assert_int_equal(a.functions[2].nr, 2);
	assert_int_equal(b.calls[0].nr, 0);
	assert_int_equal(b.calls[0].count, 101);
	assert_int_equal(b.calls[1].nr, 2);
	systally_snapshot_free(&a);
	systally_snapshot_free(&b);
}

/* An id of a container */
#define ID "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

/* A snapshot with all parts: processes 1 to 3, and rows of them or of none */
static void make_processes(struct fixture *fixture)
{
	static const uint32_t processes[] = { 2, 1, 0, 3, 4, UINT32_MAX };
	const uint32_t second = 2;
	size_t i;

	fixture_init(fixture);
	for (i = 0; i < sizeof(processes) / sizeof(processes[0]); i++)
		fixture_call(fixture, 10 + (uint32_t)i, "sh", 7, 3)->process =
			processes[i];
	fixture_error(fixture, 10, 7, 4, 3)->process = 1;
	fixture_hist(fixture, 10, "sh", 7, 9)->process = 3;
	fixture_function(fixture, 5, "libc:free");
	fixture_tls(fixture, 10, 4, SYSTALLY_TLS_PLAIN_READ, 3, 101);
	memcpy((char *)fixture + fixture_bytes_before_tls(fixture) +
		       offsetof(struct systally_row, process),
	       &second, sizeof(second));
	assert_int_equal(fixture_process(fixture, 11, 1000, 7,
					 "/system.slice/nginx.service",
					 "nginx"),
			 1);
	assert_int_equal(
		fixture_process(fixture, 10, 0, 0, "/docker/" ID "/sub", NULL),
		2);
	assert_int_equal(fixture_process(fixture, 0, SYSTALLY_UID_UNKNOWN, 1,
					 NULL, "a\xff"),
			 3);
}

/* The process of index @i, in the fixture */
static void *process_at(struct fixture *fixture, size_t i)
{
	return (char *)fixture + fixture_bytes_before_processes(fixture) +
	       i * sizeof(struct systally_process);
}

/* The unit of a row's process; NULL: it has none, or no facts */
static const char *unit_of(const struct systally_snapshot *snapshot,
			   const struct systally_row *row)
{
	const struct systally_facts *facts =
		systally_snapshot_facts(snapshot, row);

	return facts ? facts->unit : NULL;
}

static void reads_processes(void **state)
{
	struct systally_snapshot snapshot;
	const struct systally_facts *facts;
	struct fixture fixture;

	(void)state;
	make_processes(&fixture);
	/* a NUL, and four texts, each with one */
	assert_int_equal(fixture.header.text_bytes, 1 + 28 + 6 + 77 + 3);
	assert_int_equal(
		parse(&fixture, fixture_bytes(&fixture), &snapshot, NULL), 0);
	facts = snapshot.facts;
	assert_int_equal(snapshot.header.processes, 3);
	assert_int_equal(facts[0].tgid, 11);
	assert_int_equal(facts[0].uid, 1000);
	assert_int_equal(facts[0].parent, 7);
	assert_string_equal(facts[0].cgroup, "/system.slice/nginx.service");
	assert_string_equal(facts[0].unit, "nginx.service");
	assert_null(facts[0].container);
	assert_string_equal(facts[0].exe, "nginx");
	assert_int_equal(facts[1].tgid, 10);
	assert_int_equal(facts[1].uid, 0);
	assert_int_equal(facts[1].parent, 0);
	assert_string_equal(facts[1].cgroup, "/docker/" ID "/sub");
	assert_null(facts[1].unit);
	assert_string_equal(facts[1].container, ID);
	assert_null(facts[1].exe);
	assert_int_equal(facts[2].tgid, 0);
	assert_int_equal(facts[2].uid, SYSTALLY_UID_UNKNOWN);
	assert_int_equal(facts[2].parent, 1);
	assert_null(facts[2].cgroup);
	assert_null(facts[2].unit);
	assert_null(facts[2].container);
	assert_string_equal(facts[2].exe, "a\xff");
	/* rows have numbers from 1 on: none, and others than there are */
	assert_ptr_equal(systally_snapshot_facts(&snapshot, &snapshot.calls[0]),
			 &facts[1]);
	assert_ptr_equal(systally_snapshot_facts(&snapshot, &snapshot.calls[1]),
			 &facts[0]);
	assert_null(systally_snapshot_facts(&snapshot, &snapshot.calls[2]));
	assert_ptr_equal(systally_snapshot_facts(&snapshot, &snapshot.calls[3]),
			 &facts[2]);
	assert_null(systally_snapshot_facts(&snapshot, &snapshot.calls[4]));
	assert_null(systally_snapshot_facts(&snapshot, &snapshot.calls[5]));
	assert_ptr_equal(systally_snapshot_facts(&snapshot, snapshot.errors),
			 &facts[0]);
	assert_ptr_equal(systally_snapshot_facts(&snapshot, snapshot.hist),
			 &facts[2]);
	assert_ptr_equal(systally_snapshot_facts(&snapshot, snapshot.tls),
			 &facts[1]);
	/* the parts before them are as ever */
	assert_string_equal(snapshot.functions[0].name, "libc:free");
	assert_int_equal(snapshot.tls[0].tls.bytes, 101);
	systally_snapshot_free(&snapshot);
	assert_null(snapshot.facts);
}

static void refuses_cut_processes(void **state)
{
	static const uint64_t absurd[] = {
		4,
		1ULL << 32,
		1ULL << 58,
		1ULL << 59,
		UINT64_MAX / sizeof(struct systally_process),
		UINT64_MAX - 1,
		UINT64_MAX,
	};
	struct systally_snapshot snapshot;
	struct fixture fixture;
	size_t i, size;

	(void)state;
	make_processes(&fixture);
	size = fixture_bytes(&fixture);
	for (i = 0; i < size; i++)
		assert_int_equal(parse(&fixture, i, &snapshot, NULL), -1);
	refuses(&fixture, size - 1,
		"cut short: its header promises 3 processes");
	refuses(&fixture, fixture_bytes_before_processes(&fixture),
		"cut short: its header promises 3 processes");
	refuses(&fixture, size + 1, "longer");
	for (i = 0; i < sizeof(absurd) / sizeof(absurd[0]); i++) {
		fixture.header.processes = absurd[i];
		/* one more process takes bytes of the texts */
		refuses(&fixture, size, "cut short");
	}
	fixture.header.processes = 3;
	for (i = 0; i < sizeof(absurd) / sizeof(absurd[0]); i++) {
		fixture.header.text_bytes = size + absurd[i];
		refuses(&fixture, size, "cut short");
		fixture.header.text_bytes = UINT64_MAX - i * 63;
		refuses(&fixture, size, "cut short");
	}
}

static void refuses_sizes_of_processes(void **state)
{
	static const uint32_t sizes[] = { 0, 1, SYSTALLY_PROCESS_BYTES_MIN - 1,
					  65537, UINT32_MAX };
	struct fixture fixture;
	size_t i;

	(void)state;
	make_processes(&fixture);
	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		fixture.header.process_bytes = sizes[i];
		refuses(&fixture, fixture_bytes(&fixture),
			"processes have an impossible size");
	}
	/* possible, but there is not so much */
	fixture.header.process_bytes = 65536;
	refuses(&fixture, fixture_bytes(&fixture), "cut short");
	fixture.header.process_bytes = sizeof(struct systally_process) + 128;
	refuses(&fixture, fixture_bytes(&fixture), "cut short");
}

/* A newer module may say more of a process. */
static void reads_longer_processes(void **state)
{
	const size_t bytes = sizeof(struct systally_process) + 8;
	struct systally_snapshot snapshot;
	struct fixture fixture;
	size_t before, size, i;
	unsigned char *data;

	(void)state;
	make_processes(&fixture);
	before = fixture_bytes_before_processes(&fixture);
	size = fixture_bytes(&fixture) + 3 * 8;
	data = malloc(size);
	assert_non_null(data);
	memset(data, 0xee, size);
	fixture.header.process_bytes = (uint32_t)bytes;
	memcpy(data, &fixture, before);
	for (i = 0; i < 3; i++)
		memcpy(data + before + i * bytes, process_at(&fixture, i),
		       sizeof(struct systally_process));
	memcpy(data + before + 3 * bytes, process_at(&fixture, 3),
	       fixture.header.text_bytes);
	assert_int_equal(parse(data, size, &snapshot, NULL), 0);
	assert_string_equal(snapshot.facts[0].exe, "nginx");
	assert_string_equal(snapshot.facts[1].container, ID);
	assert_string_equal(snapshot.facts[2].exe, "a\xff");
	assert_int_equal(snapshot.facts[2].parent, 1);
	systally_snapshot_free(&snapshot);
	free(data);
}

/* Texts that are not there, and processes that are not, are not known. */
static void ignores_lost_texts(void **state)
{
	const uint32_t end = 1 + 28 + 6 + 77 + 3;
	const uint32_t lost[] = { 0,	     end,	  end + 1,
				  INT32_MAX, 0x80000000u, UINT32_MAX };
	struct systally_snapshot snapshot;
	struct systally_process process;
	struct fixture fixture;
	size_t i;

	(void)state;
	make_processes(&fixture);
	assert_int_equal(fixture.header.text_bytes, end);
	for (i = 0; i < sizeof(lost) / sizeof(lost[0]); i++) {
		memcpy(&process, process_at(&fixture, 0), sizeof(process));
		process.cgroup = process.exe = lost[i];
		memcpy(process_at(&fixture, 0), &process, sizeof(process));
		assert_int_equal(parse(&fixture, fixture_bytes(&fixture),
				       &snapshot, NULL),
				 0);
		assert_int_equal(snapshot.facts[0].uid, 1000);
		assert_null(snapshot.facts[0].cgroup);
		assert_null(snapshot.facts[0].unit);
		assert_null(snapshot.facts[0].exe);
		/* the others have theirs */
		assert_string_equal(snapshot.facts[1].container, ID);
		assert_string_equal(snapshot.facts[2].exe, "a\xff");
		systally_snapshot_free(&snapshot);
	}
	/* within a text, its end, and the last one without a NUL */
	process.cgroup = 1 + 13;
	process.exe = end - 1;
	memcpy(process_at(&fixture, 0), &process, sizeof(process));
	assert_int_equal(
		parse(&fixture, fixture_bytes(&fixture), &snapshot, NULL), 0);
	assert_string_equal(snapshot.facts[0].cgroup, "/nginx.service");
	assert_string_equal(snapshot.facts[0].exe, "");
	systally_snapshot_free(&snapshot);
	((char *)&fixture)[fixture_bytes(&fixture) - 1] = 'x';
	assert_int_equal(
		parse(&fixture, fixture_bytes(&fixture), &snapshot, NULL), 0);
	assert_string_equal(snapshot.facts[0].cgroup, "/nginx.service");
	assert_null(snapshot.facts[0].exe);
	assert_null(snapshot.facts[2].exe);
	systally_snapshot_free(&snapshot);
}

/* The module writes a NUL also if no process has a text, or there is none. */
static void reads_texts_of_nobody(void **state)
{
	struct systally_snapshot snapshot;
	struct fixture fixture;

	(void)state;
	make_usual(&fixture);
	fixture.rows[0].process = 1;
	fixture_text(&fixture, "");
	assert_int_equal(fixture.header.text_bytes, 1);
	assert_int_equal(
		parse(&fixture, fixture_bytes(&fixture), &snapshot, NULL), 0);
	assert_int_equal(snapshot.header.processes, 0);
	assert_null(snapshot.facts);
	assert_null(systally_snapshot_facts(&snapshot, &snapshot.calls[0]));
	assert_int_equal(snapshot.calls[0].count, 1009);
	systally_snapshot_free(&snapshot);
	refuses(&fixture, fixture_bytes(&fixture) - 1, "cut short");
	refuses(&fixture, fixture_bytes(&fixture) + 1, "longer");
	/* nothing is of that size */
	fixture.header.process_bytes = UINT32_MAX;
	assert_int_equal(
		parse(&fixture, fixture_bytes(&fixture), &snapshot, NULL), 0);
	systally_snapshot_free(&snapshot);
	make_usual(&fixture);
	fixture_process(&fixture, 10, 5, 0, NULL, NULL);
	fixture.rows[0].process = 1;
	assert_int_equal(
		parse(&fixture, fixture_bytes(&fixture), &snapshot, NULL), 0);
	assert_int_equal(
		systally_snapshot_facts(&snapshot, &snapshot.calls[0])->uid, 5);
	assert_null(snapshot.facts[0].cgroup);
	assert_null(snapshot.facts[0].exe);
	systally_snapshot_free(&snapshot);
}

/* A module without processes has shorter rows. */
static void reads_shorter_rows(void **state)
{
	const size_t header = offsetof(struct systally_header, processes);
	const size_t row = SYSTALLY_ROW_BYTES_MIN;
	struct systally_snapshot snapshot;
	struct fixture fixture;
	unsigned char *data;
	size_t i, size;

	(void)state;
	assert_int_equal(row, 72);
	make_usual(&fixture);
	fixture.header.header_bytes = (uint32_t)header;
	fixture.header.row_bytes = (uint32_t)row;
	size = header + 4 * row;
	data = malloc(size);
	assert_non_null(data);
	memcpy(data, &fixture.header, header);
	for (i = 0; i < 4; i++)
		memcpy(data + header + i * row, &fixture.rows[i], row);
	assert_int_equal(parse(data, size, &snapshot, NULL), 0);
	assert_int_equal(snapshot.header.processes, 0);
	assert_int_equal(snapshot.header.text_bytes, 0);
	assert_int_equal(snapshot.calls[0].count, 1009);
	assert_string_equal(snapshot.calls[0].comm, "nginx");
	assert_string_equal(snapshot.calls[1].comm, "redis");
	assert_int_equal(snapshot.errors[0].error, 4);
	assert_int_equal(snapshot.unattributed[0].count, 5);
	for (i = 0; i < 4; i++) {
		assert_int_equal(snapshot.rows[i].process, 0);
		assert_int_equal(snapshot.rows[i].facts, 0);
		assert_null(
			systally_snapshot_facts(&snapshot, &snapshot.rows[i]));
	}
	systally_snapshot_free(&snapshot);
	assert_int_equal(parse(data, size - 1, &snapshot, NULL), -1);
	free(data);
}

/* Hashes of facts */
#define FIRST  0x80000001u
#define SECOND 2u

/* Adds a row of a process that has these facts. */
static struct systally_row *add_facts(struct fixture *fixture, uint32_t tgid,
				      uint64_t count, uint32_t facts,
				      uint32_t process)
{
	struct systally_row *row = fixture_call(fixture, tgid, "sh", 7, count);

	row->facts = facts;
	row->process = process;
	return row;
}

/*
 * A process that moves to another group has rows of one key in both. Those of the
 * first do not count for the second.
 */
static void diff_keeps_groups_apart(void **state)
{
	struct systally_snapshot d;
	struct fixture now, old;

	(void)state;
	fixture_init(&old);
	add_facts(&old, 10, 100, FIRST, 1);
	add_facts(&old, 20, 7, SECOND, 1);
	fixture_error(&old, 10, 7, 4, 6)->facts = FIRST;
	fixture_hist(&old, 10, "sh", 7, 9)->facts = FIRST;
	old.rows[3].buckets[1] = 4;
	fixture_process(&old, 10, 5, 0, "/first.service", NULL);
	fixture_init(&now);
	/* another order, and other numbers */
	add_facts(&now, 10, 3, SECOND, 2);
	add_facts(&now, 10, 111, FIRST, 3);
	add_facts(&now, 20, 7, SECOND, 2);
	fixture_error(&now, 10, 7, 4, 2)->facts = SECOND;
	fixture_error(&now, 10, 7, 4, 6)->facts = FIRST;
	fixture_hist(&now, 10, "sh", 7, 9)->facts = SECOND;
	now.rows[5].buckets[1] = 4;
	fixture_process(&now, 1, 6, 0, "/other.service", NULL);
	fixture_process(&now, 10, 5, 9, "/second.service", "sh");
	fixture_process(&now, 10, 5, 0, "/first.service", NULL);
	diff(&d, &now, &old);
	assert_int_equal(d.header.call_rows, 2);
	assert_int_equal(d.calls[0].facts, SECOND);
	assert_int_equal(d.calls[0].count, 3);
	assert_string_equal(unit_of(&d, &d.calls[0]), "second.service");
	assert_int_equal(d.calls[1].facts, FIRST);
	assert_int_equal(d.calls[1].count, 11);
	assert_string_equal(unit_of(&d, &d.calls[1]), "first.service");
	assert_int_equal(d.header.error_rows, 1);
	assert_int_equal(d.errors[0].facts, SECOND);
	assert_int_equal(d.errors[0].count, 2);
	assert_int_equal(d.header.hist_rows, 1);
	assert_int_equal(d.hist[0].facts, SECOND);
	assert_int_equal(d.hist[0].buckets[1], 4);
	/* the facts are a copy of the newer ones: those are free */
	assert_int_equal(d.header.processes, 3);
	assert_string_equal(d.facts[0].unit, "other.service");
	assert_int_equal(d.facts[1].tgid, 10);
	assert_int_equal(d.facts[1].uid, 5);
	assert_int_equal(d.facts[1].parent, 9);
	assert_string_equal(d.facts[1].exe, "sh");
	systally_snapshot_free(&d);
	/* after a reset, too */
	now.header.generation = 1;
	diff(&d, &now, &old);
	assert_int_equal(d.header.call_rows, 3);
	assert_string_equal(unit_of(&d, &d.calls[1]), "first.service");
	systally_snapshot_free(&d);
}

/* What a process has counted is taken out of the folded rows of its own group. */
static void diff_folds_into_groups(void **state)
{
	struct systally_snapshot d;
	struct fixture now, old;

	(void)state;
	fixture_init(&old);
	add_facts(&old, 0, 5, FIRST, 0);
	add_facts(&old, 0, 6, SECOND, 0);
	add_facts(&old, 20, 100, SECOND, 0);
	add_facts(&old, 30, 50, FIRST, 0);
	fixture_init(&now);
	/* 7 of the first are new, 2 of the second */
	add_facts(&now, 0, 5 + 50 + 7, FIRST, 1);
	add_facts(&now, 0, 6 + 100 + 2, SECOND, 2);
	fixture_process(&now, 0, 5, 0, "/first.service", NULL);
	fixture_process(&now, 0, 5, 0, "/second.service", NULL);
	diff(&d, &now, &old);
	assert_int_equal(d.header.call_rows, 2);
	assert_int_equal(d.calls[0].facts, SECOND);
	assert_int_equal(d.calls[0].count, 2);
	assert_string_equal(unit_of(&d, &d.calls[0]), "second.service");
	assert_int_equal(d.calls[1].count, 7);
	assert_string_equal(unit_of(&d, &d.calls[1]), "first.service");
	systally_snapshot_free(&d);
	/* it was in the first when it ended: the sum is right */
	add_facts(&old, 21, 3, SECOND, 0);
	now.rows[0].count += 3;
	now.header.entered += 3;
	diff(&d, &now, &old);
	assert_int_equal(systally_snapshot_tallied(&d), 9);
	systally_snapshot_free(&d);
}

/* A scope of groups needs the facts of rows: those without are left out. */
static void keeps_rows_of_some_groups(void **state)
{
	struct systally_scope scope = { NULL, 0, NULL, 0 };
	struct systally_error error = { "" };
	struct systally_snapshot snapshot;
	struct fixture fixture;

	(void)state;
	make_processes(&fixture);
	fixture.header.unattributed = 6;
	fixture.header.entered += 6;
	fixture_parse(&fixture, &snapshot);
	assert_int_equal(
		systally_scope_add(&scope, SYSTALLY_TERM_CONTAINER, ID, &error),
		0);
	assert_int_equal(
		systally_scope_add(&scope, SYSTALLY_TERM_USER, "1000", &error),
		0);
	systally_snapshot_keep(&snapshot, &scope);
	assert_int_equal(snapshot.header.call_rows, 2);
	assert_int_equal(snapshot.calls[0].tgid, 10);
	assert_int_equal(snapshot.calls[1].tgid, 11);
	assert_string_equal(unit_of(&snapshot, &snapshot.calls[1]),
			    "nginx.service");
	assert_int_equal(snapshot.header.error_rows, 1);
	assert_int_equal(snapshot.header.hist_rows, 0);
	assert_int_equal(snapshot.header.tls_rows, 1);
	assert_int_equal(snapshot.header.entered, 3 + 3 + 6);
	assert_int_equal(snapshot.header.processes, 3);
	systally_snapshot_free(&snapshot);
	systally_scope_free(&scope);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_valid),
		cmocka_unit_test(reads_empty),
		cmocka_unit_test(refuses_every_cut),
		cmocka_unit_test(refuses_what_is_unknown),
		cmocka_unit_test(refuses_absurd_counts),
		cmocka_unit_test(reads_histograms),
		cmocka_unit_test(reads_older_header),
		cmocka_unit_test(reads_header_without_missed),
		cmocka_unit_test(reads_longer_rows),
		cmocka_unit_test(ends_comm),
		cmocka_unit_test(diff_subtracts),
		cmocka_unit_test(diff_knows_reused_pids),
		cmocka_unit_test(diff_sees_reset),
		cmocka_unit_test(diff_follows_folding),
		cmocka_unit_test(diff_knows_whose_max),
		cmocka_unit_test(diff_of_many_names),
		cmocka_unit_test(diff_subtracts_histograms),
		cmocka_unit_test(keeps_rows_of_some_processes),
		cmocka_unit_test(reads_functions),
		cmocka_unit_test(reads_tls),
		cmocka_unit_test(unifies_functions),
		cmocka_unit_test(reads_processes),
		cmocka_unit_test(refuses_cut_processes),
		cmocka_unit_test(refuses_sizes_of_processes),
		cmocka_unit_test(reads_longer_processes),
		cmocka_unit_test(ignores_lost_texts),
		cmocka_unit_test(reads_texts_of_nobody),
		cmocka_unit_test(reads_shorter_rows),
		cmocka_unit_test(diff_keeps_groups_apart),
		cmocka_unit_test(diff_folds_into_groups),
		cmocka_unit_test(keeps_rows_of_some_groups),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
