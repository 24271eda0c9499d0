// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reads what the kernel says about rights, lockdown and module signatures.
 */
#include <dirent.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "device/policy.h"

/* From linux/capability.h */
#define CAP_SYS_MODULE 16
#define CAP_SYS_ADMIN  21

#define EFI_VARIABLES "/sys/firmware/efi/efivars/"
#define SECURE_BOOT   "SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c"
#define SIG_ENFORCE   "/sys/module/module/parameters/sig_enforce"

/*
 * The first user namespace: USER_NS_INIT_INO of linux/nsfs.h, the same since
 * 3.8. Its map of uids is no sign, because another namespace can have the same.
 */
#define FIRST_NAMESPACE "user:[4026531837]"

static char *read_below(const char *root, const char *file, size_t *size)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s%s", root, file);
	return systally_file_read(path, size);
}

static bool exists(const char *root, const char *file)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s%s", root, file);
	return !access(path, F_OK);
}

static enum systally_answer answer(bool yes)
{
	return yes ? SYSTALLY_YES : SYSTALLY_NO;
}

/* Does the file begin with one of the characters of @yes? */
static enum systally_answer begins(const char *root, const char *file,
				   const char *yes)
{
	char *text = read_below(root, file, NULL);
	enum systally_answer result = SYSTALLY_UNKNOWN;

	if (text && *text)
		result = answer(strchr(yes, *text));
	free(text);
	return result;
}

/*
 * Capabilities, and what /proc shows by the absence of a file. Without /proc
 * nothing of it is known.
 */
static void read_proc(struct systally_policy *policy, const char *root)
{
	char *status = read_below(root, "/proc/self/status", NULL);
	const char *line = status ? strstr(status, "\nCapEff:") : NULL;
	char path[PATH_MAX], name[64];
	ssize_t length;
	uint64_t mask;

	if (line) {
		mask = strtoull(line + 8, NULL, 16);
		policy->sys_admin = answer(mask >> CAP_SYS_ADMIN & 1);
		policy->sys_module = answer(mask >> CAP_SYS_MODULE & 1);
	}
	snprintf(path, sizeof(path), "%s/proc/self/ns/user", root);
	length = readlink(path, name, sizeof(name) - 1);
	name[length < 0 ? 0 : length] = '\0';
	if (length >= 0)
		policy->user_namespace = answer(strcmp(name, FIRST_NAMESPACE));
	else if (status) /* a kernel without user namespaces */
		policy->user_namespace = SYSTALLY_NO;
	if (exists(root, "/proc/modules"))
		policy->modules = SYSTALLY_YES;
	else if (status)
		policy->modules = SYSTALLY_NO;
	free(status);
}

/*
 * `none [integrity] confidentiality`: the level in force is in brackets. The
 * file `lsm` tells whether securityfs is mounted.
 */
static void read_lockdown(struct systally_policy *policy, const char *root)
{
	char *levels = read_below(root, "/sys/kernel/security/lockdown", NULL);
	const char *level = levels ? strchr(levels, '[') : NULL;

	if (level)
		policy->has_lockdown = SYSTALLY_YES;
	else if (!exists(root, "/sys/kernel/security/lockdown") &&
		 exists(root, "/sys/kernel/security/lsm"))
		policy->has_lockdown = SYSTALLY_NO;
	if (level && strncmp(level, "[none]", 6))
		snprintf(policy->lockdown, sizeof(policy->lockdown), "%.*s",
			 (int)strcspn(level + 1, "]"), level + 1);
	free(levels);
}

/* Is there any variable? Without efivarfs the folder is empty. */
static bool has_variables(const char *root)
{
	char path[PATH_MAX];
	struct dirent *entry;
	bool found = false;
	DIR *folder;

	snprintf(path, sizeof(path), "%s" EFI_VARIABLES, root);
	folder = opendir(path);
	while (folder && !found && (entry = readdir(folder)))
		found = *entry->d_name != '.';
	if (folder)
		closedir(folder);
	return found;
}

/* An EFI variable: four bytes of attributes, then the value. */
static void read_secure_boot(struct systally_policy *policy, const char *root)
{
	size_t size = 0;
	char *variable = read_below(root, EFI_VARIABLES SECURE_BOOT, &size);

	if (variable && size >= 5)
		policy->secure_boot = answer(variable[4] == 1);
	else if (!exists(root, EFI_VARIABLES SECURE_BOOT) &&
		 (has_variables(root) || (exists(root, "/sys/firmware") &&
					  !exists(root, "/sys/firmware/efi"))))
		policy->secure_boot = SYSTALLY_NO;
	free(variable);
}

void systally_policy_read(struct systally_policy *policy, const char *root)
{
	memset(policy, 0, sizeof(*policy));
	policy->root = !geteuid();
	read_proc(policy, root);
	read_lockdown(policy, root);
	read_secure_boot(policy, root);
	policy->sig_enforce = begins(root, SIG_ENFORCE, "Y1");
	/* only kernels that can check signatures have it */
	if (exists(root, "/sys/module") && !exists(root, SIG_ENFORCE))
		policy->sig_enforce = SYSTALLY_NO;
	policy->modules_disabled =
		begins(root, "/proc/sys/kernel/modules_disabled", "1");
}

const char *systally_policy_forbids(const struct systally_policy *policy)
{
	if (!policy->root && policy->sys_module != SYSTALLY_YES)
		return "only root can load and unload modules; run it with sudo";
	if (policy->user_namespace == SYSTALLY_YES)
		return "root of a user namespace cannot load or unload modules; run it on the machine itself";
	if (policy->sys_module == SYSTALLY_NO)
		return "CAP_SYS_MODULE is missing, as in a container; run it on the machine itself, or in a privileged container";
	return NULL;
}
