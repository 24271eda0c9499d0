// SPDX-License-Identifier: GPL-2.0-only
/*
 * `systally reset`: sets all counters to zero.
 */
#include "commands/commands.h"
#include "device/session.h"

/* Takes the lock, since a command that counts would lose what it has counted. */
int systally_cmd_reset(const struct systally_request *request,
		       struct systally_error *error)
{
	struct systally_session session = SYSTALLY_SESSION_NONE;
	struct systally_control control;
	int status = 0;

	(void)request;
	if (systally_control_open(&control, error) ||
	    systally_session_begin(&session, &control, error))
		return 1;
	if (systally_control_write(&control, "reset", "1", error))
		status = 1;
	if (systally_session_end(&session, error))
		status = 1;
	return status;
}
