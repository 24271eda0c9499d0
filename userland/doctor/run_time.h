/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * doctor's checks of what loading and using the module needs.
 */
#ifndef SYSTALLY_RUN_TIME_H
#define SYSTALLY_RUN_TIME_H

#include "doctor/findings.h"

/* Adds the findings. Looks at debugfs, the module and SystemTap. */
void systally_run_time_check(struct systally_checkup *checkup);

#endif /* SYSTALLY_RUN_TIME_H */
