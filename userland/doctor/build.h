/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * doctor's checks of the kernel, its configuration, and what building the
 * module needs.
 */
#ifndef SYSTALLY_BUILD_H
#define SYSTALLY_BUILD_H

#include "doctor/findings.h"

/* Adds the findings. Looks for headers and a compiler on this machine. */
void systally_build_check(struct systally_checkup *checkup);

/* Adds the findings about checkup->kernel and checkup->config only. */
void systally_build_check_kernel(struct systally_checkup *checkup);

#endif /* SYSTALLY_BUILD_H */
