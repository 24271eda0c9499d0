/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A ranking on paper: text, JSON, CSV, as strace -c has it, and as the kernel's
 * guide has it.
 */
#ifndef SYSTALLY_RENDER_H
#define SYSTALLY_RENDER_H

#include <stdio.h>
#include <time.h>

#include "base/notes.h"
#include "stats/rank.h"

#define SYSTALLY_TEXT_WIDTH	80

/* Four characters for each byte, at most. */
#define SYSTALLY_ESCAPED_LEN	(4 * SYSTALLY_COMM_LEN + 1)

struct systally_report {
	const struct systally_ranking *ranking;
	const struct systally_header *header;
	const struct systally_notes *notes;
	bool latency;		/* text: show times */
	bool percentiles;	/* text: show these instead */
	const char *kernel;	/* json: its release; NULL: the running one's */
	const char *histogram;	/* draw it; the calls' name. NULL: none */
	bool series;		/* one of top's intervals */
	bool first;		/* of a series: csv prints its head once */
	struct timespec when;	/* of a series: CLOCK_REALTIME at its end */
	unsigned int width;	/* text: columns */
};

/*
 * Writes @report to @out. Numbers are exact in JSON and CSV; in text those
 * of 13 digits and more are shortened. JSON is one line per report.
 * Returns 0, or -1 when out of memory; a write error stays in @out.
 */
int systally_render(FILE *out, enum systally_format format,
		    const struct systally_report *report);

/*
 * The parts of it; strace's and the guide's have no place for notes, and the
 * last one is all but the notes of a histogram.
 */
int systally_render_text(FILE *out, const struct systally_report *report);
int systally_render_json(FILE *out, const struct systally_report *report);
int systally_render_csv(FILE *out, const struct systally_report *report);
int systally_render_strace(FILE *out, const struct systally_report *report);
int systally_render_workload(FILE *out, const struct systally_report *report);
void systally_render_histogram(FILE *out, const struct systally_report *report);

/* Writes @comm with all but printable ASCII, and backslashes, as \xHH. */
void systally_escape(const char *comm, char escaped[SYSTALLY_ESCAPED_LEN]);

/* Tells whether @text, of @room bytes, is UTF-8. json-c takes long forms, too. */
bool systally_is_utf8(const char *text, size_t room);

/* Writes @comm as valid UTF-8: bytes that are none become \xHH. */
void systally_escape_utf8(const char *comm,
			  char escaped[SYSTALLY_ESCAPED_LEN]);

/* Does the same with a text of any length; NULL when out of memory. */
char *systally_escape_word(const char *text);

/* Writes @text as one CSV field, in quotes if it has to be. */
void systally_render_csv_field(FILE *out, const char *text);

/* Writes @number, shortened to 18446744073G if it has more @digits. */
void systally_render_number(uint64_t number, int digits, char text[24]);

/* Writes @ns as 1.234us, 1.234ms or 1.234s, cut off, not rounded. */
void systally_render_ns(uint64_t ns, char text[24]);

/* Writes @ns in 8 characters at most, cut off: 1.23us, 12.3us, 123us. */
void systally_render_ns_short(uint64_t ns, char text[24]);

/* Writes a note in lines of @width columns: words move to the next line. */
void systally_render_note(FILE *out, const char *note, unsigned int width);

/* Writes the time of day, in ISO 8601 with the offset to UTC. */
void systally_render_time(const struct timespec *when, char text[32]);

#endif /* SYSTALLY_RENDER_H */
