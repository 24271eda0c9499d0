// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reads a row of a recording, which may come from anywhere.
 */
#include <string.h>

#include "base/members.h"
#include "calls/abi.h"
#include "calls/names.h"
#include "stats/record_row.h"

/* The keys that are read, in the order in which the writer has them. */
enum key {
	ROW,
	TGID,
	TID,
	START_NS,
	COMM,
	ABI,
	NR,
	ERRNO,
	COUNT,
	ERRORS,
	TOTAL_NS,
	MAX_NS,
	OCTAVE,
	BUCKETS,
	DESCRIPTOR,
	BYTES_OF,
	CALLS,
	FAILED,
	BYTES,
	TIME_NS,
	PROCESS,
	KEYS
};

static const char *const keys[KEYS] = {
	[ROW] = "row",
	[TGID] = "tgid",
	[TID] = "tid",
	[START_NS] = "start_ns",
	[COMM] = "comm",
	[ABI] = "abi",
	[NR] = "nr",
	[ERRNO] = "errno",
	[COUNT] = "count",
	[ERRORS] = "errors",
	[TOTAL_NS] = "total_ns",
	[MAX_NS] = "max_ns",
	[OCTAVE] = "octave",
	[BUCKETS] = "buckets",
	[DESCRIPTOR] = "descriptor",
	[BYTES_OF] = "bytes_of",
	[CALLS] = "calls",
	[FAILED] = "failed",
	[BYTES] = "bytes",
	[TIME_NS] = "time_ns",
	[PROCESS] = "process",
};

struct line {
	struct systally_lines *lines;
	struct systally_member members[KEYS];
};

static const char *get_text(const struct line *line, enum key key)
{
	return systally_member_text(line->lines, keys[key],
				    &line->members[key]);
}

static int get_count(const struct line *line, enum key key, uint64_t max,
		     uint64_t *count)
{
	return systally_member_count(line->lines, keys[key],
				     &line->members[key], max, count);
}

/* null stands for what was not measured, which a row has as 0. */
static int get_measured(const struct line *line, enum key key, __u64 *to)
{
	uint64_t value = 0;

	if (line->members[key].type != SYSTALLY_MEMBER_NULL &&
	    get_count(line, key, UINT64_MAX, &value))
		return -1;
	*to = value;
	return 0;
}

static int hex_digit(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *found = c ? strchr(digits, c) : NULL;

	return found ? (int)(found - digits) : -1;
}

/* Undoes systally_json_ascii(). */
static int get_comm(const struct line *line, char comm[SYSTALLY_COMM_LEN])
{
	const char *text = get_text(line, COMM);
	size_t used = 0;
	int high, low;

	if (!text)
		return -1;
	while (*text) {
		if (used == SYSTALLY_COMM_LEN - 1)
			return systally_lines_damaged(line->lines,
						      "`comm` is too long");
		if (*text != '\\') {
			comm[used++] = *text++;
			continue;
		}
		high = text[1] == 'x' ? hex_digit(text[2]) : -1;
		low = high < 0 ? -1 : hex_digit(text[3]);
		if (low < 0 || !(high + low))
			return systally_lines_damaged(
				line->lines,
				"`comm` has a backslash without \\xHH");
		comm[used++] = (char)(high << 4 | low);
		text += 4;
	}
	return 0;
}

static int get_nr(const struct line *line, __s32 *nr)
{
	const struct systally_member *member = &line->members[NR];
	const struct systally_integer *integer = &member->integer;

	if (member->type != SYSTALLY_MEMBER_INTEGER)
		return systally_lines_missing(line->lines, keys[NR],
					      "an integer");
	if (integer->size > (integer->negative ? 1 : INT32_MAX))
		return systally_lines_damaged(
			line->lines, "`nr` is not the number of a call");
	*nr = integer->negative ? SYSTALLY_NR_OUT_OF_RANGE :
				  systally_names_nr((int)integer->size);
	return 0;
}

static int get_abi(const struct line *line, __u16 *to)
{
	const char *text = get_text(line, ABI);
	int abi;

	if (!text)
		return -1;
	abi = systally_abi_find(text, strlen(text));
	if (!strcmp(text, systally_abi_name(SYSTALLY_ABI_FUNCTION)))
		abi = SYSTALLY_ABI_FUNCTION;
	if (abi < 0)
		return systally_lines_damaged(line->lines,
					      "`abi` is %.40s; there are %s",
					      text, systally_abi_list());
	*to = (__u16)abi;
	return 0;
}

static int get_buckets(const struct line *line, struct systally_row *row)
{
	const struct systally_member *buckets = &line->members[BUCKETS];
	uint64_t value;
	unsigned int i;

	if (buckets->type != SYSTALLY_MEMBER_ARRAY)
		return systally_lines_missing(line->lines, keys[BUCKETS],
					      "an array");
	if (buckets->length != SYSTALLY_HIST_BUCKETS)
		return systally_lines_damaged(line->lines,
					      "`buckets` has not %d numbers",
					      SYSTALLY_HIST_BUCKETS);
	for (i = 0; i < SYSTALLY_HIST_BUCKETS; i++) {
		if (systally_member_count_of(line->lines, keys[BUCKETS],
					     buckets, i, UINT64_MAX, &value))
			return -1;
		row->buckets[i] = value;
	}
	if (get_count(line, OCTAVE, SYSTALLY_HIST_OCTAVES - 1, &value))
		return -1;
	row->octave = (__u16)value;
	return 0;
}

static int get_error(const struct line *line, struct systally_row *row)
{
	uint64_t error, count;

	if (get_count(line, ERRNO, UINT16_MAX, &error) ||
	    get_count(line, COUNT, UINT64_MAX, &count))
		return -1;
	row->error = (__u16)error;
	row->count = count;
	return 0;
}

static int get_amounts(const struct line *line, struct systally_row *row)
{
	uint64_t count;

	if (get_count(line, COUNT, UINT64_MAX, &count) ||
	    get_measured(line, ERRORS, &row->errors) ||
	    get_measured(line, TOTAL_NS, &row->total_ns) ||
	    get_measured(line, MAX_NS, &row->max_ns))
		return -1;
	row->count = count;
	return 0;
}

static int get_tls(const struct line *line, struct systally_row *row)
{
	const char *found = get_text(line, BYTES_OF);
	uint64_t fd = SYSTALLY_TLS_NO_FD, counts[4];
	unsigned int i;

	if (!found)
		return -1;
	for (row->nr = 0; strcmp(found, systally_record_tls[row->nr]);) {
		if (++row->nr == SYSTALLY_TLS_KINDS)
			return systally_lines_damaged(
				line->lines,
				"`bytes_of` is %.40s; there are plain_read, encrypted_read, plain_write, encrypted_write",
				found);
	}
	if (line->members[DESCRIPTOR].type != SYSTALLY_MEMBER_NULL &&
	    get_count(line, DESCRIPTOR, SYSTALLY_TLS_NO_FD - 1, &fd))
		return -1;
	row->tid = (__u32)fd;
	for (i = 0; i < 4; i++) {
		if (get_count(line, CALLS + i, UINT64_MAX, &counts[i]))
			return -1;
		row->buckets[i] = counts[i];
	}
	return 0;
}

/* Reads what all parts have. */
static int get_key(const struct line *line, enum systally_record_part part,
		   struct systally_row *row)
{
	const char *found = get_text(line, ROW);
	uint64_t tgid, tid = 0, start_ns, process = 0;
	const bool tls = part == SYSTALLY_RECORD_TLS;

	if (!found)
		return -1;
	if (strcmp(found, systally_record_rows[part]))
		return systally_lines_damaged(
			line->lines,
			"`row` is %.40s, but according to the first line it is %s",
			found, systally_record_rows[part]);
	if (get_count(line, TGID, UINT32_MAX, &tgid) ||
	    get_count(line, START_NS, UINT64_MAX, &start_ns) ||
	    get_comm(line, row->comm))
		return -1;
	if (!tls && (get_count(line, TID, UINT32_MAX, &tid) ||
		     get_abi(line, &row->abi) || get_nr(line, &row->nr)))
		return -1;
	/* a recording of a former systally has none */
	if (line->members[PROCESS].type != SYSTALLY_MEMBER_NONE &&
	    get_count(line, PROCESS, UINT32_MAX, &process))
		return -1;
	row->process = (__u32)process;
	row->tgid = (__u32)tgid;
	row->tid = (__u32)tid;
	row->start_ns = start_ns;
	return 0;
}

int systally_record_row_read(struct systally_lines *lines,
			     enum systally_record_part part,
			     struct systally_row *row)
{
	struct line line;

	memset(row, 0, sizeof(*row));
	line.lines = lines;
	if (systally_members_read(lines, keys, KEYS, line.members))
		return -1;
	if (lines->ended)
		return 0;
	if (get_key(&line, part, row))
		return -1;
	switch (part) {
	case SYSTALLY_RECORD_HIST:
		return get_buckets(&line, row);
	case SYSTALLY_RECORD_ERRORS:
		return get_error(&line, row);
	case SYSTALLY_RECORD_TLS:
		return get_tls(&line, row);
	default:
		return get_amounts(&line, row);
	}
}
