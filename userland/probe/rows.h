/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From the slots of the shared memory to a snapshot.
 */
#ifndef SYSTALLY_PROBE_ROWS_H
#define SYSTALLY_PROBE_ROWS_H

#include "base/notes.h"
#include "device/snapshot.h"
#include "probe/memory.h"

/*
 * Makes a snapshot of what was counted so far, as the module would: rows of the
 * ABI `function`, and no others. Adds to @notes what is missing. Waits up to 10
 * ms until the clock can be compared with that of the kernel. Nothing in the
 * memory is trusted: the programs could have written there. Returns 0, and the
 * caller frees
 * @snapshot; or -1 with @error if there is no memory.
 */
int systally_probe_snapshot(const struct systally_probe *probe,
			    struct systally_snapshot *snapshot,
			    struct systally_notes *notes,
			    struct systally_error *error);

#endif /* SYSTALLY_PROBE_ROWS_H */
