/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What this machine allows the calling process to do with modules and debugfs.
 */
#ifndef SYSTALLY_POLICY_H
#define SYSTALLY_POLICY_H

#include <stdbool.h>

struct systally_policy {
	bool root; /* the effective uid is 0 */
	/* in a user namespace, where root and capabilities rule less */
	bool user_namespace;
	bool sys_admin, sys_module; /* effective capabilities */
	/*
	 * The level of lockdown, `integrity` or `confidentiality`; empty if it
	 * is off. Both levels forbid unsigned modules, and files of debugfs
	 * that have a write bit, even for reading. See man 7 kernel_lockdown,
	 * and debugfs_locked_down() in the kernel's fs/debugfs/file.c.
	 */
	char lockdown[32];
	bool has_lockdown;     /* this kernel knows lockdown */
	bool sig_enforce;      /* only signed modules, by module.sig_enforce */
	bool secure_boot;      /* of UEFI */
	bool modules_disabled; /* no module can be loaded until a reboot */
};

/*
 * Fills @policy from /proc and /sys below @root: "" for this machine, a folder
 * for tests. What cannot be read is taken as allowed, except capabilities.
 */
void systally_policy_read(struct systally_policy *policy, const char *root);

#endif /* SYSTALLY_POLICY_H */
