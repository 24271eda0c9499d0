// SPDX-License-Identifier: GPL-2.0-only
/*
 * Does the replicas of a run and keeps their outcomes.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "needs/replicas.h"

int systally_repeater_init(struct systally_repeater *repeater,
			   const struct systally_request *request,
			   const struct systally_signals *signals,
			   struct systally_used *used,
			   struct systally_error *error)
{
	memset(repeater, 0, sizeof(*repeater));
	repeater->request = request;
	repeater->state.fd = -1;
	if (systally_runner_init(&repeater->runner, request, signals, error))
		return -1;
	return systally_state_open(&repeater->state, request, used, error);
}

void systally_repeater_free(struct systally_repeater *repeater)
{
	systally_state_close(&repeater->state);
	systally_runner_free(&repeater->runner);
}

void systally_replicas_free(struct systally_replicas *replicas)
{
	free(replicas->outcomes);
	memset(replicas, 0, sizeof(*replicas));
}

/* Does one replica, or takes it from the state, where @key is its name. */
static int run_one(struct systally_repeater *repeater, const char *key,
		   const struct systally_needs_change *changes, size_t count,
		   struct systally_outcome *outcome,
		   struct systally_error *error)
{
	uint64_t begin_ns = systally_signals_now_ns();
	int result;

	if (!repeater->ignore_state &&
	    systally_state_find(&repeater->state, key, outcome)) {
		systally_progress_end(&repeater->progress, 0);
		return 0;
	}
	systally_progress_begin(&repeater->progress, key);
	result = systally_run_once(&repeater->runner, changes, count, NULL,
				   outcome, error);
	if (result)
		return result;
	systally_progress_end(&repeater->progress,
			      systally_signals_now_ns() - begin_ns);
	return systally_state_add(&repeater->state, key, outcome, error) ?
		       SYSTALLY_NEEDS_TROUBLE :
		       0;
}

int systally_replicas_run(struct systally_repeater *repeater, const char *label,
			  const struct systally_needs_change *changes,
			  size_t count, bool stop_at_failure,
			  struct systally_replicas *replicas,
			  struct systally_error *error)
{
	unsigned int wanted = repeater->request->replicas;
	struct systally_outcome *outcome;
	char *key = NULL;
	int result;

	memset(replicas, 0, sizeof(*replicas));
	replicas->outcomes = calloc(wanted, sizeof(*replicas->outcomes));
	if (!replicas->outcomes) {
		systally_error_set(error, "out of memory");
		return SYSTALLY_NEEDS_TROUBLE;
	}
	while (replicas->count < wanted) {
		outcome = &replicas->outcomes[replicas->count];
		if (asprintf(&key, "%s %u", label, replicas->count + 1) < 0) {
			systally_error_set(error, "out of memory");
			return SYSTALLY_NEEDS_TROUBLE;
		}
		result = run_one(repeater, key, changes, count, outcome, error);
		free(key);
		/* without a filter, no call can be tried on this machine */
		if (result)
			return result == SYSTALLY_NEEDS_NO_FILTER ?
				       SYSTALLY_NEEDS_UNFIT :
				       result;
		replicas->count++;
		replicas->passed += outcome->passed;
		if (stop_at_failure && !outcome->passed)
			break;
	}
	return 0;
}

int systally_replicas_beside(struct systally_repeater *repeater,
			     const char *label,
			     struct systally_replicas *beside,
			     struct systally_error *error)
{
	char key[SYSTALLY_FEATURE_LEN + 24];

	snprintf(key, sizeof(key), SYSTALLY_BESIDE "%s", label);
	return systally_replicas_run(repeater, key, NULL, 0, false, beside,
				     error);
}

bool systally_replicas_done(const struct systally_repeater *repeater,
			    const char *label)
{
	char key[SYSTALLY_FEATURE_LEN + 32];
	struct systally_outcome outcome;
	unsigned int i;

	for (i = 1; i <= repeater->request->replicas; i++) {
		snprintf(key, sizeof(key), "%s %u", label, i);
		if (!systally_state_find(&repeater->state, key, &outcome))
			return false;
	}
	return true;
}

const struct systally_outcome *
systally_replicas_failed(const struct systally_replicas *replicas)
{
	unsigned int i;

	for (i = 0; i < replicas->count; i++) {
		if (!replicas->outcomes[i].passed)
			return &replicas->outcomes[i];
	}
	return NULL;
}
