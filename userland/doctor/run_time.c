// SPDX-License-Identifier: GPL-2.0-only
/*
 * doctor's checks of what loading and using the module needs: debugfs,
 * rights, policies, SystemTap. Called by checks.c.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "doctor/checks.h"
#include "doctor/stap.h"
#include "device/control.h"
#include "cli/options.h"

#define CAP_SYS_MODULE	16
#define CAP_SYS_ADMIN	21

#define SECURE_BOOT \
	"/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c"

static void check_debugfs(struct systally_checkup *checkup)
{
	struct systally_error error = { "" };
	char path[PATH_MAX];

	if (systally_control_find_debugfs("/proc/self/mounts", path, &error))
		systally_checks_add(checkup, SYSTALLY_FAIL, "debugfs", "%s",
				    error.text);
	else if (access(path, R_OK | X_OK))
		systally_checks_add(checkup,
			geteuid() ? SYSTALLY_WARN : SYSTALLY_FAIL, "debugfs",
			"%s is mounted, but cannot be entered: %s; %s", path,
			strerror(errno), geteuid() ? "become root" :
			"boot without debugfs=off or no-mount");
	else
		systally_checks_add(checkup, SYSTALLY_OK, "debugfs",
				    "mounted on %s", path);
}

static void check_rights(struct systally_checkup *checkup)
{
	char *status = systally_file_read("/proc/self/status", NULL);
	char *line = status ? strstr(status, "\nCapEff:") : NULL;
	uint64_t caps = line ? strtoull(line + 8, NULL, 16) : 0;
	bool admin = caps >> CAP_SYS_ADMIN & 1;
	bool module = caps >> CAP_SYS_MODULE & 1;

	free(status);
	if (geteuid())
		systally_checks_add(checkup, SYSTALLY_WARN, "rights",
			"not root, so other commands than doctor will not work; use sudo");
	else if (!admin || !module)
		systally_checks_add(checkup, SYSTALLY_FAIL, "rights",
			"root, but without %s%s%s, as in a container; run it on the machine itself, or in a privileged container",
			admin ? "" : "CAP_SYS_ADMIN",
			admin || module ? "" : " and ",
			module ? "" : "CAP_SYS_MODULE");
	else
		systally_checks_add(checkup, SYSTALLY_OK, "rights",
				    "root, with all capabilities it takes");
}

static void check_lockdown(struct systally_checkup *checkup)
{
	char *text = systally_file_read("/sys/kernel/security/lockdown", NULL);

	if (!text)
		systally_checks_add(checkup, SYSTALLY_OK, "lockdown",
				    "not in this kernel");
	else if (strstr(text, "[none]"))
		systally_checks_add(checkup, SYSTALLY_OK, "lockdown", "off");
	else
		systally_checks_add(checkup, SYSTALLY_WARN, "lockdown",
			"on: debugfs cannot be written%s, and modules must be signed; sign the module and give the controls to `systally load` as name=value, or boot with lockdown=none",
			strstr(text, "[confidentiality]") ? " or read" : "");
	free(text);
}

static bool is_secure_boot(void)
{
	unsigned char value[5] = { 0 };
	FILE *file = fopen(SECURE_BOOT, "re");
	bool on = false;

	/* four bytes of attributes, then the value */
	if (file) {
		on = fread(value, 1, sizeof(value), file) == sizeof(value) &&
		     value[4] == 1;
		fclose(file);
	}
	return on;
}

static void check_signatures(struct systally_checkup *checkup)
{
	char *enforce =
		systally_file_read("/sys/module/module/parameters/sig_enforce", NULL);
	char *lockdown = systally_file_read("/sys/kernel/security/lockdown", NULL);
	const char *by = NULL;

	if (enforce && (*enforce == 'Y' || *enforce == '1'))
		by = "module.sig_enforce";
	else if (lockdown && !strstr(lockdown, "[none]"))
		by = "lockdown";
	else if (systally_kconfig_has(&checkup->config, "MODULE_SIG_FORCE"))
		by = "CONFIG_MODULE_SIG_FORCE";
	free(lockdown);
	free(enforce);
	if (by)
		systally_checks_add(checkup, SYSTALLY_WARN, "signatures",
			"only signed modules are loaded (%s); sign systally.ko with a key that the kernel trusts (kmodsign, mokutil --import)",
			by);
	else if (is_secure_boot())
		systally_checks_add(checkup, SYSTALLY_WARN, "signatures",
			"secure boot is on, and with it most distributions want signed modules; sign systally.ko (mokutil --import), or switch secure boot off");
	else
		systally_checks_add(checkup, SYSTALLY_OK, "signatures",
				    "unsigned modules can be loaded");
}

static void check_disabled(struct systally_checkup *checkup)
{
	char *text = systally_file_read("/proc/sys/kernel/modules_disabled", NULL);

	if (text && *text == '1')
		systally_checks_add(checkup, SYSTALLY_FAIL, "modules",
			"kernel.modules_disabled is 1, so no module can be loaded any more; reboot without setting it");
	else
		systally_checks_add(checkup, SYSTALLY_OK, "modules",
				    "loading is not switched off");
	free(text);
}

static void check_module(struct systally_checkup *checkup)
{
	char *version = systally_file_read("/sys/module/systally/version", NULL);

	if (access("/sys/module/systally", F_OK))
		systally_checks_add(checkup, SYSTALLY_WARN, "systally",
			"the module is not loaded; load it with `systally load`");
	else if (!version)
		systally_checks_add(checkup, SYSTALLY_OK, "systally",
			"the module is loaded, this command is %s",
			SYSTALLY_RELEASE);
	else if (strncmp(version, SYSTALLY_RELEASE, strcspn(version, "\n")) ||
		 strlen(SYSTALLY_RELEASE) != strcspn(version, "\n"))
		systally_checks_add(checkup, SYSTALLY_WARN, "systally",
			"the module is %.*s, this command is %s; use those that were built together",
			(int)strcspn(version, "\n"), version,
			SYSTALLY_RELEASE);
	else
		systally_checks_add(checkup, SYSTALLY_OK, "systally",
			"the module is loaded, it and this command are %s",
			SYSTALLY_RELEASE);
	free(version);
}

/*
 * stap looks functions up in these, not in /proc/kallsyms. Where symbols are in
 * a package of their own, as Debian's are, System.map has one line.
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
	systally_stap_judge(checkup, &stap);
}

void systally_checks_run_time(struct systally_checkup *checkup)
{
	check_debugfs(checkup);
	check_rights(checkup);
	check_lockdown(checkup);
	check_signatures(checkup);
	check_disabled(checkup);
	check_module(checkup);
	check_stap(checkup);
}
