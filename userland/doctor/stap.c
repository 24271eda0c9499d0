// SPDX-License-Identifier: GPL-2.0-only
/*
 * doctor's check of SystemTap, which the tapsets need: does its version work
 * with the running kernel? The table holds the results of
 * `make stap-releases`.
 */
#include <stdio.h>
#include <string.h>

#include "doctor/stap.h"

#define REMEDY                                                                \
	"use SystemTap 5.6, or correct a copy of its runtime and give it to " \
	"stap -R (see \"SystemTap on each Debian release\" in systally's "    \
	"documentation)"

#define NO_TASK_WORK                                                           \
	"cannot compile any script (stp_task_work.c: error: passing argument " \
	"2 of ... task_work_cancel)"

static const struct {
	const char *version, *kernel;
	enum systally_finding_verdict verdict;
	const char *result; /* follows "VERSION with kernel RELEASE" */
} known[] = {
	{ "4.4", "5.10.", SYSTALLY_FINDING_WARN, NO_TASK_WORK },
	{ "4.8", "6.1.", SYSTALLY_FINDING_WARN, NO_TASK_WORK },
	{ "5.1", "6.12.", SYSTALLY_FINDING_WARN,
	  "cannot load any module (ERROR: Can't resolve uprobe_unregister!) and finds no tracepoints" },
	{ "5.6", "6.1.", SYSTALLY_FINDING_OK, "works" },
	{ "5.6", "6.12.", SYSTALLY_FINDING_OK, "works" },
	{ "5.6", "7.2.", SYSTALLY_FINDING_OK, "works" },
};

void systally_stap_parse(struct systally_stap *stap, const char *line)
{
	const char *at = strstr(line, "(version ");

	if (at)
		sscanf(at, "(version %15[0-9.]", stap->version);
}

void systally_stap_check(struct systally_checkup *checkup,
			 const struct systally_stap *stap)
{
	const char *release = checkup->kernel.release;
	size_t i;

	if (stap->installed && !*stap->version) {
		systally_findings_add(
			checkup, SYSTALLY_FINDING_UNKNOWN, "systemtap",
			"it is installed, but does not tell its version; run `stap --version`");
		return;
	}
	if (!stap->installed) {
		systally_findings_add(
			checkup, SYSTALLY_FINDING_OK, "systemtap",
			"not installed, and only the tapsets need it");
		return;
	}
	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (!strcmp(stap->version, known[i].version) &&
		    !strncmp(release, known[i].kernel, strlen(known[i].kernel)))
			break;
	}
	if (i == sizeof(known) / sizeof(known[0]))
		systally_findings_add(
			checkup, SYSTALLY_FINDING_WARN, "systemtap",
			"%s was not tested with kernel %s; try `stap -e 'probe begin { exit() }'`",
			stap->version, release);
	else if (known[i].verdict != SYSTALLY_FINDING_OK)
		systally_findings_add(checkup, known[i].verdict, "systemtap",
				      "%s with kernel %s %s; " REMEDY,
				      stap->version, release, known[i].result);
	else if (!stap->has_symbols)
		systally_findings_add(
			checkup, SYSTALLY_FINDING_WARN, "systemtap",
			"%s with kernel %s %s, but kprobe.function() finds no functions because /boot/System.map-%s is empty; as root, `grep -v '\\[' /proc/kallsyms > /boot/System.map-%s`",
			stap->version, release, known[i].result, release,
			release);
	else
		systally_findings_add(checkup, SYSTALLY_FINDING_OK, "systemtap",
				      "%s with kernel %s %s", stap->version,
				      release, known[i].result);
}
