/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The guardian: a small process that restores the controls if this process is
 * killed, or crashes, before it has done so itself. Without it, SIGKILL or the
 * kernel's lack of memory would leave everybody counted.
 */
#ifndef SYSTALLY_GUARDIAN_H
#define SYSTALLY_GUARDIAN_H

#include "base/error.h"
#include "device/control.h"

struct systally_guardian {
	int channel; /* a socket; the guardian sees when it closes. -1: none */
};

#define SYSTALLY_GUARDIAN_NONE { .channel = -1 }

/*
 * Starts the guardian of @control. It is no child of this process, has no
 * terminal and no file of it but @lock, which stays locked until it has ended.
 * Returns 0, or -1 with @error.
 */
int systally_guardian_start(struct systally_guardian *guardian,
			    const struct systally_control *control, int lock,
			    struct systally_error *error);

/*
 * Has the guardian write @text to the control @file if this process is killed
 * from now on: the last note first. Call it before the control is changed.
 */
void systally_guardian_note(const struct systally_guardian *guardian,
			    const char *file, const char *text);

/*
 * Ends the guardian, and waits for its end: the controls are restored. Does
 * nothing if there is none.
 */
void systally_guardian_end(struct systally_guardian *guardian);

#endif /* SYSTALLY_GUARDIAN_H */
