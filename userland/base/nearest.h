/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The known words that are nearest to one that is not known, for messages:
 * `did you mean poll?`.
 */
#ifndef SYSTALLY_NEAREST_H
#define SYSTALLY_NEAREST_H

#include <stddef.h>
#include <stdint.h>

#define SYSTALLY_NEAREST_MAX 3
#define SYSTALLY_NEAREST_LEN 160 /* room for the text */

struct systally_nearest {
	const char *word;
	size_t length;
	uint32_t letters;      /* a bit for each that the word has */
	unsigned int distance; /* of the best; no word is farther than that */
	size_t count;	       /* words at that distance; may exceed the list */
	const char *best[SYSTALLY_NEAREST_MAX];
};

/* Begins a search for the first @length bytes of @word. */
void systally_nearest_begin(struct systally_nearest *nearest, const char *word,
			    size_t length);

/*
 * Offers one known word, which has to live until the text is written. The
 * distance is the number of letters to insert, remove, replace or swap; capital
 * letters are as good as small ones. Words that need too many are ignored.
 */
void systally_nearest_offer(struct systally_nearest *nearest,
			    const char *known);

/*
 * Writes `did you mean A, B or C?`, with @prefix before each word; nothing if no
 * word or more than SYSTALLY_NEAREST_MAX words are near. Returns @text.
 */
const char *systally_nearest_write(const struct systally_nearest *nearest,
				   const char *prefix,
				   char text[SYSTALLY_NEAREST_LEN]);

#endif /* SYSTALLY_NEAREST_H */
