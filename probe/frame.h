/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Timed calls: their return addresses are replaced while they run.
 */
#ifndef PROBE_FRAME_H
#define PROBE_FRAME_H

#include "thread.h"

/*
 * Begins to time a call whose return address is at @place. The number of the
 * function is two words before it.
 */
void KEEPS_REGISTERS probe_enter(uintptr_t *place) FROM_ASSEMBLY;

/*
 * Ends the call whose return address was at @place. Returns that address.
 */
uintptr_t probe_leave(uintptr_t *place) FROM_ASSEMBLY;

/*
 * Puts all return addresses of this thread back, because they are about to be
 * looked at. The calls have no time then.
 */
void probe_restore(void) FROM_ASSEMBLY;

#endif /* PROBE_FRAME_H */
