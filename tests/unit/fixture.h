/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Rows and snapshots for the unit tests of the command, made by hand.
 */
#ifndef SYSTALLY_FIXTURE_H
#define SYSTALLY_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "device/snapshot.h"

struct fixture {
	struct systally_header header;
	struct systally_row
		rows[64]; /* calls, errors, unattributed, hist; names
				       * of functions; TLS; processes; texts
				       */
};

static inline void fixture_init(struct fixture *fixture)
{
	memset(fixture, 0, sizeof(*fixture));
	memcpy(fixture->header.magic, SYSTALLY_MAGIC, 8);
	fixture->header.version = SYSTALLY_FORMAT_VERSION;
	fixture->header.header_bytes = sizeof(fixture->header);
	fixture->header.row_bytes = sizeof(fixture->rows[0]);
	fixture->header.collect = SYSTALLY_COLLECT_TIME;
	fixture->header.flags = SYSTALLY_ENABLED;
	fixture->header.clock_khz = 1000000;
}

static inline size_t fixture_rows(const struct fixture *fixture)
{
	return fixture->header.call_rows + fixture->header.error_rows +
	       fixture->header.unattributed_rows + fixture->header.hist_rows;
}

/* The bytes of header, rows and names: rows of TLS follow. */
static inline size_t fixture_bytes_before_tls(const struct fixture *fixture)
{
	return sizeof(fixture->header) +
	       fixture_rows(fixture) * sizeof(fixture->rows[0]) +
	       fixture->header.functions * sizeof(struct systally_function);
}

/* Returns the next row. The order is: call rows, error rows, the others. */
static inline struct systally_row *fixture_row(struct fixture *fixture,
					       __u64 *part)
{
	size_t used = fixture_rows(fixture);

	assert_true(used < 64);
	++*part;
	return &fixture->rows[used];
}

static inline struct systally_row *fixture_call(struct fixture *fixture,
						uint32_t tgid, const char *comm,
						int nr, uint64_t count)
{
	struct systally_row *row =
		fixture_row(fixture, &fixture->header.call_rows);

	row->tgid = tgid;
	row->start_ns = tgid * 1000ULL;
	row->nr = nr;
	row->count = count;
	strncpy(row->comm, comm, SYSTALLY_COMM_LEN - 1);
	fixture->header.entered += count;
	return row;
}

static inline struct systally_row *fixture_error(struct fixture *fixture,
						 uint32_t tgid, int nr,
						 uint16_t error, uint64_t count)
{
	struct systally_row *row =
		fixture_row(fixture, &fixture->header.error_rows);

	row->tgid = tgid;
	row->start_ns = tgid * 1000ULL;
	row->nr = nr;
	row->count = count;
	row->error = error;
	return row;
}

/* Adds the name of a function, after all rows. */
static inline void fixture_function(struct fixture *fixture, uint32_t nr,
				    const char *name)
{
	struct systally_function function = { .nr = nr };
	char *end = (char *)&fixture->rows[fixture_rows(fixture)];

	strncpy(function.name, name, sizeof(function.name) - 1);
	memcpy(end + fixture->header.functions++ * sizeof(function), &function,
	       sizeof(function));
}

/* The bytes before processes, which come behind all rows. */
static inline size_t
fixture_bytes_before_processes(const struct fixture *fixture)
{
	return fixture_bytes_before_tls(fixture) +
	       fixture->header.tls_rows * sizeof(fixture->rows[0]);
}

/* The bytes before the texts, which come last. */
static inline size_t fixture_bytes_before_texts(const struct fixture *fixture)
{
	return fixture_bytes_before_processes(fixture) +
	       fixture->header.processes * sizeof(struct systally_process);
}

static inline size_t fixture_bytes(const struct fixture *fixture)
{
	return fixture_bytes_before_texts(fixture) + fixture->header.text_bytes;
}

/* Adds a row of TLS, after all others and all names. */
static inline void fixture_tls(struct fixture *fixture, uint32_t tgid,
			       uint32_t descriptor, int kind, uint64_t calls,
			       uint64_t bytes)
{
	struct systally_row row = {
		.tgid = tgid,
		.start_ns = tgid * 1000ULL,
		.tid = descriptor,
		.nr = kind,
		.comm = "curl",
		.tls = { .calls = calls, .bytes = bytes, .time_ns = 7 },
	};

	assert_true(fixture_bytes(fixture) + sizeof(row) <= sizeof(*fixture));
	memcpy((char *)fixture + fixture_bytes(fixture), &row, sizeof(row));
	fixture->header.tls_rows++;
}

/* Adds a text, with its NUL. Returns where it begins, 0 for NULL. */
static inline uint32_t fixture_text(struct fixture *fixture, const char *text)
{
	const uint64_t at = fixture->header.text_bytes;
	const size_t length = text ? strlen(text) + 1 : 0;

	assert_true(fixture_bytes(fixture) + length <= sizeof(*fixture));
	if (!text)
		return 0;
	memcpy((char *)fixture + fixture_bytes(fixture), text, length);
	fixture->header.text_bytes += length;
	return (uint32_t)at;
}

/*
 * Adds a process, after all rows. Its group and executable may be NULL. Returns
 * the number that its rows have.
 */
static inline uint32_t fixture_process(struct fixture *fixture, uint32_t tgid,
				       uint32_t uid, uint32_t parent,
				       const char *cgroup, const char *exe)
{
	struct systally_process process = {
		.start_ns = tgid * 1000ULL,
		.tgid = tgid,
		.uid = uid,
		.parent = parent,
	};
	char *texts;

	/* 0 is no text: the first byte is of none */
	if (!fixture->header.text_bytes)
		fixture_text(fixture, "");
	process.cgroup = fixture_text(fixture, cgroup);
	process.exe = fixture_text(fixture, exe);
	assert_true(fixture_bytes(fixture) + sizeof(process) <=
		    sizeof(*fixture));
	texts = (char *)fixture + fixture_bytes_before_texts(fixture);
	memmove(texts + sizeof(process), texts, fixture->header.text_bytes);
	memcpy(texts, &process, sizeof(process));
	fixture->header.process_bytes = sizeof(process);
	return (uint32_t)++fixture->header.processes;
}

static inline struct systally_row *fixture_hist(struct fixture *fixture,
						uint32_t tgid, const char *comm,
						int nr, uint16_t octave)
{
	struct systally_row *row =
		fixture_row(fixture, &fixture->header.hist_rows);

	row->tgid = tgid;
	row->start_ns = tgid * 1000ULL;
	row->nr = nr;
	row->octave = octave;
	strncpy(row->comm, comm, SYSTALLY_COMM_LEN - 1);
	return row;
}

/* Parses the rows as a snapshot of the kernel. */
static inline void fixture_parse(const struct fixture *fixture,
				 struct systally_snapshot *snapshot)
{
	struct systally_error error = { "" };

	if (systally_snapshot_parse(snapshot, fixture, fixture_bytes(fixture),
				    &error))
		fail_msg("%s", error.text);
}

#endif /* SYSTALLY_FIXTURE_H */
