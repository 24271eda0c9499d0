/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The directory in debugfs. Used by main.c.
 */
#ifndef SYSTALLY_DEBUGFS_H
#define SYSTALLY_DEBUGFS_H

/*
 * systally_debugfs_init - show the files
 *
 * Cannot fail in a way that matters: where debugfs is off or locked down, the
 * module works by its parameters, and says so once in the log.
 */
void systally_debugfs_init(void);

/*
 * systally_debugfs_exit - remove the files
 *
 * Waits for reads and writes under way, so no lock that they take may be held.
 */
void systally_debugfs_exit(void);

#endif /* SYSTALLY_DEBUGFS_H */
