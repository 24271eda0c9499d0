// SPDX-License-Identifier: GPL-2.0-only
/*
 * Makes streams of TLS from the rows of a snapshot: up to two rows are one
 * stream.
 */
#include <stdlib.h>
#include <string.h>

#include "stats/tls.h"

#define COMPARE(a, b) (((a) > (b)) - ((a) < (b)))

static int compare_keys(const struct systally_tls_stream *a,
			const struct systally_tls_stream *b)
{
	int order = COMPARE(a->tgid, b->tgid);

	if (!order)
		order = COMPARE(a->start_ns, b->start_ns);
	/* A process may be renamed while the rows are copied. */
	if (!order && !a->tgid)
		order = strncmp(a->comm, b->comm, SYSTALLY_COMM_LEN);
	if (!order)
		order = COMPARE(a->descriptor, b->descriptor);
	return order ? order : COMPARE(a->write, b->write);
}

static int by_key(const void *a, const void *b)
{
	return compare_keys(a, b);
}

static uint64_t bytes_of(const struct systally_tls_stream *stream)
{
	return systally_sum(stream->plain.bytes, stream->encrypted.bytes);
}

static int by_bytes(const void *left, const void *right)
{
	const struct systally_tls_stream *a = left, *b = right;
	int order = COMPARE(bytes_of(b), bytes_of(a));

	return order ? order : compare_keys(a, b);
}

static void add(struct systally_tls_sum *to,
		const struct systally_tls_sum *from)
{
	to->calls = systally_sum(to->calls, from->calls);
	to->failed = systally_sum(to->failed, from->failed);
	to->bytes = systally_sum(to->bytes, from->bytes);
	to->time_ns = systally_sum(to->time_ns, from->time_ns);
}

static struct systally_tls_stream stream_of(const struct systally_row *row)
{
	const struct systally_tls_sum sum = {
		.calls = row->tls.calls,
		.failed = row->tls.failed,
		.bytes = row->tls.bytes,
		.time_ns = row->tls.time_ns,
	};
	struct systally_tls_stream stream = {
		.tgid = row->tgid,
		.start_ns = row->start_ns,
		.descriptor = row->tid,
		.write = row->nr == SYSTALLY_TLS_PLAIN_WRITE ||
			 row->nr == SYSTALLY_TLS_ENCRYPTED_WRITE,
	};

	memcpy(stream.comm, row->comm, sizeof(stream.comm));
	if (row->nr == SYSTALLY_TLS_PLAIN_READ ||
	    row->nr == SYSTALLY_TLS_PLAIN_WRITE)
		stream.plain = sum;
	else
		stream.encrypted = sum;
	return stream;
}

int systally_tls_streams_make(struct systally_tls_streams *streams,
			      const struct systally_snapshot *snapshot,
			      const struct systally_scope *scope, size_t limit,
			      struct systally_error *error)
{
	const size_t rows = snapshot->header.tls_rows;
	struct systally_tls_stream *list;
	size_t i, used = 0;

	*streams = (struct systally_tls_streams){ NULL, 0, 0 };
	if (!rows)
		return 0;
	list = calloc(rows, sizeof(*list));
	if (!list)
		return systally_error_set(error, "no memory for rows of TLS");
	for (i = 0; i < rows; i++) {
		if (systally_snapshot_has(snapshot, &snapshot->tls[i], scope))
			list[used++] = stream_of(&snapshot->tls[i]);
	}
	qsort(list, used, sizeof(*list), by_key);
	for (i = 0; i < used; i++) {
		struct systally_tls_stream *last =
			streams->count ? &list[streams->count - 1] : NULL;

		if (last && !compare_keys(last, &list[i])) {
			add(&last->plain, &list[i].plain);
			add(&last->encrypted, &list[i].encrypted);
		} else {
			list[streams->count++] = list[i];
		}
	}
	qsort(list, streams->count, sizeof(*list), by_bytes);
	streams->list = list;
	streams->shown =
		limit && limit < streams->count ? limit : streams->count;
	return 0;
}

void systally_tls_streams_free(struct systally_tls_streams *streams)
{
	free(streams->list);
	*streams = (struct systally_tls_streams){ NULL, 0, 0 };
}
