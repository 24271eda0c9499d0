/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What other modules may ask of the counters, and have done to the targets: the
 * tapsets' functions, from the handlers of SystemTap's probes. They find these
 * by __symbol_get(), which keeps systally loaded. Numbers only cross this
 * border, so that the tapsets need no header of ours; who changes what one of
 * them takes or returns gives it a new name.
 *
 * All may be called from any context, with interrupts off as well, but that
 * they say -EBUSY there where one of them, or a fold, was interrupted.
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
 * systally_query_calls - what is counted now of a process's calls
 * @tgid: in the init namespace, of a process that lives or has exited (the last
 * one that had it); 0 for all processes together
 * @calls: one call, in the words of the control `syscalls`; or `all`
 * @sums: QUERY_SUMS numbers, set if it returns 0
 *
 * Exact, but for a call that another CPU is counting at this moment. One call
 * of a living process costs some look-ups per CPU; else all rows are looked at,
 * with interrupts off.
 *
 * Returns 0 or -ENOENT no such call, -EINVAL no such ABI, -ESRCH the process is
 * no target and has no row, -EOPNOTSUPP rows are kept per thread, -E2BIG more
 * than 65536 rows to look at, -EBUSY.
 */
int systally_query_calls(u32 tgid, const char *calls, u64 *sums);

/*
 * systally_query_hottest - the living process with the most calls since reset
 * @but: a tgid that does not take part, or 0
 *
 * The answer takes a flush, in process context: returns 0 until it is there,
 * then once the tgid, or -ESRCH if nobody has calls; the next one asks anew.
 * One question at a time: who has another @but waits until the answer is taken,
 * or ten seconds old. Other errors: -EAGAIN, interrupted or no memory: ask
 * again; -EOPNOTSUPP, rows are kept per thread.
 */
int systally_query_hottest(u32 but);

/*
 * systally_query_target - have a process become, or be no longer, a target
 * @tgid: any thread's id, in the init namespace
 *
 * Done soon afterwards, in process context; what stops it there is in the
 * kernel's log. Returns 0 or -ESRCH no such process, -EAGAIN 64 of these are
 * waiting already, -EBUSY.
 */
int systally_query_target(u32 tgid, bool add);

/* systally_query_is_target - whether a process is watched: 0 or 1 */
int systally_query_is_target(u32 tgid);

/* systally_query_exit - after nobody can ask any more, before control_exit */
void systally_query_exit(void);

#endif /* SYSTALLY_QUERY_H */
