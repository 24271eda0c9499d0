/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Views: what a format renders. A command fills one in, and a format of
 * render/formats.h writes it. Everything in a view is borrowed.
 */
#ifndef SYSTALLY_VIEW_H
#define SYSTALLY_VIEW_H

#include <stdio.h>
#include <time.h>

#include "base/grid.h"
#include "base/notes.h"
#include "stats/change.h"
#include "stats/by.h"
#include "stats/rank.h"
#include "stats/record.h"
#include "stats/tls.h"

/* Counters at one time, or of one interval: `run`, `top` and `report`. */
struct systally_report {
	const struct systally_ranking *ranking;
	const struct systally_header *header;
	const struct systally_tls_streams *tls; /* NULL: not asked for */
	const struct systally_notes *notes;
	bool latency;	       /* tables show times */
	bool percentiles;      /* tables show percentiles instead */
	const char *kernel;    /* its release; NULL: the running one's */
	const char *date;      /* of a recording: when it ended; NULL: live */
	uint64_t duration_ns;  /* of a recording; 0: not known */
	const char *histogram; /* draw it; the calls' name. NULL: none */
	bool series;	       /* one of the intervals of `top` */
	bool first;	       /* of a series: CSV prints its head once */
	struct timespec when;  /* of a series: CLOCK_REALTIME at its end */
	unsigned int width;    /* of a table, in columns of the terminal */
};

/* What differs between two recordings: `compare`. */
struct systally_change_report {
	const struct systally_changes *changes;
	const char *files[2];
	const struct systally_record *records; /* of these two */
	const struct systally_notes *notes;
	const char *why;    /* they allow no verdict; NULL: they do */
	bool latency;	    /* tables show times */
	unsigned int width; /* of a table, in columns of the terminal */
};

/* A list of short texts: `status` and `doctor`. */
struct systally_list {
	const char *const *keys; /* one per column */
	unsigned int columns;
	const char *const *cells; /* row by row; NULL: nothing to say */
	size_t rows;
	const char *kernel;   /* release of the running kernel; NULL: unknown */
	const char *array;    /* JSON: the array's key; NULL: two columns are
				 * a key and its value
				 */
	const char *sentence; /* text: written instead of rows; or NULL */
	/* text: writes one row */
	void (*line)(FILE *out, const char *const *cells);
};

/* The table of a report, of its TLS or of a comparison, in a grid's style. */
void systally_report_table(FILE *out, const struct systally_report *report,
			   enum systally_grid_style style);
void systally_tls_table(FILE *out, const struct systally_report *report,
			enum systally_grid_style style);
void systally_change_table(FILE *out,
			   const struct systally_change_report *report,
			   enum systally_grid_style style);

/*
 * Writes a field of @group's key as a table shows it, into @cell of
 * SYSTALLY_CELL_LEN bytes. All but printable ASCII is escaped.
 */
void systally_field_cell(const struct systally_names *names,
			 const struct systally_field *field,
			 const struct systally_group *group, char *cell);

/* Draws the report's histogram, with one line for each bucket. */
void systally_report_histogram(FILE *out, const struct systally_report *report);

/*
 * Writes the head of an interval or of a recording: its end, calls, seconds and
 * calls/s. The last two are not known of an interval in which the counters were
 * reset.
 */
void systally_report_title(FILE *out, const struct systally_report *report);

/*
 * Writes which recording is A or B (@side 0 or 1), in one line that is cut
 * where it is longer than the report is wide.
 */
void systally_change_side(FILE *out,
			  const struct systally_change_report *report,
			  unsigned int side);

/*
 * The amounts of a group that formats for programs write behind its key, in
 * this order. A report by error has the first one only.
 */
#define SYSTALLY_AMOUNTS 8

struct systally_amount {
	const char *key;
	uint64_t (*value)(const struct systally_group *group);
	/* was it measured? JSON has null otherwise, and CSV an empty field */
	bool (*known)(const struct systally_group *group);
};

extern const struct systally_amount systally_amounts[SYSTALLY_AMOUNTS];

/* Returns how many of them the groups of @by have. */
unsigned int systally_amount_count(const struct systally_by *by);

/*
 * The amounts of a change. Each has four keys: `count_a`, `count_b`,
 * `count_change`, `count_percent`.
 */
#define SYSTALLY_CHANGE_AMOUNTS 4

extern const struct systally_amount
	systally_change_amounts[SYSTALLY_CHANGE_AMOUNTS];

/* What of an amount: the order of its keys. */
enum systally_of {
	SYSTALLY_OF_A,
	SYSTALLY_OF_B,
	SYSTALLY_OF_CHANGE,
	SYSTALLY_OF_PERCENT,
	SYSTALLY_OFS
};

#define SYSTALLY_OF_LEN 32

/* Writes the key of @of an amount, and returns it. */
const char *systally_change_key(char key[SYSTALLY_OF_LEN], unsigned int amount,
				enum systally_of of);

/*
 * Is that of an amount known? Recordings without times have counts only; a
 * difference needs both sides, and a percentage something to begin with.
 */
bool systally_change_known(const struct systally_changes *changes,
			   const struct systally_change *change,
			   unsigned int amount, enum systally_of of);

/* Returns `added`, `gone` or `changed`. */
const char *systally_change_kind(const struct systally_change *change);

/* Writes whether there are regressions, in one sentence. */
void systally_change_verdict(FILE *out,
			     const struct systally_change_report *report);

#endif /* SYSTALLY_VIEW_H */
