/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Keeps finished runs in the file of --state, so that they need not be done
 * again. The file has lines of JSON. The first one tells what the runs depend
 * on: the command line, the folder, the kernel.
 */
#ifndef SYSTALLY_NEEDS_STATE_H
#define SYSTALLY_NEEDS_STATE_H

#include "needs/state_read.h"

struct systally_state {
	int fd; /* -1: no file */
	const char *path;
	struct systally_state_content content;
};

/*
 * Opens the file of @request, if there is one, and reads what is in it. The
 * calls that the command makes are added to @used, and content.how tells how
 * they were found. A last line that was cut short is removed from the file.
 * Returns 0, or -1 with @error: it is not such a file, it is damaged, or it
 * belongs to another command line, folder or kernel.
 */
int systally_state_open(struct systally_state *state,
			const struct systally_request *request,
			struct systally_used *used,
			struct systally_error *error);
void systally_state_close(struct systally_state *state);

/*
 * Finds the finished run named @key. Returns true and its @outcome, or false
 * if there is none.
 */
bool systally_state_find(const struct systally_state *state, const char *key,
			 struct systally_outcome *outcome);

/*
 * Keeps the run named @key; an earlier one of that name is replaced. Returns
 * 0, or -1 with @error.
 */
int systally_state_add(struct systally_state *state, const char *key,
		       const struct systally_outcome *outcome,
		       struct systally_error *error);

/* Keeps what the command uses. Returns 0, or -1 with @error. */
int systally_state_add_used(struct systally_state *state,
			    enum systally_needs_discover how,
			    const struct systally_used *used,
			    struct systally_error *error);

#endif /* SYSTALLY_NEEDS_STATE_H */
