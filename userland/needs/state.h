/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The runs that are finished, kept in a file so that they need not be done
 * again: JSON lines, the first of which tells what was asked.
 */
#ifndef SYSTALLY_NEEDS_STATE_H
#define SYSTALLY_NEEDS_STATE_H

#include "base/json_object.h"
#include "needs/discover.h"
#include "needs/outcome.h"

struct systally_state {
	int fd;			/* -1: no file */
	const char *path;
	struct json_object *lines;	/* an object of lines by their key */
	size_t resumed;		/* how many were there */
};

/*
 * Opens the file of @options, if there is one, and reads what is in it. A line
 * at its end that was cut short is dropped. Returns 0, or -1 with @error: it
 * is not such a file, or of another command line.
 */
int systally_state_open(struct systally_state *state,
			const struct systally_needs_options *options,
			struct systally_error *error);
void systally_state_close(struct systally_state *state);

/* Finds a run that is done. Returns whether there is one. */
bool systally_state_find(const struct systally_state *state, const char *key,
			 struct systally_outcome *outcome);

/* Keeps a run. Returns 0, or -1 with @error. */
int systally_state_add(struct systally_state *state, const char *key,
		       const struct systally_outcome *outcome,
		       struct systally_error *error);

/*
 * The same for what the command uses. Returns how it was found, or AUTO if
 * that has not been done yet.
 */
enum systally_needs_discover
systally_state_find_used(const struct systally_state *state,
			 struct systally_used *used);
int systally_state_add_used(struct systally_state *state,
			    enum systally_needs_discover how,
			    const struct systally_used *used,
			    struct systally_error *error);

#endif /* SYSTALLY_NEEDS_STATE_H */
