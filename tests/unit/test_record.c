// SPDX-License-Identifier: GPL-2.0-only
/*
 * Unit tests of recordings: written files can be read again, and damaged files
 * are refused. Run by `make check-unit`.
 */
#include "hostile.h"

#include <stdio.h>
#include <unistd.h>

#include "stats/record.h"
#include "render/formats.h"

struct context {
	struct fixture fixture;
	struct systally_record record; /* what is written */
	struct systally_record read;
	struct systally_names *names;
	struct systally_error error;
	char path[64];
	char *text; /* the file */
	size_t size;
};

static char *words[] = { "sh", "-c", "echo \"\xc3\xa9\" \xff\n" };

static int set_up(void **state)
{
	struct context *c = calloc(1, sizeof(*c));
	struct systally_row *row;
	int fd;

	if (!c)
		return -1;
	strcpy(c->path, "/tmp/systally-record-XXXXXX");
	fd = mkstemp(c->path);
	if (fd < 0)
		return -1;
	close(fd);
	c->names = systally_names_new();
	fixture_init(&c->fixture);
	row = fixture_call(&c->fixture, 12, "a\\b \x01\xff", 7, 1009);
	row->errors = 3;
	row->total_ns = UINT64_MAX;
	row->max_ns = INT64_MAX;
	row->tid = 13;
	row = fixture_call(&c->fixture, UINT32_MAX, "", 168, 5);
	memcpy(row->comm, "fifteen letters", 15);
	row->abi = SYSTALLY_ABI_I386;
	row = fixture_call(&c->fixture, 0, "", -1, 1);
	row->abi = SYSTALLY_ABI_X32;
	row = fixture_error(&c->fixture, 12, 7, 4, 2);
	row = fixture_error(&c->fixture, 12, 7, 512, 1);
	row = fixture_row(&c->fixture, &c->fixture.header.unattributed_rows);
	row->nr = 1;
	row->count = 17;
	row = fixture_hist(&c->fixture, 12, "a", 7, 62);
	row->buckets[3] = 1009;
	c->fixture.header.flags |= SYSTALLY_THREADS;
	c->fixture.header.collect = SYSTALLY_COLLECT_HIST;
	c->fixture.header.unattributed = 17;
	c->fixture.header.entered += 17;
	c->fixture.header.untimed = 2;
	c->fixture.header.discarded = 3;
	c->fixture.header.orphan_exits = 4;
	c->fixture.header.denied = 5;
	c->fixture.header.taken_ns = 5;
	c->fixture.header.generation = 6;
	fixture_parse(&c->fixture, &c->record.snapshot);
	c->record.systally = "0.1";
	c->record.kernel = "6.1.0-test";
	c->record.date = "2026-11-25T07:30:00+00:00";
	c->record.command = words;
	c->record.command_count = 3;
	c->record.syscalls = "%poll,read";
	c->record.duration_ns = 500;
	c->record.limit_ns = 400;
	c->record.missed = 600;
	c->record.ended = true;
	c->record.status = 143;
	*state = c;
	return 0;
}

static int tear_down(void **state)
{
	struct context *c = *state;

	unlink(c->path);
	systally_snapshot_free(&c->record.snapshot);
	systally_names_free(c->names);
	free(c->text);
	free(c);
	return 0;
}

/* Writes the recording into c->text. */
static void write_text(struct context *c)
{
	FILE *out;

	free(c->text);
	c->text = NULL;
	out = open_memstream(&c->text, &c->size);
	assert_int_equal(systally_record_write(out, &c->record, c->names), 0);
	fclose(out);
}

static int read_bytes(struct context *c, const char *text, size_t size)
{
	FILE *file = fopen(c->path, "w");
	int result;

	assert_non_null(file);
	assert_int_equal(fwrite(text, 1, size, file), size);
	fclose(file);
	systally_error_clear(&c->error);
	result = systally_record_read(&c->read, c->path, &c->error);
	if (result) {
		/* the message is one line with the file; no memory is kept */
		assert_non_null(strstr(c->error.text, c->path));
		assert_null(strchr(c->error.text, '\n'));
		assert_null(c->read.snapshot.rows);
		assert_null(c->read.kernel);
	}
	return result;
}

static void reads_what_was_written(void **state)
{
	struct context *c = *state;
	const struct systally_header *header = &c->read.snapshot.header;
	size_t rows = fixture_rows(&c->fixture);

	write_text(c);
	if (read_bytes(c, c->text, c->size))
		fail_msg("%s", c->error.text);
	assert_memory_equal(header, &c->record.snapshot.header,
			    sizeof(*header));
	assert_memory_equal(c->read.snapshot.rows, c->record.snapshot.rows,
			    rows * sizeof(struct systally_row));
	assert_ptr_equal(c->read.snapshot.hist, c->read.snapshot.rows + 6);
	assert_string_equal(c->read.kernel, c->record.kernel);
	assert_string_equal(c->read.systally, c->record.systally);
	assert_string_equal(c->read.date, c->record.date);
	assert_string_equal(c->read.syscalls, c->record.syscalls);
	assert_int_equal(c->read.duration_ns, 500);
	assert_int_equal(c->read.limit_ns, 400);
	assert_int_equal(c->read.missed, 600);
	assert_true(c->read.ended);
	assert_int_equal(c->read.status, 143);
	assert_int_equal(c->read.command_count, 3);
	assert_string_equal(c->read.command[1], "-c");
	assert_string_equal(c->read.command[2], words[2]);
	systally_record_free(&c->read);
	/* no status, no filter; the last line may lack its line feed */
	c->record.ended = false;
	c->record.syscalls = NULL;
	write_text(c);
	assert_int_equal(read_bytes(c, c->text, c->size - 1), 0);
	assert_false(c->read.ended);
	assert_null(c->read.syscalls);
	systally_record_free(&c->read);
}

/*
 * Other programs read this format, so any change of it needs a new version.
 * json-c wrote the expected text, before base/json.c existed.
 */
/* Names, words and dates come back as the same bytes, whatever they are. */
static void keeps_every_byte(void **state)
{
	struct context *c = *state;
	char *copies[HOSTILE + 1];
	size_t i;

	for (i = 0; i < HOSTILE; i++) {
		copies[i] = strdup(hostile[i]);
		assert_non_null(copies[i]);
	}
	copies[HOSTILE] = hostile_word();
	c->record.command = copies;
	c->record.command_count = HOSTILE + 1;
	c->record.date = copies[HOSTILE];
	for (i = 0; i < HOSTILE; i++) {
		memset(c->record.snapshot.rows[0].comm, 0, SYSTALLY_COMM_LEN);
		strcpy(c->record.snapshot.rows[0].comm, hostile[i]);
		write_text(c);
		assert_harmless(c->text, 1 + fixture_rows(&c->fixture));
		if (read_bytes(c, c->text, c->size))
			fail_msg("%s", c->error.text);
		assert_string_equal(c->read.snapshot.rows[0].comm, hostile[i]);
		assert_string_equal(c->read.date, copies[HOSTILE]);
		systally_record_free(&c->read);
	}
	read_bytes(c, c->text, c->size);
	assert_int_equal(c->read.command_count, HOSTILE + 1);
	for (i = 0; i <= HOSTILE; i++) {
		assert_string_equal(c->read.command[i], copies[i]);
		free(copies[i]);
	}
	systally_record_free(&c->read);
}

/* Rows of TLS come last; only recordings that have some say how many. */
static void has_tls(void **state)
{
	static const char rows[] =
		"{\"row\":\"tls\",\"tgid\":12,\"start_ns\":12000,\"comm\":\"curl\",\"descriptor\":5,\"bytes_of\":\"plain_read\",\"calls\":3,\"failed\":0,\"bytes\":101,\"time_ns\":7}\n"
		"{\"row\":\"tls\",\"tgid\":12,\"start_ns\":12000,\"comm\":\"curl\",\"descriptor\":null,\"bytes_of\":\"encrypted_write\",\"calls\":2,\"failed\":0,\"bytes\":202,\"time_ns\":7}\n";
	struct context *c = *state;
	const struct systally_snapshot *snapshot = &c->record.snapshot;
	const char *found;
	size_t i;

	systally_snapshot_free(&c->record.snapshot);
	fixture_tls(&c->fixture, 12, 5, SYSTALLY_TLS_PLAIN_READ, 3, 101);
	fixture_tls(&c->fixture, 12, SYSTALLY_TLS_NO_FD,
		    SYSTALLY_TLS_ENCRYPTED_WRITE, 2, 202);
	fixture_parse(&c->fixture, &c->record.snapshot);
	write_text(c);
	assert_non_null(strstr(c->text, ",\"tls_rows\":2}\n"));
	found = strstr(c->text, rows);
	assert_non_null(found);
	assert_string_equal(found, rows);
	assert_int_equal(read_bytes(c, c->text, c->size), 0);
	assert_int_equal(c->read.snapshot.header.tls_rows, 2);
	assert_memory_equal(c->read.snapshot.tls, snapshot->tls,
			    2 * sizeof(*snapshot->tls));
	systally_record_free(&c->read);
	for (i = 0; i + 1 < c->size; i++)
		assert_int_equal(read_bytes(c, c->text, i), -1);

	/* more failures than calls */
	strstr(c->text, "\"failed\":0")[9] = '9';
	assert_int_equal(read_bytes(c, c->text, c->size), -1);
	assert_non_null(strstr(c->error.text, "does not add up"));
	found = strstr(c->text, "plain_read");
	memcpy(strstr(c->text, "plain_read"), "plain_rest", 10);
	assert_int_equal(read_bytes(c, c->text, c->size), -1);
	assert_non_null(strstr(c->error.text, "`bytes_of` is plain_rest"));
}

static void is_documented(void **state)
{
	static const char expected[] =
		"{\"systally_record\":1,\"systally\":\"0.1\",\"kernel\":\"6.1.0-test\",\"date\":\"2026-11-25T07:30:00+00:00\",\"command\":[\"sh\",\"-c\",\"echo \\\"\xc3\xa9\\\" \\\\xff\\n\"],\"status\":143,\"syscalls\":\"%poll,read\",\"duration_ns\":500,\"limit_ns\":400,\"missed\":600,\"denied\":5,\"collect\":\"hist\",\"threads\":true,\"entered\":1032,\"unattributed\":17,\"orphan_exits\":4,\"untimed\":2,\"discarded\":3,\"generation\":6,\"taken_ns\":5,\"clock_khz\":1000000,\"call_rows\":3,\"error_rows\":2,\"unattributed_rows\":1,\"hist_rows\":1}\n"
		"{\"row\":\"call\",\"tgid\":12,\"tid\":13,\"start_ns\":12000,\"comm\":\"a\\\\x5cb \\\\x01\\\\xff\",\"abi\":\"x86-64\",\"nr\":7,\"syscall\":\"poll\",\"count\":1009,\"errors\":3,\"total_ns\":18446744073709551615,\"max_ns\":9223372036854775807}\n"
		"{\"row\":\"call\",\"tgid\":4294967295,\"tid\":0,\"start_ns\":4294967295000,\"comm\":\"fifteen letters\",\"abi\":\"i386\",\"nr\":168,\"syscall\":\"poll\",\"count\":5,\"errors\":null,\"total_ns\":null,\"max_ns\":null}\n"
		"{\"row\":\"call\",\"tgid\":0,\"tid\":0,\"start_ns\":0,\"comm\":\"\",\"abi\":\"x32\",\"nr\":-1,\"syscall\":\"out_of_range\",\"count\":1,\"errors\":null,\"total_ns\":null,\"max_ns\":null}\n"
		"{\"row\":\"error\",\"tgid\":12,\"tid\":0,\"start_ns\":12000,\"comm\":\"\",\"abi\":\"x86-64\",\"nr\":7,\"syscall\":\"poll\",\"errno\":4,\"name\":\"EINTR\",\"count\":2}\n"
		"{\"row\":\"error\",\"tgid\":12,\"tid\":0,\"start_ns\":12000,\"comm\":\"\",\"abi\":\"x86-64\",\"nr\":7,\"syscall\":\"poll\",\"errno\":512,\"name\":\"ERESTARTSYS\",\"count\":1}\n"
		"{\"row\":\"unattributed\",\"tgid\":0,\"tid\":0,\"start_ns\":0,\"comm\":\"\",\"abi\":\"x86-64\",\"nr\":1,\"syscall\":\"write\",\"count\":17,\"errors\":null,\"total_ns\":null,\"max_ns\":null}\n"
		"{\"row\":\"hist\",\"tgid\":12,\"tid\":0,\"start_ns\":12000,\"comm\":\"a\",\"abi\":\"x86-64\",\"nr\":7,\"syscall\":\"poll\",\"octave\":62,\"buckets\":[0,0,0,1009]}\n";
	struct context *c = *state;

	write_text(c);
	assert_string_equal(c->text, expected);
}

/* A command that was still running, and no -e. */
static void is_documented_with_nulls(void **state)
{
	static const char expected[] =
		"{\"systally_record\":1,\"systally\":\"0.1\",\"kernel\":\"6.1.0-test\",\"date\":\"2026-11-25T07:30:00+00:00\",\"command\":[],\"status\":null,\"syscalls\":null,\"duration_ns\":500,\"limit_ns\":400,\"missed\":600,\"denied\":5,\"collect\":\"hist\",\"threads\":false,\"entered\":1032,\"unattributed\":17,\"orphan_exits\":4,\"untimed\":2,\"discarded\":3,\"generation\":6,\"taken_ns\":5,\"clock_khz\":1000000,\"call_rows\":0,\"error_rows\":0,\"unattributed_rows\":0,\"hist_rows\":0}\n";
	struct context *c = *state;

	c->record.ended = false;
	c->record.syscalls = NULL;
	c->record.command_count = 0;
	c->record.snapshot.header.flags = SYSTALLY_ENABLED;
	c->record.snapshot.header.call_rows = 0;
	c->record.snapshot.header.error_rows = 0;
	c->record.snapshot.header.unattributed_rows = 0;
	c->record.snapshot.header.hist_rows = 0;
	write_text(c);
	assert_string_equal(c->text, expected);
}

/* A file that is cut anywhere is refused. ASan sees reads beyond its end. */
static void refuses_cut_files(void **state)
{
	struct context *c = *state;
	size_t i;

	write_text(c);
	for (i = 0; i + 1 < c->size; i++) {
		if (!read_bytes(c, c->text, i))
			fail_msg("%zu bytes of %zu were accepted", i, c->size);
		/* the message says so, unless half a character is left */
		if (i && (c->text[i] & 0xc0) != 0x80 &&
		    !strstr(c->error.text, "cut short"))
			fail_msg("%zu bytes: %s", i, c->error.text);
	}
	assert_int_equal(read_bytes(c, "", 0), -1);
	assert_non_null(strstr(c->error.text, "is empty"));
}

/* Damages c->text in many ways. It may be accepted, but then it can be shown. */
static void damage(struct context *c)
{
	unsigned int random = 1, round, i;

	for (round = 0; round < 3000; round++) {
		char *copy = malloc(c->size);

		assert_non_null(copy);
		memcpy(copy, c->text, c->size);
		for (i = 0; i <= round % 3; i++) {
			random = random * 1103515245 + 12345;
			copy[(random >> 8) % c->size] = (char)(random >> 3);
		}
		if (!read_bytes(c, copy, c->size)) {
			assert_in_range(c->read.snapshot.calls[0].abi, 0,
					SYSTALLY_ABIS - 1);
			systally_record_free(&c->read);
		}
		free(copy);
	}
}

static void survives_damage(void **state)
{
	struct context *c = *state;

	write_text(c);
	damage(c);
}

/*
 * Replaces the first @what of the file by @by and reads that. @message is part
 * of the expected error, or NULL if the file must be accepted.
 */
static void expect(struct context *c, const char *what, const char *by,
		   const char *message)
{
	char *place = strstr(c->text, what);
	char *copy = NULL;
	size_t size;
	FILE *out;

	if (!place)
		fail_msg("no %s in the file", what);
	out = open_memstream(&copy, &size);
	fprintf(out, "%.*s%s%s", (int)(place - c->text), c->text, by,
		place + strlen(what));
	fclose(out);
	if (message) {
		if (!read_bytes(c, copy, size))
			fail_msg("%s for %s was accepted", by, what);
		if (!strstr(c->error.text, message))
			fail_msg("%s for %s: %s", by, what, c->error.text);
	} else {
		if (read_bytes(c, copy, size))
			fail_msg("%s for %s: %s", by, what, c->error.text);
		systally_record_free(&c->read);
	}
	free(copy);
}

/* Errors and times are null if no call has returned, and stay so. */
static void keeps_the_unknown(void **state)
{
	struct context *c = *state;
	char *text;

	c->record.snapshot.header.collect = SYSTALLY_COLLECT_COUNT;
	c->record.duration_ns = 0;
	c->record.limit_ns = 0;
	write_text(c);
	assert_non_null(
		strstr(c->text, "\"duration_ns\":null,\"limit_ns\":null,"));
	assert_non_null(strstr(
		c->text,
		"\"count\":5,\"errors\":null,\"total_ns\":null,\"max_ns\":null}"));
	text = strdup(c->text);
	assert_non_null(text);
	assert_int_equal(read_bytes(c, text, c->size), 0);
	assert_int_equal(c->read.duration_ns, 0);
	systally_snapshot_free(&c->record.snapshot);
	c->record = c->read;
	write_text(c);
	assert_string_equal(c->text, text);
	/* 0, as it was written before, is read as null is */
	expect(c, "\"errors\":null", "\"errors\":0", NULL);
	expect(c, "\"duration_ns\":null,\"limit_ns\":null", "\"duration_ns\":0",
	       NULL);
	expect(c, "\"limit_ns\":null", "\"limit_ns\":\"\"", "`limit_ns`");
	expect(c, "\"count\":5", "\"count\":null", "`count`");
	c->read = c->record;
	memset(&c->record, 0, sizeof(c->record));
	systally_record_free(&c->read);
	free(text);
}

/* The file `-` is standard input. */
static void reads_standard_input(void **state)
{
	struct context *c = *state;
	const int former = dup(STDIN_FILENO);
	int round;

	write_text(c);
	for (round = 0; round < 2; round++) {
		/* the second time: cut short */
		FILE *file = fopen(c->path, "w");

		assert_non_null(file);
		fwrite(c->text, 1, round ? c->size / 2 : c->size, file);
		fclose(file);
		assert_non_null(freopen(c->path, "r", stdin));
		systally_error_clear(&c->error);
		assert_int_equal(systally_record_read(&c->read, "-", &c->error),
				 -round);
		if (!round)
			systally_record_free(&c->read);
	}
	assert_memory_equal(c->error.text, "standard input, line ", 21);
	clearerr(stdin);
	dup2(former, STDIN_FILENO);
	close(former);
}

/* Numbers that no kernel could have are one call, whichever they are. */
static void out_of_range_is_one_call(void **state)
{
	static const int nrs[] = { 1022, 1023, 1024, INT32_MAX, -1 };
	struct context *c = *state;
	struct systally_question question = {
		.by = systally_by_one(SYSTALLY_BY_SYSCALL),
	};
	struct systally_ranking ranking;
	char *text;
	size_t i;

	systally_snapshot_free(&c->record.snapshot);
	fixture_init(&c->fixture);
	for (i = 0; i < sizeof(nrs) / sizeof(nrs[0]); i++)
		fixture_call(&c->fixture, 12, "a", 100 + (int)i, 1);
	fixture_parse(&c->fixture, &c->record.snapshot);
	for (i = 0; i < sizeof(nrs) / sizeof(nrs[0]); i++)
		c->record.snapshot.calls[i].nr = nrs[i];
	write_text(c);
	text = strdup(c->text);
	assert_int_equal(read_bytes(c, text, c->size), 0);
	free(text);
	assert_int_equal(systally_rank(&ranking, &question, &c->read.snapshot,
				       c->names, &c->error),
			 0);
	assert_int_equal(ranking.shown, 2);
	assert_int_equal(ranking.groups[0].nr, SYSTALLY_NR_OUT_OF_RANGE);
	assert_int_equal(ranking.groups[0].count, 4);
	assert_int_equal(ranking.groups[1].nr, 1022);
	systally_ranking_free(&ranking);
	systally_record_free(&c->read);
	/* the kernel's snapshot, too */
	systally_snapshot_free(&c->record.snapshot);
	for (i = 0; i < sizeof(nrs) / sizeof(nrs[0]); i++)
		c->fixture.rows[i].nr = nrs[i];
	fixture_parse(&c->fixture, &c->record.snapshot);
	for (i = 1; i < sizeof(nrs) / sizeof(nrs[0]); i++)
		assert_int_equal(c->record.snapshot.calls[i].nr,
				 SYSTALLY_NR_OUT_OF_RANGE);
}

static void says_what_is_wrong(void **state)
{
	static const struct {
		const char *what, *by, *message;
	} cases[] = {
		{ "\"systally_record\":1", "\"systally_record\":2",
		  "version 2, this command reads version 1" },
		{ "\"systally_record\":1", "\"systally_record\":0",
		  "version 0" },
		{ "\"systally_record\":1", "\"systally_record\":\"1\"",
		  "`systally_record`" },
		{ "\"systally_record\":1", "\"other\":1",
		  "but not a recording; `systally record" },
		{ "{\"systally_record\"", "PK{\"systally_record\"",
		  "is not a recording; `systally record" },
		{ "\"kernel\":", "\"colonel\":", "line 1: `kernel`" },
		{ "\"kernel\":\"6", "\"kernel\":\"\\u0000", "NUL" },
		{ "\"kernel\":\"6", "\"kernel\":\"\xff", "line 1: not UTF-8" },
		{ "\"kernel\":\"6", "\"kernel\":\"\xc0\xb6",
		  "line 1: not UTF-8" },
		{ "\"sh\"", "7", "`command`" },
		{ "\"collect\":\"hist\"", "\"collect\":\"all\"", "`collect`" },
		{ "\"threads\":true", "\"threads\":1", "`threads`" },
		{ "\"status\":143", "\"status\":256", "`status`" },
		{ "\"entered\":1032", "\"entered\":1033",
		  "1015 calls in its rows and 17 unattributed, 1033 entered" },
		{ "\"entered\":1032", "\"entered\":-1", "`entered`" },
		{ "\"entered\":1032", "\"entered\":1e3", "`entered`" },
		{ "\"clock_khz\":1000000", "\"clock_khz\":0",
		  "no `clock_khz`" },
		{ "\"call_rows\":3", "\"call_rows\":2", "line 4: `row`" },
		{ "\"call_rows\":3", "\"call_rows\":4", "line 5: `row`" },
		{ "\"hist_rows\":1", "\"hist_rows\":0", "more rows" },
		{ "\"hist_rows\":1", "\"hist_rows\":18446744073709551615",
		  "cut short: it ends after 7 rows" },
		{ "\"count\":17", "\"count\":18", "unattributed calls than" },
		{ "[0,0,0,1009", "[0,0,0,1033", "does not add up" },
		{ "[0,0,0,1009", "[1,0,0,18446744073709551615", "not add up" },
		{ "\"count\":1009", "\"count\":\"1009\"", "line 2: `count`" },
		{ "\"count\":1009", "\"count\":1008", "does not add up" },
		{ "\"count\":1009", "\"count\":", "line 2: not one JSON" },
		{ "\"tgid\":12", "\"tgid\":4294967296", "`tgid`" },
		{ "\"abi\":\"x86-64\"", "\"abi\":\"arm\"", "`abi`" },
		{ "\"nr\":7", "\"nr\":-2", "`nr`" },
		{ "\"nr\":7", "\"nr\":2147483648", "`nr`" },
		{ "\"comm\":\"a\\\\x5c", "\"comm\":\"a\\\\y5c", "`comm`" },
		{ "\"comm\":\"a\\\\x5c", "\"comm\":\"a\\\\x00", "`comm`" },
		{ "fifteen letters", "sixteen  letters", "`comm`" },
		{ "\"octave\":62", "\"octave\":63", "`octave`" },
		{ "[0,0,0,", "[0,0,", "`buckets`" },
		{ "[0,0,0,", "[0,0,-1,", "`buckets`" },
		{ "[0,0,0,", "[0,0,{},", "`buckets`" },
		{ "\"errno\":512", "\"errno\":65536", "`errno`" },
		{ "}\n{", "} {", "line 1: not one JSON" },
		{ "}\n{", "}\n\n{", "line 2: not one JSON" },
		{ "}\n{", "}\n[]\n{", "line 2: not one JSON" },
		/* accepted: keys that are not known, and spaces */
		{ "\"kernel\":", "\"later\":{\"a\":[1]},\"kernel\":", NULL },
		{ "\"row\":", "\"later\":null, \"row\": ", NULL },
	};
	struct context *c = *state;
	size_t i;

	write_text(c);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		expect(c, cases[i].what, cases[i].by, cases[i].message);
}

/*
 * Error rows may have more errors than the calls have only if some calls are
 * unattributed.
 */
static void errors_add_up(void **state)
{
	struct context *c = *state;

	write_text(c);
	expect(c, "\"errors\":3", "\"errors\":2", NULL);
	c->record.snapshot.header.entered -= 17;
	c->record.snapshot.header.unattributed = 0;
	c->record.snapshot.header.unattributed_rows = 0;
	write_text(c);
	expect(c, "\"errors\":3", "\"errors\":1009", NULL);
	expect(c, "\"errors\":3", "\"errors\":1010", "more errors");
	expect(c, "\"errors\":3", "\"errors\":2", "more errors");
	expect(c, "\"count\":2}", "\"count\":3}", "more errors");
}

static void refuses_other_files(void **state)
{
	static const struct {
		const char *path, *message;
	} cases[] = {
		{ "/nonexistent/file",
		  "cannot open /nonexistent/file: No such" },
		{ "/tmp", "cannot read /tmp: Is a directory" },
		{ "/dev/null", "is empty" },
		{ "/dev/zero", "is not a recording" },
		{ "/proc/self/exe", "is not a recording" },
	};
	struct context *c = *state;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		systally_error_clear(&c->error);
		assert_int_equal(systally_record_read(&c->read, cases[i].path,
						      &c->error),
				 -1);
		if (!strstr(c->error.text, cases[i].message))
			fail_msg("%s: %s", cases[i].path, c->error.text);
	}
}

/* A line without an end must not fill the memory. */
static void refuses_endless_line(void **state)
{
	struct context *c = *state;
	size_t size = 17 << 20;
	char *text = malloc(size);

	assert_non_null(text);
	memset(text, ' ', size);
	text[0] = '{';
	assert_int_equal(read_bytes(c, text, size), -1);
	assert_non_null(strstr(c->error.text, "longer than 16 MiB"));
	/* deep nesting must not overflow the stack */
	memset(text, '[', size);
	memcpy(text, "{\"a\":", 5);
	assert_int_equal(read_bytes(c, text, 1 << 20), -1);
	free(text);
}

/* An id of a container, and a user whose number no user database has */
#define ID     "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define NOBODY 3999999999u

/* The path of a group, of 300 bytes, with all that is not simply text */
static const char *long_path(void)
{
	static const char begin[] =
		"/a\\x2d\\b \"quoted\"/\xff\xc3(\n\t/caf\xc3\xa9/";
	static char path[301];

	memset(path, 'x', sizeof(path) - 1);
	memcpy(path, begin, sizeof(begin) - 1);
	path[150] = '/';
	return path;
}

/* Records four processes, the last with nothing that is known. */
static void record_processes(struct context *c)
{
	systally_snapshot_free(&c->record.snapshot);
	c->fixture.rows[0].process = 2;
	c->fixture.rows[1].process = 1;
	c->fixture.rows[2].process = 4;
	c->fixture.rows[3].process = 2;
	c->fixture.rows[6].process = UINT32_MAX;
	fixture_tls(&c->fixture, 12, 5, SYSTALLY_TLS_PLAIN_READ, 3, 101);
	fixture_process(&c->fixture, 20, NOBODY, 7,
			"/machine.slice/machine-a\\x2db.service",
			"ng\\x41\xff");
	fixture_process(&c->fixture, 12, 0, UINT32_MAX, "/docker/" ID, "");
	fixture_process(&c->fixture, 13, SYSTALLY_UID_UNKNOWN - 1, 0,
			long_path(), NULL);
	fixture_process(&c->fixture, 0, SYSTALLY_UID_UNKNOWN, 0, NULL, NULL);
	fixture_parse(&c->fixture, &c->record.snapshot);
	assert_int_equal(strlen(c->record.snapshot.facts[2].cgroup), 300);
	write_text(c);
}

static void keeps_processes(void **state)
{
	struct context *c = *state;
	const struct systally_snapshot *written = &c->record.snapshot;
	const struct systally_snapshot *read = &c->read.snapshot;
	const struct systally_facts *a, *b;
	size_t i;

	record_processes(c);
	assert_harmless(c->text, 1 + 4 + 7 + 1);
	if (read_bytes(c, c->text, c->size))
		fail_msg("%s", c->error.text);
	assert_int_equal(read->header.processes, 4);
	for (i = 0; i < 4; i++) {
		a = &written->facts[i];
		b = &read->facts[i];
		assert_int_equal(b->tgid, a->tgid);
		assert_int_equal(b->uid, a->uid);
		assert_int_equal(b->parent, a->parent);
		/* interned: equal texts are one */
		assert_ptr_equal(b->cgroup, a->cgroup);
		assert_ptr_equal(b->unit, a->unit);
		assert_ptr_equal(b->container, a->container);
		assert_ptr_equal(b->exe, a->exe);
	}
	assert_int_equal(read->facts[1].parent, UINT32_MAX);
	assert_string_equal(read->facts[1].container, ID);
	assert_string_equal(read->facts[2].cgroup, long_path());
	assert_null(read->facts[2].exe);
	assert_int_equal(read->facts[3].uid, SYSTALLY_UID_UNKNOWN);
	assert_int_equal(read->facts[3].parent, 0);
	assert_null(read->facts[3].cgroup);
	assert_null(read->facts[3].unit);
	assert_null(read->facts[3].container);
	assert_null(read->facts[3].exe);
	assert_memory_equal(read->rows, written->rows,
			    8 * sizeof(struct systally_row));
	assert_ptr_equal(systally_snapshot_facts(read, &read->calls[0]),
			 &read->facts[1]);
	assert_ptr_equal(systally_snapshot_facts(read, &read->calls[2]),
			 &read->facts[3]);
	assert_null(systally_snapshot_facts(read, &read->hist[0]));
	assert_null(systally_snapshot_facts(read, &read->tls[0]));
	systally_record_free(&c->read);
	assert_null(c->read.snapshot.facts);
	for (i = 0; i + 1 < c->size; i++)
		assert_int_equal(read_bytes(c, c->text, i), -1);
}

/* What runtimes told is kept: another machine has other containers. */
static void keeps_containers(void **state)
{
	struct context *c = *state;
	char *text;

	record_processes(c);
	c->record.snapshot.facts[0].container = "we\xff"
						"b";
	write_text(c);
	text = strdup(c->text);
	assert_non_null(text);
	assert_int_equal(read_bytes(c, text, c->size), 0);
	assert_string_equal(c->read.snapshot.facts[0].container, "we\xff"
								 "b");
	assert_string_equal(c->read.snapshot.facts[0].cgroup,
			    "/machine.slice/machine-a\\x2db.service");
	systally_record_free(&c->read);
	free(text);
}

/* Other programs read this. */
static void processes_are_documented(void **state)
{
	static const char expected[] =
		",\"hist_rows\":1,\"tls_rows\":1,\"processes\":3}\n"
		"{\"row\":\"process\",\"tgid\":20,\"uid\":3999999999,\"user\":\"3999999999\",\"parent\":7,\"cgroup\":\"/lxc.payload.we\\\\x5cx2db/\\\\b/\\\"\",\"container\":\"we\\\\x5cx2db\",\"exe\":\"ng\\\\x5cx41\\\\xff\"}\n"
		"{\"row\":\"process\",\"tgid\":12,\"uid\":0,\"user\":\"root\",\"parent\":4294967295,\"cgroup\":\"/docker/" ID
		"\",\"container\":\"" ID "\",\"exe\":\"\"}\n"
		"{\"row\":\"process\",\"tgid\":0,\"uid\":null,\"user\":null,\"parent\":null,\"cgroup\":null,\"container\":null,\"exe\":null}\n"
		"{\"row\":\"call\",";
	/* rows of processes, and one of none */
	static const char *const rows[] = {
		",\"max_ns\":9223372036854775807,\"process\":2}\n",
		",\"max_ns\":null,\"process\":1}\n",
		",\"name\":\"EINTR\",\"count\":2,\"process\":2}\n",
		",\"name\":\"ERESTARTSYS\",\"count\":1}\n",
		",\"buckets\":[0,0,0,1009],\"process\":4294967295}\n",
		",\"bytes\":101,\"time_ns\":7}\n",
	};
	struct context *c = *state;
	size_t i;

	record_processes(c);
	systally_facts_set_cgroup(&c->record.snapshot.facts[0],
				  "/lxc.payload.we\\x2db/\\b/\"");
	c->record.snapshot.facts[2] = c->record.snapshot.facts[3];
	c->record.snapshot.header.processes = 3;
	write_text(c);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (!strstr(c->text, rows[i]))
			fail_msg("no %s in %s", rows[i], c->text);
	}
	if (!strstr(c->text, expected))
		fail_msg("%s", c->text);
}

/* A recording of a former systally has no process. */
static void lacks_processes(void **state)
{
	struct context *c = *state;
	const struct systally_snapshot *read = &c->read.snapshot;
	size_t i;

	write_text(c);
	assert_null(strstr(c->text, "process"));
	assert_int_equal(read_bytes(c, c->text, c->size), 0);
	assert_int_equal(read->header.processes, 0);
	assert_null(read->facts);
	for (i = 0; i < fixture_rows(&c->fixture); i++) {
		assert_int_equal(read->rows[i].process, 0);
		assert_null(systally_snapshot_facts(read, &read->rows[i]));
	}
	systally_record_free(&c->read);
	/* null is as none */
	expect(c, "\"hist_rows\":1", "\"hist_rows\":1,\"processes\":null",
	       NULL);
	expect(c, "\"hist_rows\":1", "\"hist_rows\":1,\"processes\":0", NULL);
	/* rows may have numbers that no process has */
	expect(c, "\"tgid\":12", "\"process\":1,\"tgid\":12", NULL);
}

static void survives_damage_of_processes(void **state)
{
	struct context *c = *state;

	record_processes(c);
	damage(c);
}

static void refuses_other_processes(void **state)
{
	static const struct {
		const char *what, *by, *message;
	} cases[] = {
		{ "\"processes\":4", "\"processes\":5",
		  "line 6: `row` is call, but according to the first line it is process" },
		{ "\"processes\":4", "\"processes\":18446744073709551615",
		  "line 6: `row` is call" },
		{ "\"processes\":4", "\"processes\":3",
		  "line 5: `row` is process, but according to the first line it is call" },
		{ "\"processes\":4", "\"processes\":-1", "`processes`" },
		{ "\"processes\":4", "\"processes\":\"4\"", "`processes`" },
		{ ",\"processes\":4", "", "line 2: `row` is process" },
		{ "\"row\":\"process\"", "\"row\":\"prozess\"",
		  "line 2: `row` is prozess" },
		{ "\"row\":\"process\",", "", "line 2: `row`" },
		{ "\"tgid\":20", "\"tgid\":4294967296", "line 2: `tgid`" },
		{ "\"tgid\":20", "\"tgid\":null", "line 2: `tgid`" },
		{ "\"tgid\":20,", "", "line 2: `tgid`" },
		{ "\"uid\":3999999999", "\"uid\":4294967296", "`uid`" },
		{ "\"uid\":3999999999", "\"uid\":-1", "`uid`" },
		{ "\"uid\":3999999999", "\"uid\":\"root\"", "`uid`" },
		{ "\"parent\":7", "\"parent\":4294967296", "`parent`" },
		{ "\"parent\":7", "\"parent\":7.5", "`parent`" },
		{ "\"cgroup\":\"", "\"cgroup\":7,\"a\":\"", "`cgroup`" },
		{ "\"cgroup\":\"", "\"cgroup\":[],\"a\":\"", "`cgroup`" },
		{ "\"cgroup\":\"", "\"cgroup\":\"\\u0000", "NUL" },
		{ "\"container\":null", "\"container\":1", "`container`" },
		{ "\"exe\":\"", "\"exe\":true,\"a\":\"", "`exe`" },
		{ "\"process\":2", "\"process\":4294967296", "`process`" },
		{ "\"process\":2", "\"process\":null", "`process`" },
		/* accepted */
		{ "\"uid\":3999999999", "\"uid\":null", NULL },
		{ "\"parent\":7", "\"parent\":null", NULL },
		{ "\"cgroup\":\"", "\"other\":\"", NULL },
		{ "\"container\":null,", "", NULL },
		{ "\"exe\":\"", "\"exe\":null,\"a\":\"", NULL },
		{ "\"process\":2", "\"process\":0", NULL },
		{ "\"user\":\"3999999999\",", "", NULL },
	};
	struct context *c = *state;
	char *end;
	size_t i;

	record_processes(c);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		expect(c, cases[i].what, cases[i].by, cases[i].message);
	/* it ends behind the second process */
	end = strchr(c->text, '\n') + 1;
	end = strchr(end, '\n') + 1;
	end = strchr(end, '\n') + 1;
	assert_int_equal(read_bytes(c, c->text, (size_t)(end - c->text)), -1);
	assert_non_null(strstr(
		c->error.text,
		" is cut short: it ends after 2 processes, and its first line promises more; record it again"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(reads_what_was_written, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(keeps_every_byte, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(has_tls, set_up, tear_down),
		cmocka_unit_test_setup_teardown(is_documented, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(is_documented_with_nulls,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(out_of_range_is_one_call,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(reads_standard_input, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(keeps_the_unknown, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(refuses_cut_files, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(survives_damage, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(says_what_is_wrong, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(errors_add_up, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(refuses_other_files, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(refuses_endless_line, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(keeps_processes, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(keeps_containers, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(processes_are_documented,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(lacks_processes, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(refuses_other_processes, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(survives_damage_of_processes,
						set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
