/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A replica is one of several runs with the same changes. This file does them,
 * or takes those that were done before from the state.
 */
#ifndef SYSTALLY_NEEDS_REPLICAS_H
#define SYSTALLY_NEEDS_REPLICAS_H

#include "needs/progress.h"
#include "needs/run.h"
#include "needs/state.h"

struct systally_replicas {
	struct systally_outcome *outcomes;
	unsigned int count, passed;
};

/* What all runs of the plan share. */
struct systally_repeater {
	const struct systally_request *request;
	struct systally_runner runner;
	struct systally_state state;
	struct systally_progress progress;
	bool ignore_state; /* do runs again even if the state has them */
};

/*
 * Finds the command of @request and opens the state, which adds the calls that
 * it has to @used. Returns 0, or -1 with @error. In both cases the caller calls
 * systally_repeater_free().
 */
int systally_repeater_init(struct systally_repeater *repeater,
			   const struct systally_request *request,
			   const struct systally_signals *signals,
			   struct systally_used *used,
			   struct systally_error *error);
void systally_repeater_free(struct systally_repeater *repeater);

/*
 * Does all replicas with @changes, or takes them from the state, where @label is
 * their name. With @stop_at_failure, it ends after the first that fails. Returns
 * 0, or with @error an exit status. In both cases the caller calls
 * systally_replicas_free().
 */
int systally_replicas_run(struct systally_repeater *repeater, const char *label,
			  const struct systally_needs_change *changes,
			  size_t count, bool stop_at_failure,
			  struct systally_replicas *replicas,
			  struct systally_error *error);
void systally_replicas_free(struct systally_replicas *replicas);

/* The labels of the runs below begin with this. */
#define SYSTALLY_BESIDE "untouched beside "

/*
 * Does untouched runs beside the runs @label that BENCH has measured. Both are
 * compared, so they must be done at about the same time: a machine can become
 * slower or faster. Returns as systally_replicas_run() does.
 */
int systally_replicas_beside(struct systally_repeater *repeater,
			     const char *label,
			     struct systally_replicas *beside,
			     struct systally_error *error);

/* Returns true if the state has all replicas named @label. */
bool systally_replicas_done(const struct systally_repeater *repeater,
			    const char *label);

/* Returns the outcome of the first replica that failed, or NULL. */
const struct systally_outcome *
systally_replicas_failed(const struct systally_replicas *replicas);

#endif /* SYSTALLY_NEEDS_REPLICAS_H */
