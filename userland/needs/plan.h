/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * All runs that tell what a command needs, in their order, and what came out.
 */
#ifndef SYSTALLY_NEEDS_PLAN_H
#define SYSTALLY_NEEDS_PLAN_H

#include "needs/progress.h"
#include "needs/run.h"
#include "needs/state.h"

enum systally_verdict {
	SYSTALLY_REQUIRED,	/* it works with neither */
	SYSTALLY_FLAKY,		/* now so, now so */
	SYSTALLY_FAKEABLE,
	SYSTALLY_STUBBABLE,
	SYSTALLY_EITHER,	/* stub or fake */
	SYSTALLY_UNTRIED,	/* no filter can be made for it here */
	SYSTALLY_VERDICTS,
};

/* Replicas of one run. */
struct systally_replicas {
	struct systally_outcome *outcomes;
	unsigned int count, passed;
};

/* What came out for one feature. */
struct systally_tried {
	struct systally_feature feature;
	struct systally_replicas ways[SYSTALLY_WAYS];
	struct systally_replicas beside;	/* untouched, at about that time */
	enum systally_verdict verdict;
};

/* Some that may go one by one, but not at once: indices of `together`. */
struct systally_conflict {
	size_t *members;
	size_t count;
	size_t dropped;		/* the one that was left as it is */
	bool swapped;		/* it was enough to fake it instead, or stub */
};

struct systally_plan {
	const struct systally_needs_options *options;
	const struct systally_names *names;
	struct systally_runner runner;
	struct systally_state state;
	struct systally_progress progress;
	struct systally_used *used;
	enum systally_needs_discover how;	/* it was found */
	bool redo;		/* do not take runs from the state */
	struct systally_replicas untouched;
	struct systally_tried *tried;
	size_t count;
	/* what can go, all at once */
	struct systally_change_of *together;
	bool *kept;		/* of each, whether it still goes */
	size_t together_count;
	struct systally_replicas together_run;	/* of those kept */
	struct systally_replicas end;	/* untouched, after all others */
	struct systally_conflict *conflicts;
	size_t conflict_count;
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

/*
 * Does all replicas of one run, or takes them from the state. Stops early
 * with @hasty when one has failed. Returns 0, or with @error an exit status.
 */
int systally_plan_replicas(struct systally_plan *plan, const char *label,
			   const struct systally_change_of *changes,
			   size_t count, bool hasty,
			   struct systally_replicas *replicas,
			   struct systally_error *error);
void systally_replicas_free(struct systally_replicas *replicas);

/* Such a run's label begins so. */
#define SYSTALLY_BESIDE	"untouched beside "

/*
 * Runs the command untouched once more, beside runs that were measured by
 * BENCH: what they are compared with must be of their time, as a machine can
 * become slower or faster. @label names those. Returns as
 * systally_plan_replicas() does.
 */
int systally_plan_beside(struct systally_plan *plan, const char *label,
			 struct systally_replicas *beside,
			 struct systally_error *error);

/* Returns the outcome of the first replica that failed, or NULL. */
const struct systally_outcome *
systally_replicas_failed(const struct systally_replicas *replicas);

/*
 * Lists what of @set the command uses, and tries each by itself. Returns 0, or
 * with @error an exit status.
 */
int systally_plan_try(struct systally_plan *plan, const struct systally_set *set,
		      struct systally_error *error);

/* Runs what can go at once, and finds out what cannot. As above. */
int systally_plan_together(struct systally_plan *plan,
			   struct systally_error *error);

/* Returns `required`, `stub`, ... */
const char *systally_verdict_name(enum systally_verdict verdict);

/* Returns `stub` or `fake`. */
const char *systally_way_name(enum systally_way way);

#endif /* SYSTALLY_NEEDS_PLAN_H */
