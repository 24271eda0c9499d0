// SPDX-License-Identifier: GPL-2.0-only
/*
 * Holds the outcomes of finished runs in memory, by key.
 */
#define _GNU_SOURCE
#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "needs/finished.h"

struct run {
	const char *key;
	struct systally_outcome outcome;
	char text[]; /* the key */
};

static int compare_runs(const void *left, const void *right)
{
	const struct run *a = left, *b = right;

	return strcmp(a->key, b->key);
}

/* Returns NULL if there is no memory. */
static struct run *new_run(const char *key,
			   const struct systally_outcome *outcome)
{
	size_t size = strlen(key) + 1;
	struct run *run = malloc(sizeof(*run) + size);

	if (run) {
		run->key = memcpy(run->text, key, size);
		run->outcome = *outcome;
	}
	return run;
}

int systally_finished_add(struct systally_finished *finished, const char *key,
			  const struct systally_outcome *outcome)
{
	struct run *run = new_run(key, outcome);
	struct run **kept;

	if (!run)
		return -1;
	kept = tsearch(run, &finished->root, compare_runs);
	if (kept && *kept == run)
		return 0;
	if (kept)
		(*kept)->outcome = *outcome;
	free(run);
	return kept ? 0 : -1;
}

bool systally_finished_find(const struct systally_finished *finished,
			    const char *key, struct systally_outcome *outcome)
{
	const struct run wanted = { .key = key };
	struct run *const *found =
		tfind(&wanted, &finished->root, compare_runs);

	if (found)
		*outcome = (*found)->outcome;
	return found;
}

void systally_finished_free(struct systally_finished *finished)
{
	tdestroy(finished->root, free);
	finished->root = NULL;
}
