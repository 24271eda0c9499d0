// SPDX-License-Identifier: GPL-2.0-only
/*
 * doctor's checks of what building the module needs, and of the kernel's
 * configuration. Called by cmd_doctor.c.
 */
#define _GNU_SOURCE
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "doctor/checks.h"

void systally_checks_add(struct systally_checkup *checkup,
			 enum systally_verdict verdict, const char *what,
			 const char *text, ...)
{
	struct systally_finding *findings;
	struct systally_finding *finding;
	char *semicolon;
	va_list args;

	findings = reallocarray(checkup->findings, checkup->count + 1,
				sizeof(*findings));
	if (!findings)
		return;
	checkup->findings = findings;
	finding = &findings[checkup->count];
	finding->verdict = verdict;
	finding->what = what;
	finding->remedy = NULL;
	va_start(args, text);
	if (vasprintf(&finding->finding, text, args) >= 0)
		checkup->count++;
	else
		finding->finding = NULL;
	va_end(args);
	semicolon = finding->finding ? strstr(finding->finding, "; ") : NULL;
	if (semicolon) {
		*semicolon = '\0';
		finding->remedy = strdup(semicolon + 2);
	}
}

void systally_checks_free(struct systally_checkup *checkup)
{
	while (checkup->count) {
		checkup->count--;
		free(checkup->findings[checkup->count].finding);
		free(checkup->findings[checkup->count].remedy);
	}
	free(checkup->findings);
	checkup->findings = NULL;
	systally_kconfig_free(&checkup->config);
}

/* The words of ID and ID_LIKE, to name packages by. */
static void read_distribution(struct systally_checkup *checkup)
{
	size_t room = sizeof(checkup->distribution);
	FILE *file = fopen("/etc/os-release", "re");
	char line[256];
	size_t used = 0;

	checkup->distribution[0] = '\0';
	while (file && fgets(line, sizeof(line), file)) {
		char *value = strchr(line, '=');

		if (!value || (strncmp(line, "ID=", 3) &&
			       strncmp(line, "ID_LIKE=", 8)))
			continue;
		value[strcspn(value, "\n")] = '\0';
		snprintf(checkup->distribution + used, room - used, " %s",
			 value + 1);
		used = strlen(checkup->distribution);
	}
	if (file)
		fclose(file);
}

static bool is_like(const struct systally_checkup *checkup, const char *name)
{
	return strstr(checkup->distribution, name);
}

static void check_kernel(struct systally_checkup *checkup)
{
	const struct utsname *kernel = &checkup->kernel;
	int major = 0, minor = 0;

	if (sscanf(kernel->release, "%d.%d", &major, &minor) == 2 &&
	    (major > 5 || (major == 5 && minor >= 10)))
		systally_checks_add(checkup, SYSTALLY_OK, "kernel",
				    "%s is 5.10 or later", kernel->release);
	else
		systally_checks_add(checkup, SYSTALLY_FAIL, "kernel",
				    "%s is older than 5.10; boot a later one",
				    kernel->release);
	if (strcmp(kernel->machine, "x86_64"))
		systally_checks_add(checkup, SYSTALLY_FAIL, "machine",
				    "%s; systally knows x86-64 only",
				    kernel->machine);
	else
		systally_checks_add(checkup, SYSTALLY_OK, "machine", "x86_64");
}

static void check_config(struct systally_checkup *checkup)
{
	static const struct {
		enum systally_verdict verdict;
		const char *option, *loss;
	} needs[] = {
		{ SYSTALLY_FAIL, "MODULES", "the kernel loads no modules" },
		{ SYSTALLY_FAIL, "TRACEPOINTS", "there is nothing to hook into" },
		{ SYSTALLY_FAIL, "HAVE_SYSCALL_TRACEPOINTS", "system calls have no tracepoints" },
		{ SYSTALLY_FAIL, "DEBUG_FS", "there is nowhere to read the counters" },
		{ SYSTALLY_WARN, "KPROBES", "hook=kprobe cannot be had" },
		{ SYSTALLY_WARN, "DYNAMIC_FTRACE_WITH_DIRECT_CALLS", "hook=direct cannot be had" },
		{ SYSTALLY_WARN, "KALLSYMS", "hook=kprobe finds no functions" },
	};
	struct systally_kconfig *config = &checkup->config;
	bool complete = true;
	size_t i;

	if (!systally_kconfig_read(config, checkup->kernel.release)) {
		systally_checks_add(checkup, SYSTALLY_WARN, "config",
			"the kernel's configuration is not to be found; see for yourself that MODULES, TRACEPOINTS, KPROBES and DEBUG_FS are on");
		return;
	}
	for (i = 0; i < sizeof(needs) / sizeof(needs[0]); i++) {
		if (systally_kconfig_has(config, needs[i].option))
			continue;
		complete = false;
		systally_checks_add(checkup, needs[i].verdict, "config",
			"CONFIG_%s is off, so %s; use a kernel that has it",
			needs[i].option, needs[i].loss);
	}
	if (complete)
		systally_checks_add(checkup, SYSTALLY_OK, "config",
			"all that systally needs is on, by %s",
			config->source);
	systally_checks_add(checkup, SYSTALLY_OK, "32-bit calls",
		"i386 is %s, x32 is %s in this kernel",
		systally_kconfig_has(config, "IA32_EMULATION") ? "on" : "off",
		systally_kconfig_has(config, "X86_X32_ABI") ||
		systally_kconfig_has(config, "X86_X32") ? "on" : "off");
}

static void check_headers(struct systally_checkup *checkup)
{
	const char *release = checkup->kernel.release;
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "/lib/modules/%s/build/Makefile",
		 release);
	if (!access(path, R_OK)) {
		systally_checks_add(checkup, SYSTALLY_OK, "headers",
				    "/lib/modules/%s/build is there", release);
		return;
	}
	/* only building needs them, so this is no failure */
	if (is_like(checkup, "debian") || is_like(checkup, "ubuntu"))
		snprintf(path, sizeof(path), "`apt install linux-headers-%s`",
			 release);
	else if (is_like(checkup, "fedora") || is_like(checkup, "rhel"))
		snprintf(path, sizeof(path), "`dnf install kernel-devel-%s`",
			 release);
	else if (is_like(checkup, "arch"))
		snprintf(path, sizeof(path), "`pacman -S linux-headers`");
	else if (is_like(checkup, "suse"))
		snprintf(path, sizeof(path),
			 "`zypper install kernel-default-devel`");
	else
		snprintf(path, sizeof(path),
			 "install the headers of this kernel");
	systally_checks_add(checkup, SYSTALLY_WARN, "headers",
		"/lib/modules/%s/build is missing, so the module cannot be built for this kernel; %s",
		release, path);
}

static void check_compiler(struct systally_checkup *checkup)
{
	static const char *const compilers[] = { "gcc", "cc", "clang" };
	const char *list = getenv("PATH");
	char path[PATH_MAX];
	size_t i, length;

	while (list) {
		length = strcspn(list, ":");
		for (i = 0; i < sizeof(compilers) / sizeof(compilers[0]); i++) {
			snprintf(path, sizeof(path), "%.*s/%s", (int)length,
				 list, compilers[i]);
			if (access(path, X_OK))
				continue;
			systally_checks_add(checkup, SYSTALLY_OK, "compiler",
					    "%s", path);
			return;
		}
		list = list[length] ? list + length + 1 : NULL;
	}
	systally_checks_add(checkup, SYSTALLY_WARN, "compiler",
		"none, so the module cannot be built here; %s",
		is_like(checkup, "debian") || is_like(checkup, "ubuntu") ?
			"`apt install build-essential`" :
		is_like(checkup, "fedora") || is_like(checkup, "rhel") ?
			"`dnf install gcc make`" :
		is_like(checkup, "arch") ? "`pacman -S base-devel`" :
			"install gcc and make");
}

void systally_checks_build(struct systally_checkup *checkup)
{
	check_kernel(checkup);
	check_config(checkup);
	check_headers(checkup);
	check_compiler(checkup);
}

void systally_checks_run(struct systally_checkup *checkup)
{
	checkup->findings = NULL;
	checkup->count = 0;
	if (uname(&checkup->kernel))
		memset(&checkup->kernel, 0, sizeof(checkup->kernel));
	read_distribution(checkup);
	systally_checks_build(checkup);
	systally_checks_run_time(checkup);
}
