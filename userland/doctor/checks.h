/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * All checks of `systally doctor`. They look at this machine and change
 * nothing.
 */
#ifndef SYSTALLY_CHECKS_H
#define SYSTALLY_CHECKS_H

#include "doctor/findings.h"

/*
 * Runs all checks. @checkup need not be initialised; free it with
 * systally_findings_free().
 */
void systally_checks_run(struct systally_checkup *checkup);

#endif /* SYSTALLY_CHECKS_H */
