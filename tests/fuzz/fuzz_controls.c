// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fuzzes module/parse.c: the text that is written to the module's controls, but
 * not the names of calls, which are in fuzz_syscalls.c. The module parses at
 * most PARSE_MAX_BYTES, and a text without a NUL.
 */
#include "fuzz.h"
#include "parse.h"

static int targets(const uint8_t *data, size_t size,
		   struct targets_request *request)
{
	char *text = text_of(data, size);
	int err = parse_targets(text, request);

	free(text);
	return err;
}

static void try_targets(const uint8_t *data, size_t size)
{
	static struct targets_request once, again;
	unsigned int i;
	int err;

	memset(&once, 0xaa, sizeof(once));
	memset(&again, 0x55, sizeof(again));
	err = targets(data, size, &once);
	must(!err || err == -EINVAL);
	must(targets(data, size, &again) == err);
	if (err)
		return;
	must(once.verb == again.verb && once.pids == again.pids);
	must(once.pids <= PARSE_MAX_TOKENS);
	must((once.verb == TARGETS_REPLACE || once.verb == TARGETS_EDIT) ==
	     (once.pids > 0));
	for (i = 0; i < once.pids; i++) {
		must(once.pid[i] == again.pid[i]);
		must(once.pid[i] && abs(once.pid[i]) <= PID_MAX_LIMIT);
		must(once.pid[i] > 0 || once.verb == TARGETS_EDIT);
	}
}

static void try_numbers(const uint8_t *data, size_t size)
{
	static const char *const words[] = { "count", "time", "hist", NULL };
	unsigned long bytes = 0xaa;
	unsigned int word = 0xaa;
	bool value = true;
	char *text;
	int err;

	text = text_of(data, size);
	err = parse_bytes(text, &bytes);
	must(err ? bytes == 0xaa : bytes > 0);
	free(text);

	text = text_of(data, size);
	err = parse_word(text, words, &word);
	must(err ? word == 0xaa : word < 3);
	free(text);

	text = text_of(data, size);
	err = parse_bool(text, &value);
	must(!err || value);
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size > PARSE_MAX_BYTES || memchr(data, '\0', size))
		return 0;
	try_targets(data, size);
	try_numbers(data, size);
	return 0;
}
