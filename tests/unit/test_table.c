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

/* What stands for two whos */
static const u64 one = 0xffff888001234560, two = 0xffff8880012345c0;

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
	row = table_insert(table, key, 5, 0, ROWS - 1);
	assert_non_null(row);
	assert_int_equal(row->count, 0);
	assert_null(table_owner(table, row));
	assert_ptr_equal(table_lookup(table, key, 5), row);
	assert_ptr_equal(table_insert(table, key, 5, 0, ROWS - 1), row);
	assert_int_equal(table->used, 1);
	/* The same pid, started at another time, is another process. */
	assert_null(table_lookup(table, key, 6));
	assert_ptr_not_equal(table_insert(table, key, 6, 0, ROWS - 1), row);
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
				     99, 0, ROWS - 1);
		assert_non_null(rows[i]);
		rows[i]->count = i;
	}
	assert_null(table_insert(table, key_make(ROW_CALL, 0, 99, 0, 7), 99, 0,
				 ROWS - 1));
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
					     0, table_hard_limit(table)));
	assert_null(table_insert(table, key_make(ROW_CALL, 0, 1, 0, 56), 1, 0,
				 table_hard_limit(table)));
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
	table_insert(table, key, 1, 0, ROWS - 1)->count = 17;
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
	folded = table_lookup(
		table, key_make(ROW_FOLDED_TLS, TLS_NO_FD, 0, 3, 1), one);
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
			      one);
	assert_non_null(folded);
	assert_int_equal(row_events(folded), 11 * (7 + 2));
	folded =
		table_lookup(table, key_make(ROW_FOLDED_CALL, 0, 0, 1, 5), one);
	assert_non_null(folded);
	assert_int_equal(folded->count, 77);
	folded = table_lookup(table, key_make(ROW_FOLDED_ERROR, 32, 0, 1, 5),
			      one);
	assert_non_null(folded);
	assert_int_equal(folded->count, 77);
	/* Rows that are folded already can be folded again, into others. */
	row.key = key_make(ROW_FOLDED_ERROR, 32, 0, 1, 5);
	assert_true(table_fold_row(table, &row, two, ROWS - 1));
	assert_int_equal(folded->count, 77);
	assert_int_equal(table->used, 6);
	folded = table_lookup(table, row.key, two);
	assert_non_null(folded);
	assert_int_equal(folded->count, 7);
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
	row = table_insert(table, call, start, 0x83, ROWS - 1);
	late = table_insert(table, call | KEY_LATE, start_late(start, 0x82),
			    0x82, ROWS - 1);
	later = table_insert(table, call | KEY_LATE, start_late(start, 0x80),
			     0x80, ROWS - 1);
	assert_int_equal(table->used, 3);
	assert_int_equal(table_row_sessions(row), 0x83);
	assert_int_equal(table_row_sessions(late), 0x82);
	assert_int_equal(table_row_sessions(later), 0x80);
	assert_ptr_equal(table_lookup(table, call, start), row);
	row->count = 3;
	late->total = 5;
	plain = table_row_plain(row);
	assert_true(plain.key == call && plain.start == start);
	assert_int_equal(plain.count, 3);
	assert_int_equal(plain.sessions, 0);
	plain = table_row_plain(late);
	assert_true(plain.key == call && plain.start == start);
	assert_int_equal(plain.total, 5);
	plain = table_row_plain(later);
	assert_true(plain.key == call && plain.start == start);

	/* Rows without a process, and of TLS, have the sessions in their key. */
	row = table_insert(table, common, 0, 0x83, ROWS - 1);
	plain = table_row_plain(row);
	assert_true(plain.key == key_common(ROW_DENIED, 0, 2, 9));
	row = table_insert(table, tls, start, 0x83, ROWS - 1);
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
		.sessions = 0xff,
	}, plain;

	(void)state;
	plain = table_row_plain(&row);
	assert_true(plain.key == key);
	assert_true(plain.start == UINT64_MAX);
	assert_int_equal(key_kind(row.key), ROW_THREAD);
}

/* A row of ROW_WHO and rows that are linked to it */
static struct table_row *add_who(struct table *table, u32 tgid, u64 start)
{
	return table_insert(table, key_make(ROW_WHO, 0, tgid, 0, 0), start, 0,
			    ROWS - 1);
}

static struct table_row *add_call(struct table *table, struct table_row *who,
				  u64 key, u64 start)
{
	struct table_row *row = table_insert(table, key, start, 1, ROWS - 1);

	table_link(table, who, row);
	return row;
}

/* Rows that are closed are not found, and rows that are made later are others. */
static void test_close(void **state)
{
	struct table *table = new_table(ROWS);
	u64 who_key = key_make(ROW_WHO, 0, 7, 0, 0);
	u64 calls[] = { key_make(ROW_CALL, 0, 7, 0, 1),
			key_make(ROW_CALL, 0, 7, 2, 9),
			key_make(ROW_ERROR, 11, 7, 0, 1) };
	struct table_row *who = add_who(table, 7, 5), *rows[3], *other;
	unsigned int i;

	(void)state;
	other = add_call(table, add_who(table, 8, 5),
			 key_make(ROW_CALL, 0, 8, 0, 1), 5);
	for (i = 0; i < 3; i++) {
		rows[i] = add_call(table, who, calls[i], 5);
		rows[i]->count = 2 + i;
		assert_ptr_equal(table_owner(table, rows[i]), who);
	}
	/* Of another start: another process, which has nothing here */
	table_close(table, who_key, 6);
	assert_ptr_equal(table_lookup(table, calls[0], 5), rows[0]);
	assert_false(table->closed);

	table_close(table, who_key, 5);
	assert_true(table->closed);
	assert_null(table_lookup(table, who_key, 5));
	for (i = 0; i < 3; i++) {
		assert_null(table_lookup(table, calls[i], 5));
		assert_int_equal(rows[i]->count, 2 + i);
		assert_ptr_equal(table_owner(table, rows[i]), who);
		assert_true(table_row_plain(rows[i]).key == calls[i]);
	}
	assert_ptr_equal(table_lookup(table, key_make(ROW_CALL, 0, 8, 0, 1), 5),
			 other);

	/* A row that was made just then is closed when it is linked. */
	rows[0] = add_call(table, who, key_make(ROW_CALL, 0, 7, 0, 3), 5);
	assert_null(table_lookup(table, key_make(ROW_CALL, 0, 7, 0, 3), 5));
	assert_true(rows[0]->key & KEY_CLOSED);

	/* With the facts of now, everything is new, and can be closed again. */
	who = add_who(table, 7, 5);
	rows[0] = add_call(table, who, calls[0], 5);
	assert_int_equal(rows[0]->count, 0);
	assert_ptr_equal(table_lookup(table, calls[0], 5), rows[0]);
	table_close(table, who_key, 5);
	table_close(table, who_key, 5);
	assert_null(table_lookup(table, calls[0], 5));
	table_clean(table);
	assert_false(table->closed);
	free(table);
}

/* A list that leads nowhere, of a table that was emptied meanwhile, ends. */
static void test_close_ends(void **state)
{
	struct table *table = new_table(ROWS);
	struct table_row *who = add_who(table, 7, 5), *row, *other;

	(void)state;
	other = add_call(table, add_who(table, 8, 5),
			 key_make(ROW_CALL, 0, 8, 0, 1), 5);
	row = add_call(table, who, key_make(ROW_CALL, 0, 7, 0, 1), 5);
	row->next = row - table->rows + 1; /* a circle */
	table_close(table, key_make(ROW_WHO, 0, 7, 0, 0), 5);
	assert_true(row->key & KEY_CLOSED);
	who = add_who(table, 7, 5);
	row = add_call(table, who, key_make(ROW_CALL, 0, 7, 0, 1), 5);
	row->next = other - table->rows + 1;
	other->next = 1u << 31;
	table_close(table, key_make(ROW_WHO, 0, 7, 0, 0), 5);
	assert_false(other->key & KEY_CLOSED);
	free(table);
}

/* Only rows of processes and threads have a who in a session's table. */
static void test_has_who(void **state)
{
	(void)state;
	assert_true(kind_has_who(ROW_CALL));
	assert_true(kind_has_who(ROW_THREAD));
	assert_true(kind_has_who(ROW_FOLDED_TLS));
	assert_false(kind_has_who(ROW_WHO));
	assert_false(kind_has_who(ROW_UNATTRIBUTED));
	assert_false(kind_has_who(ROW_DENIED));
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
		cmocka_unit_test(test_close),
		cmocka_unit_test(test_close_ends),
		cmocka_unit_test(test_has_who),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
