/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The files that show what was counted.
 */
#ifndef SYSTALLY_RESULTS_H
#define SYSTALLY_RESULTS_H

#include <linux/fs.h>

/*
 * counters, errors, snapshot and the counts in status are taken at open, so
 * that all reads of an open file are of one moment. The rest of status, and
 * inflight, are as they are when they are read.
 */
extern const struct file_operations systally_counters_fops;
extern const struct file_operations systally_errors_fops;
extern const struct file_operations systally_snapshot_fops;
extern const struct file_operations systally_inflight_fops;
extern const struct file_operations systally_status_fops;

#endif /* SYSTALLY_RESULTS_H */
