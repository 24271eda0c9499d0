/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A file without a name, which gets one when it is whole. It goes with the
 * process: nothing is left after a failure or a signal.
 */
#ifndef SYSTALLY_SPOOL_H
#define SYSTALLY_SPOOL_H

#include <stdio.h>

/*
 * Opens a spool for a file beside @path, or in the folder for temporary files
 * where that file system has none without a name. Returns NULL with errno if
 * there can be no file beside @path and no temporary one.
 */
FILE *systally_spool_open(const char *path);

/*
 * Gives the spool the name @path, in place of the file that has it. @target is
 * open for that file, whose owner and mode are kept, or -1 if there is none.
 * Signals wait meanwhile. Returns 0, or -1 with errno: @path is as it was.
 */
int systally_spool_place(FILE *spool, const char *path, int target);

/*
 * Writes the content of the spool to @target, in place of what is there.
 * Signals wait meanwhile. Returns 0, or -1 with errno.
 */
int systally_spool_copy(FILE *spool, int target);

#endif /* SYSTALLY_SPOOL_H */
