/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The files that show what was counted. Used by debugfs.c.
 */
#ifndef SYSTALLY_RESULTS_H
#define SYSTALLY_RESULTS_H

#include <linux/fs.h>

/*
 * counters, errors and snapshot take their picture at open, so that all reads
 * of it are of one moment; status and inflight when they are read.
 */
extern const struct file_operations systally_counters_fops;
extern const struct file_operations systally_errors_fops;
extern const struct file_operations systally_snapshot_fops;
extern const struct file_operations systally_inflight_fops;
extern const struct file_operations systally_status_fops;

#endif /* SYSTALLY_RESULTS_H */
