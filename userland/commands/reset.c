// SPDX-License-Identifier: GPL-2.0-only
/*
 * `systally reset`: sets the counters of a session to zero.
 */
#include "commands/commands.h"
#include "device/session.h"

int systally_cmd_reset(const struct systally_request *request,
		       struct systally_error *error)
{
	const char *name = request->session ? request->session : "default";
	struct systally_control control, session;

	if (systally_control_open(&control, error) ||
	    systally_session_find(&session, &control, name, error) ||
	    systally_control_write(&session, "reset", "1", error))
		return 1;
	return 0;
}
