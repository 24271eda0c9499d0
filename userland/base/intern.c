// SPDX-License-Identifier: GPL-2.0-only
/*
 * Texts that are kept once.
 */
#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "base/intern.h"

static void *root; /* a tree of tsearch() */

static int compare(const void *a, const void *b)
{
	return strcmp(a, b);
}

const char *systally_intern(const char *text, size_t length)
{
	char *copy = strndup(text, length);
	char **found;

	if (!copy)
		return NULL;
	found = tsearch(copy, &root, compare);
	if (!found || *found != copy)
		free(copy);
	return found ? *found : NULL;
}
