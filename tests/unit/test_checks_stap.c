// SPDX-License-Identifier: GPL-2.0-only
/*
 * Unit tests of what doctor says about SystemTap. Run by `make check-unit`.
 */
#include "fixture.h"

#include <stdio.h>

#include "doctor/stap.h"

static void versions_are_read(void **state)
{
	static const struct {
		const char *line, *version;
	} cases[] = {
		{ "Systemtap translator/driver (version 5.6/0.196, Debian version 5.6-1)\n",
		  "5.6" },
		{ "Systemtap translator/driver (version 4.8/0.188, Debian version 4.8-2)\n",
		  "4.8" },
		{ "Systemtap translator/driver (version 5.1/0.191, non-git sources)\n",
		  "5.1" },
		{ "Copyright (C) 2005-2026 Red Hat, Inc. and others\n", "" },
		{ "sh: 1: stap: not found\n", "" },
		{ "", "" },
	};
	struct systally_stap stap;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		memset(&stap, 0, sizeof(stap));
		systally_stap_parse(&stap, cases[i].line);
		assert_string_equal(stap.version, cases[i].version);
	}
	/* a line without a version changes nothing */
	snprintf(stap.version, sizeof(stap.version), "5.6");
	systally_stap_parse(&stap, "enabled features: AVAHI\n");
	assert_string_equal(stap.version, "5.6");
	/* a version that is too long is cut */
	systally_stap_parse(&stap, "(version 12345678901234567890");
	assert_string_equal(stap.version, "123456789012345");
}

static void versions_are_judged(void **state)
{
	static const struct {
		const char *version, *release; /* NULL: not installed */
		bool has_symbols;
		enum systally_finding_verdict verdict;
		const char *finding, *remedy; /* parts of them */
	} cases[] = {
		{ NULL, "6.1.0-56-amd64", false, SYSTALLY_FINDING_OK,
		  "only the tapsets need it", NULL },
		{ "", "6.1.0-56-amd64", true, SYSTALLY_FINDING_UNKNOWN,
		  "does not tell its version", "stap --version" },
		{ "4.4", "5.10.0-46-amd64", true, SYSTALLY_FINDING_WARN,
		  "cannot compile any script", "stap -R" },
		{ "4.8", "6.1.0-56-amd64", true, SYSTALLY_FINDING_WARN,
		  "cannot compile any script", "stap -R" },
		{ "4.8", "6.1.0-56-rt-amd64", false, SYSTALLY_FINDING_WARN,
		  "task_work_cancel", "stap -R" },
		{ "5.1", "6.12.118+deb13-amd64", true, SYSTALLY_FINDING_WARN,
		  "Can't resolve uprobe_unregister!", "stap -R" },
		{ "5.6", "6.1.0-56-amd64", true, SYSTALLY_FINDING_OK, "works",
		  NULL },
		{ "5.6", "6.12.118+deb13-amd64", true, SYSTALLY_FINDING_OK,
		  "works", NULL },
		{ "5.6", "7.2.13+deb14-amd64", true, SYSTALLY_FINDING_OK,
		  "5.6 with kernel 7.2.13+deb14-amd64 works", NULL },
		{ "5.6", "7.2.13+deb14-amd64", false, SYSTALLY_FINDING_WARN,
		  "kprobe.function() finds no functions",
		  "> /boot/System.map-7.2.13+deb14-amd64" },
		/* 6.1 is not the beginning of 6.12, nor 7.2 that of 7.20 */
		{ "4.8", "6.12.118+deb13-amd64", true, SYSTALLY_FINDING_WARN,
		  "was not tested", "try" },
		{ "5.6", "7.20.1", true, SYSTALLY_FINDING_WARN,
		  "was not tested", "try" },
		{ "5.60", "7.2.13", true, SYSTALLY_FINDING_WARN,
		  "was not tested", "try" },
	};
	struct systally_checkup checkup;
	struct systally_stap stap;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		memset(&checkup, 0, sizeof(checkup));
		snprintf(checkup.kernel.release, sizeof(checkup.kernel.release),
			 "%s", cases[i].release);
		snprintf(stap.version, sizeof(stap.version), "%s",
			 cases[i].version ? cases[i].version : "");
		stap.installed = cases[i].version;
		stap.has_symbols = cases[i].has_symbols;
		systally_stap_check(&checkup, &stap);
		assert_int_equal(checkup.count, 1);
		assert_string_equal(checkup.findings[0].what, "systemtap");
		assert_int_equal(checkup.findings[0].verdict, cases[i].verdict);
		assert_non_null(
			strstr(checkup.findings[0].finding, cases[i].finding));
		if (cases[i].remedy)
			assert_non_null(strstr(checkup.findings[0].remedy,
					       cases[i].remedy));
		else
			assert_null(checkup.findings[0].remedy);
		systally_findings_free(&checkup);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(versions_are_read),
		cmocka_unit_test(versions_are_judged),
	};

	return cmocka_run_group_tests_name("checks_stap", tests, NULL, NULL);
}
