// SPDX-License-Identifier: GPL-2.0-only
/*
 * Names of users, looked up once each.
 */
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#include "base/duration.h"
#include "base/intern.h"
#include "systally.h"
#include "units/users.h"

static struct user {
	uint32_t uid;
	const char *name;
} *users;
static size_t count;

static const char *look_up(uint32_t uid)
{
	const struct passwd *found = getpwuid(uid);
	char number[16];

	if (found)
		return systally_intern(found->pw_name, strlen(found->pw_name));
	snprintf(number, sizeof(number), "%u", uid);
	return systally_intern(number, strlen(number));
}

const char *systally_users_name(uint32_t uid)
{
	struct user *larger;
	size_t i;

	if (uid == SYSTALLY_UID_UNKNOWN)
		return NULL;
	for (i = 0; i < count; i++) {
		if (users[i].uid == uid)
			return users[i].name;
	}
	larger = reallocarray(users, count + 1, sizeof(*users));
	if (!larger)
		return NULL;
	users = larger;
	users[count] = (struct user){ uid, look_up(uid) };
	return users[count++].name;
}

int systally_users_find(const char *text, uint32_t *uid)
{
	const struct passwd *found = getpwnam(text);
	uint64_t number;

	if (found) {
		*uid = found->pw_uid;
		return 0;
	}
	if (!*text || text[strspn(text, "0123456789")] ||
	    systally_decimal_parse(text, strlen(text), 1, &number) ||
	    number >= SYSTALLY_UID_UNKNOWN)
		return -1;
	*uid = (uint32_t)number;
	return 0;
}
