// SPDX-License-Identifier: GPL-2.0-only
/*
 * Unit tests of the verdict of compare: the exit status is 0 or 1 only if both
 * recordings are whole and their commands ended alike. Run by `make check-unit`.
 */
#include "fixture.h"

#include <stdio.h>
#include <unistd.h>

#include "commands/commands.h"
#include "render/formats.h"
#include "stats/comparable.h"

struct context {
	struct fixture fixtures[2];
	struct systally_record records[2];
	struct systally_names *names;
	struct systally_set set;
	struct systally_error error;
	char why[SYSTALLY_REASON_LEN];
	char paths[3][40]; /* of A, B and the output */
	char output[4096];
};

static char *words[] = { "./server" };

static int set_up(void **state)
{
	struct context *c = calloc(1, sizeof(*c));
	int i, fd;

	if (!c)
		return -1;
	c->names = systally_names_new();
	c->set.all = true;
	for (i = 0; i < 3; i++) {
		strcpy(c->paths[i], "/tmp/systally-verdict-XXXXXX");
		fd = mkstemp(c->paths[i]);
		if (fd < 0)
			return -1;
		close(fd);
	}
	for (i = 0; i < 2; i++) {
		fixture_init(&c->fixtures[i]);
		c->records[i] = (struct systally_record){
			.systally = "0.1.0",
			.kernel = "6.1.0",
			.date = "2026-11-25T07:30:00+00:00",
			.command = words,
			.command_count = 1,
			.duration_ns = 1000000,
			.ended = true,
		};
	}
	fixture_call(&c->fixtures[0], 12, "server", 7, 150)->total_ns = 150;
	fixture_call(&c->fixtures[1], 13, "server", 7, 150)->total_ns = 150;
	*state = c;
	return 0;
}

static int tear_down(void **state)
{
	struct context *c = *state;
	int i;

	for (i = 0; i < 3; i++)
		unlink(c->paths[i]);
	for (i = 0; i < 2; i++)
		systally_snapshot_free(&c->records[i].snapshot);
	systally_names_free(c->names);
	free(c);
	return 0;
}

static void parse(struct context *c)
{
	int i;

	for (i = 0; i < 2; i++) {
		systally_snapshot_free(&c->records[i].snapshot);
		fixture_parse(&c->fixtures[i], &c->records[i].snapshot);
	}
}

/* Runs compare on files. Returns its exit status; fills in c->output. */
static int run(struct context *c, const struct systally_format *format)
{
	const struct systally_request request = {
		.by = systally_by_one(SYSTALLY_BY_SYSCALL),
		.format = format,
		.files = { c->paths[0], c->paths[1] },
		.file_count = 2,
		.output = c->paths[2],
	};
	int i, status;
	FILE *file;
	size_t got;

	parse(c);
	for (i = 0; i < 2; i++) {
		file = fopen(c->paths[i], "w");
		assert_non_null(file);
		assert_int_equal(
			systally_record_write(file, &c->records[i], c->names),
			0);
		fclose(file);
	}
	systally_error_clear(&c->error);
	status = systally_cmd_compare(&request, &c->error);
	file = fopen(c->paths[2], "r");
	assert_non_null(file);
	got = fread(c->output, 1, sizeof(c->output) - 1, file);
	c->output[got] = '\0';
	fclose(file);
	return status;
}

/* Is there no verdict, with @why in the reason, whichever side is which? */
static void expect_none(struct context *c, const char *why)
{
	struct systally_record swapped;
	int i;

	parse(c);
	for (i = 0; i < 2; i++) {
		if (systally_comparable(&c->records[0], &c->records[1], &c->set,
					c->why))
			fail_msg("there is a verdict, in spite of: %s", why);
		if (!strstr(c->why, i ? "" : why))
			fail_msg("not '%s', but: %s", why, c->why);
		assert_null(strchr(c->why, '\n'));
		swapped = c->records[0];
		c->records[0] = c->records[1];
		c->records[1] = swapped;
	}
}

static void expect_one(struct context *c)
{
	parse(c);
	if (!systally_comparable(&c->records[0], &c->records[1], &c->set,
				 c->why))
		fail_msg("%s", c->why);
}

static void equal_runs(void **state)
{
	struct context *c = *state;

	assert_int_equal(run(c, &systally_format_text), 0);
	assert_non_null(strstr(c->output, "no call has changed"));
	assert_string_equal(c->error.text, "");
	/* commands that fail alike can be compared, also if a signal ends both */
	c->records[0].status = c->records[1].status = 143;
	assert_int_equal(run(c, &systally_format_text), 0);
	c->fixtures[1].rows[0].count = 151;
	c->fixtures[1].header.entered = 151;
	assert_int_equal(run(c, &systally_format_text), 1);
	assert_string_equal(c->error.text, "");
}

/* Fewer calls since the command crashed are no proof of anything. */
static void crashed(void **state)
{
	static const char why[] =
		"the commands ended differently: A's with status 0, B's with status 139 (128 + 11, Segmentation fault)";
	struct context *c = *state;

	c->records[1].status = 139;
	c->fixtures[1].rows[0].count = 3;
	c->fixtures[1].header.entered = 3;
	assert_int_equal(run(c, &systally_format_text), 2);
	assert_string_equal(c->error.text + strlen("no verdict: "), why);
	assert_null(strstr(c->output, "no regression"));
	assert_non_null(strstr(c->output, "\nno verdict: the commands ended"));
	/* what changed is shown all the same */
	assert_non_null(strstr(c->output, "150  3    -147  -98.0  poll"));
	assert_int_equal(run(c, &systally_format_json), 2);
	assert_non_null(strstr(c->output, "\"verdict\":null,\"reason\":\"the"));
	/* more calls are no regression either */
	c->fixtures[1].rows[0].count = 300;
	c->fixtures[1].header.entered = 300;
	assert_int_equal(run(c, &systally_format_csv), 2);
	expect_none(c, why);
}

/* Another kernel may be what is compared, so that is a note. */
static void other_versions(void **state)
{
	struct context *c = *state;

	assert_int_equal(run(c, &systally_format_text), 0);
	assert_null(strstr(c->output, "differ"));
	c->records[1].kernel = "6.12.0";
	c->records[0].systally = "0.0.9";
	assert_int_equal(run(c, &systally_format_text), 0);
	assert_non_null(strstr(c->output, "A was recorded on 6.1.0, B on"));
	assert_non_null(strstr(c->output, "A was recorded by 0.0.9, B by"));
}

static void cut_by_time(void **state)
{
	struct context *c = *state;

	c->records[1].ended = false;
	expect_none(c, "B is incomplete: its recording ends before");
	/* the limit had not passed when a signal ended the recording */
	c->records[1].limit_ns = 2000000;
	expect_none(c, "B is incomplete");
	c->records[1].duration_ns = 2000000;
	expect_none(c, "the command of A ended, with status 0, and that of B");
	c->records[0].ended = false;
	c->records[0].limit_ns = 1500000;
	c->records[0].duration_ns = 1600000;
	expect_none(c, "different times: 0.0015 s and 0.002 s");
	c->records[0].limit_ns = 2000000;
	c->records[0].duration_ns = 2000001;
	expect_one(c);
	/* both ended before it */
	c->records[0].ended = c->records[1].ended = true;
	c->records[0].limit_ns = 0;
	expect_one(c);
}

static void lost_calls(void **state)
{
	struct context *c = *state;
	struct systally_header *header = &c->fixtures[1].header;
	struct systally_row *row;

	c->records[1].missed = 4;
	expect_none(c, "B is incomplete: kprobes missed 4 hits");
	c->records[1].missed = 0;
	header->untimed = 5;
	expect_none(c, "B is incomplete: the time and error of 5 calls");
	header->untimed = 0;
	row = fixture_row(&c->fixtures[1], &header->unattributed_rows);
	row->nr = 1;
	row->count = 17;
	header->unattributed = 17;
	header->entered += 17;
	expect_none(c, "B is incomplete: the module had no memory for 17 of");
	/* none of the calls that are compared is lost */
	c->set.all = false; /* poll only */
	c->set.bits[SYSTALLY_ABI_X86_64][0] = 1ULL << 7;
	expect_one(c);
	/* but the numbers of some are not known */
	header->unattributed = 20;
	header->entered += 3;
	expect_none(c, "B is incomplete: the module had no memory for 3 of");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
		TEST(equal_runs),  TEST(crashed),    TEST(other_versions),
		TEST(cut_by_time), TEST(lost_calls),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
