// SPDX-License-Identifier: GPL-2.0-only
/*
 * doctor's checks of what loading and using the module needs: debugfs,
 * rights, lockdown, signatures, the module itself, SystemTap.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "systally.h"
#include "device/control.h"
#include "device/kmod.h"
#include "device/loader.h"
#include "doctor/run_time.h"
#include "doctor/stap.h"

static void check_debugfs(struct systally_checkup *checkup)
{
	struct systally_error error = { "" };
	char path[PATH_MAX];

	if (systally_control_find_debugfs("/proc/self/mounts", path, &error))
		systally_findings_add(checkup, SYSTALLY_FINDING_FAIL, "debugfs",
				      "%s", error.text);
	else if (!access(path, R_OK | X_OK))
		systally_findings_add(checkup, SYSTALLY_FINDING_OK, "debugfs",
				      "mounted on %s", path);
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

static void check_rights(struct systally_checkup *checkup)
{
	const struct systally_policy *policy = &checkup->policy;
	bool admin = policy->sys_admin, module = policy->sys_module;

	if (!policy->root)
		systally_findings_add(
			checkup, SYSTALLY_FINDING_WARN, "rights",
			"not root: only doctor, compare, needs and report of a file work; use sudo");
	else if (policy->user_namespace)
		systally_findings_add(
			checkup, SYSTALLY_FINDING_FAIL, "rights",
			"root in a user namespace only, as in a rootless container; run systally on the machine itself");
	else if (!admin || !module)
		systally_findings_add(
			checkup, SYSTALLY_FINDING_FAIL, "rights",
			"root without %s%s%s, as in a container; run systally on the machine itself, or in a privileged container",
			admin ? "" : "CAP_SYS_ADMIN",
			admin || module ? "" : " and ",
			module ? "" : "CAP_SYS_MODULE");
	else
		systally_findings_add(
			checkup, SYSTALLY_FINDING_OK, "rights",
			"root with all capabilities that systally needs");
}

static void check_lockdown(struct systally_checkup *checkup)
{
	const struct systally_policy *policy = &checkup->policy;

	if (*policy->lockdown)
		systally_findings_add(
			checkup, SYSTALLY_FINDING_WARN, "lockdown",
			"on (%s): the controls in debugfs cannot be opened, and modules must be signed; sign the module and set the controls at load (`systally load NAME=VALUE`), or boot with lockdown=none",
			policy->lockdown);
	else
		systally_findings_add(
			checkup, SYSTALLY_FINDING_OK, "lockdown", "%s",
			policy->has_lockdown ? "off" : "not in this kernel");
}

static void check_signatures(struct systally_checkup *checkup)
{
	const struct systally_policy *policy = &checkup->policy;
	const char *by = NULL;

	if (policy->sig_enforce)
		by = "module.sig_enforce";
	else if (*policy->lockdown)
		by = "lockdown";
	else if (systally_kconfig_has(&checkup->config, "MODULE_SIG_FORCE"))
		by = "CONFIG_MODULE_SIG_FORCE";
	if (by)
		systally_findings_add(
			checkup, SYSTALLY_FINDING_WARN, "signatures",
			"the kernel loads only signed modules (%s); sign systally.ko with a key that the kernel trusts (kmodsign, mokutil --import)",
			by);
	else if (policy->secure_boot)
		systally_findings_add(
			checkup, SYSTALLY_FINDING_WARN, "signatures",
			"Secure Boot is on, with which most distributions load only signed modules; sign systally.ko (kmodsign, mokutil --import), or switch Secure Boot off");
	else
		systally_findings_add(checkup, SYSTALLY_FINDING_OK,
				      "signatures",
				      "unsigned modules can be loaded");
}

static void check_disabled(struct systally_checkup *checkup)
{
	if (checkup->policy.modules_disabled)
		systally_findings_add(
			checkup, SYSTALLY_FINDING_FAIL, "modules",
			"kernel.modules_disabled is 1, so no module can be loaded; reboot without setting it");
	else
		systally_findings_add(checkup, SYSTALLY_FINDING_OK, "modules",
				      "modules can be loaded");
}

static void check_loaded(struct systally_checkup *checkup, const char *version)
{
	if (!*version)
		systally_findings_add(
			checkup, SYSTALLY_FINDING_OK, "systally",
			"the module is loaded, this command is %s",
			SYSTALLY_VERSION);
	else if (strcmp(version, SYSTALLY_VERSION))
		systally_findings_add(
			checkup, SYSTALLY_FINDING_WARN, "systally",
			"the module is %s, but this command is %s; use a module and a command that were built together",
			version, SYSTALLY_VERSION);
	else
		systally_findings_add(
			checkup, SYSTALLY_FINDING_OK, "systally",
			"the module is loaded, it and this command are %s",
			SYSTALLY_VERSION);
}

/* Says of the module that `systally load` would load whether it fits. */
static void check_file(struct systally_checkup *checkup,
		       const struct systally_kmod *kmod)
{
	const char *version = systally_kmod_info(kmod, "version");
	char release[65];

	systally_kmod_release(kmod, release);
	if (strcmp(release, checkup->kernel.release))
		systally_findings_add(
			checkup, SYSTALLY_FINDING_WARN, "module file",
			"%s was built for kernel %s; build it for this kernel with `make`",
			kmod->path, release);
	else if (version && strcmp(version, SYSTALLY_VERSION))
		systally_findings_add(
			checkup, SYSTALLY_FINDING_WARN, "module file",
			"%s is %s, but this command is %s; build them together with `make`",
			kmod->path, version, SYSTALLY_VERSION);
	else
		systally_findings_add(checkup, SYSTALLY_FINDING_OK,
				      "module file", "%s is for this kernel",
				      kmod->path);
}

static void check_module(struct systally_checkup *checkup)
{
	struct systally_error error = { "" };
	struct systally_kmod kmod;
	char version[32];

	if (systally_loader_loaded(version)) {
		check_loaded(checkup, version);
		return;
	}
	if (systally_kmod_open(&kmod, NULL, &error)) {
		systally_findings_add(checkup, SYSTALLY_FINDING_WARN,
				      "module file", "%s", error.text);
	} else {
		check_file(checkup, &kmod);
		systally_kmod_close(&kmod);
	}
	systally_findings_add(
		checkup, SYSTALLY_FINDING_WARN, "systally",
		"the module is not loaded; load it with `systally load`");
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
	struct systally_stap stap = { .version = "" };
	FILE *pipe = popen("stap --version 2>&1", "re");
	char line[256];

	while (pipe && fgets(line, sizeof(line), pipe))
		systally_stap_parse(&stap, line);
	if (pipe)
		pclose(pipe);
	stap.has_symbols = has_symbols(checkup->kernel.release);
	systally_stap_check(checkup, &stap);
}

void systally_run_time_check_policy(struct systally_checkup *checkup)
{
	check_rights(checkup);
	check_lockdown(checkup);
	check_signatures(checkup);
	check_disabled(checkup);
}

void systally_run_time_check(struct systally_checkup *checkup)
{
	check_debugfs(checkup);
	systally_run_time_check_policy(checkup);
	check_module(checkup);
	check_stap(checkup);
}
