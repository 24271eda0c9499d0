// SPDX-License-Identifier: GPL-2.0-only
/*
 * The result of `systally needs` as CSV: a row for each feature.
 */
#include "base/text.h"
#include "needs/measure.h"
#include "needs/render.h"

int systally_needs_csv(FILE *out, const struct systally_plan *plan)
{
	unsigned int way, metric;
	char why[160];
	size_t i;

	fputs("call,calls,verdict", out);
	for (way = 0; way < SYSTALLY_WAYS; way++) {
		const char *name = systally_way_name((enum systally_way)way);

		fprintf(out, ",%s_runs,%s_passed", name, name);
		for (metric = 0; metric < SYSTALLY_METRICS; metric++)
			fprintf(out, ",%s_%s", name,
				systally_metric_name(
					(enum systally_metric)metric));
	}
	fputs(",why\n", out);
	for (i = 0; i < plan->count; i++) {
		const struct systally_tried *tried = &plan->tried[i];

		systally_text_csv(out, tried->feature.label);
		fprintf(out, ",%llu,%s",
			(unsigned long long)tried->feature.count,
			systally_needs_verdict_name(tried->verdict));
		for (way = 0; way < SYSTALLY_WAYS; way++) {
			fprintf(out, ",%u,%u", tried->ways[way].count,
				tried->ways[way].passed);
			for (metric = 0; metric < SYSTALLY_METRICS; metric++) {
				struct systally_ratio ratio =
					systally_measure_ratio(
						plan, &tried->ways[way],
						&tried->beside,
						(enum systally_metric)metric);

				putc(',', out);
				if (ratio.known)
					fprintf(out, "%.4f", ratio.value);
			}
		}
		systally_tried_why(tried, why);
		putc(',', out);
		systally_text_csv(out, why);
		putc('\n', out);
	}
	return 0;
}
