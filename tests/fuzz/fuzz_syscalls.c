// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fuzzes module/syscalls.c: names and numbers of calls that are written to the
 * control `syscalls`, and what reading it returns.
 */
#include "fuzz.h"
#include "parse.h"
#include "syscalls.h"

/* What reading the control returns means the same set when it is written. */
static void show_and_take(const struct syscall_set *set)
{
	static struct syscall_set again;
	char token[SYSCALL_LABEL_LEN + 8];
	u32 abi, nr;

	memset(&again, 0, sizeof(again));
	for (abi = 0; abi < ABIS; abi++)
		for (nr = 0; nr < SYSCALL_NRS; nr++) {
			if (!test_bit(nr, set->nr[abi]) ||
			    !systally_syscall_token(set, abi, nr, token))
				continue;
			must(strlen(token) < sizeof(token));
			must(!systally_syscall_add(&again, token));
		}
	must(!memcmp(set, &again, sizeof(again)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct syscall_set set, before;
	char *text, *rest, *token;
	bool added = false;
	int err;

	if (size > PARSE_MAX_BYTES || memchr(data, '\0', size))
		return 0;
	memset(&set, 0, sizeof(set));
	rest = text = text_of(data, size);
	while ((token = parse_token(&rest))) {
		before = set;
		err = systally_syscall_add(&set, token);
		must(!err || err == -ENOENT || err == -EINVAL);
		if (err)
			must(!memcmp(&set, &before, sizeof(set)));
		else
			added = true;
	}
	free(text);
	if (added)
		show_and_take(&set);
	return 0;
}
