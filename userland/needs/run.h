/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One run of the command, from its start to the end of all its descendants.
 */
#ifndef SYSTALLY_NEEDS_RUN_H
#define SYSTALLY_NEEDS_RUN_H

#include "needs/discover.h"
#include "needs/runner.h"

/*
 * Runs the command with @changes. With @discovery, which may be NULL, it finds
 * the calls of the command; then there are no changes. All processes of the
 * run have ended when it returns. Returns 0 and the @outcome; or with @error
 * SYSTALLY_NEEDS_TROUBLE, SYSTALLY_NEEDS_UNFIT if the command cannot be
 * started, SYSTALLY_NEEDS_NO_FILTER if the filter or the discovery does not
 * work here, or SYSTALLY_NEEDS_INTERRUPTED.
 */
int systally_run_once(struct systally_runner *runner,
		      const struct systally_needs_change *changes, size_t count,
		      struct systally_discovery *discovery,
		      struct systally_outcome *outcome,
		      struct systally_error *error);

#endif /* SYSTALLY_NEEDS_RUN_H */
