/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * doctor's checks of what the kernel allows: capabilities, lockdown, module
 * signatures, and whether modules can be loaded at all.
 */
#ifndef SYSTALLY_RIGHTS_H
#define SYSTALLY_RIGHTS_H

#include "doctor/findings.h"

/*
 * Adds the findings about checkup->policy and checkup->config. Looks at nothing
 * else. What these do not know is a finding `unknown`.
 */
void systally_rights_check(struct systally_checkup *checkup);

#endif /* SYSTALLY_RIGHTS_H */
