/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a command needs, on paper: markdown, JSON and CSV.
 */
#ifndef SYSTALLY_NEEDS_RENDER_H
#define SYSTALLY_NEEDS_RENDER_H

#include <stdio.h>

#include "needs/plan.h"

/*
 * Writes what @plan, which has run to its end, has found to @out. Returns 0,
 * or -1 when out of memory; a write error stays in @out.
 */

/* The parts of it. */
int systally_needs_markdown(FILE *out, const struct systally_plan *plan);
int systally_needs_csv(FILE *out, const struct systally_plan *plan);
int systally_needs_json(FILE *out, const struct systally_plan *plan);

/*
 * Writes why @tried does not go, or does not always: `stub: timeout; fake
 * passed 2 of 3: TEST failed (1)`. Empty if both ways always pass.
 */
void systally_needs_why(const struct systally_tried *tried, char text[160]);

#endif /* SYSTALLY_NEEDS_RENDER_H */
