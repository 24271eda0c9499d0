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
int systally_needs_markdown(FILE *out, const struct systally_plan *plan);
int systally_needs_json(FILE *out, const struct systally_plan *plan);
int systally_needs_csv(FILE *out, const struct systally_plan *plan);

#endif /* SYSTALLY_NEEDS_RENDER_H */
