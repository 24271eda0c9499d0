/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A seccomp profile of the calls that a command has used, for containers.
 */
#ifndef SYSTALLY_NEEDS_PROFILE_H
#define SYSTALLY_NEEDS_PROFILE_H

#include <stdio.h>

#include "needs/feature.h"

/*
 * Writes to @out an OCI profile (linux.seccomp of the runtime specification)
 * that allows the calls in @used, by name, and fails all others with ENOSYS.
 * Calls without a name cannot be in it: they are counted in @unnamed. Returns
 * 0, or -1 when out of memory; a write error stays in @out.
 */
int systally_needs_profile(FILE *out, const struct systally_used *used,
			   const struct systally_names *names, size_t *unnamed);

#endif /* SYSTALLY_NEEDS_PROFILE_H */
