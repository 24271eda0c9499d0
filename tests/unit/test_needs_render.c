// SPDX-License-Identifier: GPL-2.0-only
/*
 * Unit tests of the reports of `systally needs`. Run by `make check-unit`.
 */
#include "hostile.h"
#include "needs_fixture.h"

#include <sys/utsname.h>

/* A plan made by hand: its results do not depend on how fast anything is. */
struct made {
	struct systally_request request;
	struct systally_plan plan;
	struct systally_tried tried[4];
	struct systally_candidate candidates[2];
	bool kept[2];
	size_t members[2];
	struct systally_conflict conflict;
	struct systally_outcome outcomes[32];
	size_t used; /* outcomes */
};

/* Adds a replica that passed and was measured. */
static struct systally_outcome *add_passed(struct made *m,
					   struct systally_replicas *replicas,
					   double performance, uint64_t fds)
{
	struct systally_outcome *outcome = &m->outcomes[m->used++];

	assert_true(m->used <= 32);
	if (!replicas->count)
		replicas->outcomes = outcome;
	/* the replicas of a run follow one another */
	assert_ptr_equal(outcome, replicas->outcomes + replicas->count);
	replicas->count++;
	replicas->passed++;
	outcome->passed = true;
	outcome->benched = true;
	outcome->performance = performance;
	outcome->peak.fds = fds;
	outcome->peak.memory_kb = 1000;
	outcome->peak.samples = 20;
	return outcome;
}

static void add_failed(struct made *m, struct systally_replicas *replicas,
		       const char *why)
{
	struct systally_outcome *outcome = add_passed(m, replicas, 0, 0);

	replicas->passed--;
	outcome->passed = false;
	outcome->benched = false;
	strcpy(outcome->why, why);
}

static struct systally_tried *add_tried(struct made *m, const char *call,
					uint64_t count,
					enum systally_needs_verdict verdict)
{
	struct systally_tried *tried = &m->tried[m->plan.count++];

	strcpy(tried->feature.label, call);
	strcpy(tried->feature.call, call);
	tried->feature.count = count;
	tried->verdict = verdict;
	return tried;
}

/* Two calls conflict, one is required, one is flaky. */
static void make_plan(struct made *m)
{
	static char word[] = "serve", quoted[] = "it's",
		    *command[] = { word, quoted, NULL };
	struct systally_plan *plan = &m->plan;
	struct systally_tried *tried;

	memset(m, 0, sizeof(*m));
	m->request.argv = command;
	m->request.argc = 2;
	m->request.test = "ask `it`";
	m->request.bench = "count";
	m->request.replicas = 2;
	m->request.margin = -1;
	plan->request = &m->request;
	plan->how = SYSTALLY_DISCOVER_SECCOMP;
	plan->tried = m->tried;
	add_passed(m, &plan->untouched, 100, 4);
	add_passed(m, &plan->untouched, 100, 4);
	tried = add_tried(m, "access", 7, SYSTALLY_NEEDS_EITHER);
	add_passed(m, &tried->ways[SYSTALLY_STUB], 150, 4);
	add_passed(m, &tried->ways[SYSTALLY_STUB], 150, 4);
	add_passed(m, &tried->ways[SYSTALLY_FAKE], 100, 5);
	add_passed(m, &tried->ways[SYSTALLY_FAKE], 100, 5);
	add_passed(m, &tried->beside, 100, 4);
	add_passed(m, &tried->beside, 100, 4);
	tried = add_tried(m, "brk", 3, SYSTALLY_NEEDS_FAKEABLE);
	add_failed(m, &tried->ways[SYSTALLY_STUB], "timeout");
	add_failed(m, &tried->ways[SYSTALLY_STUB], "timeout");
	add_passed(m, &tried->ways[SYSTALLY_FAKE], 50, 4);
	add_passed(m, &tried->ways[SYSTALLY_FAKE], 50, 4);
	add_passed(m, &tried->beside, 50, 4);
	add_passed(m, &tried->beside, 50, 4);
	tried = add_tried(m, "openat", 12, SYSTALLY_NEEDS_REQUIRED);
	add_failed(m, &tried->ways[SYSTALLY_STUB], "TEST failed (1)");
	add_failed(m, &tried->ways[SYSTALLY_STUB], "TEST failed (1)");
	add_failed(m, &tried->ways[SYSTALLY_FAKE], "TEST failed (2)");
	add_failed(m, &tried->ways[SYSTALLY_FAKE], "TEST failed (2)");
	tried = add_tried(m, "ioctl(TCGETS)", 1, SYSTALLY_NEEDS_FLAKY);
	strcpy(tried->feature.call, "ioctl");
	tried->feature.part = true;
	tried->feature.value = 0x5401;
	add_passed(m, &tried->ways[SYSTALLY_STUB], 100, 4);
	add_failed(m, &tried->ways[SYSTALLY_STUB], "TEST failed (1)");
	add_failed(m, &tried->ways[SYSTALLY_FAKE], "TEST failed (1)");
	add_failed(m, &tried->ways[SYSTALLY_FAKE], "TEST failed (1)");
	m->candidates[0].tried = &m->tried[0];
	m->candidates[0].way = SYSTALLY_STUB;
	m->candidates[1].tried = &m->tried[1];
	m->candidates[1].way = SYSTALLY_FAKE;
	m->kept[1] = true;
	plan->together.candidates = m->candidates;
	plan->together.kept = m->kept;
	plan->together.count = 2;
	add_passed(m, &plan->together.run, 50, 4);
	add_passed(m, &plan->together.run, 50, 4);
	m->members[0] = 0;
	m->members[1] = 1;
	m->conflict.members = m->members;
	m->conflict.count = 2;
	m->conflict.changed = 0;
	plan->together.conflicts = &m->conflict;
	plan->together.conflict_count = 1;
	add_passed(m, &plan->end, 50, 4);
	add_passed(m, &plan->end, 50, 4);
}

/* Returns what @render writes, which the caller frees. */
static char *rendered(const struct systally_plan *plan,
		      int (*render)(FILE *out,
				    const struct systally_plan *plan))
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	assert_int_equal(render(out, plan), 0);
	fclose(out);
	return text;
}

/*
 * Checks that @render writes @before, then the kernel's release and @after unless
 * that is NULL.
 */
static void assert_rendered(const struct systally_plan *plan,
			    int (*render)(FILE *out,
					  const struct systally_plan *plan),
			    const char *before, const char *after)
{
	char *text = rendered(plan, render);
	char expected[8192];
	struct utsname kernel;

	assert_int_equal(uname(&kernel), 0);
	snprintf(expected, sizeof(expected), "%s%s%s", before,
		 after ? kernel.release : "", after ?: "");
	assert_string_equal(text, expected);
	free(text);
}

static void test_markdown(void **state)
{
	struct made m;

	(void)state;
	make_plan(&m);
	assert_rendered(
		&m.plan, systally_needs_markdown,
		"# What `serve 'it'\\''s'` needs\n"
		"\n"
		"Tested by `` ask `it` ``, measured by `count`; 2 runs of each, on Linux ",
		". Calls found by seccomp.\n"
		"Untouched, median of 2: performance 100 (margin 5.0%), descriptors 4 (margin 5.0%), memory 1000 KiB (margin 5.0%).\n"
		"The columns are ratios to the untouched runs beside each call, in bold outside the margin; above 1, the performance is better.\n"
		"The untouched runs changed meanwhile: performance from 100 to 50.\n"
		"\n"
		"| call | calls | verdict | stub: performance | descriptors | memory | fake: performance | descriptors | memory | why not |\n"
		"| --- | ---: | --- | ---: | ---: | ---: | ---: | ---: | ---: | --- |\n"
		"| access | 7 | both | **1.50** | 1.00 | 1.00 | 1.00 | **1.25** | 1.00 |  |\n"
		"| brk | 3 | fake | - | - | - | 1.00 | 1.00 | 1.00 | stub: timeout |\n"
		"| openat | 12 | required | - | - | - | - | - | - | stub: TEST failed (1); fake: TEST failed (2) |\n"
		"| ioctl(TCGETS) | 1 | flaky | - | - | - | - | - | - | stub passed 1 of 2: TEST failed (1); fake: TEST failed (1) |\n"
		"\n"
		"Of 4: 1 required, 1 can be stubbed or faked, 0 only stubbed, 1 only faked, 1 flaky (results differ between replicas).\n"
		"\n"
		"All at once, 1 of the 2 that can be stubbed or faked: TEST passes. performance 1.00. descriptors 1.00. memory 1.00.\n"
		"\n"
		"- Conflict: access, brk. access is left as it is.\n");
}

static void test_json(void **state)
{
	struct made m;

	(void)state;
	make_plan(&m);
	assert_rendered(
		&m.plan, systally_needs_json,
		"{\"systally_needs\":1,"
		"\"kernel\":\"",
		"\","
		"\"command\":[\"serve\",\"it's\"],\"test\":\"ask `it`\",\"bench\":\"count\",\"replicas\":2,\"untouched_runs\":8,\"untouched_passed\":8,\"found_by\":\"seccomp\","
		"\"untouched\":{\"performance\":100.0,\"descriptors\":4.0,\"memory\":1000.0},"
		"\"margins\":{\"performance\":0.050000000000000003,\"descriptors\":0.050000000000000003,\"memory\":0.050000000000000003},"
		"\"drift\":{\"performance\":{\"earlier\":100.0,\"later\":50.0},\"descriptors\":{\"earlier\":4.0,\"later\":4.0},\"memory\":{\"earlier\":1000.0,\"later\":1000.0}},"
		"\"features\":["
		"{\"feature\":\"access\",\"call\":\"access\",\"value\":null,\"calls\":7,\"verdict\":\"both\",\"stub\":{\"runs\":2,\"passed\":2,\"why\":null,\"performance\":1.5,\"descriptors\":1.0,\"memory\":1.0,\"outside\":[\"performance\"]},"
		"\"fake\":{\"runs\":2,\"passed\":2,\"why\":null,\"performance\":1.0,\"descriptors\":1.25,\"memory\":1.0,\"outside\":[\"descriptors\"]}},"
		"{\"feature\":\"brk\",\"call\":\"brk\",\"value\":null,\"calls\":3,\"verdict\":\"fake\",\"stub\":{\"runs\":2,\"passed\":0,\"why\":\"timeout\",\"performance\":null,\"descriptors\":null,\"memory\":null,\"outside\":[]},"
		"\"fake\":{\"runs\":2,\"passed\":2,\"why\":null,\"performance\":1.0,\"descriptors\":1.0,\"memory\":1.0,\"outside\":[]}},"
		"{\"feature\":\"openat\",\"call\":\"openat\",\"value\":null,\"calls\":12,\"verdict\":\"required\",\"stub\":{\"runs\":2,\"passed\":0,\"why\":\"TEST failed (1)\",\"performance\":null,\"descriptors\":null,\"memory\":null,\"outside\":[]},"
		"\"fake\":{\"runs\":2,\"passed\":0,\"why\":\"TEST failed (2)\",\"performance\":null,\"descriptors\":null,\"memory\":null,\"outside\":[]}},"
		"{\"feature\":\"ioctl(TCGETS)\",\"call\":\"ioctl\",\"value\":21505,\"calls\":1,\"verdict\":\"flaky\",\"stub\":{\"runs\":2,\"passed\":1,\"why\":\"TEST failed (1)\",\"performance\":null,\"descriptors\":null,\"memory\":null,\"outside\":[]},"
		"\"fake\":{\"runs\":2,\"passed\":0,\"why\":\"TEST failed (1)\",\"performance\":null,\"descriptors\":null,\"memory\":null,\"outside\":[]}}],"
		"\"together\":{\"performance\":1.0,\"descriptors\":1.0,\"memory\":1.0,\"outside\":[],\"features\":["
		"{\"feature\":\"access\",\"way\":null},"
		"{\"feature\":\"brk\",\"way\":\"fake\"}],\"conflicts\":[["
		"{\"feature\":\"access\",\"way\":null},"
		"{\"feature\":\"brk\",\"way\":\"fake\"}]]}}\n");
}

static void test_csv(void **state)
{
	struct made m;

	(void)state;
	make_plan(&m);
	assert_rendered(
		&m.plan, systally_needs_csv,
		"call,calls,verdict,stub_runs,stub_passed,stub_performance,stub_descriptors,stub_memory,fake_runs,fake_passed,fake_performance,fake_descriptors,fake_memory,why\n"
		"access,7,both,2,2,1.5000,1.0000,1.0000,2,2,1.0000,1.2500,1.0000,\"\"\n"
		"brk,3,fake,2,0,,,,2,2,1.0000,1.0000,1.0000,stub: timeout\n"
		"openat,12,required,2,0,,,,2,0,,,,stub: TEST failed (1); fake: TEST failed (2)\n"
		"ioctl(TCGETS),1,flaky,2,1,,,,2,0,,,,stub passed 1 of 2: TEST failed (1); fake: TEST failed (1)\n",
		NULL);
}

/* A command, a TEST and a BENCH of every byte there is. */
static void test_hostile(void **state)
{
	static char escaped[] = "\x1b[2J'", newline[] = "a\nb",
		    euro[] = "\xe2\x82\xac", wide[] = "=1+1",
		    csi[] = "\xc2\x9b";
	static char *command[] = { escaped, newline, euro, wide, csi, NULL };
	char *word = hostile_word(), *text;
	struct made m;

	(void)state;
	make_plan(&m);
	m.request.argv = command;
	m.request.argc = 5;
	m.request.test = word;
	m.request.bench = "``<b>``` \xe2\x80\xae";
	text = rendered(&m.plan, systally_needs_json);
	assert_harmless(text, 1);
	free(text);
	text = rendered(&m.plan, systally_needs_csv);
	assert_harmless(text, 5);
	free(text);
	text = rendered(&m.plan, systally_needs_markdown);
	assert_harmless(text, SIZE_MAX);
	/* a shell reads the same bytes */
	assert_int_equal(
		strncmp(text,
			"# What `$'\\033[2J\\'' $'a\\012b' '\xe2\x82\xac' =1+1 $'\\302\\233'` needs\n",
			strcspn(text, "\n") + 1),
		0);
	assert_non_null(strstr(
		text, "measured by ```` ``<b>``` \\xe2\\x80\\xae ````;"));
	free(text);
	free(word);
}

/* Fewer than 20 samples are too few to see a peak of descriptors or memory. */
static void test_too_few_samples(void **state)
{
	struct made m;
	char *text;

	(void)state;
	make_plan(&m);
	m.tried[0].ways[SYSTALLY_FAKE].outcomes[1].peak.samples = 19;
	text = rendered(&m.plan, systally_needs_markdown);
	assert_non_null(strstr(
		text,
		"\n| access | 7 | both | **1.50** | 1.00 | 1.00 | 1.00 | - | - |  |\n"));
	assert_non_null(strstr(
		text,
		"\n`-` where runs passed: they were sampled too rarely.\n"));
	free(text);
	m.plan.untouched.outcomes[0].peak.samples = 19;
	text = rendered(&m.plan, systally_needs_markdown);
	assert_non_null(strstr(
		text,
		"\nDescriptors and memory are missing: they were sampled too rarely.\n"));
	/* they have no columns */
	assert_non_null(
		strstr(text, "\n| access | 7 | both | **1.50** | 1.00 |  |\n"));
	free(text);
}

/* A verdict is in doubt if an untouched run fails later. */
static void test_flaky_untouched_run(void **state)
{
	struct made m;
	char *text;

	(void)state;
	make_plan(&m);
	m.plan.end.outcomes[1].passed = false;
	strcpy(m.plan.end.outcomes[1].why, "TEST failed (1)");
	m.plan.end.passed--;
	text = rendered(&m.plan, systally_needs_markdown);
	assert_non_null(strstr(
		text,
		"\nTEST is flaky: 1 of 8 untouched runs failed (TEST failed (1)), so a call may be listed as required by mistake.\n"));
	free(text);
}

/* How each conflict was resolved. */
static void test_resolved_conflicts(void **state)
{
	struct made m;
	char *text;

	(void)state;
	make_plan(&m);
	m.conflict.other_way = true;
	text = rendered(&m.plan, systally_needs_markdown);
	assert_non_null(strstr(
		text,
		"\n- Conflict: access, brk. access is stubbed, not faked.\n"));
	free(text);
	m.conflict.changed = 1;
	text = rendered(&m.plan, systally_needs_markdown);
	assert_non_null(strstr(
		text,
		"\n- Conflict: access, brk. brk is faked, not stubbed.\n"));
	free(text);
	/* a single member passed before */
	m.conflict.other_way = false;
	m.conflict.count = 1;
	m.kept[1] = false;
	text = rendered(&m.plan, systally_needs_markdown);
	assert_non_null(strstr(
		text,
		"\n- Flaky: brk passed by itself before and fails now. It is left as it is.\n"));
	assert_non_null(strstr(
		text,
		"\nAll at once: each of the 2 that can be stubbed or faked had to be left out.\n"));
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_markdown),
		cmocka_unit_test(test_json),
		cmocka_unit_test(test_csv),
		cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_too_few_samples),
		cmocka_unit_test(test_flaky_untouched_run),
		cmocka_unit_test(test_resolved_conflicts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
