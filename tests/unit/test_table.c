// SPDX-License-Identifier: GPL-2.0-only
/*
 * Unit tests of the table of rows (module/table.c).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "abi.h"
#include "table.h"

#define ROWS 64

static struct table *new_table(u32 rows)
{
	struct table *table = calloc(1, table_bytes(rows));

	assert_non_null(table);
	table_init(table, rows);
	return table;
}

static const char comm[SYSTALLY_COMM_LEN] = "prog";
static const char one[SYSTALLY_COMM_LEN] = "one";
static const char two[SYSTALLY_COMM_LEN] = "two";

static void test_key_fields(void **state)
{
	u32 pid = PID_MAX_LIMIT - 1;
	u64 key = key_make(ROW_FOLDED_HIST, pid, pid, 2, 1023);

	(void)state;
	assert_int_equal(key_kind(key), ROW_FOLDED_HIST);
	assert_int_equal(key_sub(key), pid);
	assert_int_equal(key_tgid(key), pid);
	assert_int_equal(key_abi(key), 2);
	assert_int_equal(key_nr(key), 1023);

	/* The handlers' fast path depends on this. */
	key = key_make(ROW_CALL, 0, 4711, ABI_X86_64, 7);
	assert_true(key == (4711ull << 32 | 7));
	/* Keys of errnos, threads and other ABIs differ from native calls'. */
	assert_true(key_make(ROW_ERROR, 9, 1, 0, 7) >> 54 != 0);
	assert_true(key_make(ROW_THREAD, 9, 1, 0, 7) >> 54 != 0);
	assert_true(key_make(ROW_CALL, 0, 1, ABI_I386, 7) >> 54 != 0);
}

static void test_insert_finds_again(void **state)
{
	struct table *table = new_table(ROWS);
	u64 key = key_make(ROW_CALL, 0, 1, 0, 1);
	struct table_row *row;

	(void)state;
	assert_null(table_lookup(table, key, 5));
	row = table_insert(table, key, 5, comm, 0, ROWS - 1);
	assert_non_null(row);
	assert_int_equal(row->count, 0);
	assert_string_equal(row->comm, "prog");
	assert_ptr_equal(table_lookup(table, key, 5), row);
	assert_ptr_equal(table_insert(table, key, 5, comm, 0, ROWS - 1), row);
	assert_int_equal(table->used, 1);
	/* The same pid, started at another time, is another process. */
	assert_null(table_lookup(table, key, 6));
	assert_ptr_not_equal(table_insert(table, key, 6, comm, 0, ROWS - 1),
			     row);
	free(table);
}

static void test_full_of_collisions(void **state)
{
	struct table *table = new_table(ROWS);
	struct table_row *rows[ROWS - 1];
	u32 i;

	(void)state;
	/* The hash ignores the tgid: all have the same first place. */
	for (i = 0; i < ROWS - 1; i++) {
		rows[i] =
			table_insert(table, key_make(ROW_CALL, 0, i + 1, 0, 7),
				     99, comm, 0, ROWS - 1);
		assert_non_null(rows[i]);
		rows[i]->count = i;
	}
	assert_null(table_insert(table, key_make(ROW_CALL, 0, 99, 0, 7), 99,
				 comm, 0, ROWS - 1));
	for (i = 0; i < ROWS - 1; i++)
		assert_ptr_equal(
			table_lookup(table, key_make(ROW_CALL, 0, i + 1, 0, 7),
				     99),
			rows[i]);
	assert_null(table_lookup(table, key_make(ROW_CALL, 0, 99, 0, 7), 99));
	free(table);
}

static void test_limits(void **state)
{
	struct table *table = new_table(ROWS);
	u32 i;

	(void)state;
	assert_int_equal(table_rows(table), ROWS);
	assert_int_equal(table_soft_limit(table), 48);
	assert_int_equal(table_hard_limit(table), 56);
	for (i = 0; i < 56; i++)
		assert_non_null(table_insert(table,
					     key_make(ROW_CALL, 0, 1, 0, i), 1,
					     comm, 0, table_hard_limit(table)));
	assert_null(table_insert(table, key_make(ROW_CALL, 0, 1, 0, 56), 1,
				 comm, 0, table_hard_limit(table)));
	/* Rows of unattributed calls still have room, one per number. */
	for (i = 0; i < 7; i++)
		assert_non_null(table_unattributed(
			table, key_make(ROW_CALL, 0, 1, 0, 100 + i), 0));
	assert_null(
		table_unattributed(table, key_make(ROW_CALL, 0, 1, 0, 200), 0));
	assert_non_null(
		table_unattributed(table, key_make(ROW_CALL, 0, 9, 0, 100), 0));
	free(table);
}

static void test_clean(void **state)
{
	struct table *table = new_table(ROWS);
	u64 key = key_make(ROW_CALL, 0, 1, 0, 1);

	(void)state;
	table_insert(table, key, 1, comm, 0, ROWS - 1)->count = 17;
	table->entered = 17;
	table_clean(table);
	assert_null(table_lookup(table, key, 1));
	assert_int_equal(table->used, 0);
	assert_int_equal(table->entered, 0);
	assert_int_equal(table_rows(table), ROWS);
	free(table);
}

static void test_row_add(void **state)
{
	struct table_row to = {
		.count = 2, .errors = 1, .total = 30, .max = 20
	};
	struct table_row from = {
		.count = 3, .errors = 2, .total = 40, .max = 10
	};

	(void)state;
	row_add(&to, &from);
	assert_int_equal(to.count, 5);
	assert_int_equal(to.errors, 3);
	assert_int_equal(to.total, 70);
	assert_int_equal(to.max, 20);
	from.max = 50;
	row_add(&to, &from);
	assert_int_equal(to.max, 50);
	assert_int_equal(row_events(&to), 8);
}

/* All buckets of a histogram's row are added, also the last. */
static void test_row_add_hist(void **state)
{
	struct table_row to = { .buckets = { 1, 2, 3, 40 } };
	struct table_row from = { .buckets = { 10, 20, 30, 4 } };

	(void)state;
	to.key = key_make(ROW_FOLDED_HIST, 5000, 0, 0, 7);
	from.key = key_make(ROW_HIST, 5000, 1, 0, 7);
	row_add(&to, &from);
	assert_int_equal(to.buckets[0], 11);
	assert_int_equal(to.buckets[1], 22);
	assert_int_equal(to.buckets[2], 33);
	assert_int_equal(to.buckets[3], 44);
	assert_int_equal(row_events(&to), 110);
}

/* Of a row of TLS, too; its calls are events. */
static void test_row_add_tls(void **state)
{
	struct table_row to = { .tls = { 1, 2, 3, 40 } };
	struct table_row from = { .tls = { 10, 20, 30, 4 } };

	(void)state;
	to.key = key_make(ROW_FOLDED_TLS, TLS_NO_FD, 0, 0, 1);
	from.key = key_make(ROW_TLS, 5, 1, 0, 1);
	row_add(&to, &from);
	assert_int_equal(to.tls.calls, 11);
	assert_int_equal(to.tls.failed, 22);
	assert_int_equal(to.tls.bytes, 33);
	assert_int_equal(to.tls.time, 44);
	assert_int_equal(row_events(&to), 11);
}

/* Descriptors of processes that have exited are one. */
static void test_fold_tls(void **state)
{
	struct table *table = new_table(ROWS);
	struct table_row row = { .tls = { .calls = 3, .bytes = 1009 } };
	const struct table_row *folded;
	u32 fd;

	(void)state;
	for (fd = 3; fd < 8; fd++) {
		row.key = key_make(ROW_TLS, fd, 7, 3, 1);
		assert_true(table_fold_row(table, &row, one, ROWS - 1));
	}
	assert_int_equal(table->used, 1);
	folded = table_lookup(table,
			      key_make(ROW_FOLDED_TLS, TLS_NO_FD, 0, 3, 1),
			      comm_hash(one));
	assert_non_null(folded);
	assert_int_equal(folded->tls.calls, 15);
	assert_int_equal(folded->tls.bytes, 5 * 1009);
	free(table);
}

static void test_fold(void **state)
{
	struct table *table = new_table(ROWS);
	struct table_row row = { .count = 7, .errors = 2 };
	struct table_row *folded;
	u32 tgid;

	(void)state;
	for (tgid = 1; tgid <= 11; tgid++) {
		row.key = key_make(ROW_CALL, 0, tgid, 1, 5);
		assert_true(table_fold_row(table, &row, one, ROWS - 1));
		row.key = key_make(ROW_THREAD, tgid, tgid, 1, 5);
		assert_true(table_fold_row(table, &row, two, ROWS - 1));
		row.key = key_make(ROW_ERROR, 32, tgid, 1, 5);
		assert_true(table_fold_row(table, &row, one, ROWS - 1));
		row.key = key_make(ROW_HIST, 4140, tgid, 1, 5);
		assert_true(table_fold_row(table, &row, one, ROWS - 1));
		row.key = key_make(ROW_HIST, 4141, tgid, 1, 5);
		assert_true(table_fold_row(table, &row, one, ROWS - 1));
	}
	assert_int_equal(table->used, 5);
	folded = table_lookup(table, key_make(ROW_FOLDED_HIST, 4141, 0, 1, 5),
			      comm_hash(one));
	assert_non_null(folded);
	assert_int_equal(row_events(folded), 11 * (7 + 2));
	folded = table_lookup(table, key_make(ROW_FOLDED_CALL, 0, 0, 1, 5),
			      comm_hash(one));
	assert_non_null(folded);
	assert_int_equal(folded->count, 77);
	assert_string_equal(folded->comm, "one");
	folded = table_lookup(table, key_make(ROW_FOLDED_ERROR, 32, 0, 1, 5),
			      comm_hash(one));
	assert_non_null(folded);
	assert_int_equal(folded->count, 77);
	/* Two comms with the same hash have separate rows. */
	memcpy(folded->comm, "other", 6);
	row.key = key_make(ROW_ERROR, 32, 1, 1, 5);
	assert_true(table_fold_row(table, &row, one, ROWS - 1));
	assert_int_equal(folded->count, 77);
	assert_int_equal(table->used, 6);
	free(table);
}

/* A row of a CPU's table: its sessions, and the row that a session's table has */
static void test_sessions(void **state)
{
	struct table *table = new_table(ROWS);
	u64 call = key_make(ROW_CALL, 0, 7, 0, 1),
	    start = 0xfedcba9876543210ull;
	u64 common = key_common(ROW_DENIED, 0x83, 2, 9);
	u64 tls = key_make(ROW_TLS, 5, 7, 3, 2 | 0x83 << TABLE_TLS_BITS);
	struct table_row *row, *late, *later, plain;

	(void)state;
	row = table_insert(table, call, start, comm, 0x83, ROWS - 1);
	late = table_insert(table, call | KEY_LATE, start_late(start, 0x82),
			    comm, 0x82, ROWS - 1);
	later = table_insert(table, call | KEY_LATE, start_late(start, 0x80),
			     comm, 0x80, ROWS - 1);
	assert_int_equal(table->used, 3);
	assert_int_equal(table_row_sessions(row), 0x83);
	assert_int_equal(table_row_sessions(late), 0x82);
	assert_int_equal(table_row_sessions(later), 0x80);
	assert_string_equal(row->comm, "prog");
	assert_ptr_equal(table_lookup(table, call, start), row);
	row->count = 3;
	late->total = 5;
	plain = table_row_plain(row);
	assert_true(plain.key == call && plain.start == start);
	assert_int_equal(plain.count, 3);
	assert_int_equal(plain.comm[SYSTALLY_COMM_LEN - 1], 0);
	plain = table_row_plain(late);
	assert_true(plain.key == call && plain.start == start);
	assert_int_equal(plain.total, 5);
	plain = table_row_plain(later);
	assert_true(plain.key == call && plain.start == start);

	/* Rows without a process, and of TLS, have the sessions in their key. */
	row = table_insert(table, common, 0, comm, 0x83, ROWS - 1);
	plain = table_row_plain(row);
	assert_true(plain.key == key_common(ROW_DENIED, 0, 2, 9));
	row = table_insert(table, tls, start, comm, 0x83, ROWS - 1);
	plain = table_row_plain(row);
	assert_true(plain.key == key_make(ROW_TLS, 5, 7, 3, 2));
	free(table);
}

/* The largest of each field of a late row's key and start */
static void test_sessions_extremes(void **state)
{
	u32 pid = PID_MAX_LIMIT - 1;
	u64 key = key_make(ROW_THREAD, pid, pid, 3, 1023);
	struct table_row row = {
		.key = key | KEY_LATE,
		.start = start_late(UINT64_MAX, 0xff),
		.comm = "fifteen letters",
	}, plain;

	(void)state;
	row.comm[SYSTALLY_COMM_LEN - 1] = (char)0xff;
	plain = table_row_plain(&row);
	assert_true(plain.key == key);
	assert_true(plain.start == UINT64_MAX);
	assert_string_equal(plain.comm, "fifteen letters");
	assert_int_equal(key_kind(row.key), ROW_THREAD);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_key_fields),
		cmocka_unit_test(test_insert_finds_again),
		cmocka_unit_test(test_full_of_collisions),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_clean),
		cmocka_unit_test(test_row_add),
		cmocka_unit_test(test_row_add_hist),
		cmocka_unit_test(test_row_add_tls),
		cmocka_unit_test(test_fold_tls),
		cmocka_unit_test(test_fold),
		cmocka_unit_test(test_sessions),
		cmocka_unit_test(test_sessions_extremes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
