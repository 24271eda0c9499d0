/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Names of users.
 */
#ifndef SYSTALLY_USERS_H
#define SYSTALLY_USERS_H

#include <stdint.h>

/*
 * Returns the name of a user, interned; its number as text if the user database
 * does not have it; NULL for SYSTALLY_UID_UNKNOWN. Each is looked up once.
 */
const char *systally_users_name(uint32_t uid);

/* Finds the number of a user by name or number. Returns 0, or -1: there is none. */
int systally_users_find(const char *text, uint32_t *uid);

#endif /* SYSTALLY_USERS_H */
