// SPDX-License-Identifier: GPL-2.0-only
/*
 * The report of `systally needs` as markdown, for people.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "base/escape.h"
#include "needs/measure.h"
#include "needs/render.h"

/*
 * Writes @text as code, with more backticks around it than it has in it. Not
 * for tables, where a | would end the cell.
 */
static void print_code(FILE *out, const char *text)
{
	const unsigned int most = systally_escape_ticks(text);
	unsigned int i;

	for (i = 0; i <= most; i++)
		putc('`', out);
	fputs(most ? " " : "", out);
	systally_escape_put(out, text);
	fputs(most ? " " : "", out);
	for (i = 0; i <= most; i++)
		putc('`', out);
}

/*
 * Writes @word in $'...', which shells take for the bytes of its escapes. Three
 * digits of octal: more hexadecimal ones could follow by chance.
 */
static void print_escaped_word(FILE *out, const char *word)
{
	fputs("$'", out);
	for (; *word; word++) {
		if (*word == '\'' || *word == '\\')
			putc('\\', out);
		if (*word < ' ' || *word > '~')
			fprintf(out, "\\%03o", (unsigned char)*word);
		else
			putc(*word, out);
	}
	putc('\'', out);
}

/* Is @word shown as it is? */
static bool is_shown(const char *word)
{
	uint32_t point;
	size_t length;

	for (; *word; word += length) {
		length = systally_utf8_length(word, 4, &point);
		if (!length || systally_escape_acts(point))
			return false;
	}
	return true;
}

/* Writes @word with the quotes that a shell needs. */
static void print_word(FILE *out, const char *word)
{
	static const char plain[] =
		"abcdefghijklmnopqrstuvwxyz"
		"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_@%+=:,./-";

	if (*word && !word[strspn(word, plain)]) {
		fputs(word, out);
		return;
	}
	if (!is_shown(word)) {
		print_escaped_word(out, word);
		return;
	}
	putc('\'', out);
	for (; *word; word++) {
		if (*word == '\'')
			fputs("'\\'", out);
		putc(*word, out);
	}
	putc('\'', out);
}

/* Returns -1 if there is no memory. */
static int print_command(FILE *out, char **command)
{
	char *text = NULL;
	size_t size;
	FILE *line = open_memstream(&text, &size);

	if (!line)
		return -1;
	for (; *command; command++) {
		print_word(line, *command);
		if (command[1])
			putc(' ', line);
	}
	if (fclose(line)) {
		free(text);
		return -1;
	}
	print_code(out, text);
	free(text);
	return 0;
}

static const char *const units[SYSTALLY_METRICS] = {
	[SYSTALLY_PERFORMANCE] = "",
	[SYSTALLY_DESCRIPTORS] = "",
	[SYSTALLY_MEMORY] = " KiB",
};

/* What changed between the untouched runs. */
static void print_changes(FILE *out, const struct systally_plan *plan)
{
	const struct systally_outcome *failed;
	unsigned int passed, count;
	enum systally_metric m;
	double earlier, later;

	for (m = 0; m < SYSTALLY_METRICS; m++) {
		if (systally_measure_drift(plan, m, &earlier, &later))
			fprintf(out,
				"The untouched runs changed meanwhile: %s from %.10g to %.10g%s.\n",
				systally_metric_name(m), earlier, later,
				units[m]);
	}
	count = systally_measure_untouched(plan, &passed, &failed);
	if (failed)
		fprintf(out,
			"TEST is flaky: %u of %u untouched runs failed (%s), so a call may be listed as required by mistake.\n",
			count - passed, count, failed->why);
}

static void print_untouched(FILE *out, const struct systally_plan *plan)
{
	bool any = false;
	enum systally_metric m;

	fprintf(out, "Untouched, median of %u: ", plan->untouched.count);
	for (m = 0; m < SYSTALLY_METRICS; m++) {
		double value = systally_measure(&plan->untouched, m);

		if (value < 0)
			continue;
		fprintf(out, "%s%s %.10g%s (margin %.1f%%)", any ? ", " : "",
			systally_metric_name(m), value, units[m],
			100 * systally_measure_margin(plan, m));
		any = true;
	}
	fputs(any ? ".\n" : "nothing was measured.\n", out);
	if (systally_measure(&plan->untouched, SYSTALLY_MEMORY) < 0)
		fputs("Descriptors and memory are missing: they were sampled too rarely.\n",
		      out);
	if (any)
		fprintf(out,
			"The columns are ratios to %s, in bold outside the margin%s.\n",
			plan->request->bench ?
				"the untouched runs beside each call" :
				"these values",
			plan->request->bench ?
				"; above 1, the performance is better" :
				"");
	print_changes(out, plan);
	putc('\n', out);
}

static int print_head(FILE *out, const struct systally_plan *plan)
{
	struct utsname kernel;

	fputs("# What ", out);
	if (print_command(out, plan->request->argv))
		return -1;
	fputs(" needs\n\nTested by ", out);
	print_code(out, plan->request->test);
	if (plan->request->bench) {
		fputs(", measured by ", out);
		print_code(out, plan->request->bench);
	}
	fprintf(out, "; %u run%s of each", plan->request->replicas,
		plan->request->replicas == 1 ? "" : "s");
	if (!uname(&kernel))
		fprintf(out, ", on Linux %s", kernel.release);
	fprintf(out, ". Calls found by %s.\n",
		systally_needs_discover_name(plan->how));
	print_untouched(out, plan);
	return 0;
}

/* Returns true if the replicas passed but were not measured. */
static bool print_ratio(FILE *out, const struct systally_plan *plan,
			const struct systally_replicas *replicas,
			const struct systally_replicas *beside,
			enum systally_metric metric)
{
	struct systally_ratio ratio =
		systally_measure_ratio(plan, replicas, beside, metric);
	const char *bold = ratio.outside ? "**" : "";

	if (ratio.known)
		fprintf(out, " %s%.2f%s |", bold, ratio.value, bold);
	else
		fputs(" - |", out);
	return !ratio.known && replicas->count &&
	       replicas->passed == replicas->count;
}

/* Chooses the metrics that have a column. Returns how many there are. */
static unsigned int
choose_metrics(const struct systally_plan *plan,
	       enum systally_metric chosen[SYSTALLY_METRICS])
{
	unsigned int count = 0;
	enum systally_metric m;

	for (m = 0; m < SYSTALLY_METRICS; m++) {
		if (systally_measure(&plan->untouched, m) >= 0)
			chosen[count++] = m;
	}
	return count;
}

static void print_titles(FILE *out, const enum systally_metric *metrics,
			 unsigned int count)
{
	enum systally_way way;
	unsigned int m;

	fputs("| call | calls | verdict |", out);
	for (way = 0; way < SYSTALLY_WAYS; way++) {
		for (m = 0; m < count; m++)
			fprintf(out, " %s%s%s |",
				m ? "" : systally_way_name(way), m ? "" : ": ",
				systally_metric_name(metrics[m]));
	}
	fputs(" why not |\n| --- | ---: | --- |", out);
	for (m = 0; m < SYSTALLY_WAYS * count; m++)
		fputs(" ---: |", out);
	fputs(" --- |\n", out);
}

static void print_table(FILE *out, const struct systally_plan *plan)
{
	enum systally_metric metrics[SYSTALLY_METRICS];
	unsigned int count = choose_metrics(plan, metrics), way, m;
	bool unmeasured = false;
	char why[160];
	size_t i;

	print_titles(out, metrics, count);
	for (i = 0; i < plan->count; i++) {
		const struct systally_tried *tried = &plan->tried[i];

		fprintf(out, "| %s | %llu | %s |", tried->feature.label,
			(unsigned long long)tried->feature.count,
			systally_needs_verdict_name(tried->verdict));
		for (way = 0; way < SYSTALLY_WAYS; way++) {
			for (m = 0; m < count; m++)
				unmeasured |= print_ratio(
					out, plan, &tried->ways[way],
					&tried->beside, metrics[m]);
		}
		systally_tried_why(tried, why);
		fprintf(out, " %s |\n", why);
	}
	if (unmeasured)
		fputs("\n`-` where runs passed: they were sampled too rarely.\n",
		      out);
}

static void print_sums(FILE *out, const struct systally_plan *plan)
{
	size_t counts[SYSTALLY_NEEDS_VERDICTS] = { 0 }, i;

	for (i = 0; i < plan->count; i++)
		counts[plan->tried[i].verdict]++;
	fprintf(out,
		"\nOf %zu: %zu required, %zu can be stubbed or faked, %zu only stubbed, %zu only faked",
		plan->count, counts[SYSTALLY_NEEDS_REQUIRED],
		counts[SYSTALLY_NEEDS_EITHER], counts[SYSTALLY_NEEDS_STUBBABLE],
		counts[SYSTALLY_NEEDS_FAKEABLE]);
	if (counts[SYSTALLY_NEEDS_FLAKY])
		fprintf(out, ", %zu flaky (results differ between replicas)",
			counts[SYSTALLY_NEEDS_FLAKY]);
	if (counts[SYSTALLY_NEEDS_UNTRIED])
		fprintf(out, ", %zu untried", counts[SYSTALLY_NEEDS_UNTRIED]);
	fputs(".\n", out);
}

static void print_conflict(FILE *out, const struct systally_together *together,
			   const struct systally_conflict *conflict)
{
	const struct systally_candidate *changed =
		&together->candidates[conflict->changed];
	const char *done = !conflict->other_way ? "left as it is" :
			   changed->way == SYSTALLY_STUB ?
						  "stubbed, not faked" :
						  "faked, not stubbed";
	size_t i;

	if (conflict->count == 1) {
		fprintf(out,
			"- Flaky: %s passed by itself before and fails now. It is %s.\n",
			changed->tried->feature.label, done);
		return;
	}
	fputs("- Conflict:", out);
	for (i = 0; i < conflict->count; i++)
		fprintf(out, "%s %s", i ? "," : "",
			together->candidates[conflict->members[i]]
				.tried->feature.label);
	fprintf(out, ". %s is %s.\n", changed->tried->feature.label, done);
}

static void print_together(FILE *out, const struct systally_plan *plan)
{
	const struct systally_together *together = &plan->together;
	enum systally_metric m;
	size_t kept = 0, i;

	if (!together->count)
		return;
	for (i = 0; i < together->count; i++)
		kept += together->kept[i];
	if (kept)
		fprintf(out,
			"\nAll at once, %zu of the %zu that can be stubbed or faked: TEST passes.",
			kept, together->count);
	else
		fprintf(out,
			"\nAll at once: each of the %zu that can be stubbed or faked had to be left out.",
			together->count);
	for (m = 0; kept && m < SYSTALLY_METRICS; m++) {
		struct systally_ratio ratio = systally_measure_ratio(
			plan, &together->run, &plan->end, m);
		const char *bold = ratio.outside ? "**" : "";

		if (ratio.known)
			fprintf(out, " %s %s%.2f%s.", systally_metric_name(m),
				bold, ratio.value, bold);
	}
	putc('\n', out);
	if (together->conflict_count)
		putc('\n', out);
	for (i = 0; i < together->conflict_count; i++)
		print_conflict(out, together, &together->conflicts[i]);
}

int systally_needs_markdown(FILE *out, const struct systally_plan *plan)
{
	if (print_head(out, plan))
		return -1;
	print_table(out, plan);
	print_sums(out, plan);
	print_together(out, plan);
	return 0;
}
