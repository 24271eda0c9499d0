/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The directory in debugfs, /sys/kernel/debug/systally.
 */
#ifndef SYSTALLY_DEBUGFS_H
#define SYSTALLY_DEBUGFS_H

/*
 * systally_debugfs_init - create the files
 *
 * Process context, sleeps. Has no error: where debugfs is off or locked down,
 * the module works by its parameters, and the kernel log says so.
 */
void systally_debugfs_init(void);

/*
 * systally_debugfs_exit - remove the files
 *
 * Process context, sleeps. Waits for reads and writes that are in progress, so
 * the caller must not hold a lock that these take.
 */
void systally_debugfs_exit(void);

#endif /* SYSTALLY_DEBUGFS_H */
