/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What doctor knows about architectures: the machine itself, and which ABIs
 * the kernel offers on it. No other file of doctor names an architecture.
 */
#ifndef SYSTALLY_MACHINE_H
#define SYSTALLY_MACHINE_H

#include "doctor/findings.h"

/* Adds the finding about checkup->kernel.machine. */
void systally_machine_check(struct systally_checkup *checkup);

/* Adds the finding about the ABIs that checkup->config has switched on. */
void systally_machine_check_abis(struct systally_checkup *checkup);

#endif /* SYSTALLY_MACHINE_H */
