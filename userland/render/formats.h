/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Formats: how views are written. Each format is one file that defines a
 * struct systally_format, and one line here. Parsers, --help, completion,
 * renderers, tests and fuzzers read this list.
 */
#ifndef SYSTALLY_FORMATS_H
#define SYSTALLY_FORMATS_H

#include "render/view.h"

struct systally_plan; /* needs/plan.h */

/*
 * The functions write a view to @out and return 0, or -1 when there is no
 * memory; a write error stays in @out. NULL: the format cannot show it. Numbers
 * are exact in formats for programs; tables shorten long ones.
 */
struct systally_format {
	const char *word; /* as --format takes it */
	bool notes;	  /* shows notes; otherwise they go to stderr */
	bool all_rows;	  /* by default by process and call, and all rows */
	bool series;	  /* can show the intervals of `top` */
	bool tls;	  /* shows what was read and written through TLS */
	/*
	 * A report that cannot have every dimension or time: what it is like,
	 * for the message. by_call: it is grouped by call and has no
	 * percentiles; times: it always has times; counts: it never has any.
	 */
	const char *limits;
	bool by_call, times, counts;
	int (*report)(FILE *out, const struct systally_report *report);
	int (*change)(FILE *out, const struct systally_change_report *report);
	int (*list)(FILE *out, const struct systally_list *list);
	int (*needs)(FILE *out, const struct systally_plan *plan);
};

/* All formats, in the order in which help lists them. */
#define SYSTALLY_FORMATS(FORMAT) \
	FORMAT(text)             \
	FORMAT(json)             \
	FORMAT(csv)              \
	FORMAT(markdown)         \
	FORMAT(strace)           \
	FORMAT(workload)

#define SYSTALLY_FORMAT_DECLARE(name) \
	extern const struct systally_format systally_format_##name;
SYSTALLY_FORMATS(SYSTALLY_FORMAT_DECLARE)

/* The same as a list that ends with NULL. */
extern const struct systally_format *const systally_formats[];

#endif /* SYSTALLY_FORMATS_H */
