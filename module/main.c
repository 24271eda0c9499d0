// SPDX-License-Identifier: GPL-2.0-only
/*
 * Load and unload: the order of the parts, and the module's parameters.
 */
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "../include/systally.h"
#include "clock.h"
#include "control.h"
#include "debugfs.h"
#include "event.h"
#include "inflight.h"
#include "memory.h"
#include "parse.h"
#include "query.h"
#include "selective.h"
#include "session.h"
#include "tally.h"
#include "target_set.h"
#include "tls.h"
#include "tracepoint.h"
#include "who.h"
#include "worker.h"

/*
 * The parameters, in the words of the control files. They cannot be read in
 * sysfs, where they would soon be out of date; `status` shows what holds.
 */
static char *parameters[CONTROLS];
static char *memory_max_bytes;

#define CONTROL_PARAMETER(name, id, text)                   \
	module_param_named(name, parameters[id], charp, 0); \
	MODULE_PARM_DESC(name, text)

CONTROL_PARAMETER(enabled, CONTROL_ENABLED,
		  "0: hook nothing; 1: count (default 1)");
CONTROL_PARAMETER(collect, CONTROL_COLLECT,
		  "count, time or hist (default count)");
CONTROL_PARAMETER(hook, CONTROL_HOOK,
		  "auto, tracepoint, kprobe or direct (default auto)");
CONTROL_PARAMETER(targets, CONTROL_TARGETS,
		  "pids to count, all, or none (default none)");
CONTROL_PARAMETER(follow, CONTROL_FOLLOW,
		  "0 or 1: count children of targets (default 0)");
CONTROL_PARAMETER(syscalls, CONTROL_SYSCALLS,
		  "calls to count, by name or number (default all)");
CONTROL_PARAMETER(
	functions, CONTROL_FUNCTIONS,
	"user functions to count: lines NAME OFFSET PATH (default none)");
CONTROL_PARAMETER(threads, CONTROL_THREADS,
		  "0 or 1: keep rows per thread (default 0)");
module_param_named(selective, systally_selective_allowed, bool, 0);
MODULE_PARM_DESC(
	selective,
	"0: all processes pass the tracepoints; 1: only targets, if no other tracer is there (default 1)");
module_param_named(sessions_max, systally_control_sessions_max, uint, 0);
MODULE_PARM_DESC(
	sessions_max,
	"how many sessions there may be at once beside the default session, 0 to 8 (default 8)");
module_param(memory_max_bytes, charp, 0);
MODULE_PARM_DESC(
	memory_max_bytes,
	"limit of the module's memory in bytes, with K, M or G (default 64M, or 2M for each CPU if that is more)");

/* Targets last, so that all other settings hold for the first counted call. */
static const enum control_id parameter_order[] = {
	CONTROL_ENABLED,  CONTROL_COLLECT,   CONTROL_HOOK,    CONTROL_FOLLOW,
	CONTROL_SYSCALLS, CONTROL_FUNCTIONS, CONTROL_THREADS, CONTROL_TARGETS,
};

static int apply_parameter(enum control_id id)
{
	char *text;
	int err;

	if (!parameters[id])
		return 0;
	text = kstrdup(parameters[id], GFP_KERNEL);
	if (!text)
		return -ENOMEM;
	err = strlen(text) > PARSE_MAX_BYTES ?
		      -E2BIG :
		      systally_control_set(systally_default_session, id, text);
	kfree(text);
	if (err)
		pr_err("parameter %s=%s: error %d\n", systally_control_name(id),
		       parameters[id], err);
	return err;
}

static int apply_memory_max(void)
{
	char *text;
	int err;

	if (!memory_max_bytes) {
		systally_memory_max_bytes = systally_memory_max_default();
		return 0;
	}
	text = kstrdup(memory_max_bytes, GFP_KERNEL);
	if (!text)
		return -ENOMEM;
	err = parse_bytes(text, &systally_memory_max_bytes);
	kfree(text);
	if (err)
		pr_err("parameter memory_max_bytes=%s: error %d\n",
		       memory_max_bytes, err);
	return err;
}

static int __init systally_init(void)
{
	unsigned int i;
	int err;

	err = apply_memory_max();
	if (err)
		return err;
	if (systally_control_sessions_max >= SESSIONS_MAX) {
		pr_err("parameter sessions_max=%u: at most %d\n",
		       systally_control_sessions_max, SESSIONS_MAX - 1);
		return -EINVAL;
	}
	systally_memory_charge(sizeof(systally_traced_bits) +
			       sizeof(systally_direct_bits));
	systally_clock_init();
	err = systally_tracepoint_init();
	if (err)
		return err;
	err = systally_who_init(systally_tally_fold_soon);
	if (err)
		goto err_memory;
	err = systally_control_init();
	if (err)
		goto err_who_exit;
	err = systally_tally_init();
	if (err)
		goto err_control_free;
	err = systally_worker_init();
	if (err)
		goto err_tally_exit;
	systally_selective_init();
	systally_event_set_tls(false);
	for (i = 0; i < ARRAY_SIZE(parameter_order); i++) {
		err = apply_parameter(parameter_order[i]);
		if (err)
			goto err_control_exit;
	}
	systally_debugfs_init();
	systally_selective_loaded();
	return 0;

err_control_exit:
	systally_control_exit();
	systally_selective_exit();
	/* After the last handler: it runs what they have queued. */
	systally_worker_exit();
	systally_inflight_exit();
	systally_tls_exit();
err_tally_exit:
	systally_tally_exit();
err_control_free:
	systally_control_free();
err_who_exit:
	systally_who_exit();
	systally_memory_exit();
err_memory:
	if (err == -ENOMEM)
		pr_err("not enough memory: free some, or give more than memory_max_bytes=%lu\n",
		       systally_memory_max_bytes);
	return err;
}

static void __exit systally_exit(void)
{
	systally_query_exit();
	systally_debugfs_exit();
	systally_control_exit();
	systally_selective_exit();
	systally_worker_exit();
	systally_inflight_exit();
	systally_tls_exit();
	systally_tally_exit();
	systally_control_free();
	systally_who_exit();
	systally_memory_exit();
}

module_init(systally_init);
module_exit(systally_exit);
MODULE_DESCRIPTION("Counts system calls by process, exactly");
MODULE_AUTHOR("The systally authors");
MODULE_LICENSE("GPL");
MODULE_VERSION(SYSTALLY_VERSION);
