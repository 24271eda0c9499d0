/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A recording: what a command was counted to have done, in a file.
 *
 * The file is JSON, one object per line, for other programs to read. The first
 * line says what the recording is of, and how many rows follow; each of the
 * others is a row of a snapshot, in a snapshot's order (systally.h):
 *
 *	{"systally_record":1,"systally":"0.1","kernel":"6.1.0",
 *	 "date":"2026-11-25T07:30:00+00:00","command":["ls","-l"],"status":0,
 *	 "syscalls":null,"duration_ns":0,"missed":0,"collect":"time",
 *	 "threads":false,"entered":5,...,"call_rows":1,"error_rows":0,
 *	 "unattributed_rows":0,"hist_rows":0}
 *	{"row":"call","tgid":7,"tid":0,"start_ns":1,"comm":"ls",
 *	 "abi":"x86-64","nr":0,"syscall":"read","count":5,"errors":0,
 *	 "total_ns":0,"max_ns":0}
 *
 * error rows have `errno` and `name`, and of the amounts only `count`; hist
 * rows have `octave` and `buckets` instead. In `comm`, bytes that are not
 * printable ASCII, and backslashes, are \xHH. `syscall` and `name` are for
 * other readers; ours goes by number. `status` is null if the counting ended
 * before the command, `syscalls` is what -e was given.
 *
 * A reader refuses another number in `systally_record`, and passes over keys
 * that it does not know, so that these can be added without a new number.
 */
#ifndef SYSTALLY_RECORD_H
#define SYSTALLY_RECORD_H

#include <stdbool.h>
#include <stdio.h>

#include "calls/names.h"
#include "calls/set.h"
#include "device/snapshot.h"

#define SYSTALLY_RECORD_VERSION	1

struct systally_record {
	char *systally;		/* release of the command that wrote it */
	char *kernel;		/* release */
	char *date;		/* when the counting ended, ISO 8601 */
	char **command;
	size_t command_count;
	char *syscalls;		/* as -e was given; NULL: all */
	uint64_t duration_ns;	/* -d; 0: none */
	uint64_t missed;	/* hits of kprobes */
	bool ended;		/* the command has, with this: */
	int status;
	struct systally_snapshot snapshot;
};

/*
 * Writes @record to @out. Returns 0, or -1 when out of memory; a write error
 * stays in @out.
 */
int systally_record_write(FILE *out, const struct systally_record *record,
			  const struct systally_names *names);

/*
 * Reads the file @path, and believes nothing in it. Returns 0, and the caller
 * frees @record; or -1 with @error for what cannot be read, is no recording,
 * is of another version, is cut short, or contradicts itself.
 */
int systally_record_read(struct systally_record *record, const char *path,
			 struct systally_error *error);

/*
 * Fills @set with the calls that were asked for when @record was made, from
 * the file @path: it may have rows of others. Returns 0, or -1 with @error if
 * -e had words that are not known here.
 */
int systally_record_asked(const struct systally_record *record,
			  const char *path, const struct systally_names *names,
			  struct systally_set *set,
			  struct systally_error *error);

/* Frees what was read. */
void systally_record_free(struct systally_record *record);

#endif /* SYSTALLY_RECORD_H */
