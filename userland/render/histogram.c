// SPDX-License-Identifier: GPL-2.0-only
/*
 * Draws a histogram, one bucket per line.
 */
#include <string.h>

#include "base/escape.h"
#include "base/text.h"
#include "render/view.h"

#define GAP	4 /* longer runs of empty buckets are left out */
#define BAR_MIN 4
#define BOUND	12 /* width of the longest: 18446744073s */

struct drawing {
	FILE *out;
	const struct systally_hist *hist;
	uint64_t clock_khz;
	uint64_t highest; /* count */
	int count_width;
	unsigned int bar_width;
};

/* Seconds end in a blank, to line up with the other units in a table. */
static char *cut_blank(char *text)
{
	text[strcspn(text, " ")] = '\0';
	return text;
}

static void write_bound(uint64_t units, uint64_t clock_khz, char text[24])
{
	systally_text_ns(systally_hist_ns(units, clock_khz), text);
	cut_blank(text);
}

static void draw_bucket(const struct drawing *drawing, unsigned int bucket)
{
	uint64_t count = drawing->hist->buckets[bucket];
	char low[24], high[24];
	unsigned int i, bar;

	write_bound(systally_hist_low(bucket), drawing->clock_khz, low);
	write_bound(systally_hist_high(bucket), drawing->clock_khz, high);
	bar = (unsigned int)((unsigned __int128)count * drawing->bar_width /
			     drawing->highest);
	/* a bucket with calls is never shown as empty */
	if (count && !bar)
		bar = 1;
	fprintf(drawing->out, "[%*s, %*s) %*llu |", BOUND, low, BOUND, high,
		drawing->count_width, (unsigned long long)count);
	for (i = 0; i < drawing->bar_width; i++)
		putc(i < bar ? '@' : ' ', drawing->out);
	fputs("|\n", drawing->out);
}

static void print_summary(FILE *out, const struct systally_report *report)
{
	static const char *const names[SYSTALLY_PERCENTILES] = { "p50", "p90",
								 "p99",
								 "p99.9" };
	const struct systally_group *total = &report->ranking->total;
	char text[24];
	int i;

	systally_escape_put(out, report->histogram);
	fprintf(out, ": %llu calls timed\n",
		(unsigned long long)total->hist_count);
	for (i = 0; i < SYSTALLY_PERCENTILES; i++) {
		systally_text_ns_short(total->percentile_ns[i], text);
		fprintf(out, "%s %s, ", names[i], cut_blank(text));
	}
	systally_text_ns_short(total->max_ns, text);
	fprintf(out, "max %s\n", cut_blank(text));
}

void systally_report_histogram(FILE *out, const struct systally_report *report)
{
	struct drawing drawing = {
		.out = out,
		.hist = &report->ranking->hist,
		.clock_khz = report->header->clock_khz,
	};
	unsigned int i, last = 0, empty = 0;
	unsigned int used;

	if (!drawing.hist->count)
		return;
	for (i = 0; i < SYSTALLY_HIST_SIZE; i++) {
		if (drawing.hist->buckets[i] > drawing.highest)
			drawing.highest = drawing.hist->buckets[i];
		if (drawing.hist->buckets[i])
			last = i;
	}
	drawing.count_width =
		snprintf(NULL, 0, "%llu", (unsigned long long)drawing.highest);
	used = (unsigned int)drawing.count_width + sizeof("[, )  ||") - 1 +
	       2 * BOUND;
	drawing.bar_width =
		report->width > used + BAR_MIN ? report->width - used : BAR_MIN;
	print_summary(out, report);
	for (i = 0; !drawing.hist->buckets[i]; i++)
		;
	for (; i <= last; i++) {
		if (!drawing.hist->buckets[i]) {
			empty++;
			continue;
		}
		if (empty > GAP)
			fputs("...\n", out);
		else
			for (; empty; empty--)
				draw_bucket(&drawing, i - empty);
		empty = 0;
		draw_bucket(&drawing, i);
	}
}
