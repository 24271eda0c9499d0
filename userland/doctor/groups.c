// SPDX-License-Identifier: GPL-2.0-only
/*
 * doctor's check of control groups.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "doctor/groups.h"

/* Is @word one of the options of a mount, which commas separate? */
static bool has_option(const char *options, const char *word)
{
	const size_t length = strlen(word);

	while (*options) {
		const size_t option = strcspn(options, ",");

		if (option == length && !strncmp(options, word, length))
			return true;
		options += option + (options[option] == ',');
	}
	return false;
}

void systally_groups_parse(struct systally_groups *groups, const char *line)
{
	char type[16], options[256];

	if (sscanf(line, "%*s %*s %15s %255s", type, options) != 2)
		return;
	if (!strcmp(type, "cgroup2"))
		groups->two = true;
	if (strcmp(type, "cgroup"))
		return;
	groups->one = true;
	groups->tells |=
		has_option(options, "pids") || has_option(options, "memory");
}

void systally_groups_judge(struct systally_checkup *checkup,
			   const struct systally_groups *groups)
{
	static const char what[] = "control groups";

	if (!groups->kernel)
		systally_findings_add(
			checkup, SYSTALLY_FINDING_WARN, what,
			"this kernel has none, so units, containers and groups are not known; use a kernel with CONFIG_CGROUPS for them");
	else if (groups->two && groups->one)
		systally_findings_add(
			checkup, SYSTALLY_FINDING_OK, what,
			"hybrid: groups of version 2 count, and for a process in the root there, those of version 1");
	else if (groups->two)
		systally_findings_add(checkup, SYSTALLY_FINDING_OK, what,
				      "version 2");
	else if (groups->tells)
		systally_findings_add(
			checkup, SYSTALLY_FINDING_OK, what,
			"version 1: the groups of the controller pids, or memory, count");
	else if (groups->one)
		systally_findings_add(
			checkup, SYSTALLY_FINDING_WARN, what,
			"version 1 without the controllers pids and memory, so all processes are shown in the group /; boot with systemd.unified_cgroup_hierarchy=1");
	else
		systally_findings_add(
			checkup, SYSTALLY_FINDING_WARN, what,
			"none are mounted, so all processes are shown in the group /; mount them: mount -t cgroup2 none /sys/fs/cgroup");
}

void systally_groups_check(struct systally_checkup *checkup)
{
	struct systally_groups groups = {
		.kernel = !access("/proc/self/cgroup", F_OK),
	};
	char line[1024];
	FILE *mounts = fopen("/proc/self/mounts", "re");

	if (!mounts) {
		systally_findings_add(checkup, SYSTALLY_FINDING_UNKNOWN,
				      "control groups",
				      "/proc/self/mounts cannot be read");
		return;
	}
	while (fgets(line, sizeof(line), mounts))
		systally_groups_parse(&groups, line);
	fclose(mounts);
	systally_groups_judge(checkup, &groups);
}
