// SPDX-License-Identifier: GPL-2.0-only
/*
 * Prepares what all runs share, and sets their time limits.
 */
#include <string.h>

#include "needs/runner.h"

#define LIMIT_LEAST	(5 * SYSTALLY_S)    /* of each phase */
#define LIMIT_FACTOR	5		    /* of the untouched run's time */
#define LIMIT_UNTOUCHED (3600 * SYSTALLY_S) /* of untouched runs */
#define LIMIT_READY	(60 * SYSTALLY_S)   /* until a server is ready */

int systally_runner_init(struct systally_runner *runner,
			 const struct systally_request *request,
			 const struct systally_signals *signals,
			 struct systally_error *error)
{
	int phase;

	memset(runner, 0, sizeof(*runner));
	runner->request = request;
	runner->signals = signals;
	for (phase = 0; phase < SYSTALLY_PHASES; phase++)
		runner->limit_ns[phase] = LIMIT_UNTOUCHED;
	if (request->server)
		runner->limit_ns[SYSTALLY_PHASE_WORK] = LIMIT_READY;
	if (systally_launchpad_prepare(&runner->pad, request->argv, signals,
				       error))
		return -1;
	if (!systally_tree_init(&runner->tree, error))
		return 0;
	systally_launchpad_free(&runner->pad);
	return -1;
}

void systally_runner_free(struct systally_runner *runner)
{
	systally_tree_free(&runner->tree);
	systally_launchpad_free(&runner->pad);
}

void systally_runner_limit(struct systally_runner *runner,
			   const struct systally_outcome *untouched,
			   size_t count)
{
	uint64_t most;
	int phase;
	size_t i;

	for (phase = 0; phase < SYSTALLY_PHASES; phase++) {
		most = LIMIT_LEAST;
		for (i = 0; i < count; i++) {
			if (untouched[i].phase_ns[phase] * LIMIT_FACTOR > most)
				most = untouched[i].phase_ns[phase] *
				       LIMIT_FACTOR;
		}
		runner->limit_ns[phase] = most;
	}
}
