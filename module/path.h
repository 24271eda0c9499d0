/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Paths of control groups. Compiles in userland too, for the unit tests.
 */
#ifndef SYSTALLY_PATH_H
#define SYSTALLY_PATH_H

#ifdef __KERNEL__
#include <linux/types.h>
#else
#include "kernel_shim.h"
#endif

/*
 * path_below - a path as a reader sees it whose namespace has another root
 * @root: that root, and @path, both from the root of the hierarchy
 * @to: NULL, or room for the length that is returned
 *
 * As kernfs_path_from_node() in fs/kernfs/dir.c: what is not below the root begins
 * with /.. for each step up. Any context. Returns the length, with the NUL.
 */
size_t path_below(const char *root, const char *path, char *to);

#endif /* SYSTALLY_PATH_H */
