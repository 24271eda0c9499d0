// SPDX-License-Identifier: GPL-2.0-only
/*
 * Unit tests of messages. Run by `make check-unit`.
 */
#include "fixture.h"

#include <errno.h>

#include "base/error.h"

static void first_message_stays(void **state)
{
	struct systally_error error = { "" };

	(void)state;
	assert_int_equal(systally_error_set(&error, "one %d\n%s", 1, "\x1b"),
			 -1);
	assert_string_equal(error.text, "one 1\\x0a\\x1b");
	systally_error_set(&error, "two");
	assert_string_equal(error.text, "one 1\\x0a\\x1b");
	systally_error_clear(&error);
	systally_error_set(&error, "two");
	assert_string_equal(error.text, "two");
}

/* Reason and remedy come last, and have to be seen. */
static void long_messages_keep_their_end(void **state)
{
	const size_t room = sizeof(((struct systally_error *)NULL)->text);
	struct systally_error error = { "" };
	char name[2000];
	size_t length;

	(void)state;
	memset(name, 'x', sizeof(name));
	name[sizeof(name) - 1] = '\0';
	systally_error_set(&error, "cannot open %s: no; check it", name);
	assert_int_equal(strncmp(error.text, "cannot open xxx", 15), 0);
	assert_non_null(strstr(error.text, "x...x"));
	length = strlen(error.text);
	assert_true(length < room && length > room - 3);
	assert_string_equal(error.text + length - 13, " no; check it");
	/* one that just fits is whole */
	for (length = room - 3; length < room + 2; length++) {
		systally_error_clear(&error);
		systally_error_set(&error, "%.*s", (int)length, name);
		assert_int_equal(!strstr(error.text, "..."), length < room);
	}
}

static void errors_have_remedies(void **state)
{
	static const int common[] = { ENOENT, EACCES, EISDIR, ENOTDIR,
				      ENOSPC, EMFILE, ENOMEM, EAGAIN,
				      EBADF,  EROFS,  ELOOP,  ENAMETOOLONG };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(common) / sizeof(common[0]); i++) {
		if (!strstr(systally_error_meaning(common[i]), "; "))
			fail_msg("%s", systally_error_meaning(common[i]));
	}
	assert_string_equal(systally_error_meaning(EIO), strerror(EIO));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(first_message_stays),
		cmocka_unit_test(long_messages_keep_their_end),
		cmocka_unit_test(errors_have_remedies),
	};

	return cmocka_run_group_tests_name("error", tests, NULL, NULL);
}
