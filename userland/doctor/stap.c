// SPDX-License-Identifier: GPL-2.0-only
/*
 * doctor's check of SystemTap, which the tapsets need: whether the version at
 * hand works with the kernel at hand. Called by checks_run.c. What is known is
 * what `make stap-releases` found.
 */
#include <stdio.h>
#include <string.h>

#include "doctor/stap.h"

#define REMEDY	"take SystemTap 5.6, or correct a copy of its runtime for stap -R (README.md, SystemTap on each Debian release)"

static const struct {
	const char *version, *kernel;
	enum systally_verdict verdict;
	const char *finding;	/* how it goes on after "SystemTap with kernel" */
	const char *remedy;
} known[] = {
	{ "4.4", "5.10.", SYSTALLY_WARN,
	  "compiles no script (stp_task_work.c: error: passing argument 2 of ... task_work_cancel)",
	  REMEDY },
	{ "4.8", "6.1.", SYSTALLY_WARN,
	  "compiles no script (stp_task_work.c: error: passing argument 2 of ... task_work_cancel)",
	  REMEDY },
	{ "5.1", "6.12.", SYSTALLY_WARN,
	  "loads no module (ERROR: Can't resolve uprobe_unregister!) and finds no tracepoints",
	  REMEDY },
	{ "5.6", "6.1.", SYSTALLY_OK, "works", NULL },
	{ "5.6", "6.12.", SYSTALLY_OK, "works", NULL },
	{ "5.6", "7.2.", SYSTALLY_OK, "works", NULL },
};

void systally_stap_parse(struct systally_stap *stap, const char *line)
{
	const char *at = strstr(line, "(version ");

	if (at)
		sscanf(at, "(version %15[0-9.]", stap->version);
}

void systally_stap_judge(struct systally_checkup *checkup,
			 const struct systally_stap *stap)
{
	const char *release = checkup->kernel.release;
	size_t i;

	if (!*stap->version) {
		systally_checks_add(checkup, SYSTALLY_OK, "systemtap",
			"not installed; only the tapsets need it");
		return;
	}
	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (!strcmp(stap->version, known[i].version) &&
		    !strncmp(release, known[i].kernel, strlen(known[i].kernel)))
			break;
	}
	if (i == sizeof(known) / sizeof(known[0]))
		systally_checks_add(checkup, SYSTALLY_WARN, "systemtap",
			"%s is installed, and nothing is known of it with kernel %s; try `stap -e 'probe begin { exit() }'`",
			stap->version, release);
	else if (known[i].verdict != SYSTALLY_OK)
		systally_checks_add(checkup, known[i].verdict, "systemtap",
			"%s with kernel %s %s; %s", stap->version, release,
			known[i].finding, known[i].remedy);
	else if (!stap->has_symbols)
		systally_checks_add(checkup, SYSTALLY_WARN, "systemtap",
			"%s with kernel %s %s, but kprobe.function() finds no function, for /boot/System.map-%s is empty; as root, `grep -v '\\[' /proc/kallsyms > /boot/System.map-%s`",
			stap->version, release, known[i].finding, release,
			release);
	else
		systally_checks_add(checkup, SYSTALLY_OK, "systemtap",
			"%s with kernel %s %s", stap->version, release,
			known[i].finding);
}
