// SPDX-License-Identifier: GPL-2.0-only
/*
 * The result of `systally needs` as markdown, for people.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "needs/measure.h"
#include "needs/render.h"

/* As code, not in a table, and between more ticks than stand in it */
static void print_code(FILE *out, const char *text)
{
	const char *fence = strstr(text, "``")	? "``` "
			    : strchr(text, '`') ? "`` "
						: "`";
	size_t i;

	fputs(fence, out);
	for (; *text; text++)
		putc((unsigned char)*text < ' ' ? ' ' : *text, out);
	for (i = strlen(fence); i; i--)
		putc(fence[i - 1], out);
}

/* As a shell would have to be given it */
static void put_word(FILE *out, const char *word)
{
	static const char plain[] =
		"abcdefghijklmnopqrstuvwxyz"
		"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_@%+=:,./-";

	if (*word && !word[strspn(word, plain)]) {
		fputs(word, out);
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

static int print_command(FILE *out, char **command)
{
	char *text = NULL;
	size_t size;
	FILE *line = open_memstream(&text, &size);

	if (!line)
		return -1;
	for (; *command; command++) {
		put_word(line, *command);
		if (command[1])
			putc(' ', line);
	}
	if (fclose(line))
		return -1;
	print_code(out, text);
	free(text);
	return 0;
}

static const char *const units[SYSTALLY_METRICS] = {"", "", " KiB"};

/* What the untouched command did not do the same all the time */
static void print_changes(FILE *out, const struct systally_plan *plan)
{
	const struct systally_outcome *failed;
	unsigned int passed, count, m;
	double earlier, later;

	for (m = 0; m < SYSTALLY_METRICS; m++) {
		enum systally_metric metric = (enum systally_metric)m;

		if (systally_measure_drift(plan, metric, &earlier, &later))
			fprintf(out,
				"Untouched, its %s went from %.10g to %.10g%s "
				"meanwhile.\n",
				systally_metric_name(metric), earlier, later,
				units[metric]);
	}
	count = systally_measure_untouched(plan, &passed, &failed);
	if (failed)
		fprintf(out,
			"It flaps: %u of %u untouched runs did not pass (%s), "
			"so a call that seems to be required may not be.\n",
			count - passed, count, failed->why);
}

static void print_untouched(FILE *out, const struct systally_plan *plan)
{
	const char *comma = "";
	unsigned int m;

	fprintf(out, "Untouched, median of %u: ", plan->untouched.count);
	for (m = 0; m < SYSTALLY_METRICS; m++) {
		enum systally_metric metric = (enum systally_metric)m;
		double value = systally_measure(&plan->untouched, metric);

		if (value < 0)
			continue;
		fprintf(out, "%s%s %.10g%s (margin %.1f%%)", comma,
			systally_metric_name(metric), value, units[metric],
			100 * systally_measure_margin(plan, metric));
		comma = ", ";
	}
	fputs(*comma ? ".\n" : "nothing was measured.\n", out);
	if (systally_measure(&plan->untouched, SYSTALLY_MEMORY) < 0)
		fputs("Its descriptors and memory could not be looked at often "
		      "enough to be told.\n",
		      out);
	if (*comma)
		fprintf(out,
			"The columns are ratios to %s, in bold outside of the "
			"margin%s.\n",
			plan->options->bench ? "the untouched command as it "
					       "did beside each call"
					     : "that",
			plan->options->bench ? "; more performance is better"
					     : "");
	print_changes(out, plan);
	putc('\n', out);
}

static int print_head(FILE *out, const struct systally_plan *plan)
{
	struct utsname kernel;

	fputs("# What ", out);
	if (print_command(out, plan->options->command))
		return -1;
	fputs(" needs\n\nTested by ", out);
	print_code(out, plan->options->test);
	if (plan->options->bench) {
		fputs(", measured by ", out);
		print_code(out, plan->options->bench);
	}
	fprintf(out, "; %u run%s of each", plan->options->replicas,
		plan->options->replicas == 1 ? "" : "s");
	if (!uname(&kernel))
		fprintf(out, ", on Linux %s", kernel.release);
	fprintf(out, ". Calls found by %s.\n",
		systally_needs_discover_name(plan->how));
	print_untouched(out, plan);
	return 0;
}

/* Returns whether they passed, but were not measured. */
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

/* Which metrics have a column. Returns how many. */
static unsigned int
choose_metrics(const struct systally_plan *plan,
	       enum systally_metric chosen[SYSTALLY_METRICS])
{
	unsigned int m, count = 0;

	for (m = 0; m < SYSTALLY_METRICS; m++) {
		if (systally_measure(&plan->untouched,
				     (enum systally_metric)m) >= 0)
			chosen[count++] = (enum systally_metric)m;
	}
	return count;
}

static void print_rows(FILE *out, const struct systally_plan *plan)
{
	enum systally_metric metrics[SYSTALLY_METRICS];
	unsigned int count = choose_metrics(plan, metrics), way, m;
	bool unseen = false;
	char why[160];
	size_t i;

	fputs("| call | calls | verdict |", out);
	for (way = 0; way < SYSTALLY_WAYS; way++) {
		for (m = 0; m < count; m++)
			fprintf(out, " %s%s |",
				m		       ? ""
				: way == SYSTALLY_STUB ? "stub: "
						       : "fake: ",
				systally_metric_name(metrics[m]));
	}
	fputs(" why not |\n| --- | ---: | --- |", out);
	for (i = 0; i < SYSTALLY_WAYS * count; i++)
		fputs(" ---: |", out);
	fputs(" --- |\n", out);
	for (i = 0; i < plan->count; i++) {
		const struct systally_tried *tried = &plan->tried[i];

		fprintf(out, "| %s | %llu | %s |", tried->feature.label,
			(unsigned long long)tried->feature.count,
			systally_needs_verdict_name(tried->verdict));
		for (way = 0; way < SYSTALLY_WAYS; way++) {
			for (m = 0; m < count; m++)
				unseen |= print_ratio(
					out, plan, &tried->ways[way],
					&tried->beside, metrics[m]);
		}
		systally_tried_why(tried, why);
		fprintf(out, " %s |\n", why);
	}
	if (unseen)
		fputs("\n`-` where runs passed: they ended before they could "
		      "be looked at often enough.\n",
		      out);
}

static void print_sums(FILE *out, const struct systally_plan *plan)
{
	size_t counts[SYSTALLY_NEEDS_VERDICTS] = {0}, i;

	for (i = 0; i < plan->count; i++)
		counts[plan->tried[i].verdict]++;
	fprintf(out,
		"\nOf %zu: %zu required, %zu may be stubbed or faked, %zu only "
		"stubbed, %zu only faked",
		plan->count, counts[SYSTALLY_NEEDS_REQUIRED],
		counts[SYSTALLY_NEEDS_EITHER], counts[SYSTALLY_NEEDS_STUBBABLE],
		counts[SYSTALLY_NEEDS_FAKEABLE]);
	if (counts[SYSTALLY_NEEDS_FLAKY])
		fprintf(out,
			", %zu flaky: their replicas disagree, so nothing is "
			"said of them",
			counts[SYSTALLY_NEEDS_FLAKY]);
	if (counts[SYSTALLY_NEEDS_UNTRIED])
		fprintf(out,
			", %zu untried: this libseccomp has no name for them",
			counts[SYSTALLY_NEEDS_UNTRIED]);
	fputs(".\n", out);
}

static void print_conflict(FILE *out, const struct systally_together *together,
			   const struct systally_conflict *conflict)
{
	const struct systally_candidate *changed =
		&together->candidates[conflict->changed];
	const char *done = !conflict->other_way ? "left as it is"
			   : changed->way == SYSTALLY_STUB
				   ? "stubbed, not faked"
				   : "faked, not stubbed";
	size_t i;

	if (conflict->count == 1) {
		fprintf(out,
			"- %s passed before and failed now: it flaps. It is "
			"%s.\n",
			changed->tried->feature.label, done);
		return;
	}
	fputs("- Not at once:", out);
	for (i = 0; i < conflict->count; i++)
		fprintf(out, "%s %s", i ? "," : "",
			together->candidates[conflict->members[i]]
				.tried->feature.label);
	fprintf(out, ". %s is %s.\n", changed->tried->feature.label, done);
}

static void print_together(FILE *out, const struct systally_plan *plan)
{
	const struct systally_together *together = &plan->together;
	size_t kept = 0, i;
	unsigned int metric;

	if (!together->count)
		return;
	for (i = 0; i < together->count; i++)
		kept += together->kept[i];
	fprintf(out,
		"\n%zu of the %zu that may be stubbed or faked, all at once: ",
		kept, together->count);
	if (!kept) {
		fputs("nothing is left that can go together.\n", out);
	} else {
		fputs("it works.", out);
		for (metric = 0; metric < SYSTALLY_METRICS; metric++) {
			struct systally_ratio ratio = systally_measure_ratio(
				plan, &together->run, &plan->end,
				(enum systally_metric)metric);

			if (ratio.known)
				fprintf(out, " %s %s%.2f%s.",
					systally_metric_name(
						(enum systally_metric)metric),
					ratio.outside ? "**" : "", ratio.value,
					ratio.outside ? "**" : "");
		}
		putc('\n', out);
	}
	if (together->conflict_count)
		putc('\n', out);
	for (i = 0; i < together->conflict_count; i++)
		print_conflict(out, together, &together->conflicts[i]);
}

int systally_needs_markdown(FILE *out, const struct systally_plan *plan)
{
	if (print_head(out, plan))
		return -1;
	print_rows(out, plan);
	print_sums(out, plan);
	print_together(out, plan);
	return 0;
}
