/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Writes a seccomp profile of the calls that a command has used, for containers.
 */
#ifndef SYSTALLY_NEEDS_PROFILE_H
#define SYSTALLY_NEEDS_PROFILE_H

#include <stdio.h>

#include "needs/feature.h"

/*
 * Writes an OCI profile (linux.seccomp of the runtime specification) to @out. It
 * allows the calls in @used and lets all others fail with ENOSYS. A profile has
 * names of calls, so calls without a name are missing in it; @unnamed is their
 * number. Returns 0, or -1 if there is no memory; a write error stays in @out.
 */
int systally_needs_profile(FILE *out, const struct systally_used *used,
			   const struct systally_names *names, size_t *unnamed);

#endif /* SYSTALLY_NEEDS_PROFILE_H */
