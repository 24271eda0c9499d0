/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Whether two recordings allow a verdict: a regression, or none. They do not if
 * the commands did not run to the same point, or if calls were lost.
 */
#ifndef SYSTALLY_COMPARABLE_H
#define SYSTALLY_COMPARABLE_H

#include "calls/set.h"
#include "stats/record.h"

/* Room for any reason. */
#define SYSTALLY_REASON_LEN 320

/*
 * Returns true if @a and @b allow a verdict on the calls of @set. Otherwise
 * writes the reason into @why, as one line with the names A and B.
 * The rules, in this order:
 *
 * - Both commands have ended, with the same status; or both were still running
 *   when the same time limit (-d) had passed.
 * - Nothing was lost: no hit of a kprobe, and no row, time or error of a call.
 */
bool systally_comparable(const struct systally_record *a,
			 const struct systally_record *b,
			 const struct systally_set *set,
			 char why[SYSTALLY_REASON_LEN]);

/*
 * Writes a command's exit status into @text; above 128 also which signal a
 * shell means by it: `139 (128 + 11, Segmentation fault)`.
 */
void systally_comparable_status(int status, char text[80]);

#endif /* SYSTALLY_COMPARABLE_H */
