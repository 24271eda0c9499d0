// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reads the module's binary snapshot. It comes from the kernel, yet nothing in
 * it is trusted: module and command may be of different builds.
 */
#include <endian.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "calls/names.h"
#include "device/snapshot.h"

#if __BYTE_ORDER != __LITTLE_ENDIAN
#error "a snapshot is little endian, and its bytes are not swapped here"
#endif

/* A newer module may write longer rows and headers, but not longer than this. */
#define ROW_BYTES_MAX	 65536
#define HEADER_BYTES_MAX 65536

#define REMEDY \
	"; the loaded module may be of another build, `systally doctor` compares it"

static int check_header(const struct systally_header *header, size_t size,
			struct systally_error *error)
{
	uint64_t room, rows;

	if (header->header_bytes < SYSTALLY_HEADER_BYTES_MIN ||
	    header->header_bytes > HEADER_BYTES_MAX)
		return systally_error_set(
			error,
			"the snapshot's header has an impossible size, %u bytes" REMEDY,
			header->header_bytes);
	if (header->row_bytes < sizeof(struct systally_row) ||
	    header->row_bytes > ROW_BYTES_MAX)
		return systally_error_set(
			error,
			"the snapshot's rows have an impossible size, %u bytes" REMEDY,
			header->row_bytes);
	if (header->header_bytes > size)
		return systally_error_set(
			error,
			"the snapshot is cut short: it has %zu bytes, and its header alone has %u" REMEDY,
			size, header->header_bytes);
	room = (size - header->header_bytes) / header->row_bytes;
	rows = header->call_rows;
	if (__builtin_add_overflow(rows, header->error_rows, &rows) ||
	    __builtin_add_overflow(rows, header->unattributed_rows, &rows) ||
	    __builtin_add_overflow(rows, header->hist_rows, &rows) ||
	    rows > room)
		return systally_error_set(
			error,
			"the snapshot is cut short: its %zu bytes hold %llu rows, and its header promises more" REMEDY,
			size, (unsigned long long)room);
	/* a longer header is of a newer module: more parts may follow */
	if (header->header_bytes <= sizeof(*header) &&
	    header->header_bytes + rows * header->row_bytes != size)
		return systally_error_set(
			error,
			"the snapshot is longer than its header says" REMEDY);
	if (header->hist_rows && !header->clock_khz)
		return systally_error_set(
			error,
			"the snapshot has histograms, but no clock_khz" REMEDY);
	return 0;
}

static int check_row(struct systally_row *row, size_t index,
		     struct systally_error *error)
{
	if (row->abi >= SYSTALLY_ABIS)
		return systally_error_set(
			error,
			"row %zu of the snapshot has an unknown ABI (%u)" REMEDY,
			index, row->abi);
	row->comm[SYSTALLY_COMM_LEN - 1] = '\0';
	row->nr = systally_names_nr(row->nr);
	return 0;
}

static void set_parts(struct systally_snapshot *snapshot)
{
	snapshot->calls = snapshot->rows;
	snapshot->errors = snapshot->calls + snapshot->header.call_rows;
	snapshot->unattributed = snapshot->errors + snapshot->header.error_rows;
	snapshot->hist =
		snapshot->unattributed + snapshot->header.unattributed_rows;
}

size_t systally_snapshot_rows(const struct systally_header *header)
{
	return header->call_rows + header->error_rows +
	       header->unattributed_rows + header->hist_rows;
}

int systally_snapshot_parse(struct systally_snapshot *snapshot,
			    const void *data, size_t size,
			    struct systally_error *error)
{
	struct systally_header *header = &snapshot->header;
	const unsigned char *from;
	size_t i, rows;

	memset(snapshot, 0, sizeof(*snapshot));
	if (size < sizeof(header->magic) ||
	    memcmp(data, SYSTALLY_MAGIC, sizeof(header->magic)))
		return systally_error_set(
			error,
			size ? "this is not a systally snapshot: it does not start with '" SYSTALLY_MAGIC
			       "'" REMEDY :
			       "the snapshot is empty" REMEDY);
	memcpy(header, data, size < sizeof(*header) ? size : sizeof(*header));
	if (size >= sizeof(header->magic) + sizeof(header->version) &&
	    header->version != SYSTALLY_FORMAT_VERSION)
		return systally_error_set(
			error,
			"the module writes snapshots of version %u, this command reads version %u; use the command that was built with the module",
			header->version, SYSTALLY_FORMAT_VERSION);
	if (size < SYSTALLY_HEADER_BYTES_MIN)
		return systally_error_set(
			error,
			"the snapshot is cut short: it has %zu bytes, a header has %d" REMEDY,
			size, SYSTALLY_HEADER_BYTES_MIN);
	/* an older header is shorter: rows were copied behind it */
	if (header->header_bytes >= SYSTALLY_HEADER_BYTES_MIN &&
	    header->header_bytes < sizeof(*header))
		memset((unsigned char *)header + header->header_bytes, 0,
		       sizeof(*header) - header->header_bytes);
	if (check_header(header, size, error))
		return -1;
	rows = systally_snapshot_rows(header);
	snapshot->rows = calloc(rows ? rows : 1, sizeof(*snapshot->rows));
	if (!snapshot->rows)
		return systally_error_set(
			error, "no memory for %zu rows of the snapshot", rows);
	from = (const unsigned char *)data + header->header_bytes;
	for (i = 0; i < rows; i++, from += header->row_bytes) {
		memcpy(&snapshot->rows[i], from, sizeof(*snapshot->rows));
		if (check_row(&snapshot->rows[i], i, error)) {
			systally_snapshot_free(snapshot);
			return -1;
		}
	}
	set_parts(snapshot);
	for (i = 0; i < header->hist_rows; i++) {
		if (snapshot->hist[i].octave < SYSTALLY_HIST_OCTAVES)
			continue;
		systally_error_set(
			error,
			"row %zu of the snapshot's histograms has an unknown octave (%u)" REMEDY,
			i, snapshot->hist[i].octave);
		systally_snapshot_free(snapshot);
		return -1;
	}
	return 0;
}

void systally_snapshot_adopt(struct systally_snapshot *snapshot,
			     struct systally_row *rows)
{
	snapshot->rows = rows;
	set_parts(snapshot);
}

void systally_snapshot_free(struct systally_snapshot *snapshot)
{
	free(snapshot->rows);
	free(snapshot->max_is_former);
	memset(snapshot, 0, sizeof(*snapshot));
}

static bool is_listed(uint32_t tgid, const uint32_t *tgids, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		if (tgids[i] == tgid)
			return true;
	}
	return false;
}

void systally_snapshot_keep(struct systally_snapshot *snapshot,
			    const uint32_t *tgids, size_t count)
{
	struct systally_header *header = &snapshot->header;
	__u64 *const parts[] = { &header->call_rows, &header->error_rows,
				 &header->unattributed_rows,
				 &header->hist_rows };
	const struct systally_row *from = snapshot->rows;
	struct systally_row *to = snapshot->rows;
	size_t part, left, i;

	for (part = 0; part < sizeof(parts) / sizeof(parts[0]); part++) {
		left = *parts[part];
		*parts[part] = 0;
		for (i = 0; i < left; i++, from++) {
			if (parts[part] != &header->unattributed_rows &&
			    !is_listed(from->tgid, tgids, count))
				continue;
			if (!part && snapshot->max_is_former)
				snapshot->max_is_former[*parts[part]] =
					snapshot->max_is_former[i];
			*to++ = *from;
			++*parts[part];
		}
	}
	set_parts(snapshot);
	header->entered = systally_sum(systally_snapshot_tallied(snapshot),
				       header->unattributed);
}

uint64_t systally_snapshot_tallied(const struct systally_snapshot *snapshot)
{
	uint64_t sum = 0;
	size_t i;

	for (i = 0; i < snapshot->header.call_rows; i++)
		sum = systally_sum(sum, snapshot->calls[i].count);
	return sum;
}
