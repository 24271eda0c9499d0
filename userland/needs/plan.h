/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Does all runs that tell what a command needs, in their order.
 */
#ifndef SYSTALLY_NEEDS_PLAN_H
#define SYSTALLY_NEEDS_PLAN_H

#include "needs/together.h"
#include "needs/try.h"

struct systally_plan {
	const struct systally_request *request;
	const struct systally_names *names;
	struct systally_repeater repeater;
	struct systally_used *used;
	enum systally_needs_discover how;   /* the calls were found */
	struct systally_replicas untouched; /* at the beginning */
	struct systally_tried *tried;	    /* features one by one */
	size_t count;
	struct systally_together together; /* features all at once */
	struct systally_replicas end;	   /* untouched, at the end */
};

/*
 * Opens the state and does all runs. @request, @names and @signals must live as
 * long as @plan. Returns 0, or with @error an exit status. In both cases the
 * caller calls systally_plan_free().
 */
int systally_plan_run(struct systally_plan *plan,
		      const struct systally_request *request,
		      const struct systally_names *names,
		      const struct systally_signals *signals,
		      struct systally_error *error);
void systally_plan_free(struct systally_plan *plan);

#endif /* SYSTALLY_NEEDS_PLAN_H */
