// SPDX-License-Identifier: GPL-2.0-only
/*
 * Unit tests of the words that messages propose. Run by `make check-unit`.
 */
#include "fixture.h"

#include "base/nearest.h"

static const char *const known[] = {
	"poll",	  "ppoll",  "select",  "read",	  "readv",   "pread64",
	"openat", "format", "syscall", "process", "command", "poll",
};

static void near_words_are_proposed(void **state)
{
	static const struct {
		const char *word, *text;
	} cases[] = {
		{ "pol", "did you mean poll?" },
		{ "poll", "did you mean poll?" },
		{ "POLL", "did you mean poll?" },
		{ "plol", "did you mean poll?" },
		{ "opoll", "did you mean poll or ppoll?" },
		{ "selct", "did you mean select?" },
		{ "slecet", "did you mean select?" },
		{ "reda", "did you mean read?" },
		{ "reaad", "did you mean read?" },
		{ "formta", "did you mean format?" },
		{ "comand", "did you mean command?" },
		{ "prozesss", "did you mean process?" },
		/* too far, too short, or too long */
		{ "", "" },
		{ "p", "" },
		{ "xyz", "" },
		{ "rm", "" },
		{ "frmotaa", "" },
		{ "openat2openat2openat2openat2openat2openat2", "" },
	};
	char text[SYSTALLY_NEAREST_LEN];
	struct systally_nearest nearest;
	size_t i, j;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		systally_nearest_begin(&nearest, cases[i].word,
				       strlen(cases[i].word));
		for (j = 0; j < sizeof(known) / sizeof(known[0]); j++)
			systally_nearest_offer(&nearest, known[j]);
		systally_nearest_write(&nearest, "", text);
		if (strcmp(text, cases[i].text))
			fail_msg("%s: %s", cases[i].word, text);
	}
}

/* More than three that are as near say nothing. */
static void many_words_are_not(void **state)
{
	static const char *const words[] = { "aab", "aac", "aad", "aae" };
	char text[SYSTALLY_NEAREST_LEN];
	struct systally_nearest nearest;
	size_t i;

	(void)state;
	systally_nearest_begin(&nearest, "aaxyz", 3);
	for (i = 0; i < 3; i++)
		systally_nearest_offer(&nearest, words[i]);
	assert_string_equal(systally_nearest_write(&nearest, "--", text),
			    "did you mean --aab, --aac or --aad?");
	systally_nearest_offer(&nearest, words[3]);
	assert_string_equal(systally_nearest_write(&nearest, "--", text), "");
	/* until one is nearer */
	systally_nearest_offer(&nearest, "aax");
	assert_string_equal(systally_nearest_write(&nearest, "", text),
			    "did you mean aax?");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(near_words_are_proposed),
		cmocka_unit_test(many_words_are_not),
	};

	return cmocka_run_group_tests_name("nearest", tests, NULL, NULL);
}
