/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Shared by all fuzzers. Each fuzzer is one file, fuzz_NOUN.c, with one function
 * that takes any bytes. libFuzzer calls it to search, and replay.c calls it with
 * the files of the corpus.
 */
#ifndef SYSTALLY_FUZZ_H
#define SYSTALLY_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Returns 0. If something is wrong, the process aborts. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Aborts unless @holds. The sanitizer prints where that was. */
static inline void must(int holds)
{
	if (!holds)
		abort();
}

/*
 * Returns a copy of the bytes with a NUL behind them. The memory has just that
 * size, so the sanitizer finds reads beyond it. The caller frees it.
 */
static inline char *text_of(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);

	must(!!text);
	if (size)
		memcpy(text, data, size);
	text[size] = '\0';
	return text;
}

#endif /* SYSTALLY_FUZZ_H */
