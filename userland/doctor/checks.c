// SPDX-License-Identifier: GPL-2.0-only
/*
 * Runs doctor's checks in the order in which they are shown.
 */
#include <stdio.h>
#include <string.h>

#include "doctor/build.h"
#include "doctor/checks.h"
#include "doctor/run_time.h"

/* Keeps the words of ID and ID_LIKE, by which packages are named. */
static void read_distribution(struct systally_checkup *checkup)
{
	size_t room = sizeof(checkup->distribution);
	FILE *file = fopen("/etc/os-release", "re");
	char line[256];
	size_t used = 0;

	while (file && fgets(line, sizeof(line), file)) {
		char *value = strchr(line, '=');

		if (!value ||
		    (strncmp(line, "ID=", 3) && strncmp(line, "ID_LIKE=", 8)))
			continue;
		value[strcspn(value, "\n")] = '\0';
		snprintf(checkup->distribution + used, room - used, " %s",
			 value + 1);
		used = strlen(checkup->distribution);
	}
	if (file)
		fclose(file);
}

void systally_checks_run(struct systally_checkup *checkup)
{
	memset(checkup, 0, sizeof(*checkup));
	if (uname(&checkup->kernel))
		memset(&checkup->kernel, 0, sizeof(checkup->kernel));
	systally_kconfig_read(&checkup->config, checkup->kernel.release);
	systally_policy_read(&checkup->policy, "");
	read_distribution(checkup);
	systally_build_check(checkup);
	systally_run_time_check(checkup);
}
