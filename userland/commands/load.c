// SPDX-License-Identifier: GPL-2.0-only
/*
 * `systally load` and `systally unload`.
 */
#include <stdio.h>

#include "base/escape.h"
#include "commands/commands.h"
#include "device/kmod.h"
#include "device/loader.h"

int systally_cmd_load(const struct systally_request *request,
		      struct systally_error *error)
{
	struct systally_kmod kmod;
	int status = 1;

	if (systally_loader_check_rights("load", error) ||
	    systally_loader_check_unloaded(error) ||
	    systally_kmod_open(&kmod, NULL, error))
		return 1;
	if (!systally_loader_load(&kmod, request->argv, request->argc, error)) {
		fputs("loaded ", stdout);
		systally_escape_put(stdout, kmod.path);
		putchar('\n');
		status = 0;
	}
	systally_kmod_close(&kmod);
	return status;
}

int systally_cmd_unload(const struct systally_request *request,
			struct systally_error *error)
{
	(void)request;
	return systally_loader_check_rights("unload", error) ||
			       systally_loader_unload(error) ?
		       1 :
		       0;
}
