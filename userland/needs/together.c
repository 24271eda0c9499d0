// SPDX-License-Identifier: GPL-2.0-only
/*
 * Runs the command with all candidates at once. If that fails, it finds a
 * smallest set that fails by bisection, with QuickXplain (Junker, AAAI 2004). The
 * number of runs grows with the logarithm of the number of candidates.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "needs/together.h"

/* Returns true if the whole call of this operation is a candidate. */
static bool is_covered(const struct systally_together *together,
		       const struct systally_feature *part)
{
	const struct systally_feature *feature;
	size_t i;

	for (i = 0; i < together->count; i++) {
		feature = &together->candidates[i].tried->feature;
		if (!feature->part && !strcmp(feature->call, part->call))
			return true;
	}
	return false;
}

static void collect(struct systally_together *together,
		    const struct systally_tried *tried, size_t count)
{
	struct systally_candidate *candidate;
	size_t i;

	/* a whole call precedes its operations */
	for (i = 0; i < count; i++) {
		if (tried[i].verdict == SYSTALLY_NEEDS_REQUIRED ||
		    tried[i].verdict == SYSTALLY_NEEDS_FLAKY ||
		    tried[i].verdict == SYSTALLY_NEEDS_UNTRIED ||
		    (tried[i].feature.part &&
		     is_covered(together, &tried[i].feature)))
			continue;
		together->kept[together->count] = true;
		candidate = &together->candidates[together->count++];
		candidate->tried = &tried[i];
		/* a stub is better: the program knows that the call failed */
		candidate->way = tried[i].verdict == SYSTALLY_NEEDS_FAKEABLE ?
					 SYSTALLY_FAKE :
					 SYSTALLY_STUB;
	}
}

struct search {
	struct systally_together *together;
	struct systally_repeater *repeater;
	struct systally_error *error;
	bool *background; /* candidates that are part of each run */
};

/* Returns the name in the state of a run with @members; NULL: no memory. */
static char *make_label(const struct systally_together *together,
			const bool *members)
{
	char *label = NULL;
	size_t size, i;
	FILE *out = open_memstream(&label, &size);

	if (!out)
		return NULL;
	fputs("together", out);
	for (i = 0; i < together->count; i++) {
		if (members[i])
			fprintf(out, " %s=%s",
				together->candidates[i].tried->feature.label,
				systally_way_name(together->candidates[i].way));
	}
	return fclose(out) ? NULL : label;
}

/*
 * Runs the command with @members. Returns 0 and whether they @pass, or an exit
 * status. If they pass, their replicas replace those in @keep, which may be NULL.
 */
static int try_members(struct search *search, const bool *members, bool *pass,
		       struct systally_replicas *keep)
{
	const struct systally_together *together = search->together;
	struct systally_needs_change *changes;
	struct systally_replicas replicas;
	char *label = make_label(together, members);
	size_t count = 0, i;
	int result = SYSTALLY_NEEDS_TROUBLE;

	changes = calloc(together->count + 1, sizeof(*changes));
	if (!label || !changes) {
		systally_error_set(search->error, "out of memory");
		goto out;
	}
	for (i = 0; i < together->count; i++) {
		if (!members[i])
			continue;
		changes[count].feature =
			&together->candidates[i].tried->feature;
		changes[count++].way = together->candidates[i].way;
	}
	result = systally_replicas_run(search->repeater, label, changes, count,
				       true, &replicas, search->error);
	*pass = replicas.passed == search->repeater->request->replicas;
	if (keep && *pass && !result) {
		systally_replicas_free(keep);
		*keep = replicas;
	} else {
		systally_replicas_free(&replicas);
	}
out:
	free(changes);
	free(label);
	return result;
}

static void mark(bool *members, const size_t *list, size_t count, bool value)
{
	while (count)
		members[list[--count]] = value;
}

/*
 * Finds a smallest part of @list that fails together with the background. The
 * whole list fails with it. @grown tells that the background has grown, so that
 * it may fail by itself. Moves the @found members to the front of @list. Returns
 * 0, or an exit status.
 */
static int explain(struct search *search, size_t *list, size_t count,
		   bool grown, size_t *found)
{
	size_t half = count / 2, left = 0, right = 0;
	bool pass = true;
	int result = 0;

	if (grown)
		result = try_members(search, search->background, &pass, NULL);
	*found = pass && count == 1;
	if (result || !pass || count <= 1)
		return result;
	mark(search->background, list, half, true);
	result = explain(search, list + half, count - half, true, &right);
	mark(search->background, list, half, false);
	if (result)
		return result;
	mark(search->background, list + half, right, true);
	result = explain(search, list, half, right > 0, &left);
	mark(search->background, list + half, right, false);
	memmove(list + left, list + half, right * sizeof(*list));
	*found = left + right;
	return result;
}

/* Keeps a conflict of @members. Returns NULL if there is no memory. */
static struct systally_conflict *
add_conflict(struct systally_together *together, const size_t *members,
	     size_t count)
{
	struct systally_conflict *grown =
		reallocarray(together->conflicts, together->conflict_count + 1,
			     sizeof(*grown));
	struct systally_conflict *conflict;

	if (!grown)
		return NULL;
	together->conflicts = grown;
	conflict = &grown[together->conflict_count];
	memset(conflict, 0, sizeof(*conflict));
	conflict->members = calloc(count, sizeof(*members));
	if (!conflict->members)
		return NULL;
	memcpy(conflict->members, members, count * sizeof(*members));
	conflict->count = count;
	together->conflict_count++;
	return conflict;
}

static void use_other_way(struct systally_candidate *candidate)
{
	candidate->way =
		candidate->way == SYSTALLY_STUB ? SYSTALLY_FAKE : SYSTALLY_STUB;
}

/*
 * Finds a member of the conflict without which the others pass: first those that
 * can be used the other way, then by leaving one out. If none helps, the last
 * one is left out, and there is another conflict. Returns 0, or an exit status.
 */
static int resolve(struct search *search, struct systally_conflict *conflict,
		   bool *pass)
{
	struct systally_together *together = search->together;
	struct systally_candidate *candidate;
	size_t i, member = 0;
	int result;

	for (i = 0; i < conflict->count; i++) {
		member = conflict->members[i];
		candidate = &together->candidates[member];
		if (candidate->tried->verdict != SYSTALLY_NEEDS_EITHER)
			continue;
		use_other_way(candidate);
		result = try_members(search, together->kept, pass,
				     &together->run);
		if (result || *pass) {
			conflict->changed = member;
			conflict->other_way = true;
			return result;
		}
		use_other_way(candidate);
	}
	for (i = 0; i < conflict->count; i++) {
		member = conflict->members[i];
		together->kept[member] = false;
		conflict->changed = member;
		result = try_members(search, together->kept, pass,
				     &together->run);
		if (result || *pass)
			return result;
		together->kept[member] = true;
	}
	together->kept[member] = false;
	return 0;
}

/* The kept candidates fail: finds one conflict and resolves it. */
static int settle_one(struct search *search, bool *pass)
{
	struct systally_together *together = search->together;
	struct systally_conflict *conflict;
	size_t *list = calloc(together->count, sizeof(*list));
	size_t count = 0, found = 0, i;
	int result = SYSTALLY_NEEDS_TROUBLE;

	search->background = calloc(together->count, sizeof(bool));
	if (!list || !search->background)
		goto err_memory;
	for (i = 0; i < together->count; i++) {
		if (together->kept[i])
			list[count++] = i;
	}
	result = explain(search, list, count, false, &found);
	if (result)
		goto out;
	conflict = add_conflict(together, list, found);
	if (!conflict)
		goto err_memory;
	result = resolve(search, conflict, pass);
	goto out;

err_memory:
	systally_error_set(search->error, "out of memory");
	result = SYSTALLY_NEEDS_TROUBLE;
out:
	free(search->background);
	free(list);
	return result;
}

static size_t count_kept(const struct systally_together *together)
{
	size_t count = 0, i;

	for (i = 0; i < together->count; i++)
		count += together->kept[i];
	return count;
}

int systally_together_run(struct systally_together *together,
			  struct systally_repeater *repeater,
			  const struct systally_tried *tried, size_t count,
			  struct systally_error *error)
{
	struct search search = {
		.together = together,
		.repeater = repeater,
		.error = error,
	};
	bool pass = false;
	int result;

	together->candidates = calloc(count + 1, sizeof(*together->candidates));
	together->kept = calloc(count + 1, sizeof(*together->kept));
	if (!together->candidates || !together->kept) {
		systally_error_set(error, "out of memory");
		return SYSTALLY_NEEDS_TROUBLE;
	}
	collect(together, tried, count);
	if (!together->count)
		return 0;
	result = try_members(&search, together->kept, &pass, &together->run);
	while (!result && !pass && count_kept(together))
		result = settle_one(&search, &pass);
	return result;
}

void systally_together_free(struct systally_together *together)
{
	size_t i;

	for (i = 0; i < together->conflict_count; i++)
		free(together->conflicts[i].members);
	free(together->conflicts);
	free(together->candidates);
	free(together->kept);
	systally_replicas_free(&together->run);
}
