/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A recording: a file of what was counted while a command ran.
 *
 * The file is JSON, one object per line, so that other programs can read it.
 * The first line describes the recording and says how many rows follow. Each
 * other line is a row of a snapshot, in the order of the sections of a snapshot
 * (systally.h):
 *
 *	{"systally_record":1,"systally":"0.1","kernel":"6.1.0",
 *	 "date":"2026-11-25T07:30:00+00:00","command":["ls","-l"],"status":0,
 *	 "syscalls":null,"duration_ns":2000000,"limit_ns":null,"missed":0,"denied":null,
 *	 "collect":"time","threads":false,"entered":5,...,"call_rows":1,"error_rows":0,
 *	 "unattributed_rows":0,"hist_rows":0}
 *	{"row":"call","tgid":7,"tid":0,"start_ns":1,"comm":"ls",
 *	 "abi":"x86-64","nr":0,"syscall":"read","count":5,"errors":0,
 *	 "total_ns":1500,"max_ns":700}
 *
 * `errors`, `total_ns` and `max_ns` are null if no call of the row has returned
 * while times were kept; `errors` also of a user function, and `max_ns` if it is
 * not known of an interval. Instead of the last four keys, error rows have
 * `errno`, `name` and `count`, and hist rows have `octave` and `buckets`. In
 * `comm`, bytes that are not printable ASCII, and backslashes, are \xHH.
 * `syscall` and `name` are for other programs; the reader here uses the numbers.
 * `status` is null if the command still ran when the counting ended. `syscalls`
 * is the argument of -e, and `limit_ns` that of -d, or null. `duration_ns` is how
 * long was counted, from the exec of the command on. `functions` is there if user
 * functions were counted: an array of their `nr` and `name`. Their rows have the
 * ABI `function`.
 *
 * A reader refuses another number in `systally_record`. It ignores keys that
 * it does not know, so keys can be added without a new number.
 */
#ifndef SYSTALLY_RECORD_H
#define SYSTALLY_RECORD_H

#include <stdbool.h>
#include <stdio.h>

#include "calls/names.h"
#include "calls/set.h"
#include "device/snapshot.h"

#define SYSTALLY_RECORD_VERSION 1

struct systally_record {
	char *systally; /* release of the systally that wrote it */
	char *kernel;	/* release of the kernel */
	char *date;	/* when the counting ended, ISO 8601 */
	char **command;
	size_t command_count;
	char *syscalls;	      /* argument of -e; NULL: all calls */
	uint64_t duration_ns; /* counted, from the exec on; 0: not known */
	uint64_t limit_ns;    /* -d; 0: none */
	uint64_t missed;      /* hits of kprobes that were not counted */
	bool ended;	      /* the command has ended, with @status */
	int status;
	struct systally_snapshot snapshot;
};

/*
 * Writes @record to @out, row by row. Returns 0, or -1 if there is no memory. A
 * failure to write stays in @out.
 */
int systally_record_write(FILE *out, const struct systally_record *record,
			  const struct systally_names *names);

/*
 * Reads the file @path. Nothing in it is trusted. Returns 0, and the caller
 * frees @record; or -1 with @error: the file cannot be read, is not a
 * recording, is of another version, is cut short, or its numbers do not add up.
 */
int systally_record_read(struct systally_record *record, const char *path,
			 struct systally_error *error);

/*
 * Fills @set with the calls that -e selected when @record was made, or with all
 * calls. The recording may have rows of other calls, too. @path is for the
 * message. Returns 0, or -1 with @error if this systally does not know a word
 * of that -e.
 */
int systally_record_asked(const struct systally_record *record,
			  const char *path, const struct systally_names *names,
			  struct systally_set *set,
			  struct systally_error *error);

/* Frees what systally_record_read() allocated, and clears @record. */
void systally_record_free(struct systally_record *record);

#endif /* SYSTALLY_RECORD_H */
