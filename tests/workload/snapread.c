// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reads the binary snapshot and checks its layout; also beside storms and
 * resets:
 *	snapread [-d] [N | pid PID]
 * Reads it N times (default 1), or until process PID has exited, and prints `ok
 * READS` if each time the sizes are right, entered is the sum of the rows'
 * counts and unattributed, and no row is out of bounds, and if entered +
 * discarded never decreased. -d prints the rows of the last one: `row TGID TID
 * ABI NR COUNT ERRORS TOTAL_NS MAX_NS START_NS COMM` and `hist TGID ABI NR
 * OCTAVE BUCKET BUCKET BUCKET BUCKET COMM`, after `clock KHZ`.
 */
#include <linux/types.h>

#include "../../include/systally.h"
#include "workload.h"

static char *image;
static size_t image_bytes, image_room;
static const char *const abi_names[] = { "x86-64", "i386", "x32" };

static void __attribute__((noreturn, format(printf, 1, 2)))
wrong(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	printf("wrong: ");
	vprintf(format, args);
	va_end(args);
	putchar('\n');
	exit(1);
}

static void image_read(void)
{
	int fd = open(CONTROLS "snapshot", O_RDONLY);
	ssize_t bytes;

	if (fd < 0)
		die("open snapshot");
	image_bytes = 0;
	for (;;) {
		if (image_room - image_bytes < 65536) {
			image_room = image_room * 2 + 131072;
			image = realloc(image, image_room);
			if (!image)
				die("realloc");
		}
		bytes = read(fd, image + image_bytes, image_room - image_bytes);
		if (bytes < 0)
			die("read snapshot");
		if (!bytes)
			break;
		image_bytes += bytes;
	}
	close(fd);
}

static const struct systally_row *row_at(const struct systally_header *header,
					 __u64 index)
{
	return (void *)(image + header->header_bytes +
			index * header->row_bytes);
}

static __u64 buckets_sum(const struct systally_row *row)
{
	__u64 sum = 0;
	int i;

	for (i = 0; i < SYSTALLY_HIST_BUCKETS; i++)
		sum += row->buckets[i];
	return sum;
}

static void image_check(const struct systally_header *header)
{
	__u64 rows, i, calls = 0, unattributed = 0, failed = 0, errors = 0;
	__u64 hist = 0;
	const struct systally_row *row;

	if (image_bytes < sizeof(*header))
		wrong("%zu bytes", image_bytes);
	if (memcmp(header->magic, SYSTALLY_MAGIC, 8))
		wrong("magic");
	if (header->version != SYSTALLY_FORMAT_VERSION ||
	    header->header_bytes != sizeof(*header) ||
	    header->row_bytes != sizeof(*row))
		wrong("version %u, header %u, row %u bytes", header->version,
		      header->header_bytes, header->row_bytes);
	rows = header->call_rows + header->error_rows +
	       header->unattributed_rows + header->hist_rows;
	if (header->process_bytes != sizeof(struct systally_process) ||
	    image_bytes != header->header_bytes + rows * header->row_bytes +
				   header->processes * header->process_bytes +
				   header->text_bytes)
		wrong("%zu bytes for %llu rows, %llu processes", image_bytes,
		      (unsigned long long)rows,
		      (unsigned long long)header->processes);
	for (i = 0; i < rows; i++) {
		row = row_at(header, i);
		if (row->abi >= SYSTALLY_ABIS || row->nr < -1 ||
		    row->nr >= 1023)
			wrong("row %llu: abi %u nr %d", (unsigned long long)i,
			      row->abi, row->nr);
		if (strnlen(row->comm, sizeof(row->comm)) == sizeof(row->comm))
			wrong("row %llu: comm without end",
			      (unsigned long long)i);
		if (row->process > header->processes)
			wrong("row %llu: process %u", (unsigned long long)i,
			      row->process);
		if (i < header->call_rows) {
			calls += row->count;
			failed += row->errors;
			if (row->error)
				wrong("errno in a call row");
			if (row->errors > row->count)
				wrong("%s: %llu errors in %llu calls",
				      row->comm,
				      (unsigned long long)row->errors,
				      (unsigned long long)row->count);
			if (row->max_ns > row->total_ns)
				wrong("%s: max over total", row->comm);
		} else if (i < header->call_rows + header->error_rows) {
			errors += row->count;
			if (!row->error || row->error > 4095)
				wrong("error row with %u", row->error);
		} else if (i < rows - header->hist_rows) {
			unattributed += row->count;
			if (row->tgid)
				wrong("unattributed row of %u", row->tgid);
		} else {
			hist += buckets_sum(row);
			if (row->octave >= SYSTALLY_HIST_OCTAVES || row->tid)
				wrong("hist row: octave %u, tid %u",
				      row->octave, row->tid);
			if (!buckets_sum(row))
				wrong("empty hist row");
		}
	}
	/* In the worst case some numbers have no unattributed row. */
	if (unattributed > header->unattributed)
		wrong("unattributed %llu, its rows %llu",
		      (unsigned long long)header->unattributed,
		      (unsigned long long)unattributed);
	if (calls + header->unattributed != header->entered)
		wrong("entered %llu, rows %llu + %llu",
		      (unsigned long long)header->entered,
		      (unsigned long long)calls,
		      (unsigned long long)header->unattributed);
	if (hist > header->entered || !header->clock_khz)
		wrong("%llu calls in histograms, %llu entered, clock %llu",
		      (unsigned long long)hist,
		      (unsigned long long)header->entered,
		      (unsigned long long)header->clock_khz);
	/* An error without a row of its own is in untimed at most */
	if (errors > failed + header->untimed ||
	    failed > errors + header->untimed)
		wrong("%llu failed calls, error rows %llu, untimed %llu",
		      (unsigned long long)failed, (unsigned long long)errors,
		      (unsigned long long)header->untimed);
}

static void image_print(const struct systally_header *header)
{
	const struct systally_row *row;
	__u64 i, rows;

	for (i = 0; i < header->call_rows; i++) {
		row = row_at(header, i);
		printf("row %u %u %s %d %llu %llu %llu %llu %llu %s\n",
		       row->tgid, row->tid, abi_names[row->abi], row->nr,
		       (unsigned long long)row->count,
		       (unsigned long long)row->errors,
		       (unsigned long long)row->total_ns,
		       (unsigned long long)row->max_ns,
		       (unsigned long long)row->start_ns, row->comm);
	}
	i = header->call_rows + header->error_rows + header->unattributed_rows;
	printf("clock %llu\n", (unsigned long long)header->clock_khz);
	for (rows = i + header->hist_rows; i < rows; i++) {
		row = row_at(header, i);
		printf("hist %u %s %d %u %llu %llu %llu %llu %s\n", row->tgid,
		       abi_names[row->abi], row->nr, row->octave,
		       (unsigned long long)row->buckets[0],
		       (unsigned long long)row->buckets[1],
		       (unsigned long long)row->buckets[2],
		       (unsigned long long)row->buckets[3], row->comm);
	}
}

int main(int argc unused, char **argv)
{
	__u64 seen, last = 0, generation = 0, taken = 0;
	const struct systally_header *header;
	long reads = 1, done = 0;
	int print = 0;
	pid_t pid = 0;

	argv++;
	if (*argv && !strcmp(*argv, "-d")) {
		print = 1;
		argv++;
	}
	if (*argv && !strcmp(*argv, "pid") && argv[1])
		pid = atol(argv[1]);
	else
		reads = argument(argv, 1);
	for (;;) {
		/* checked before the read, so one read follows the end */
		int over = pid ? kill(pid, 0) : done + 1 >= reads;

		image_read();
		header = (void *)image;
		image_check(header);
		seen = header->entered + header->discarded;
		if (seen < last)
			wrong("entered + discarded went back: %llu, %llu",
			      (unsigned long long)last,
			      (unsigned long long)seen);
		if (header->generation < generation ||
		    header->taken_ns <= taken)
			wrong("generation or time went back");
		last = seen;
		generation = header->generation;
		taken = header->taken_ns;
		done++;
		if (over)
			break;
	}
	if (print)
		image_print((void *)image);
	printf("ok %ld\n", done);
	return 0;
}
