/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Texts that are kept once, and as long as the process runs: names of control
 * groups, services, containers, executables and users. There are few of them, and
 * many processes share each.
 */
#ifndef SYSTALLY_INTERN_H
#define SYSTALLY_INTERN_H

#include <stddef.h>

/*
 * Returns the one copy of the first @length bytes of @text, with a NUL behind them.
 * Equal texts have the same address. NULL if there is no memory.
 */
const char *systally_intern(const char *text, size_t length);

#endif /* SYSTALLY_INTERN_H */
