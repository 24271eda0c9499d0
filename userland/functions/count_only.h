/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Functions that are counted, but never timed: to time a call, its return address
 * is replaced, and these functions store it, look at it, or return twice.
 */
#ifndef SYSTALLY_COUNT_ONLY_H
#define SYSTALLY_COUNT_ONLY_H

#include <stdbool.h>

/* Whether a function of that name is only counted */
bool systally_count_only(const char *name);

#endif /* SYSTALLY_COUNT_ONLY_H */
