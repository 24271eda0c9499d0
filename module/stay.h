/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the module does if the kernel still calls its code after an unhook.
 */
#ifndef SYSTALLY_STAY_H
#define SYSTALLY_STAY_H

#include <linux/types.h>

/*
 * systally_stay - keep the module's code in memory until the next boot
 * @err: why a hook could not be removed
 *
 * Process context. After an internal error, ftrace disables itself, and its
 * sites still call the module. From then on the module cannot be unloaded. An
 * unload that is in progress does not return.
 */
void systally_stay(int err);

/*
 * systally_stays - whether that has happened: no hook by ftrace may be set any
 * more; under the control mutex
 */
bool systally_stays(void);

#endif /* SYSTALLY_STAY_H */
