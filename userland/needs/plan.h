/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * All runs that tell what a command needs, in their order, and what came out.
 */
#ifndef SYSTALLY_NEEDS_PLAN_H
#define SYSTALLY_NEEDS_PLAN_H

#include "needs/together.h"
#include "needs/try.h"

struct systally_plan {
	const struct systally_needs_options *options;
	const struct systally_names *names;
	struct systally_repeater repeater;
	struct systally_used *used;
	enum systally_needs_discover how; /* it was found */
	struct systally_replicas untouched;
	struct systally_tried *tried;
	size_t count;
	struct systally_together together;
	struct systally_replicas end; /* untouched, after all others */
};

/*
 * Opens the state, and does all runs. Returns 0, or with @error an exit
 * status. Whichever, free the plan.
 */
int systally_plan_run(struct systally_plan *plan,
		      const struct systally_needs_options *options,
		      const struct systally_names *names,
		      const struct systally_signals *signals,
		      struct systally_error *error);
void systally_plan_free(struct systally_plan *plan);

#endif /* SYSTALLY_NEEDS_PLAN_H */
