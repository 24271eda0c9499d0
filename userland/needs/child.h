/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What `systally needs` starts, from the fork to the exec.
 */
#ifndef SYSTALLY_NEEDS_CHILD_H
#define SYSTALLY_NEEDS_CHILD_H

#include <limits.h>
#include <stdbool.h>
#include <sys/types.h>

#include "base/error.h"
#include "needs/filter.h"
#include "needs/place.h"
#include "base/signals.h"

/*
 * What is prepared once: the command's words on a page of their own, so that
 * filters know its exec by their address.
 */
struct systally_launchpad {
	char path[PATH_MAX];
	struct systally_launchpad_page *page;
	const struct systally_signals *signals;
};

/*
 * Prepares to start @command, whose words stay the caller's. Returns 0, or -1
 * with @error if it cannot be found.
 */
int systally_launchpad_prepare(struct systally_launchpad *pad, char **command,
			       const struct systally_signals *signals,
			       struct systally_error *error);
void systally_launchpad_free(struct systally_launchpad *pad);

/* The addresses by which filters know what they let through. */
const void *systally_launchpad_arguments(const struct systally_launchpad *pad);
const void *systally_launchpad_message(const struct systally_launchpad *pad);

/*
 * Both below are called in the child of a fork, and never return. By @failure
 * they tell the parent one text with its end: nothing in it if all is well,
 * else what is in the way. @parent is whose end is theirs too.
 */

/*
 * Prepares all, tells so, and waits at @gate until a byte comes; then loads
 * @filter, if there is anything in that, hands its listener over by @socket
 * unless that is -1, and executes the command. If it cannot, @failure gives
 * the errno, an int, plus SYSTALLY_START_FILTER if it was the filter.
 */
#define SYSTALLY_START_FILTER	4096
_Noreturn void systally_child_command(pid_t parent, int gate, int failure,
				      int socket,
				      const struct systally_launchpad *pad,
				      const struct systally_place *place,
				      const struct systally_filter *filter);

/* Executes the shell command @text; see systally_start_shell(). */
_Noreturn void systally_child_shell(pid_t parent, int failure,
				    const char *text, bool figure,
				    const struct systally_place *place,
				    char *const *variables,
				    const struct systally_signals *signals);

#endif /* SYSTALLY_NEEDS_CHILD_H */
