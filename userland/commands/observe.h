/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Counts processes that run already, for `record -p` and `record -d`.
 */
#ifndef SYSTALLY_OBSERVE_H
#define SYSTALLY_OBSERVE_H

#include "base/request.h"
#include "calls/set.h"
#include "commands/deliver.h"

/*
 * Counts the processes of -p and what they start. Without -p it counts what the
 * default session counts, if that has targets and keeps what is needed, or else
 * all. It ends when the time of -d has passed, a signal comes, or the processes of -p have ended. Then
 * it calls @write with @context and the result.
 * The session has ended in any case. Returns the exit status, 1 with @error.
 */
int systally_observe(const struct systally_request *request,
		     const struct systally_set *set,
		     systally_launched_function *write, void *context,
		     struct systally_error *error);

#endif /* SYSTALLY_OBSERVE_H */
