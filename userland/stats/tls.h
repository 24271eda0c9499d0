/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What programs read and write through TLS, by process and descriptor.
 */
#ifndef SYSTALLY_TLS_H
#define SYSTALLY_TLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "device/snapshot.h"

struct systally_tls_sum {
	uint64_t calls;
	uint64_t failed; /* or at the end of the stream */
	uint64_t bytes;
	uint64_t time_ns;
};

/* One direction of one descriptor of a process */
struct systally_tls_stream {
	uint32_t tgid; /* 0: processes of this comm that have ended */
	uint64_t start_ns;
	char comm[SYSTALLY_COMM_LEN];
	uint32_t descriptor; /* SYSTALLY_TLS_NO_FD: not known */
	bool write;
	struct systally_tls_sum plain;	   /* the library's functions */
	struct systally_tls_sum encrypted; /* system calls that these make */
};

struct systally_tls_streams {
	struct systally_tls_stream *list;
	size_t count;
	size_t shown; /* of these */
};

/*
 * Fills @streams from the rows of @snapshot, those of processes in @scope. Most bytes first. At most @limit are to be
 * shown, or all if it is 0. Returns 0, and the caller
 * frees @streams; or -1 with @error: there is no memory.
 */
int systally_tls_streams_make(struct systally_tls_streams *streams,
			      const struct systally_snapshot *snapshot,
			      const struct systally_scope *scope, size_t limit,
			      struct systally_error *error);
void systally_tls_streams_free(struct systally_tls_streams *streams);

#endif /* SYSTALLY_TLS_H */
