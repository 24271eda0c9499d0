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
	uint32_t pids[] = { 30, 20 };
	struct systally_scope scope = { .pids = pids, .pid_count = 2 };
	struct context *context = *state;
	struct systally_error error = { "" };

	context->question.failed = true;
	rank(context);
	assert_int_equal(context->ranking.shown, 2);
	assert_string_equal(name_of(context, 0), "poll");
	assert_string_equal(name_of(context, 1), "read");
	context->question.failed = false;
	context->question.scope = &scope;
	rank(context);
	assert_int_equal(context->ranking.total.count, 150);
	scope.pid_count = 0;
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

/* An id of a container, and a user whose number no user database has */
#define ID     "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define NOBODY 3999999999u

/*
 * Replaces the snapshot: two processes in a unit, two in a container, one of them in
 * a group below it, and three whose facts are not known.
 */
static void make_facts(struct context *context)
{
	struct fixture fixture;

	fixture_init(&fixture);
	fixture_call(&fixture, 10, "nginx", READ, 7)->process = 1;
	fixture_call(&fixture, 10, "nginx", POLL, 100)->process = 1;
	fixture_call(&fixture, 11, "nginx", READ, 20)->process = 2;
	fixture_call(&fixture, 20, "redis", READ, 300)->process = 3;
	fixture_call(&fixture, 21, "helper", READ, 40)->process = 4;
	fixture_call(&fixture, 30, "none", READ, 5);
	fixture_call(&fixture, 31, "lost", READ, 6)->process = 99;
	fixture_call(&fixture, 0, "sh", READ, 8)->process = 5;
	fixture_error(&fixture, 20, READ, 4, 30)->process = 3;
	fixture_error(&fixture, 21, READ, 4, 3)->process = 4;
	fixture_error(&fixture, 11, READ, 4, 2)->process = 2;
	/* 896 to 1024 ns, 96 to 112 ns */
	fixture_hist(&fixture, 10, "nginx", POLL, 8)->buckets[3] = 100;
	fixture_hist(&fixture, 20, "redis", READ, 5)->buckets[2] = 300;
	fixture.rows[11].process = 1;
	fixture.rows[12].process = 3;
	fixture.rows[1].max_ns = 1000;
	fixture.rows[3].max_ns = 110;
	fixture_process(&fixture, 10, 0, 1, "/system.slice/nginx.service",
			"nginx");
	fixture_process(&fixture, 11, NOBODY, 10, "/system.slice/nginx.service",
			"nginx");
	fixture_process(&fixture, 20, NOBODY, 10, "/docker/" ID, "redis");
	fixture_process(&fixture, 21, NOBODY, 10, "/docker/" ID "/sub", NULL);
	/* of several that have exited: all is unknown */
	fixture_process(&fixture, 0, SYSTALLY_UID_UNKNOWN, 0, NULL, NULL);
	systally_snapshot_free(&context->snapshot);
	fixture_parse(&fixture, &context->snapshot);
}

/* What a group is to be: its name by the last dimension, NULL: there is none */
struct named {
	const char *name;
	uint64_t count;
};

#define BY(id, sort, ...)                                       \
	expect_groups(context, systally_by_one(id), sort,       \
		      (const struct named[]){ __VA_ARGS__ },    \
		      sizeof((struct named[]){ __VA_ARGS__ }) / \
			      sizeof(struct named))

static const struct systally_group *expect_groups(struct context *context,
						  struct systally_by by,
						  enum systally_sort sort,
						  const struct named *expected,
						  size_t count)
{
	const struct systally_group *groups;
	const char *name;
	size_t i;

	context->question.by = by;
	context->question.sort = sort;
	groups = rank(context);
	assert_int_equal(context->ranking.shown, count);
	for (i = 0; i < count; i++) {
		name = name_of(context, i);
		if (!name != !expected[i].name ||
		    (name && strcmp(name, expected[i].name)))
			fail_msg("group %zu is %s, not %s", i,
				 name ? name : "unknown",
				 expected[i].name ? expected[i].name :
						    "unknown");
		assert_int_equal(groups[i].count, expected[i].count);
	}
	return groups;
}

/* What is not known of a process is one group. */
static void by_facts(void **state)
{
	struct context *context = *state;
	const struct systally_group *groups;

	make_facts(context);
	BY(SYSTALLY_BY_UNIT, SYSTALLY_SORT_COUNT, { NULL, 359 },
	   { "nginx.service", 127 });
	assert_int_equal(context->ranking.total.count, 486);
	assert_false(context->ranking.folded);
	groups = BY(SYSTALLY_BY_CONTAINER, SYSTALLY_SORT_COUNT,
		    { "0123456789ab", 340 }, { NULL, 146 });
	assert_string_equal(groups[0].container, ID);
	assert_null(groups[1].container);
	/* what is no key is not set */
	assert_null(groups[0].cgroup);
	BY(SYSTALLY_BY_CGROUP, SYSTALLY_SORT_COUNT, { "/docker/" ID, 300 },
	   { "/system.slice/nginx.service", 127 }, { "/docker/" ID "/sub", 40 },
	   { NULL, 19 });
	groups = BY(SYSTALLY_BY_USER, SYSTALLY_SORT_COUNT,
		    { "3999999999", 360 }, { "root", 107 }, { NULL, 19 });
	assert_int_equal(groups[0].uid, NOBODY);
	assert_int_equal(groups[1].uid, 0);
	assert_int_equal(groups[2].uid, SYSTALLY_UID_UNKNOWN);
	BY(SYSTALLY_BY_EXE, SYSTALLY_SORT_COUNT, { "redis", 300 },
	   { "nginx", 127 }, { NULL, 59 });
	groups = BY(SYSTALLY_BY_PARENT, SYSTALLY_SORT_COUNT, { "10", 360 },
		    { "1", 107 }, { "0", 19 });
	assert_int_equal(groups[0].parent, 10);
	assert_int_equal(groups[2].parent, 0);
}

/* By name, unknown ones are first; users by their names, parents by number. */
static void sorts_facts(void **state)
{
	struct context *context = *state;

	make_facts(context);
	BY(SYSTALLY_BY_UNIT, SYSTALLY_SORT_NAME, { NULL, 359 },
	   { "nginx.service", 127 });
	BY(SYSTALLY_BY_CONTAINER, SYSTALLY_SORT_NAME, { NULL, 146 },
	   { "0123456789ab", 340 });
	BY(SYSTALLY_BY_CGROUP, SYSTALLY_SORT_NAME, { NULL, 19 },
	   { "/docker/" ID, 300 }, { "/docker/" ID "/sub", 40 },
	   { "/system.slice/nginx.service", 127 });
	BY(SYSTALLY_BY_USER, SYSTALLY_SORT_NAME, { NULL, 19 },
	   { "3999999999", 360 }, { "root", 107 });
	BY(SYSTALLY_BY_EXE, SYSTALLY_SORT_NAME, { NULL, 59 }, { "nginx", 127 },
	   { "redis", 300 });
	BY(SYSTALLY_BY_PARENT, SYSTALLY_SORT_NAME, { "0", 19 }, { "1", 107 },
	   { "10", 360 });
	/* by the key: users by number, the unknown one last */
	BY(SYSTALLY_BY_USER, SYSTALLY_SORT_NOTHING, { "root", 107 },
	   { "3999999999", 360 }, { NULL, 19 });
}

static void by_two_facts(void **state)
{
	struct context *context = *state;
	const struct systally_group *groups;

	make_facts(context);
	groups = expect_groups(
		context, systally_by_two(SYSTALLY_BY_UNIT, SYSTALLY_BY_USER),
		SYSTALLY_SORT_COUNT,
		(const struct named[]){ { "3999999999", 340 },
					{ "root", 107 },
					{ "3999999999", 20 },
					{ NULL, 19 } },
		4);
	assert_null(groups[0].unit);
	assert_string_equal(groups[1].unit, "nginx.service");
	assert_string_equal(groups[2].unit, "nginx.service");
	assert_null(groups[3].unit);
	groups = expect_groups(
		context,
		systally_by_two(SYSTALLY_BY_CONTAINER, SYSTALLY_BY_EXE),
		SYSTALLY_SORT_COUNT,
		(const struct named[]){ { "redis", 300 },
					{ "nginx", 127 },
					{ NULL, 40 },
					{ NULL, 19 } },
		4);
	assert_string_equal(groups[0].container, ID);
	assert_null(groups[1].container);
	assert_string_equal(groups[2].container, ID);
	assert_null(groups[3].container);
	groups = expect_groups(
		context,
		systally_by_two(SYSTALLY_BY_PARENT, SYSTALLY_BY_CGROUP),
		SYSTALLY_SORT_COUNT,
		(const struct named[]){ { "/docker/" ID, 300 },
					{ "/system.slice/nginx.service", 107 },
					{ "/docker/" ID "/sub", 40 },
					{ "/system.slice/nginx.service", 20 },
					{ NULL, 19 } },
		5);
	assert_int_equal(groups[0].parent, 10);
	assert_int_equal(groups[1].parent, 1);
	assert_int_equal(groups[3].parent, 10);
	assert_int_equal(groups[4].parent, 0);
	/* with a call, and with errors, which have rows of their own */
	groups = expect_groups(
		context, systally_by_two(SYSTALLY_BY_UNIT, SYSTALLY_BY_SYSCALL),
		SYSTALLY_SORT_COUNT,
		(const struct named[]){
			{ "read", 359 }, { "poll", 100 }, { "read", 27 } },
		3);
	assert_null(groups[0].unit);
	assert_string_equal(groups[2].unit, "nginx.service");
	groups = expect_groups(
		context,
		systally_by_two(SYSTALLY_BY_ERRNO, SYSTALLY_BY_CONTAINER),
		SYSTALLY_SORT_ERRORS,
		(const struct named[]){ { "0123456789ab", 33 }, { NULL, 2 } },
		2);
	assert_int_equal(groups[0].error, 4);
	assert_int_equal(groups[0].errors, 33);
}

/* Rows of a process whose user or group has changed are one process. */
static void by_process_with_facts(void **state)
{
	struct context *context = *state;
	const struct systally_group *groups;
	struct fixture fixture;

	fixture_init(&fixture);
	fixture_call(&fixture, 10, "sh", READ, 7)->process = 1;
	fixture_call(&fixture, 10, "sh", READ, 50)->process = 2;
	fixture.rows[0].facts = 111;
	fixture.rows[1].facts = 222;
	fixture_process(&fixture, 10, 0, 1, "/a.service", "sh");
	fixture_process(&fixture, 10, 0, 1, "/b.service", "sh");
	systally_snapshot_free(&context->snapshot);
	fixture_parse(&fixture, &context->snapshot);
	context->question.by = systally_by_one(SYSTALLY_BY_PROCESS);
	groups = rank(context);
	assert_int_equal(context->ranking.shown, 1);
	assert_int_equal(groups[0].count, 57);
	groups = expect_groups(
		context, systally_by_two(SYSTALLY_BY_PROCESS, SYSTALLY_BY_UNIT),
		SYSTALLY_SORT_COUNT,
		(const struct named[]){ { "b.service", 50 },
					{ "a.service", 7 } },
		2);
	assert_int_equal(groups[0].tgid, 10);
	assert_int_equal(groups[1].tgid, 10);
}

/* Histograms are of the groups of their processes. */
static void facts_have_percentiles(void **state)
{
	struct context *context = *state;
	const struct systally_group *groups;

	make_facts(context);
	groups = BY(SYSTALLY_BY_UNIT, SYSTALLY_SORT_COUNT, { NULL, 359 },
		    { "nginx.service", 127 });
	assert_int_equal(groups[0].hist_count, 300);
	assert_int_equal(groups[0].percentile_ns[SYSTALLY_P50], 104);
	assert_int_equal(groups[1].hist_count, 100);
	assert_int_equal(groups[1].percentile_ns[SYSTALLY_P50], 960);
	groups = BY(SYSTALLY_BY_CGROUP, SYSTALLY_SORT_NAME, { NULL, 19 },
		    { "/docker/" ID, 300 }, { "/docker/" ID "/sub", 40 },
		    { "/system.slice/nginx.service", 127 });
	assert_int_equal(groups[0].hist_count, 0);
	assert_int_equal(groups[1].hist_count, 300);
	assert_int_equal(groups[2].hist_count, 0);
	assert_int_equal(groups[3].hist_count, 100);
	assert_int_equal(context->ranking.total.hist_count, 400);
}

/* Fields say what is not known. */
static void shows_facts(void **state)
{
	static const struct {
		enum systally_dimension_id id;
		const char *word, *keys, *headings;
	} cases[] = {
		{ SYSTALLY_BY_UNIT, "unit", "unit ", "unit " },
		{ SYSTALLY_BY_CONTAINER, "container",
		  "container container_name ", "container " },
		{ SYSTALLY_BY_CGROUP, "cgroup", "cgroup ", "cgroup " },
		{ SYSTALLY_BY_USER, "user", "uid user ", "user " },
		{ SYSTALLY_BY_EXE, "exe", "exe ", "exe " },
		{ SYSTALLY_BY_PARENT, "parent", "parent ", "parent " },
	};
	const struct systally_field *fields[SYSTALLY_BY_FIELDS_MAX];
	struct context *context = *state;
	char list[80], buffer[SYSTALLY_FIELD_LEN];
	const struct systally_group *known, *unknown;
	unsigned int i, k, count;
	int keys;

	make_facts(context);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		context->question.by = systally_by_one(cases[i].id);
		context->question.sort = SYSTALLY_SORT_NOTHING;
		known = rank(context);
		/* the user that is not known has the largest number */
		unknown = known + (cases[i].id == SYSTALLY_BY_USER ? 2 : 0);
		known += 1;
		assert_ptr_equal(systally_dimension_find(cases[i].word,
							 strlen(cases[i].word)),
				 &systally_dimensions[cases[i].id]);
		for (keys = 0; keys < 2; keys++) {
			count = systally_by_fields(&context->question.by, keys,
						   fields);
			list[0] = '\0';
			for (k = 0; k < count; k++) {
				const struct systally_field *f = fields[k];

				strcat(list, keys ? f->key : f->heading);
				strcat(list, " ");
				assert_true(systally_field_known(f, known));
				if (f->number)
					assert_false(systally_field_known(
						f, unknown));
				else
					assert_null(f->text(context->names,
							    unknown, buffer));
			}
			assert_string_equal(list, keys ? cases[i].keys :
							 cases[i].headings);
		}
	}
	/* in JSON the whole id, in tables the beginning */
	context->question.by = systally_by_one(SYSTALLY_BY_CONTAINER);
	known = rank(context) + 1;
	systally_by_fields(&context->question.by, true, fields);
	assert_string_equal(fields[0]->text(context->names, known, buffer), ID);
	assert_null(fields[1]->text(context->names, known, buffer));
	systally_by_fields(&context->question.by, false, fields);
	assert_string_equal(fields[0]->text(context->names, known, buffer),
			    "0123456789ab");
}

static void selects_by_facts(void **state)
{
	struct systally_scope scope = { NULL, 0, NULL, 0 };
	struct systally_error error = { "" };
	struct context *context = *state;

	make_facts(context);
	context->question.scope = &scope;
	assert_int_equal(
		systally_scope_add(&scope, SYSTALLY_TERM_UNIT, "nginx", &error),
		0);
	BY(SYSTALLY_BY_USER, SYSTALLY_SORT_COUNT, { "root", 107 },
	   { "3999999999", 20 });
	assert_int_equal(context->ranking.hist.count, 100);
	assert_int_equal(
		systally_scope_add(&scope, SYSTALLY_TERM_NAME, "none", &error),
		0);
	BY(SYSTALLY_BY_USER, SYSTALLY_SORT_COUNT, { "root", 107 },
	   { "3999999999", 20 }, { NULL, 5 });
	systally_scope_free(&scope);
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
		cmocka_unit_test_setup_teardown(by_facts, set_up, tear_down),
		cmocka_unit_test_setup_teardown(sorts_facts, set_up, tear_down),
		cmocka_unit_test_setup_teardown(by_two_facts, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(by_process_with_facts, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(facts_have_percentiles, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(shows_facts, set_up, tear_down),
		cmocka_unit_test_setup_teardown(selects_by_facts, set_up,
						tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
