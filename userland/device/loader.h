/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The module in the kernel: loads and unloads it.
 */
#ifndef SYSTALLY_LOADER_H
#define SYSTALLY_LOADER_H

#include <stdbool.h>

#include "base/error.h"
#include "device/kmod.h"

/*
 * Loads the module with @count parameters. One that modprobe finds is loaded
 * with modprobe's configuration. Returns 0, or -1 with @error.
 */
int systally_loader_load(struct systally_kmod *kmod, char **parameters,
			 int count, struct systally_error *error);

/*
 * Returns true if the module is loaded, and its version in @version, which is
 * empty if it has none.
 */
bool systally_loader_loaded(char version[32]);

/* Returns 0 if the module is not loaded, else -1 with @error. */
int systally_loader_check_unloaded(struct systally_error *error);

/* Unloads the module. Returns 0, or -1 with @error. */
int systally_loader_unload(struct systally_error *error);

#endif /* SYSTALLY_LOADER_H */
