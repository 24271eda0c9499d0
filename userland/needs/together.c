// SPDX-License-Identifier: GPL-2.0-only
/*
 * All that may be stubbed or faked at once; and if that does not work, which
 * of it cannot go together. Called by needs_plan.c.
 *
 * A smallest set that fails is found by halves (QuickXplain): what is tried
 * grows with the logarithm of how many there are, not with their number.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "needs/plan.h"

/* Is the whole call of this part going already? */
static bool covered(const struct systally_plan *plan,
		    const struct systally_feature *part)
{
	size_t i;

	for (i = 0; i < plan->together_count; i++) {
		if (!plan->together[i].feature->part &&
		    !strcmp(plan->together[i].feature->call, part->call))
			return true;
	}
	return false;
}

static void collect(struct systally_plan *plan)
{
	size_t i;

	/* the whole of a call stands before its parts */
	for (i = 0; i < plan->count; i++) {
		const struct systally_tried *tried = &plan->tried[i];

		if (tried->verdict == SYSTALLY_REQUIRED ||
		    tried->verdict == SYSTALLY_FLAKY ||
		    tried->verdict == SYSTALLY_UNTRIED ||
		    (tried->feature.part && covered(plan, &tried->feature)))
			continue;
		plan->kept[plan->together_count] = true;
		plan->together[plan->together_count].feature = &tried->feature;
		/* ENOSYS is honest: a program may do without, and knows */
		plan->together[plan->together_count].way =
			tried->verdict == SYSTALLY_FAKEABLE ? SYSTALLY_FAKE :
							      SYSTALLY_STUB;
		plan->together_count++;
	}
}

/* The run of those that are marked in @members: its name in the state. */
static char *make_label(const struct systally_plan *plan, const bool *members)
{
	char *label = NULL;
	size_t size, i;
	FILE *out = open_memstream(&label, &size);

	if (!out)
		return NULL;
	fputs("together", out);
	for (i = 0; i < plan->together_count; i++) {
		if (members[i])
			fprintf(out, " %s=%s",
				plan->together[i].feature->label,
				systally_way_name(plan->together[i].way));
	}
	return fclose(out) ? NULL : label;
}

/* Tries those marked. Returns 0 and whether they @pass, or an exit status. */
static int try_marked(struct systally_plan *plan, const bool *members,
		      bool *pass, struct systally_replicas *keep,
		      struct systally_error *error)
{
	struct systally_change_of *changes;
	struct systally_replicas replicas;
	char *label = make_label(plan, members);
	size_t count = 0, i;
	int result = SYSTALLY_NEEDS_TROUBLE;

	changes = calloc(plan->together_count + 1, sizeof(*changes));
	if (!label || !changes) {
		systally_error_set(error, "out of memory");
		goto out;
	}
	for (i = 0; i < plan->together_count; i++) {
		if (members[i])
			changes[count++] = plan->together[i];
	}
	result = systally_plan_replicas(plan, label, changes, count, true,
					&replicas, error);
	*pass = replicas.passed == plan->options->replicas;
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

struct search {
	struct systally_plan *plan;
	struct systally_error *error;
	bool *background;	/* what is tried along with the candidates */
};

static void mark(bool *members, const size_t *list, size_t count, bool value)
{
	while (count)
		members[list[--count]] = value;
}

/*
 * Finds the smallest part of @list that fails with the background; together
 * they fail. @grown: the background has changed, so it may fail by itself.
 * Moves that part to the front of @list, with its @found members. Returns 0,
 * or an exit status.
 */
static int explain(struct search *search, size_t *list, size_t count,
		   bool grown, size_t *found)
{
	size_t half = count / 2, left = 0, right = 0;
	bool pass = true;
	int result = 0;

	if (grown)
		result = try_marked(search->plan, search->background, &pass,
				    NULL, search->error);
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

/* Keeps what was found out. Returns NULL when out of memory. */
static struct systally_conflict *add_conflict(struct systally_plan *plan,
					      const size_t *members,
					      size_t count)
{
	struct systally_conflict *grown =
		reallocarray(plan->conflicts, plan->conflict_count + 1,
			     sizeof(*grown));
	struct systally_conflict *conflict;

	if (!grown)
		return NULL;
	plan->conflicts = grown;
	conflict = &grown[plan->conflict_count];
	memset(conflict, 0, sizeof(*conflict));
	conflict->members = calloc(count, sizeof(*members));
	if (!conflict->members)
		return NULL;
	memcpy(conflict->members, members, count * sizeof(*members));
	conflict->count = count;
	plan->conflict_count++;
	return conflict;
}

static enum systally_verdict verdict_of(const struct systally_plan *plan,
					size_t member)
{
	const struct systally_feature *feature =
		plan->together[member].feature;

	/* features are the first members of what was tried */
	return ((const struct systally_tried *)feature)->verdict;
}

static void swap_way(struct systally_plan *plan, size_t member)
{
	enum systally_way *way = &plan->together[member].way;

	*way = *way == SYSTALLY_STUB ? SYSTALLY_FAKE : SYSTALLY_STUB;
}

/*
 * Finds the one whose other way, or whose absence, lets the rest pass; else
 * gives up the last one, and more has to follow. Returns 0, or an exit
 * status.
 */
static int resolve(struct systally_plan *plan,
		   struct systally_conflict *conflict, bool *pass,
		   struct systally_error *error)
{
	size_t i, member = 0;
	int result;

	for (i = 0; i < conflict->count; i++) {
		member = conflict->members[i];
		if (verdict_of(plan, member) != SYSTALLY_EITHER)
			continue;
		swap_way(plan, member);
		result = try_marked(plan, plan->kept, pass,
				    &plan->together_run, error);
		if (result || *pass) {
			conflict->dropped = member;
			conflict->swapped = true;
			return result;
		}
		swap_way(plan, member);
	}
	for (i = 0; i < conflict->count; i++) {
		member = conflict->members[i];
		plan->kept[member] = false;
		conflict->dropped = member;
		result = try_marked(plan, plan->kept, pass,
				    &plan->together_run, error);
		if (result || *pass)
			return result;
		plan->kept[member] = true;
	}
	plan->kept[member] = false;
	return 0;
}

/* What is kept fails: finds one conflict, and ends it. */
static int settle_one(struct systally_plan *plan, bool *pass,
		      struct systally_error *error)
{
	struct search search = { .plan = plan, .error = error };
	struct systally_conflict *conflict;
	size_t *list = calloc(plan->together_count, sizeof(*list));
	size_t count = 0, found = 0, i;
	int result = SYSTALLY_NEEDS_TROUBLE;

	search.background = calloc(plan->together_count, sizeof(bool));
	if (!list || !search.background)
		goto err_memory;
	for (i = 0; i < plan->together_count; i++) {
		if (plan->kept[i])
			list[count++] = i;
	}
	result = explain(&search, list, count, false, &found);
	if (result)
		goto out;
	conflict = add_conflict(plan, list, found);
	if (!conflict)
		goto err_memory;
	result = resolve(plan, conflict, pass, error);
	goto out;

err_memory:
	systally_error_set(error, "out of memory");
	result = SYSTALLY_NEEDS_TROUBLE;
out:
	free(search.background);
	free(list);
	return result;
}

static size_t count_kept(const struct systally_plan *plan)
{
	size_t count = 0, i;

	for (i = 0; i < plan->together_count; i++)
		count += plan->kept[i];
	return count;
}

int systally_plan_together(struct systally_plan *plan,
			   struct systally_error *error)
{
	bool pass = false;
	int result;

	plan->together = calloc(plan->count + 1, sizeof(*plan->together));
	plan->kept = calloc(plan->count + 1, sizeof(*plan->kept));
	if (!plan->together || !plan->kept) {
		systally_error_set(error, "out of memory");
		return SYSTALLY_NEEDS_TROUBLE;
	}
	collect(plan);
	if (!plan->together_count)
		return 0;
	result = try_marked(plan, plan->kept, &pass, &plan->together_run,
			    error);
	while (!result && !pass && count_kept(plan))
		result = settle_one(plan, &pass, error);
	return result;
}
