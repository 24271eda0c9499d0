// SPDX-License-Identifier: GPL-2.0-only
/*
 * doctor's checks that depend on the architecture.
 */
#include <stdio.h>
#include <string.h>

#include "calls/abi.h"
#include "doctor/machine.h"

void systally_machine_check(struct systally_checkup *checkup)
{
	const char *machine = checkup->kernel.machine;

	if (!*machine)
		systally_findings_add(
			checkup, SYSTALLY_FINDING_UNKNOWN, "machine",
			"the kernel does not tell its machine; systally needs x86-64");
	else if (strcmp(machine, "x86_64"))
		systally_findings_add(
			checkup, SYSTALLY_FINDING_FAIL, "machine",
			"%s is not supported; use an x86-64 kernel", machine);
	else
		systally_findings_add(checkup, SYSTALLY_FINDING_OK, "machine",
				      "%s", machine);
}

void systally_machine_check_abis(struct systally_checkup *checkup)
{
	const struct systally_kconfig *config = &checkup->config;
	char text[128] = "";
	size_t used = 0;
	unsigned int abi, i;

	for (abi = 0; abi < SYSTALLY_ABIS; abi++) {
		const struct systally_abi_info *info = &systally_abis[abi];
		bool on = false;

		/* An ABI without an option is part of every kernel. */
		if (!info->kconfig[0])
			continue;
		for (i = 0; i < sizeof(info->kconfig) / sizeof(char *); i++)
			on |= info->kconfig[i] &&
			      systally_kconfig_has(config, info->kconfig[i]);
		used += (size_t)snprintf(text + used, sizeof(text) - used,
					 "%s%s is %s", used ? ", " : "",
					 info->name, on ? "on" : "off");
		if (used >= sizeof(text))
			break;
	}
	if (used)
		systally_findings_add(checkup, SYSTALLY_FINDING_OK,
				      "32-bit calls", "%s in its configuration",
				      text);
}
