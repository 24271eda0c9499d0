/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the child processes of `systally needs` do between fork and exec.
 */
#ifndef SYSTALLY_NEEDS_CHILD_H
#define SYSTALLY_NEEDS_CHILD_H

#include <limits.h>
#include <stdbool.h>
#include <sys/types.h>

#include "base/error.h"
#include "base/signals.h"
#include "needs/filter.h"
#include "needs/place.h"

/*
 * Prepared once for all runs of a command: its path and its argument list. The
 * list is in a page of its own, because filters recognise the command's first
 * exec by the address of the list.
 */
struct systally_launchpad {
	char path[PATH_MAX]; /* of the program */
	struct systally_launchpad_page *page;
	const struct systally_signals *signals;
};

/*
 * Prepares to start @command, which ends with NULL. Its words stay the
 * caller's and must live as long as @pad. Returns 0, or -1 with @error if
 * there is no such program.
 */
int systally_launchpad_prepare(struct systally_launchpad *pad, char **command,
			       const struct systally_signals *signals,
			       struct systally_error *error);
void systally_launchpad_free(struct systally_launchpad *pad);

/*
 * Return the addresses of the argument list and of the message that hands over
 * the listener. Filters allow the execve and the sendmsg with these addresses.
 */
const void *systally_launchpad_arguments(const struct systally_launchpad *pad);
const void *systally_launchpad_message(const struct systally_launchpad *pad);

/*
 * The two functions below run in the child after a fork and never return. When
 * the child is prepared, they write one text with its NUL to the pipe @failure:
 * an empty one, or the reason why the child cannot go on. The child is killed
 * when @parent ends.
 */

/*
 * Prepares everything, reports that, and waits until a byte comes from the pipe
 * @gate. Then it loads @filter if that has a program, sends the filter's
 * listener over @socket unless that is -1, and executes the command. If the
 * filter or the exec fails, it writes the errno as an int to @failure, plus
 * SYSTALLY_START_FILTER if it was the filter.
 */
#define SYSTALLY_START_FILTER 4096
_Noreturn void systally_child_command(pid_t parent, int gate, int failure,
				      int socket,
				      const struct systally_launchpad *pad,
				      const struct systally_place *place,
				      const struct systally_filter *filter);

/* Executes the shell command @text as systally_start_shell() describes. */
_Noreturn void systally_child_shell(pid_t parent, int failure, const char *text,
				    bool figure,
				    const struct systally_place *place,
				    char *const *variables,
				    const struct systally_signals *signals);

#endif /* SYSTALLY_NEEDS_CHILD_H */
