/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the fuzzers share. Each is one file, fuzz_NOUN.c, whose one function
 * takes any bytes; libFuzzer calls it, and replay.c with the kept corpus.
 */
#ifndef SYSTALLY_FUZZ_H
#define SYSTALLY_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Always returns 0; whatever is not as it should be ends the process. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Something that must hold for every input; a sanitizer shows where it did not */
static inline void must(int holds)
{
	if (!holds)
		abort();
}

/*
 * The bytes as a text, in memory of just its size, so that the sanitizer sees
 * who reads on. The caller frees it.
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
