// SPDX-License-Identifier: GPL-2.0-only
/*
 * Streams of TLS: rows become streams, in order, and are limited and rendered.
 */
#include "fixture.h"
#include "render/formats.h"
#include "stats/tls.h"

struct context {
	struct fixture fixture;
	struct systally_snapshot snapshot;
	struct systally_tls_streams streams;
	struct systally_error error;
};

static int set_up(void **state)
{
	struct context *c = calloc(1, sizeof(*c));

	if (!c)
		return -1;
	fixture_init(&c->fixture);
	fixture_tls(&c->fixture, 10, 4, SYSTALLY_TLS_ENCRYPTED_READ, 2, 313);
	fixture_tls(&c->fixture, 10, 4, SYSTALLY_TLS_PLAIN_WRITE, 5, 50);
	fixture_tls(&c->fixture, 10, 4, SYSTALLY_TLS_PLAIN_READ, 7, 211);
	fixture_tls(&c->fixture, 11, SYSTALLY_TLS_NO_FD,
		    SYSTALLY_TLS_PLAIN_READ, 1, 1009);
	fixture_parse(&c->fixture, &c->snapshot);
	*state = c;
	return 0;
}

static int tear_down(void **state)
{
	struct context *c = *state;

	systally_tls_streams_free(&c->streams);
	systally_snapshot_free(&c->snapshot);
	free(c);
	return 0;
}

static void make(struct context *c, uint32_t *pids, size_t count, size_t limit)
{
	const struct systally_scope scope = { .pids = pids,
					      .pid_count = count };

	assert_int_equal(systally_tls_streams_make(&c->streams, &c->snapshot,
						   &scope, limit, &c->error),
			 0);
}

/* Plain and encrypted bytes of a direction are one stream. */
static void joins_rows(void **state)
{
	struct context *c = *state;
	const struct systally_tls_stream *stream;

	make(c, NULL, 0, 0);
	assert_int_equal(c->streams.count, 3);
	assert_int_equal(c->streams.shown, 3);
	stream = &c->streams.list[0];
	assert_int_equal(stream->tgid, 11);
	assert_int_equal(stream->descriptor, SYSTALLY_TLS_NO_FD);
	assert_int_equal(stream->encrypted.calls, 0);
	stream = &c->streams.list[1];
	assert_int_equal(stream->tgid, 10);
	assert_int_equal(stream->descriptor, 4);
	assert_false(stream->write);
	assert_int_equal(stream->plain.calls, 7);
	assert_int_equal(stream->plain.bytes, 211);
	assert_int_equal(stream->encrypted.calls, 2);
	assert_int_equal(stream->encrypted.bytes, 313);
	assert_true(c->streams.list[2].write);
}

static void keeps_what_is_asked(void **state)
{
	static uint32_t pids[] = { 7, 10 };
	struct context *c = *state;

	make(c, pids, 2, 1);
	assert_int_equal(c->streams.count, 2);
	assert_int_equal(c->streams.shown, 1);
	assert_int_equal(c->streams.list[0].tgid, 10);
	systally_tls_streams_free(&c->streams);
	make(c, pids, 1, 0);
	assert_int_equal(c->streams.count, 0);
}

/* What was not measured is no number. */
static void shows_table(void **state)
{
	static const char expected[] =
		"pid  command  fd  tls   calls  bytes    time  syscalls  encrypted\n"
		" 11  curl      -  read      1   1009  0.00us         -          -\n"
		" 10  curl      4  read      7    211  0.00us         2        313\n"
		"(1 more)\n";
	struct context *c = *state;
	const struct systally_report report = {
		.tls = &c->streams,
		.width = SYSTALLY_COLUMNS_MAX * 10,
	};
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	make(c, NULL, 0, 2);
	systally_tls_table(out, &report, SYSTALLY_GRID_PLAIN);
	fclose(out);
	assert_string_equal(text, expected);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(joins_rows, set_up, tear_down),
		cmocka_unit_test_setup_teardown(keeps_what_is_asked, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(shows_table, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
