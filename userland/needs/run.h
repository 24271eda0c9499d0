/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One run of the command: started, tested, measured, and all of it ended.
 */
#ifndef SYSTALLY_NEEDS_RUN_H
#define SYSTALLY_NEEDS_RUN_H

#include "needs/discover.h"
#include "needs/runner.h"

/*
 * Runs the command with @changes, and with @discovery (or NULL) finds out
 * what it calls. When it returns, nothing of it is left running. Returns 0
 * and the @outcome; or, with @error, SYSTALLY_NEEDS_TROUBLE,
 * SYSTALLY_NEEDS_UNFIT if the command cannot be started at all,
 * SYSTALLY_NEEDS_NO_FILTER if the kernel refuses the filter, or
 * SYSTALLY_NEEDS_INTERRUPTED.
 */
int systally_run_once(struct systally_runner *runner,
		      const struct systally_change_of *changes, size_t count,
		      struct systally_discovery *discovery,
		      struct systally_outcome *outcome,
		      struct systally_error *error);

#endif /* SYSTALLY_NEEDS_RUN_H */
