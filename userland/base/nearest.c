// SPDX-License-Identifier: GPL-2.0-only
/*
 * Finds known words that are spelt nearly like another one.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/nearest.h"

#define LETTERS_MAX 40 /* no option, call or parameter is longer */

static unsigned int least(unsigned int a, unsigned int b)
{
	return a < b ? a : b;
}

static int letter(const char *text, size_t at)
{
	return tolower((unsigned char)text[at]);
}

/* A bit for each letter of the word; several letters may share one. */
static uint32_t letters_of(const char *word, size_t length)
{
	uint32_t letters = 0;
	size_t i;

	for (i = 0; i < length; i++)
		letters |= UINT32_C(1) << (letter(word, i) & 31);
	return letters;
}

static unsigned int bits(uint32_t letters)
{
	return (unsigned int)__builtin_popcount(letters);
}

/* Both words are shorter than LETTERS_MAX. */
static unsigned int distance(const char *a, size_t a_length, const char *b,
			     size_t b_length)
{
	/* the distances of the first i letters of a to all beginnings of b */
	unsigned int rows[3][LETTERS_MAX + 1];
	unsigned int *before = rows[0], *last = rows[1], *now = rows[2], *swap;
	size_t i, j;

	for (j = 0; j <= b_length; j++)
		last[j] = (unsigned int)j;
	for (i = 1; i <= a_length; i++) {
		now[0] = (unsigned int)i;
		for (j = 1; j <= b_length; j++) {
			const int x = letter(a, i - 1), y = letter(b, j - 1);

			now[j] = least(last[j - 1] + (x != y),
				       least(last[j], now[j - 1]) + 1);
			if (i > 1 && j > 1 && x == letter(b, j - 2) &&
			    y == letter(a, i - 2))
				now[j] = least(now[j], before[j - 2] + 1);
		}
		swap = before;
		before = last;
		last = now;
		now = swap;
	}
	return last[b_length];
}

void systally_nearest_begin(struct systally_nearest *nearest, const char *word,
			    size_t length)
{
	/* one letter in four may be wrong, but not all of a short word */
	*nearest = (struct systally_nearest){
		.word = word,
		.length = length,
		.letters = letters_of(word, length),
		.distance = length < 2 || length >= LETTERS_MAX ?
				    0 :
				    1 + (length > 4) + (length > 7),
	};
}

void systally_nearest_offer(struct systally_nearest *nearest, const char *known)
{
	const size_t length = strlen(known);
	uint32_t letters;
	unsigned int far;
	size_t i;

	if (nearest->length >= LETTERS_MAX || length >= LETTERS_MAX)
		return;
	/* at least so many letters have to be inserted or removed */
	if (length > nearest->length + nearest->distance ||
	    nearest->length > length + nearest->distance)
		return;
	/* the same for letters that only one of the words has */
	letters = letters_of(known, length);
	if (bits(letters & ~nearest->letters) > nearest->distance ||
	    bits(nearest->letters & ~letters) > nearest->distance)
		return;
	far = distance(nearest->word, nearest->length, known, length);
	/* one that shares no letter is not near */
	if (far > nearest->distance || far >= length)
		return;
	if (far < nearest->distance)
		nearest->count = 0;
	nearest->distance = far;
	for (i = 0; i < nearest->count && i < SYSTALLY_NEAREST_MAX; i++) {
		if (!strcmp(nearest->best[i], known))
			return;
	}
	if (nearest->count < SYSTALLY_NEAREST_MAX)
		nearest->best[nearest->count] = known;
	nearest->count++;
}

const char *systally_nearest_write(const struct systally_nearest *nearest,
				   const char *prefix,
				   char text[SYSTALLY_NEAREST_LEN])
{
	size_t i, used = 0;

	text[0] = '\0';
	if (nearest->count > SYSTALLY_NEAREST_MAX)
		return text;
	for (i = 0; i < nearest->count; i++)
		used += (size_t)snprintf(text + used,
					 SYSTALLY_NEAREST_LEN - used, "%s%s%s",
					 !i ? "did you mean " :
					 i + 1 < nearest->count ? ", " :
								  " or ",
					 prefix, nearest->best[i]);
	if (nearest->count)
		snprintf(text + used, SYSTALLY_NEAREST_LEN - used, "?");
	return text;
}
