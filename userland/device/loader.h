/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The module in the kernel: loads and unloads it.
 */
#ifndef SYSTALLY_LOADER_H
#define SYSTALLY_LOADER_H

#include "base/error.h"
#include "device/kmod.h"
#include "device/policy.h"

/*
 * Loads the module with @count parameters. One that modprobe finds is loaded
 * with modprobe's configuration. Returns 0, or -1 with @error.
 */
int systally_loader_load(struct systally_kmod *kmod, char **parameters,
			 int count, struct systally_error *error);

/* The module in the kernel. Texts are empty if they are not known. */
struct systally_loaded {
	enum systally_answer loaded;
	char state[16];	  /* `live`, `coming` or `going` */
	char version[32]; /* that of the command, when both were built */
	char build[32];	  /* srcversion, a checksum of the sources */
};

/*
 * Looks for the module in /sys/module below @root: "" for this machine, a folder
 * for tests.
 */
void systally_loader_look(struct systally_loaded *loaded, const char *root);

/*
 * Returns 0 if this process may load and unload modules, as far as /proc tells,
 * or -1 with @error. @what, `load` or `unload`, is for the message.
 */
int systally_loader_check_rights(const char *what,
				 struct systally_error *error);

/* Returns 0 if the module is not loaded, else -1 with @error. */
int systally_loader_check_unloaded(struct systally_error *error);

/* Unloads the module. Returns 0, or -1 with @error. */
int systally_loader_unload(struct systally_error *error);

#endif /* SYSTALLY_LOADER_H */
