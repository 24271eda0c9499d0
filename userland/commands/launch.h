/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Counts one command from its exec to its end: what `run` and `record` share.
 */
#ifndef SYSTALLY_LAUNCH_H
#define SYSTALLY_LAUNCH_H

#include "base/request.h"
#include "calls/set.h"
#include "commands/deliver.h"

/*
 * Runs the command of @request, counts the calls of @set, and calls @write with
 * @context and the result. The session has ended in any case. Returns the
 * command's exit status, 126 or 127 if it could not be started, or 1 with
 * @error.
 */
int systally_launch(const struct systally_request *request,
		    const struct systally_set *set,
		    systally_launched_function *write, void *context,
		    struct systally_error *error);

#endif /* SYSTALLY_LAUNCH_H */
