/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What other modules may ask about the counters of the default session, and
 * request for its targets.
 * The tapsets' functions call these from the handlers of SystemTap's probes.
 * They find them by __symbol_get(), which keeps this module loaded. Arguments
 * and results are numbers and texts, so that the tapsets need no header of this
 * module. A function whose arguments or results change gets a new name.
 *
 * Any context, also with interrupts off, unless their comment says otherwise.
 * They return -EBUSY if they interrupted one another, or a fold, on this CPU.
 */
#ifndef SYSTALLY_QUERY_H
#define SYSTALLY_QUERY_H

#include <linux/types.h>

enum query_sum {
	QUERY_COUNT,
	QUERY_ERRORS,
	QUERY_TOTAL_NS,
	QUERY_MAX_NS,
	QUERY_SUMS,
};

/*
 * systally_query_calls - the counts of a process's calls now
 * @tgid: in the init namespace, of a process that is alive or has exited (then
 * of the last one that had it); 0 for the sum of all processes
 * @calls: one call, in the words of the control `syscalls`; or `all`
 * @sums: QUERY_SUMS numbers, set if 0 is returned
 *
 * Exact, except for a call that another CPU is counting at this moment. One
 * call of a process that is alive costs some look-ups per CPU. Every other
 * question reads all rows, with interrupts off.
 *
 * Returns 0, -ENOENT no such call, -EINVAL no such ABI, -ESRCH the process is
 * no target and has no row, -EOPNOTSUPP rows are kept per thread, -E2BIG more
 * than 65536 rows to read, or -EBUSY.
 */
int systally_query_calls(u32 tgid, const char *calls, u64 *sums);

/*
 * systally_query_hottest - the process that is alive and has the most calls
 * since the last reset
 * @except: a tgid to leave out, or 0
 *
 * The answer needs a flush in process context. Returns 0 until it is ready;
 * then, once, the tgid, or -ESRCH if no process has calls. The next call asks
 * again. There is one question at a time: a caller with another @except waits
 * until the answer is taken, or is ten seconds old. Other errors: -EAGAIN
 * interrupted or no memory, ask again; -EOPNOTSUPP rows are kept per thread.
 */
int systally_query_hottest(u32 except);

/*
 * systally_query_target - request that a process becomes a target, or none
 * @tgid: the id of any of its threads, in the init namespace
 * @add: true to make it a target, false to remove it
 *
 * A work item does it soon afterwards; its errors are in the kernel log.
 * Returns 0, -ESRCH no such process, -EAGAIN 64 requests are waiting, or
 * -EBUSY.
 */
int systally_query_target(u32 tgid, bool add);

/* systally_query_is_target - whether a process is a target: 0 or 1 */
int systally_query_is_target(u32 tgid);

/*
 * systally_query_exit - end all work items
 *
 * Process context, sleeps; at unload, when no other module can ask any more,
 * before systally_control_exit().
 */
void systally_query_exit(void);

#endif /* SYSTALLY_QUERY_H */
