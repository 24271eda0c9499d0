// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fuzzes userland/calls/: the argument of -e. The filter that is made of it for
 * the module must mean the same calls.
 */
#include "fuzz.h"
#include "calls/set.h"

#define FILTER_BYTES 4096

static struct systally_names *names;

static int parse(struct systally_set *set, const char *text)
{
	struct systally_error error = { "" };

	if (!systally_set_parse(set, names, text, &error))
		return 0;
	must(error.text[0] && !strchr(error.text, '\n'));
	return -1;
}

static void compare(const struct systally_set *a, const struct systally_set *b,
		    int opposite)
{
	unsigned int abi;
	int nr;

	for (abi = 0; abi < SYSTALLY_ABIS; abi++)
		for (nr = -1; nr < SYSTALLY_NR_MAX; nr++)
			must((systally_set_has(a, abi, nr) ==
			      systally_set_has(b, abi, nr)) != opposite);
}

/* A bare number is accepted if it is in range. */
static void check_number(const char *text, int taken)
{
	size_t digits = strspn(text, "0123456789");

	if (digits && digits < 19 && !text[digits])
		must(taken == (strtoull(text, NULL, 10) < SYSTALLY_NR_MAX));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct systally_set set, other;
	char filter[FILTER_BYTES], *negated;
	int taken;

	if (size > 4096)
		return 0;
	if (!names)
		names = systally_names_new();
	must(!!names);
	negated = malloc(size + 2);
	must(!!negated);
	negated[0] = '!';
	if (size)
		memcpy(negated + 1, data, size);
	negated[size + 1] = '\0';
	taken = !parse(&set, negated + 1);
	check_number(negated + 1, taken);
	if (taken) {
		if (negated[1] != '!' && !parse(&other, negated))
			compare(&set, &other, 1);
		if (!systally_set_filter(&set, filter, sizeof(filter))) {
			must(strlen(filter) < sizeof(filter));
			must(!parse(&other, filter));
			compare(&set, &other, 0);
		}
	}
	free(negated);
	return 0;
}
