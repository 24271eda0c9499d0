// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reads what the kernel says about rights, lockdown and module signatures.
 */
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

#define SECURE_BOOT                  \
	"/sys/firmware/efi/efivars/" \
	"SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c"

static char *read_below(const char *root, const char *file, size_t *size)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s%s", root, file);
	return systally_file_read(path, size);
}

/* Returns true if the file begins with one of the characters of @yes. */
static bool begins(const char *root, const char *file, const char *yes)
{
	char *text = read_below(root, file, NULL);
	bool begins_with = text && *text && strchr(yes, *text);

	free(text);
	return begins_with;
}

static void read_capabilities(struct systally_policy *policy, const char *root)
{
	char *status = read_below(root, "/proc/self/status", NULL);
	const char *line = status ? strstr(status, "\nCapEff:") : NULL;
	uint64_t mask = line ? strtoull(line + 8, NULL, 16) : 0;

	policy->sys_admin = mask >> CAP_SYS_ADMIN & 1;
	policy->sys_module = mask >> CAP_SYS_MODULE & 1;
	free(status);
}

/* The first user namespace maps each uid to itself. */
static void read_namespace(struct systally_policy *policy, const char *root)
{
	char *map = read_below(root, "/proc/self/uid_map", NULL);
	unsigned long inside, outside, count;

	policy->user_namespace =
		map &&
		(sscanf(map, "%lu %lu %lu", &inside, &outside, &count) != 3 ||
		 inside || outside || count != UINT32_MAX);
	free(map);
}

/* `none [integrity] confidentiality`: the level in force is in brackets. */
static void read_lockdown(struct systally_policy *policy, const char *root)
{
	char *levels = read_below(root, "/sys/kernel/security/lockdown", NULL);
	const char *level = levels ? strchr(levels, '[') : NULL;

	policy->has_lockdown = level;
	if (level && strncmp(level, "[none]", 6))
		snprintf(policy->lockdown, sizeof(policy->lockdown), "%.*s",
			 (int)strcspn(level + 1, "]"), level + 1);
	free(levels);
}

/* An EFI variable: four bytes of attributes, then the value. */
static void read_secure_boot(struct systally_policy *policy, const char *root)
{
	size_t size = 0;
	char *variable = read_below(root, SECURE_BOOT, &size);

	policy->secure_boot = variable && size >= 5 && variable[4] == 1;
	free(variable);
}

void systally_policy_read(struct systally_policy *policy, const char *root)
{
	memset(policy, 0, sizeof(*policy));
	policy->root = !geteuid();
	read_capabilities(policy, root);
	read_namespace(policy, root);
	read_lockdown(policy, root);
	read_secure_boot(policy, root);
	policy->sig_enforce =
		begins(root, "/sys/module/module/parameters/sig_enforce", "Y1");
	policy->modules_disabled =
		begins(root, "/proc/sys/kernel/modules_disabled", "1");
}
