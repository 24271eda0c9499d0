// SPDX-License-Identifier: GPL-2.0-only
/*
 * The two locks of the tally.
 */
#include "lock.h"

DEFINE_RT_MUTEX(systally_tally_mutex);
DEFINE_RAW_SPINLOCK(systally_move_lock);
