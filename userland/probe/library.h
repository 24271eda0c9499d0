/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Finds libsystally-probe.so, which counts user functions in a process.
 */
#ifndef SYSTALLY_PROBE_LIBRARY_H
#define SYSTALLY_PROBE_LIBRARY_H

#include "base/error.h"

/*
 * Returns the path of the library as the dynamic linker takes it: `$LIB` in it
 * is the linker's word for the folder of a program's width. The library is
 * looked for from this command's own file on: in the build folder, else where
 * it is installed. The caller frees the path. Returns NULL with @error: it is
 * not there, this machine's architecture or C library cannot have it, or there
 * is no memory.
 */
char *systally_probe_library(struct systally_error *error);

#endif /* SYSTALLY_PROBE_LIBRARY_H */
