/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * doctor's check of control groups: what -b unit, --container and such can tell on
 * this machine.
 */
#ifndef SYSTALLY_GROUPS_H
#define SYSTALLY_GROUPS_H

#include <stdbool.h>

#include "doctor/findings.h"

/* What is mounted, as /proc/mounts says */
struct systally_groups {
	bool kernel; /* the kernel has control groups */
	bool two;    /* version 2 is mounted */
	bool one;    /* hierarchies of version 1 are, with controllers */
	bool tells; /* one of these has `pids` or `memory`, which the module uses */
};

/* Reads a line of /proc/mounts. */
void systally_groups_parse(struct systally_groups *groups, const char *line);

/* Adds the finding about these. */
void systally_groups_judge(struct systally_checkup *checkup,
			   const struct systally_groups *groups);

/* Looks at this machine, and adds the finding. */
void systally_groups_check(struct systally_checkup *checkup);

#endif /* SYSTALLY_GROUPS_H */
