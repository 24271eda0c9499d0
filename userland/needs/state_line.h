/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Makes the lines of the file of --state, as texts. state_read.h reads them.
 */
#ifndef SYSTALLY_NEEDS_STATE_LINE_H
#define SYSTALLY_NEEDS_STATE_LINE_H

#include "needs/discover.h"
#include "needs/outcome.h"

/* The version of the file, and its key in the first line */
#define SYSTALLY_STATE_KEY     "systally_needs"
#define SYSTALLY_STATE_VERSION 3

/* The key of each phase, in the line of a run */
extern const char *const systally_state_phase_keys[SYSTALLY_PHASES];

/*
 * These make a line, with its line feed. They return the text, which the
 * caller frees, or NULL if there is no memory.
 */

/*
 * The first line: all that outcomes depend on. How they are shown and which
 * calls are tried is not part of it.
 */
char *systally_state_line_first(const struct systally_request *request);

/* The line of the finished run named @key */
char *systally_state_line_run(const char *key,
			      const struct systally_outcome *outcome);

/* The line that says what the command uses, and @how that was found */
char *systally_state_line_used(enum systally_needs_discover how,
			       const struct systally_used *used);

#endif /* SYSTALLY_NEEDS_STATE_LINE_H */
