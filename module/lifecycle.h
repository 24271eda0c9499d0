/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Forks, execs and exits: who becomes a target, who is none any more.
 * Used by main.c.
 */
#ifndef SYSTALLY_LIFECYCLE_H
#define SYSTALLY_LIFECYCLE_H

int __must_check systally_lifecycle_init(void);

/* Returns when no handler is under way. */
void systally_lifecycle_exit(void);

#endif /* SYSTALLY_LIFECYCLE_H */
