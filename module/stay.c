// SPDX-License-Identifier: GPL-2.0-only
/*
 * Keeps the module's code in memory when the kernel goes on calling it.
 */
#include <linux/module.h>
#include <linux/sched.h>

#include "stay.h"

void systally_stay(int err)
{
	pr_err("ftrace goes on calling this module (error %d): it has to stay until the next boot\n",
	       err);
	if (try_module_get(THIS_MODULE))
		return;
	/* Being unloaded: the code would be freed. Not counted as hung. */
	for (;;)
		schedule_timeout_idle(MAX_SCHEDULE_TIMEOUT);
}
