// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reads the module's binary snapshot. It comes from the kernel, yet nothing in
 * it is trusted: module and command may be of different builds.
 */
#include <endian.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/intern.h"
#include "base/process.h"
#include "calls/names.h"
#include "device/snapshot.h"
#include "units/containers.h"

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
	if (header->row_bytes < SYSTALLY_ROW_BYTES_MIN ||
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
	size -= header->header_bytes + rows * header->row_bytes;
	if (header->functions > size / sizeof(struct systally_function))
		return systally_error_set(
			error,
			"the snapshot is cut short: its header promises names of %llu functions" REMEDY,
			(unsigned long long)header->functions);
	size -= header->functions * sizeof(struct systally_function);
	if (header->tls_rows > size / header->row_bytes)
		return systally_error_set(
			error,
			"the snapshot is cut short: its header promises %llu rows of TLS" REMEDY,
			(unsigned long long)header->tls_rows);
	size -= header->tls_rows * header->row_bytes;
	if (header->processes &&
	    (header->process_bytes < SYSTALLY_PROCESS_BYTES_MIN ||
	     header->process_bytes > ROW_BYTES_MAX))
		return systally_error_set(
			error,
			"the snapshot's processes have an impossible size, %u bytes" REMEDY,
			header->process_bytes);
	if ((header->processes &&
	     header->processes > size / header->process_bytes) ||
	    header->text_bytes >
		    size - header->processes * header->process_bytes)
		return systally_error_set(
			error,
			"the snapshot is cut short: its header promises %llu processes" REMEDY,
			(unsigned long long)header->processes);
	size -= header->processes * header->process_bytes + header->text_bytes;
	/* a longer header is of a newer module: more parts may follow */
	if (header->header_bytes <= sizeof(*header) && size)
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
	if (row->abi >= SYSTALLY_ABIS && row->abi != SYSTALLY_ABI_FUNCTION)
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
	snapshot->tls = snapshot->hist + snapshot->header.hist_rows;
}

size_t systally_snapshot_rows(const struct systally_header *header)
{
	return header->call_rows + header->error_rows +
	       header->unattributed_rows + header->hist_rows + header->tls_rows;
}

static int compare_functions(const void *a, const void *b)
{
	const struct systally_function *left = a, *right = b;

	return (left->nr > right->nr) - (left->nr < right->nr);
}

/* Copies header.functions names from @from. Returns -1 without memory. */
static int copy_functions(struct systally_snapshot *snapshot, const void *from)
{
	const size_t count = snapshot->header.functions;
	size_t i;

	if (!count)
		return 0;
	snapshot->functions = calloc(count, sizeof(*snapshot->functions));
	if (!snapshot->functions)
		return -1;
	memcpy(snapshot->functions, from, count * sizeof(*snapshot->functions));
	for (i = 0; i < count; i++)
		snapshot->functions[i].name[SYSTALLY_FUNCTION_NAME_LEN - 1] =
			'\0';
	qsort(snapshot->functions, count, sizeof(*snapshot->functions),
	      compare_functions);
	return 0;
}

/* The text at @at, which ends within the texts; NULL for 0 or nonsense */
static const char *text_at(const struct systally_header *header,
			   const char *texts, uint32_t at)
{
	return at && at < header->text_bytes &&
			       memchr(texts + at, '\0',
				      header->text_bytes - at) ?
		       texts + at :
		       NULL;
}

/* Copies header.processes from @from. Returns -1 without memory. */
static int copy_facts(struct systally_snapshot *snapshot,
		      const unsigned char *from)
{
	const struct systally_header *header = &snapshot->header;
	const char *texts =
		(const char *)from + header->processes * header->process_bytes;
	const size_t bytes =
		header->process_bytes < sizeof(struct systally_process) ?
			header->process_bytes :
			sizeof(struct systally_process);
	const bool inside = systally_process_is_inside();
	const char *exe;
	size_t i;

	if (!header->processes)
		return 0;
	snapshot->facts = calloc(header->processes, sizeof(*snapshot->facts));
	if (!snapshot->facts)
		return -1;
	systally_containers_refresh();
	for (i = 0; i < header->processes; i++) {
		struct systally_process process = { 0 };

		memcpy(&process, from, bytes);
		from += header->process_bytes;
		exe = text_at(header, texts, process.exe);
		snapshot->facts[i] = (struct systally_facts){
			.tgid = process.tgid,
			.pid = inside ? process.pid : process.tgid,
			.uid = process.uid,
			.parent = process.parent,
			.exe = exe ? systally_intern(exe, strlen(exe)) : NULL,
		};
		systally_facts_set_cgroup(
			&snapshot->facts[i],
			text_at(header, texts, process.cgroup));
	}
	return 0;
}

/* Copies rows from @from, from row @first to before row @end. */
static int copy_rows(struct systally_snapshot *snapshot, size_t first,
		     size_t end, const unsigned char *from,
		     struct systally_error *error)
{
	const size_t bytes =
		snapshot->header.row_bytes < sizeof(*snapshot->rows) ?
			snapshot->header.row_bytes :
			sizeof(*snapshot->rows);
	size_t i;

	for (i = first; i < end; i++, from += snapshot->header.row_bytes) {
		memcpy(&snapshot->rows[i], from, bytes);
		if (check_row(&snapshot->rows[i], i, error))
			return -1;
	}
	return 0;
}

/* Checks what only some parts have. */
static int check_parts(const struct systally_snapshot *snapshot,
		       struct systally_error *error)
{
	size_t i;

	for (i = 0; i < snapshot->header.hist_rows; i++) {
		if (snapshot->hist[i].octave >= SYSTALLY_HIST_OCTAVES)
			return systally_error_set(
				error,
				"row %zu of the snapshot's histograms has an unknown octave (%u)" REMEDY,
				i, snapshot->hist[i].octave);
	}
	for (i = 0; i < snapshot->header.tls_rows; i++) {
		const __s32 kind = snapshot->tls[i].nr;

		if (kind < 0 || kind >= SYSTALLY_TLS_KINDS)
			return systally_error_set(
				error,
				"row %zu of the snapshot's TLS is of an unknown kind (%d)" REMEDY,
				i, kind);
	}
	return 0;
}

int systally_snapshot_parse(struct systally_snapshot *snapshot,
			    const void *data, size_t size,
			    struct systally_error *error)
{
	struct systally_header *header = &snapshot->header;
	const unsigned char *from, *names;
	size_t rows, before_names;

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
	set_parts(snapshot);
	before_names = rows - header->tls_rows;
	from = (const unsigned char *)data + header->header_bytes;
	names = from + before_names * header->row_bytes;
	if (copy_rows(snapshot, 0, before_names, from, error) ||
	    copy_rows(snapshot, before_names, rows,
		      names + header->functions * sizeof(*snapshot->functions),
		      error) ||
	    check_parts(snapshot, error)) {
		systally_snapshot_free(snapshot);
		return -1;
	}
	if (copy_functions(snapshot, names) ||
	    copy_facts(
		    snapshot,
		    names + header->functions * sizeof(*snapshot->functions) +
			    header->tls_rows * header->row_bytes)) {
		systally_snapshot_free(snapshot);
		return systally_error_set(
			error,
			"no memory for the names of functions and the facts of processes");
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
	free(snapshot->functions);
	free(snapshot->facts);
	memset(snapshot, 0, sizeof(*snapshot));
}

void systally_snapshot_keep(struct systally_snapshot *snapshot,
			    const struct systally_scope *scope)
{
	struct systally_header *header = &snapshot->header;
	__u64 *const parts[] = { &header->call_rows, &header->error_rows,
				 &header->unattributed_rows, &header->hist_rows,
				 &header->tls_rows };
	const struct systally_row *from = snapshot->rows;
	struct systally_row *to = snapshot->rows;
	size_t part, left, i;

	for (part = 0; part < sizeof(parts) / sizeof(parts[0]); part++) {
		left = *parts[part];
		*parts[part] = 0;
		for (i = 0; i < left; i++, from++) {
			if (parts[part] != &header->unattributed_rows &&
			    !systally_snapshot_has(snapshot, from, scope))
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

/* The number of the function @name in @snapshot, or -1 */
static int function_number(const struct systally_snapshot *snapshot,
			   const char *name)
{
	size_t i;

	for (i = 0; i < snapshot->header.functions; i++) {
		if (!strcmp(snapshot->functions[i].name, name))
			return (int)snapshot->functions[i].nr;
	}
	return -1;
}

/* A number that no function of @snapshot has, or -1 */
static int free_number(const struct systally_snapshot *snapshot)
{
	bool used[SYSTALLY_NR_MAX] = { false };
	size_t i;
	int nr;

	for (i = 0; i < snapshot->header.functions; i++) {
		if (snapshot->functions[i].nr < SYSTALLY_NR_MAX)
			used[snapshot->functions[i].nr] = true;
	}
	for (nr = 0; nr < SYSTALLY_NR_MAX; nr++) {
		if (!used[nr])
			return nr;
	}
	return -1;
}

int systally_snapshot_unify(struct systally_snapshot *a,
			    struct systally_snapshot *b,
			    struct systally_error *error)
{
	const size_t known = a->header.functions, others = b->header.functions;
	const size_t rows = systally_snapshot_rows(&b->header);
	struct systally_function *more;
	int numbers[SYSTALLY_NR_MAX];
	size_t i;
	int nr;

	if (!others)
		return 0;
	more = reallocarray(a->functions, known + others, sizeof(*more));
	if (!more)
		return systally_error_set(
			error, "no memory for the names of functions");
	a->functions = more;
	for (nr = 0; nr < SYSTALLY_NR_MAX; nr++)
		numbers[nr] = nr;
	for (i = 0; i < others; i++) {
		struct systally_function *function = &b->functions[i];

		nr = function_number(a, function->name);
		if (nr < 0) {
			nr = free_number(a);
			if (nr < 0)
				return systally_error_set(
					error,
					"the two recordings have more than %d functions",
					SYSTALLY_NR_MAX);
			more[a->header.functions] = *function;
			more[a->header.functions++].nr = (__u32)nr;
		}
		if (function->nr < SYSTALLY_NR_MAX)
			numbers[function->nr] = nr;
		function->nr = (__u32)nr;
	}
	for (i = 0; i < rows; i++) {
		struct systally_row *row = &b->rows[i];

		if (row->abi == SYSTALLY_ABI_FUNCTION && row->nr >= 0 &&
		    row->nr < SYSTALLY_NR_MAX)
			row->nr = numbers[row->nr];
	}
	return 0;
}
