// SPDX-License-Identifier: GPL-2.0-only
/*
 * doctor's checks of the kernel, its configuration, and what building the
 * module needs.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/process.h"
#include "doctor/build.h"
#include "doctor/machine.h"

/* How to install what building needs, by a word of os-release */
static const struct distribution {
	const char *word;
	const char *headers; /* the kernel's release follows if it ends in - */
	const char *compiler;
} distributions[] = {
	{ "debian", "apt install linux-headers-",
	  "apt install build-essential" },
	{ "ubuntu", "apt install linux-headers-",
	  "apt install build-essential" },
	{ "fedora", "dnf install kernel-devel-", "dnf install gcc make" },
	{ "rhel", "dnf install kernel-devel-", "dnf install gcc make" },
	{ "arch", "pacman -S linux-headers", "pacman -S base-devel" },
	{ "suse", "zypper install kernel-default-devel",
	  "zypper install gcc make" },
};

/* Returns NULL for a distribution that is not in the table. */
static const struct distribution *
find_distribution(const struct systally_checkup *checkup)
{
	size_t i;

	for (i = 0; i < sizeof(distributions) / sizeof(distributions[0]); i++) {
		if (strstr(checkup->distribution, distributions[i].word))
			return &distributions[i];
	}
	return NULL;
}

static void check_release(struct systally_checkup *checkup)
{
	const char *release = checkup->kernel.release;
	int major = 0, minor = 0;

	if (sscanf(release, "%d.%d", &major, &minor) != 2)
		systally_findings_add(
			checkup, SYSTALLY_FINDING_UNKNOWN, "kernel",
			"'%s' is no version of Linux; systally needs 5.10 or later",
			release);
	else if (major > 5 || (major == 5 && minor >= 10))
		systally_findings_add(checkup, SYSTALLY_FINDING_OK, "kernel",
				      "%s is 5.10 or later", release);
	else
		systally_findings_add(
			checkup, SYSTALLY_FINDING_FAIL, "kernel",
			"%s is older than 5.10; boot a later kernel", release);
}

static void check_config(struct systally_checkup *checkup)
{
	static const struct {
		enum systally_finding_verdict verdict;
		const char *option, *loss;
	} needs[] = {
		{ SYSTALLY_FINDING_FAIL, "MODULES",
		  "this kernel cannot load modules" },
		{ SYSTALLY_FINDING_FAIL, "TRACEPOINTS",
		  "there are no tracepoints to count calls with" },
		{ SYSTALLY_FINDING_FAIL, "HAVE_SYSCALL_TRACEPOINTS",
		  "system calls have no tracepoints" },
		{ SYSTALLY_FINDING_FAIL, "DEBUG_FS",
		  "there are no files to read the counters from" },
		{ SYSTALLY_FINDING_WARN, "KPROBES",
		  "hook=kprobe is not available" },
		{ SYSTALLY_FINDING_WARN, "DYNAMIC_FTRACE_WITH_DIRECT_CALLS",
		  "hook=direct is not available" },
		{ SYSTALLY_FINDING_WARN, "KALLSYMS",
		  "hook=kprobe cannot find the functions of the kernel" },
	};
	const struct systally_kconfig *config = &checkup->config;
	bool complete = true;
	size_t i;

	if (!config->text) {
		systally_findings_add(
			checkup, SYSTALLY_FINDING_UNKNOWN, "config",
			"the configuration of this kernel was not found; check that MODULES, TRACEPOINTS, KPROBES and DEBUG_FS are on");
		return;
	}
	for (i = 0; i < sizeof(needs) / sizeof(needs[0]); i++) {
		if (systally_kconfig_has(config, needs[i].option))
			continue;
		complete = false;
		systally_findings_add(
			checkup, needs[i].verdict, "config",
			"CONFIG_%s is off, so %s; use a kernel where it is on",
			needs[i].option, needs[i].loss);
	}
	if (complete)
		systally_findings_add(
			checkup, SYSTALLY_FINDING_OK, "config",
			"all options that systally needs are on, according to %s",
			config->source);
	systally_machine_check_abis(checkup);
}

static void check_headers(struct systally_checkup *checkup)
{
	const struct distribution *distribution = find_distribution(checkup);
	const char *release = checkup->kernel.release;
	const char *headers = distribution ? distribution->headers : NULL;
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "/lib/modules/%s/build/Makefile", release);
	if (!access(path, R_OK)) {
		systally_findings_add(checkup, SYSTALLY_FINDING_OK, "headers",
				      "/lib/modules/%s/build exists", release);
		return;
	}
	if (errno != ENOENT && errno != ENOTDIR) {
		systally_findings_add(checkup, SYSTALLY_FINDING_UNKNOWN,
				      "headers", "cannot look at %s: %s", path,
				      strerror(errno));
		return;
	}
	/* Only building needs them, so this is not a failure. */
	if (headers)
		snprintf(path, sizeof(path), "`%s%s`", headers,
			 headers[strlen(headers) - 1] == '-' ? release : "");
	else
		strcpy(path, "install the headers of this kernel");
	systally_findings_add(
		checkup, SYSTALLY_FINDING_WARN, "headers",
		"/lib/modules/%s/build is missing, so the module cannot be built for this kernel; %s",
		release, path);
}

static void check_compiler(struct systally_checkup *checkup)
{
	static const char *const compilers[] = { "gcc", "cc", "clang" };
	const struct distribution *distribution = find_distribution(checkup);
	char path[PATH_MAX];
	size_t i;

	for (i = 0; i < sizeof(compilers) / sizeof(compilers[0]); i++) {
		struct systally_error ignored = { "" };

		if (systally_process_find(compilers[i], path, &ignored))
			continue;
		systally_findings_add(checkup, SYSTALLY_FINDING_OK, "compiler",
				      "%s", path);
		return;
	}
	if (distribution)
		snprintf(path, sizeof(path), "`%s`", distribution->compiler);
	else
		strcpy(path, "install gcc and make");
	systally_findings_add(
		checkup, SYSTALLY_FINDING_WARN, "compiler",
		"no C compiler is in PATH, so the module cannot be built here; %s",
		path);
}

void systally_build_check_kernel(struct systally_checkup *checkup)
{
	check_release(checkup);
	systally_machine_check(checkup);
	check_config(checkup);
}

void systally_build_check(struct systally_checkup *checkup)
{
	systally_build_check_kernel(checkup);
	check_headers(checkup);
	check_compiler(checkup);
}
