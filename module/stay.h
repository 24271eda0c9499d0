/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the module does when the kernel goes on calling its code.
 */
#ifndef SYSTALLY_STAY_H
#define SYSTALLY_STAY_H

/*
 * systally_stay - keep the module's code in memory for good
 * @err: why a hook could not be removed
 *
 * Process context. ftrace disables itself after an error of its own, and its
 * sites go on calling the module. The module can no longer be unloaded then; an
 * unload that is in progress does not return.
 */
void systally_stay(int err);

#endif /* SYSTALLY_STAY_H */
