// SPDX-License-Identifier: GPL-2.0-only
/*
 * Keeps the module's code in memory if the kernel still calls it.
 */
#include <linux/module.h>
#include <linux/sched.h>

#include "stay.h"

/* Under the control mutex. */
static bool stays;

void systally_stay(int err)
{
	stays = true;
	pr_err("ftrace still calls this module (error %d): it must stay loaded until the next boot\n",
	       err);
	if (try_module_get(THIS_MODULE))
		return;
	/* The module is being unloaded, which would free its code: do not
	 * return. A task that is idle in this way is not reported as hung.
	 */
	for (;;)
		schedule_timeout_idle(MAX_SCHEDULE_TIMEOUT);
}

bool systally_stays(void)
{
	return stays;
}
