/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What this machine allows the calling process to do with modules and debugfs.
 */
#ifndef SYSTALLY_POLICY_H
#define SYSTALLY_POLICY_H

#include <stdbool.h>

enum systally_answer {
	SYSTALLY_UNKNOWN, /* the file that would tell cannot be read */
	SYSTALLY_NO,
	SYSTALLY_YES,
};

struct systally_policy {
	bool root; /* the effective uid is 0 */
	/* in a user namespace, where root and capabilities rule less */
	enum systally_answer user_namespace;
	enum systally_answer sys_admin, sys_module; /* effective capabilities */
	/*
	 * The level of lockdown, `integrity` or `confidentiality`; empty if it
	 * is off or not known. Both levels forbid unsigned modules, and files of debugfs
	 * that have a write bit, even for reading. See man 7 kernel_lockdown,
	 * and debugfs_locked_down() in the kernel's fs/debugfs/file.c.
	 */
	char lockdown[32];
	enum systally_answer
		has_lockdown;	      /* lockdown is active in this kernel */
	enum systally_answer modules; /* the kernel can load modules */
	enum systally_answer sig_enforce; /* module.sig_enforce: signed ones */
	enum systally_answer secure_boot; /* of UEFI */
	/* no module can be loaded until a reboot */
	enum systally_answer modules_disabled;
};

/*
 * Fills @policy from /proc and /sys below @root: "" for this machine, a folder
 * for tests. What cannot be read is SYSTALLY_UNKNOWN.
 */
void systally_policy_read(struct systally_policy *policy, const char *root);

/*
 * Returns why this process has no right to load or unload modules, and after a
 * semicolon what to do; a static string. Returns NULL if it has the right, or if
 * that is not known.
 */
const char *systally_policy_forbids(const struct systally_policy *policy);

#endif /* SYSTALLY_POLICY_H */
