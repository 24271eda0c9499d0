// SPDX-License-Identifier: GPL-2.0-only
/*
 * doctor's checks of what loading and using the module needs: debugfs and
 * SystemTap, and those of doctor/rights.c, doctor/module.c and doctor/groups.c.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/process.h"
#include "device/control.h"
#include "doctor/groups.h"
#include "doctor/module.h"
#include "doctor/rights.h"
#include "doctor/run_time.h"
#include "doctor/stap.h"

static void check_debugfs(struct systally_checkup *checkup)
{
	struct systally_error error = { "" };
	char path[PATH_MAX];

	if (systally_control_debugfs(path, &error))
		systally_findings_add(checkup, SYSTALLY_FINDING_FAIL, "debugfs",
				      "%s", error.text);
	else if (!access(path, R_OK | X_OK))
		systally_findings_add(checkup, SYSTALLY_FINDING_OK, "debugfs",
				      "mounted on %s", path);
	else if (checkup->policy.user_namespace == SYSTALLY_YES)
		systally_findings_add(
			checkup, SYSTALLY_FINDING_FAIL, "debugfs",
			"%s is mounted but cannot be entered from a user namespace: %s; run systally on the machine itself",
			path, strerror(errno));
	else if (checkup->policy.root)
		systally_findings_add(
			checkup, SYSTALLY_FINDING_FAIL, "debugfs",
			"%s is mounted but cannot be entered: %s; boot without debugfs=off and debugfs=no-mount",
			path, strerror(errno));
	else
		systally_findings_add(
			checkup, SYSTALLY_FINDING_WARN, "debugfs",
			"%s is mounted but cannot be entered: %s; use sudo",
			path, strerror(errno));
}

/*
 * stap looks up functions in these files, not in /proc/kallsyms. Where symbols
 * have a package of their own, as in Debian, System.map has only one line.
 */
static bool has_symbols(const char *release)
{
	static const char *const places[] = {
		"/boot/System.map-%s",
		"/usr/lib/debug/boot/System.map-%s",
		"/usr/lib/debug/boot/vmlinux-%s",
		"/usr/lib/debug/lib/modules/%s/vmlinux",
	};
	char path[PATH_MAX];
	struct stat file;
	size_t i;

	for (i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		snprintf(path, sizeof(path), places[i], release);
		if (!stat(path, &file) && file.st_size > 4096)
			return true;
	}
	return false;
}

static void check_stap(struct systally_checkup *checkup)
{
	struct systally_error ignored = { "" };
	struct systally_stap stap = { .version = "" };
	char line[256], path[PATH_MAX];
	FILE *pipe = NULL;

	stap.installed = !systally_process_find("stap", path, &ignored);
	if (stap.installed)
		pipe = popen("stap --version 2>&1", "re");
	while (pipe && fgets(line, sizeof(line), pipe))
		systally_stap_parse(&stap, line);
	if (pipe)
		pclose(pipe);
	stap.has_symbols = has_symbols(checkup->kernel.release);
	systally_stap_check(checkup, &stap);
}

void systally_run_time_check(struct systally_checkup *checkup)
{
	check_debugfs(checkup);
	systally_rights_check(checkup);
	systally_module_check(checkup);
	systally_groups_check(checkup);
	check_stap(checkup);
}
