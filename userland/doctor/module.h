/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * doctor's checks of the module: whether it is loaded, whether its file fits this
 * kernel and this command, and whether its counters can be read.
 */
#ifndef SYSTALLY_MODULE_H
#define SYSTALLY_MODULE_H

#include "device/kmod.h"
#include "device/loader.h"
#include "doctor/findings.h"

/* Adds the findings. Looks at this machine. */
void systally_module_check(struct systally_checkup *checkup);

/*
 * Adds the findings about a module in the state @loaded, and about the file
 * that `systally load` would load; @file is NULL if it was not found, for the
 * reason @why. Looks at nothing else.
 */
void systally_module_judge(struct systally_checkup *checkup,
			   const struct systally_loaded *loaded,
			   const struct systally_kmod *file, const char *why);

#endif /* SYSTALLY_MODULE_H */
