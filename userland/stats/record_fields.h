/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The keys of a recording, for its writer and its reader.
 */
#ifndef SYSTALLY_RECORD_FIELDS_H
#define SYSTALLY_RECORD_FIELDS_H

#include <stddef.h>
#include <stdint.h>

#include "systally.h"

/* The parts of a snapshot, in their order. */
enum systally_record_part {
	SYSTALLY_RECORD_CALLS,
	SYSTALLY_RECORD_ERRORS,
	SYSTALLY_RECORD_UNATTRIBUTED,
	SYSTALLY_RECORD_HIST,
	SYSTALLY_RECORD_TLS,
	SYSTALLY_RECORD_PARTS,
};

/* The value of `row` in each part. */
extern const char *const systally_record_rows[SYSTALLY_RECORD_PARTS];

/* The value of `row` in a line with the facts of a process */
#define SYSTALLY_RECORD_PROCESS "process"

/* The value of `bytes_of` in a row of TLS, by enum systally_tls */
extern const char *const systally_record_tls[SYSTALLY_TLS_KINDS];

/* A key and the offset of its 64-bit value. The last key in a list is NULL. */
struct systally_record_field {
	const char *key;
	size_t offset;
};

/* The fields of struct systally_header, and of struct systally_row */
extern const struct systally_record_field systally_record_header[];
extern const struct systally_record_field systally_record_amounts[];
extern const struct systally_record_field systally_record_tls_amounts[];

/* Fills in how many rows each part has according to @header. */
static inline void systally_record_count(const struct systally_header *header,
					 uint64_t rows[SYSTALLY_RECORD_PARTS])
{
	rows[SYSTALLY_RECORD_CALLS] = header->call_rows;
	rows[SYSTALLY_RECORD_ERRORS] = header->error_rows;
	rows[SYSTALLY_RECORD_UNATTRIBUTED] = header->unattributed_rows;
	rows[SYSTALLY_RECORD_HIST] = header->hist_rows;
	rows[SYSTALLY_RECORD_TLS] = header->tls_rows;
}

#endif /* SYSTALLY_RECORD_FIELDS_H */
