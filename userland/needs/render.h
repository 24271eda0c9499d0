/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The reports of `systally needs`, one function for each format.
 */
#ifndef SYSTALLY_NEEDS_RENDER_H
#define SYSTALLY_NEEDS_RENDER_H

#include <stdio.h>

#include "needs/plan.h"

/*
 * Write the result of @plan, all of whose runs are done, to @out. Return 0, or
 * -1 if there is no memory; a write error stays in @out.
 */
int systally_needs_markdown(FILE *out, const struct systally_plan *plan);
int systally_needs_json(FILE *out, const struct systally_plan *plan);
int systally_needs_csv(FILE *out, const struct systally_plan *plan);

#endif /* SYSTALLY_NEEDS_RENDER_H */
