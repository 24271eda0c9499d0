// SPDX-License-Identifier: GPL-2.0-only
/*
 * Judges what the kernel allows. No check says `ok` about something that could
 * not be read.
 */
#include <stdio.h>

#include "doctor/rights.h"

#define MOUNT_PROC "mount it with `mount -t proc proc /proc`"

static void check_rights(struct systally_checkup *checkup)
{
	const struct systally_policy *policy = &checkup->policy;
	const bool no_admin = policy->sys_admin == SYSTALLY_NO;
	const bool no_module = policy->sys_module == SYSTALLY_NO;

	if (!policy->root)
		systally_findings_add(
			checkup, SYSTALLY_FINDING_WARN, "rights",
			"not root: only doctor, compare, needs and report of a file work; use sudo");
	else if (policy->user_namespace == SYSTALLY_YES)
		systally_findings_add(
			checkup, SYSTALLY_FINDING_FAIL, "rights",
			"root in a user namespace only, as in a rootless container; run systally on the machine itself");
	else if (no_admin || no_module)
		systally_findings_add(
			checkup, SYSTALLY_FINDING_FAIL, "rights",
			"root without %s%s%s, as in a container; run systally on the machine itself, or in a privileged container",
			no_admin ? "CAP_SYS_ADMIN" : "",
			no_admin && no_module ? " and " : "",
			no_module ? "CAP_SYS_MODULE" : "");
	else if (!policy->user_namespace || !policy->sys_admin ||
		 !policy->sys_module)
		systally_findings_add(
			checkup, SYSTALLY_FINDING_UNKNOWN, "rights",
			"root, but /proc does not show the capabilities; " MOUNT_PROC);
	else
		systally_findings_add(
			checkup, SYSTALLY_FINDING_OK, "rights",
			"root with all capabilities that systally needs");
}

/* Do securityfs or the configuration say that lockdown is off or absent? */
static bool is_unlocked(const struct systally_checkup *checkup)
{
	if (checkup->policy.has_lockdown)
		return !*checkup->policy.lockdown;
	return checkup->config.text &&
	       !systally_kconfig_has(&checkup->config, "SECURITY_LOCKDOWN_LSM");
}

static void check_lockdown(struct systally_checkup *checkup)
{
	const struct systally_policy *policy = &checkup->policy;

	if (*policy->lockdown)
		systally_findings_add(
			checkup, SYSTALLY_FINDING_WARN, "lockdown",
			"on (%s): the controls in debugfs cannot be opened, and modules must be signed; sign the module and set the controls at load (`systally load NAME=VALUE`), or boot with lockdown=none",
			policy->lockdown);
	else if (!is_unlocked(checkup))
		systally_findings_add(
			checkup, SYSTALLY_FINDING_UNKNOWN, "lockdown",
			"/sys/kernel/security does not tell; mount it with `mount -t securityfs securityfs /sys/kernel/security`");
	else
		systally_findings_add(checkup, SYSTALLY_FINDING_OK, "lockdown",
				      "%s",
				      policy->has_lockdown == SYSTALLY_YES ?
					      "off" :
					      "not in this kernel");
}

/* Does this kernel load modules at all? */
static enum systally_answer has_modules(const struct systally_checkup *checkup)
{
	if (checkup->config.text)
		return systally_kconfig_has(&checkup->config, "MODULES") ?
			       SYSTALLY_YES :
			       SYSTALLY_NO;
	return checkup->policy.modules;
}

/* Says which of the three that can require a signature could not be read. */
static void add_unknown_signatures(struct systally_checkup *checkup)
{
	const struct systally_policy *policy = &checkup->policy;

	const char *missing[] = {
		policy->sig_enforce ? NULL : "module.sig_enforce (sysfs)",
		is_unlocked(checkup) ? NULL : "lockdown (securityfs)",
		policy->secure_boot ? NULL : "Secure Boot (efivarfs)",
	};
	char text[96] = "";
	size_t i, used = 0;

	for (i = 0; i < sizeof(missing) / sizeof(missing[0]); i++) {
		if (missing[i])
			used += (size_t)snprintf(text + used,
						 sizeof(text) - used, "%s%s",
						 used ? ", " : "", missing[i]);
	}
	systally_findings_add(
		checkup, SYSTALLY_FINDING_UNKNOWN, "signatures",
		"whether modules must be signed is not known, because this could not be read: %s; mount the file systems in brackets",
		text);
}

static void check_signatures(struct systally_checkup *checkup)
{
	const struct systally_policy *policy = &checkup->policy;
	const char *by = NULL;

	if (policy->sig_enforce == SYSTALLY_YES)
		by = "module.sig_enforce";
	else if (*policy->lockdown)
		by = "lockdown";
	else if (systally_kconfig_has(&checkup->config, "MODULE_SIG_FORCE"))
		by = "CONFIG_MODULE_SIG_FORCE";
	if (has_modules(checkup) == SYSTALLY_NO)
		systally_findings_add(
			checkup, SYSTALLY_FINDING_UNKNOWN, "signatures",
			"not checked, because this kernel cannot load modules");
	else if (by)
		systally_findings_add(
			checkup, SYSTALLY_FINDING_WARN, "signatures",
			"the kernel loads only signed modules (%s); sign systally.ko with a key that the kernel trusts (kmodsign, mokutil --import)",
			by);
	else if (policy->secure_boot == SYSTALLY_YES)
		systally_findings_add(
			checkup, SYSTALLY_FINDING_WARN, "signatures",
			"Secure Boot is on, so most distributions load only signed modules; sign systally.ko (kmodsign, mokutil --import), or switch Secure Boot off");
	else if (!policy->sig_enforce || !policy->secure_boot ||
		 !is_unlocked(checkup))
		add_unknown_signatures(checkup);
	else
		systally_findings_add(checkup, SYSTALLY_FINDING_OK,
				      "signatures",
				      "unsigned modules can be loaded");
}

static void check_modules(struct systally_checkup *checkup)
{
	const struct systally_policy *policy = &checkup->policy;
	const enum systally_answer modules = has_modules(checkup);

	if (modules == SYSTALLY_NO)
		systally_findings_add(
			checkup, SYSTALLY_FINDING_FAIL, "modules",
			"this kernel cannot load modules (CONFIG_MODULES is off); use another kernel");
	else if (policy->modules_disabled == SYSTALLY_YES)
		systally_findings_add(
			checkup, SYSTALLY_FINDING_FAIL, "modules",
			"kernel.modules_disabled is 1, so no module can be loaded; reboot without setting it");
	else if (!modules || !policy->modules_disabled)
		systally_findings_add(
			checkup, SYSTALLY_FINDING_UNKNOWN, "modules",
			"/proc does not tell whether modules can be loaded; " MOUNT_PROC);
	else
		systally_findings_add(checkup, SYSTALLY_FINDING_OK, "modules",
				      "modules can be loaded");
}

void systally_rights_check(struct systally_checkup *checkup)
{
	check_rights(checkup);
	check_lockdown(checkup);
	check_signatures(checkup);
	check_modules(checkup);
}
