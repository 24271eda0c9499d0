// SPDX-License-Identifier: GPL-2.0-only
/*
 * The report of `systally needs` as CSV: a row for each feature.
 */
#include "base/escape.h"
#include "needs/measure.h"
#include "needs/render.h"

static void print_titles(FILE *out)
{
	enum systally_metric m;
	enum systally_way way;

	fputs("call,calls,verdict", out);
	for (way = 0; way < SYSTALLY_WAYS; way++) {
		const char *name = systally_way_name(way);

		fprintf(out, ",%s_runs,%s_passed", name, name);
		for (m = 0; m < SYSTALLY_METRICS; m++)
			fprintf(out, ",%s_%s", name, systally_metric_name(m));
	}
	fputs(",why\n", out);
}

static void print_way(FILE *out, const struct systally_plan *plan,
		      const struct systally_tried *tried, enum systally_way way)
{
	enum systally_metric m;

	fprintf(out, ",%u,%u", tried->ways[way].count, tried->ways[way].passed);
	for (m = 0; m < SYSTALLY_METRICS; m++) {
		struct systally_ratio ratio = systally_measure_ratio(
			plan, &tried->ways[way], &tried->beside, m);

		putc(',', out);
		if (ratio.known)
			fprintf(out, "%.4f", ratio.value);
	}
}

int systally_needs_csv(FILE *out, const struct systally_plan *plan)
{
	enum systally_way way;
	char why[160];
	size_t i;

	print_titles(out);
	for (i = 0; i < plan->count; i++) {
		const struct systally_tried *tried = &plan->tried[i];

		systally_escape_csv(out, tried->feature.label);
		fprintf(out, ",%llu,%s",
			(unsigned long long)tried->feature.count,
			systally_needs_verdict_name(tried->verdict));
		for (way = 0; way < SYSTALLY_WAYS; way++)
			print_way(out, plan, tried, way);
		systally_tried_why(tried, why);
		putc(',', out);
		systally_escape_csv(out, why);
		putc('\n', out);
	}
	return 0;
}
