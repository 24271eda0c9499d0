// SPDX-License-Identifier: GPL-2.0-only
/*
 * Unit tests of grouping and sorting. Run by `make check-unit`.
 */
#include "fixture.h"

#include <stdio.h>

#include "stats/by.h"
#include "stats/rank.h"

#define READ	0
#define WRITE	1
#define POLL	7
#define GETPPID 110

struct context {
	struct systally_names *names;
	struct systally_set set;
	struct systally_snapshot snapshot;
	struct systally_question question;
	struct systally_ranking ranking;
};

static int set_up(void **state)
{
	struct context *context = calloc(1, sizeof(*context));
	struct systally_row *row;
	struct fixture fixture;

	if (!context)
		return -1;
	context->names = systally_names_new();
	context->set.all = true;
	context->question.set = &context->set;
	context->question.by = systally_by_one(SYSTALLY_BY_SYSCALL);
	fixture_init(&fixture);
	row = fixture_call(&fixture, 20, "redis", POLL, 100);
	row->total_ns = 1000;
	row->max_ns = 500;
	row = fixture_call(&fixture, 10, "nginx", POLL, 11);
	row->total_ns = 9000;
	row->max_ns = 70;
	row->errors = 4;
	fixture_call(&fixture, 10, "nginx", WRITE, 50)->total_ns = 5;
	row = fixture_call(&fixture, 30, "nginx", READ, 50);
	row->errors = 9;
	row->max_ns = 90;
	fixture_call(&fixture, 50, "idle", 24, 0); /* no call, no row */
	fixture_call(&fixture, 0, "cat", READ, 1);
	fixture_call(&fixture, 0, "ls", READ, 2);
	row = fixture_call(&fixture, 40, "old", POLL, 3);
	row->abi = SYSTALLY_ABI_I386;
	row->nr = 168;
	fixture_error(&fixture, 10, POLL, 4, 4);
	fixture_error(&fixture, 30, READ, 11, 5);
	fixture_error(&fixture, 31, READ, 11, 3);
	fixture_error(&fixture, 30, READ, 4, 4);
	fixture_parse(&fixture, &context->snapshot);
	*state = context;
	return 0;
}

static int tear_down(void **state)
{
	struct context *context = *state;

	systally_ranking_free(&context->ranking);
	systally_snapshot_free(&context->snapshot);
	systally_names_free(context->names);
	free(context);
	return 0;
}

static const struct systally_group *rank(struct context *context)
{
	struct systally_error error = { "" };

	systally_ranking_free(&context->ranking);
	if (systally_rank(&context->ranking, &context->question,
			  &context->snapshot, context->names, &error))
		fail_msg("%s", error.text);
	return context->ranking.groups;
}

/* The name of a group, by the last of its dimensions. */
static const char *name_of(const struct context *context, size_t i)
{
	static char buffer[SYSTALLY_FIELD_LEN];
	const struct systally_by *by = &context->ranking.by;

	return by->list[by->count - 1]->name(
		context->names, &context->ranking.groups[i], buffer);
}

static void by_syscall(void **state)
{
	struct context *context = *state;
	const struct systally_group *groups = rank(context);

	assert_int_equal(context->ranking.shown, 4);
	assert_string_equal(name_of(context, 0), "poll");
	assert_int_equal(groups[0].count, 111);
	assert_int_equal(groups[0].errors, 4);
	assert_int_equal(groups[0].total_ns, 10000);
	assert_int_equal(groups[0].max_ns, 500);
	assert_int_equal(systally_group_avg_ns(&groups[0]), 90);
	assert_string_equal(name_of(context, 1), "read");
	assert_int_equal(groups[1].count, 53);
	assert_string_equal(name_of(context, 2), "write");
	/* the same name of another ABI is another call */
	assert_string_equal(name_of(context, 3), "poll");
	assert_int_equal(groups[3].abi, SYSTALLY_ABI_I386);
	assert_int_equal(context->ranking.total.count, 217);
	assert_int_equal(context->ranking.rest_groups, 0);
	assert_true(context->ranking.timed);
	assert_false(context->ranking.folded);
}

static void by_others(void **state)
{
	struct context *context = *state;
	const struct systally_group *groups;

	context->question.by = systally_by_one(SYSTALLY_BY_PROCESS);
	groups = rank(context);
	assert_int_equal(context->ranking.shown, 6);
	assert_int_equal(groups[0].tgid, 20);
	assert_int_equal(groups[1].tgid, 10);
	assert_int_equal(groups[1].count, 61);
	/* folded rows of two commands are two groups */
	assert_string_equal(groups[4].comm, "ls");
	assert_string_equal(groups[5].comm, "cat");
	assert_true(context->ranking.folded);

	context->question.by = systally_by_one(SYSTALLY_BY_COMMAND);
	groups = rank(context);
	assert_int_equal(context->ranking.shown, 5);
	assert_string_equal(groups[0].comm, "nginx");
	assert_int_equal(groups[0].count, 111);
	assert_int_equal(groups[0].max_ns, 90);

	context->question.by =
		systally_by_two(SYSTALLY_BY_PROCESS, SYSTALLY_BY_SYSCALL);
	groups = rank(context);
	assert_int_equal(context->ranking.shown, 7);
	assert_int_equal(groups[0].tgid, 20);
	assert_string_equal(name_of(context, 0), "poll");

	context->question.by = systally_by_one(SYSTALLY_BY_ERRNO);
	context->question.sort = SYSTALLY_SORT_ERRORS;
	groups = rank(context);
	assert_int_equal(context->ranking.shown, 2);
	/* eight each: by name */
	assert_string_equal(name_of(context, 0), "EAGAIN");
	assert_int_equal(groups[0].errors, 8);
	assert_string_equal(name_of(context, 1), "EINTR");
	assert_int_equal(groups[1].count, 8);
	assert_int_equal(context->ranking.total.errors, 16);
}

/* A group for each pair; names break ties in the order of the dimensions. */
static void by_several(void **state)
{
	struct context *context = *state;
	const struct systally_group *groups;

	context->question.by =
		systally_by_two(SYSTALLY_BY_COMMAND, SYSTALLY_BY_SYSCALL);
	groups = rank(context);
	assert_int_equal(context->ranking.shown, 7);
	assert_string_equal(groups[0].comm, "redis");
	assert_string_equal(name_of(context, 0), "poll");
	assert_string_equal(groups[1].comm, "nginx");
	assert_string_equal(name_of(context, 1), "read");
	assert_string_equal(name_of(context, 2), "write");
	assert_int_equal(groups[3].count, 11);

	context->question.by =
		systally_by_two(SYSTALLY_BY_ERRNO, SYSTALLY_BY_SYSCALL);
	context->question.sort = SYSTALLY_SORT_ERRORS;
	groups = rank(context);
	assert_int_equal(context->ranking.shown, 3);
	assert_int_equal(groups[0].error, 11);
	assert_int_equal(groups[0].errors, 8);
	assert_string_equal(name_of(context, 0), "read");
	assert_int_equal(groups[1].error, 4);
	assert_string_equal(name_of(context, 1), "poll");
	assert_string_equal(name_of(context, 2), "read");
	assert_int_equal(context->ranking.total.errors, 16);

	context->question.by =
		systally_by_two(SYSTALLY_BY_SUBSYSTEM, SYSTALLY_BY_PROCESS);
	context->question.sort = SYSTALLY_SORT_COUNT;
	groups = rank(context);
	assert_int_equal(context->ranking.shown, 6);
	assert_int_equal(groups[0].tgid, 20);
	assert_int_equal(groups[1].tgid, 10);
	assert_int_equal(groups[1].count, 61);
	assert_true(context->ranking.folded);
}

/* Calls of one ABI are one group. A field of two dimensions is shown once. */
static void by_abi(void **state)
{
	const struct systally_field *fields[SYSTALLY_BY_FIELDS_MAX];
	struct context *context = *state;
	const struct systally_group *groups;

	context->question.by = systally_by_one(SYSTALLY_BY_ABI);
	groups = rank(context);
	assert_int_equal(context->ranking.shown, 2);
	assert_string_equal(name_of(context, 0), "x86-64");
	assert_int_equal(groups[0].count, 214);
	assert_string_equal(name_of(context, 1), "i386");
	assert_int_equal(groups[1].count, 3);
	context->question.by =
		systally_by_two(SYSTALLY_BY_ABI, SYSTALLY_BY_SYSCALL);
	groups = rank(context);
	assert_int_equal(context->ranking.shown, 4);
	assert_int_equal(
		systally_by_fields(&context->question.by, true, fields), 3);
	assert_string_equal(fields[0]->key, "abi");
	assert_string_equal(fields[1]->key, "nr");
	assert_int_equal(
		systally_by_fields(&context->question.by, false, fields), 2);
}

static void by_thread(void **state)
{
	struct context *context = *state;
	struct systally_error error = { "" };
	const struct systally_group *groups;
	struct systally_row *row;

	context->question.by = systally_by_one(SYSTALLY_BY_THREAD);
	assert_int_equal(systally_rank(&context->ranking, &context->question,
				       &context->snapshot, context->names,
				       &error),
			 -1);
	assert_non_null(strstr(error.text, "threads"));
	context->snapshot.header.flags |= SYSTALLY_THREADS;
	row = context->snapshot.calls;
	row[0].tgid = 10;
	row[0].tid = 12;
	row[0].start_ns = 5;
	row[1].tid = 10;
	row[2].tid = 10;
	row[3].tgid = 10;
	row[3].tid = 13;
	strcpy(row[3].comm, "worker");
	groups = rank(context);
	assert_int_equal(groups[0].tid, 12);
	assert_int_equal(groups[0].tgid, 10);
	assert_int_equal(groups[1].tid, 10);
	assert_int_equal(groups[1].count, 61);
	/* start_ns is that of the thread. The process is still one group,
	 * with the name of its leader, not of its busiest thread.
	 */
	context->question.by = systally_by_one(SYSTALLY_BY_PROCESS);
	groups = rank(context);
	assert_int_equal(groups[0].tgid, 10);
	assert_int_equal(groups[0].count, 211);
	assert_string_equal(groups[0].comm, "nginx");
}

static void sorts(void **state)
{
	static const struct {
		enum systally_sort sort;
		const char *first;
		unsigned int abi;
	} cases[] = {
		{ SYSTALLY_SORT_COUNT, "poll", SYSTALLY_ABI_X86_64 },
		{ SYSTALLY_SORT_TIME, "poll", SYSTALLY_ABI_X86_64 },
		{ SYSTALLY_SORT_AVG, "poll", SYSTALLY_ABI_X86_64 },
		{ SYSTALLY_SORT_MAX, "write", SYSTALLY_ABI_X86_64 },
		{ SYSTALLY_SORT_ERRORS, "read", SYSTALLY_ABI_X86_64 },
		{ SYSTALLY_SORT_NAME, "poll", SYSTALLY_ABI_X86_64 },
	};
	struct context *context = *state;
	const struct systally_group *groups;
	size_t i;

	context->snapshot.calls[2].max_ns = 501;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		context->question.sort = cases[i].sort;
		groups = rank(context);
		assert_string_equal(name_of(context, 0), cases[i].first);
		assert_int_equal(groups[0].abi, cases[i].abi);
	}
	assert_string_equal(name_of(context, 1), "poll");
	assert_string_equal(name_of(context, 2), "read");
	assert_string_equal(name_of(context, 3), "write");
	/* most calls: poll; most time: write; slowest: the i386 poll */
	context->snapshot.calls[2].total_ns = 50500;
	context->snapshot.calls[7].total_ns = 6000;
	context->question.sort = SYSTALLY_SORT_AVG;
	assert_int_equal(rank(context)[0].abi, SYSTALLY_ABI_I386);
	context->question.sort = SYSTALLY_SORT_TIME;
	rank(context);
	assert_string_equal(name_of(context, 0), "write");
	context->question.sort = SYSTALLY_SORT_COUNT;
	rank(context);
	assert_string_equal(name_of(context, 0), "poll");
}

static void breaks_ties(void **state)
{
	struct context *context = *state;
	const struct systally_group *groups;
	size_t i, round;

	context->question.by =
		systally_by_two(SYSTALLY_BY_PROCESS, SYSTALLY_BY_SYSCALL);
	for (i = 0; i < 8; i++) {
		struct systally_row *row = &context->snapshot.calls[i];

		row->count = row->count > 0;
		strcpy(row->comm, "same");
	}
	/* the list does not depend on the order of the rows */
	for (round = 0; round < 8; round++) {
		struct systally_row first = context->snapshot.calls[0];

		memmove(context->snapshot.calls, context->snapshot.calls + 1,
			7 * sizeof(first));
		context->snapshot.calls[7] = first;
		groups = rank(context);
		/* cat and ls have the same name now: one group */
		assert_int_equal(context->ranking.shown, 6);
		assert_int_equal(groups[0].tgid, 0);
		assert_int_equal(groups[0].count, 2);
		assert_int_equal(groups[1].tgid, 10);
		assert_string_equal(name_of(context, 1), "poll");
		assert_string_equal(name_of(context, 2), "write");
		assert_int_equal(groups[3].tgid, 20);
		assert_int_equal(groups[4].tgid, 30);
		assert_int_equal(groups[5].tgid, 40);
	}
}

static void selects(void **state)
{
	static const uint32_t pids[] = { 30, 20 };
	struct context *context = *state;
	struct systally_error error = { "" };

	context->question.failed = true;
	rank(context);
	assert_int_equal(context->ranking.shown, 2);
	assert_string_equal(name_of(context, 0), "poll");
	assert_string_equal(name_of(context, 1), "read");
	context->question.failed = false;
	context->question.pids = pids;
	context->question.pid_count = 2;
	rank(context);
	assert_int_equal(context->ranking.total.count, 150);
	context->question.pid_count = 0;
	assert_int_equal(systally_set_parse(&context->set, context->names,
					    "read,i386:poll", &error),
			 0);
	rank(context);
	assert_int_equal(context->ranking.total.count, 56);
}

static void limits(void **state)
{
	struct context *context = *state;

	context->question.limit = 1;
	rank(context);
	assert_int_equal(context->ranking.shown, 1);
	assert_int_equal(context->ranking.rest_groups, 3);
	assert_int_equal(context->ranking.rest.count, 106);
	assert_int_equal(context->ranking.rest.errors, 9);
	assert_int_equal(context->ranking.total.count, 217);
	context->question.limit = 4;
	rank(context);
	assert_int_equal(context->ranking.rest_groups, 0);
	context->question.limit = 1000;
	rank(context);
	assert_int_equal(context->ranking.shown, 4);
}

/* Replaces the rows: two calls of each of MANY processes, in no order. */
#define MANY 1000

static void make_many(struct context *context)
{
	struct systally_row *rows = calloc(2 * MANY, sizeof(*rows)), *row;
	unsigned int i;

	assert_non_null(rows);
	for (i = 0; i < 2 * MANY; i++) {
		row = &rows[i * 7 % (2 * MANY)];
		row->tgid = 1 + i % MANY;
		row->count = 1 + row->tgid % 10;
		snprintf(row->comm, sizeof(row->comm), "name%u", i % 3);
		/* what is behind the end of a name is not part of it */
		row->comm[14] = (char)i;
	}
	free(context->snapshot.rows);
	memset(&context->snapshot.header, 0, sizeof(context->snapshot.header));
	context->snapshot.header.call_rows = 2 * MANY;
	systally_snapshot_adopt(&context->snapshot, rows);
}

static void many_groups(void **state)
{
	struct context *context = *state;
	const struct systally_group *groups;
	size_t i;

	make_many(context);
	context->question.by = systally_by_one(SYSTALLY_BY_PROCESS);
	context->question.sort = SYSTALLY_SORT_NOTHING;
	groups = rank(context);
	assert_int_equal(context->ranking.shown, MANY);
	for (i = 0; i < MANY; i++) {
		assert_int_equal(groups[i].tgid, 1 + i);
		assert_int_equal(groups[i].count, 2 * (1 + (1 + i) % 10));
	}
	context->question.by = systally_by_one(SYSTALLY_BY_COMMAND);
	groups = rank(context);
	assert_int_equal(context->ranking.shown, 3);
	assert_string_equal(groups[2].comm, "name2");
	assert_int_equal(context->ranking.total.count, 2 * 5500);
}

/* A limit shows the first ones of the whole list, however few they are. */
static void limits_of_many(void **state)
{
	static const size_t limits[] = { 1, 2, 3, 100, 124, 125, 999 };
	struct context *context = *state;
	const struct systally_group *groups;
	uint32_t whole[MANY];
	size_t i, limit;

	make_many(context);
	context->question.by = systally_by_one(SYSTALLY_BY_PROCESS);
	groups = rank(context);
	for (i = 0; i < MANY; i++)
		whole[i] = groups[i].tgid;
	assert_int_equal(groups[0].count, 2 * 10);
	for (limit = 0; limit < sizeof(limits) / sizeof(limits[0]); limit++) {
		context->question.limit = limits[limit];
		groups = rank(context);
		assert_int_equal(context->ranking.shown, limits[limit]);
		for (i = 0; i < limits[limit]; i++)
			assert_int_equal(groups[i].tgid, whole[i]);
		assert_int_equal(context->ranking.rest_groups,
				 MANY - limits[limit]);
		assert_int_equal(context->ranking.total.count, 2 * 5500);
	}
}

static void saturates(void **state)
{
	struct context *context = *state;

	context->snapshot.calls[0].count = UINT64_MAX;
	rank(context);
	assert_true(context->ranking.total.count == UINT64_MAX);
	assert_true(context->ranking.groups[0].count == UINT64_MAX);
}

/* The percentiles of a group are those of all its calls. */
static void has_percentiles(void **state)
{
	struct context *context = *state;
	const struct systally_group *groups;
	struct fixture fixture;

	fixture_init(&fixture);
	fixture_call(&fixture, 20, "redis", POLL, 100)->max_ns = 1000000;
	fixture_call(&fixture, 10, "nginx", POLL, 101)->max_ns = 1020;
	fixture_call(&fixture, 10, "nginx", WRITE, 50)->max_ns = 100;
	fixture_call(&fixture, 0, "cat", READ, 9)->max_ns = 5;
	fixture_call(&fixture, 0, "ls", READ, 9)->max_ns = 7;
	/* 96 to 112 ns; 896 to 1024; exactly 5, 6, 7 */
	fixture_hist(&fixture, 20, "redis", POLL, 5)->buckets[2] = 100;
	fixture_hist(&fixture, 10, "nginx", POLL, 5)->buckets[2] = 1;
	fixture_hist(&fixture, 10, "nginx", POLL, 8)->buckets[3] = 99;
	fixture_hist(&fixture, 10, "nginx", WRITE, 5)->buckets[2] = 50;
	fixture_hist(&fixture, 0, "cat", READ, 1)->buckets[1] = 9;
	fixture_hist(&fixture, 0, "ls", READ, 1)->buckets[3] = 9;
	/* a process without a row: in no group */
	fixture_hist(&fixture, 77, "gone", POLL, 20)->buckets[0] = 1000;
	systally_snapshot_free(&context->snapshot);
	fixture_parse(&fixture, &context->snapshot);

	context->question.by =
		systally_by_two(SYSTALLY_BY_PROCESS, SYSTALLY_BY_SYSCALL);
	context->question.sort = SYSTALLY_SORT_P50;
	groups = rank(context);
	assert_int_equal(context->ranking.shown, 5);
	assert_int_equal(groups[0].tgid, 10);
	assert_int_equal(groups[0].hist_count, 100);
	assert_int_equal(groups[0].percentile_ns[SYSTALLY_P50], 960);
	assert_int_equal(groups[1].percentile_ns[SYSTALLY_P50], 104);
	assert_string_equal(name_of(context, 2), "write");
	/* no percentile is above the longest duration */
	assert_int_equal(groups[2].percentile_ns[SYSTALLY_P999], 100);
	assert_string_equal(groups[3].comm, "ls");
	assert_int_equal(groups[3].percentile_ns[SYSTALLY_P99], 7);
	assert_string_equal(groups[4].comm, "cat");
	assert_int_equal(groups[4].percentile_ns[SYSTALLY_P99], 5);
	assert_int_equal(context->ranking.total.hist_count, 268);
	assert_int_equal(context->ranking.hist.count, 268);
	assert_int_equal(context->ranking.total.percentile_ns[SYSTALLY_P50],
			 104);

	context->question.by = systally_by_one(SYSTALLY_BY_SYSCALL);
	context->question.limit = 1;
	context->question.sort = SYSTALLY_SORT_COUNT;
	groups = rank(context);
	assert_string_equal(name_of(context, 0), "poll");
	/* with the 1000 of the process without a row: they are of this call */
	assert_int_equal(groups[0].hist_count, 1200);
	assert_int_equal(context->ranking.rest.hist_count, 68);
	assert_int_equal(context->ranking.rest.percentile_ns[SYSTALLY_P50],
			 100);
	assert_int_equal(context->ranking.rest.percentile_ns[SYSTALLY_P999],
			 100);
	context->question.limit = 0;
	context->question.by = systally_by_one(SYSTALLY_BY_COMMAND);
	groups = rank(context);
	assert_string_equal(groups[0].comm, "nginx");
	assert_int_equal(groups[0].hist_count, 150);
	assert_int_equal(groups[0].percentile_ns[SYSTALLY_P50], 960);

	assert_int_equal(systally_set_parse(&context->set, context->names,
					    "write",
					    &(struct systally_error){ "" }),
			 0);
	rank(context);
	assert_int_equal(context->ranking.hist.count, 50);
}

/*
 * Counters by thread: a histogram is of a process and has its name, so it is
 * that of no command. Only the total has percentiles then.
 */
static void threads_have_other_names(void **state)
{
	struct context *context = *state;
	const struct systally_group *groups;
	struct fixture fixture;
	struct systally_row *row;

	fixture_init(&fixture);
	fixture.header.flags |= SYSTALLY_THREADS;
	row = fixture_call(&fixture, 10, "leader", POLL, 1);
	row->tid = 10;
	row->max_ns = 100;
	row = fixture_call(&fixture, 10, "worker", POLL, 99);
	row->tid = 11;
	row->max_ns = 1000000;
	fixture_call(&fixture, 0, "worker", POLL, 7)->max_ns = 1000000;
	fixture_hist(&fixture, 10, "leader", POLL, 18)->buckets[2] = 100;
	fixture_hist(&fixture, 0, "worker", POLL, 18)->buckets[2] = 7;
	systally_snapshot_free(&context->snapshot);
	fixture_parse(&fixture, &context->snapshot);

	context->question.by = systally_by_one(SYSTALLY_BY_COMMAND);
	groups = rank(context);
	assert_string_equal(groups[0].comm, "worker");
	assert_int_equal(groups[0].hist_count, 0);
	assert_string_equal(groups[1].comm, "leader");
	assert_int_equal(groups[1].hist_count, 0);
	assert_int_equal(context->ranking.total.hist_count, 107);
	assert_int_equal(context->ranking.total.percentile_ns[SYSTALLY_P50],
			 851968);

	context->question.by = systally_by_one(SYSTALLY_BY_PROCESS);
	groups = rank(context);
	assert_int_equal(groups[0].tgid, 10);
	assert_int_equal(groups[0].hist_count, 100);
	assert_int_equal(groups[1].hist_count, 0);
	assert_int_equal(context->ranking.total.hist_count, 107);

	context->question.by = systally_by_one(SYSTALLY_BY_SYSCALL);
	groups = rank(context);
	assert_int_equal(groups[0].hist_count, 107);
}

/* The longest time of rows is known if none of the others may be longer. */
static void longest_of_a_difference(void **state)
{
	struct context *context = *state;
	const struct systally_group *groups;
	struct fixture fixture;
	struct systally_row *row;
	bool former[] = { true, false };

	fixture_init(&fixture);
	row = fixture_call(&fixture, 10, "a", POLL, 2);
	row->total_ns = 2000;
	row->max_ns = 1500;
	row = fixture_call(&fixture, 20, "b", POLL, 1);
	row->total_ns = row->max_ns = 1000;
	systally_snapshot_free(&context->snapshot);
	fixture_parse(&fixture, &context->snapshot);
	context->snapshot.max_is_former = calloc(2, sizeof(bool));
	assert_non_null(context->snapshot.max_is_former);
	memcpy(context->snapshot.max_is_former, former, sizeof(former));
	groups = rank(context);
	assert_false(systally_group_maximal(&groups[0]));
	context->question.by = systally_by_one(SYSTALLY_BY_PROCESS);
	groups = rank(context);
	assert_false(systally_group_maximal(&groups[0]));
	assert_true(systally_group_maximal(&groups[1]));
	assert_int_equal(groups[1].max_ns, 1000);
	assert_false(systally_group_maximal(&context->ranking.total));
	/* one that is longer than all that may be */
	context->snapshot.calls[1].max_ns = 1600;
	context->question.by = systally_by_one(SYSTALLY_BY_SYSCALL);
	groups = rank(context);
	assert_true(systally_group_maximal(&groups[0]));
	assert_int_equal(groups[0].max_ns, 1600);
	/* a histogram tells: 896 to 1024 ns */
	row->max_ns = 500;
	fixture_hist(&fixture, 10, "a", POLL, 8)->buckets[3] = 2;
	systally_snapshot_free(&context->snapshot);
	fixture_parse(&fixture, &context->snapshot);
	context->snapshot.max_is_former = calloc(2, sizeof(bool));
	assert_non_null(context->snapshot.max_is_former);
	memcpy(context->snapshot.max_is_former, former, sizeof(former));
	groups = rank(context);
	assert_true(systally_group_maximal(&groups[0]));
	assert_int_equal(groups[0].max_ns, 960);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(by_syscall, set_up, tear_down),
		cmocka_unit_test_setup_teardown(by_others, set_up, tear_down),
		cmocka_unit_test_setup_teardown(by_several, set_up, tear_down),
		cmocka_unit_test_setup_teardown(by_abi, set_up, tear_down),
		cmocka_unit_test_setup_teardown(by_thread, set_up, tear_down),
		cmocka_unit_test_setup_teardown(longest_of_a_difference, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(threads_have_other_names,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(sorts, set_up, tear_down),
		cmocka_unit_test_setup_teardown(breaks_ties, set_up, tear_down),
		cmocka_unit_test_setup_teardown(selects, set_up, tear_down),
		cmocka_unit_test_setup_teardown(limits, set_up, tear_down),
		cmocka_unit_test_setup_teardown(many_groups, set_up, tear_down),
		cmocka_unit_test_setup_teardown(limits_of_many, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(saturates, set_up, tear_down),
		cmocka_unit_test_setup_teardown(has_percentiles, set_up,
						tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
