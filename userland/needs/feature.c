// SPDX-License-Identifier: GPL-2.0-only
/*
 * Counts what a command uses and makes a list of features from it.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "needs/feature.h"
#include "needs/part.h"

struct systally_used *systally_used_new(const struct systally_names *names)
{
	struct systally_used *used = calloc(1, sizeof(*used));
	const char *name;
	unsigned int abi;
	int nr;

	for (abi = 0; used && abi < SYSTALLY_ABIS; abi++) {
		for (nr = 0; nr < SYSTALLY_NR_MAX; nr++) {
			name = systally_names_known(names, abi, nr);
			if (name)
				used->part_of[abi][nr] =
					systally_part_find(name);
		}
	}
	return used;
}

void systally_used_free(struct systally_used *used)
{
	if (!used)
		return;
	free(used->parts);
	free(used);
}

void systally_used_add_part(struct systally_used *used, unsigned int abi,
			    int nr, uint32_t value, uint64_t count)
{
	struct systally_used_part *parts;
	size_t i;

	for (i = 0; i < used->part_count; i++) {
		parts = &used->parts[i];
		if (parts->abi == abi && parts->nr == nr &&
		    parts->value == value) {
			parts->count += count;
			return;
		}
	}
	parts = reallocarray(used->parts, used->part_count + 1, sizeof(*parts));
	if (!parts) {
		used->lost = true;
		return;
	}
	used->parts = parts;
	parts[used->part_count++] = (struct systally_used_part){
		.abi = abi,
		.nr = nr,
		.value = value,
		.count = count,
	};
}

void systally_used_add(struct systally_used *used, unsigned int abi, int nr,
		       const uint64_t *arguments, uint64_t count)
{
	const struct systally_part *part;

	if (abi >= SYSTALLY_ABIS)
		return;
	if (nr < 0 || nr >= SYSTALLY_NR_MAX) {
		used->count[abi][SYSTALLY_NR_MAX] += count;
		return;
	}
	used->count[abi][nr] += count;
	part = used->part_of[abi][nr];
	if (part && arguments)
		systally_used_add_part(used, abi, nr,
				       (uint32_t)arguments[part->argument] &
					       part->mask,
				       count);
}

/* Adds a feature, or its count if another ABI has one of the same label. */
static int add_feature(struct systally_feature **list, size_t *count,
		       const struct systally_feature *feature)
{
	struct systally_feature *grown;
	size_t i;

	for (i = 0; i < *count; i++) {
		if (!strcmp((*list)[i].label, feature->label)) {
			(*list)[i].count += feature->count;
			return 0;
		}
	}
	grown = reallocarray(*list, *count + 1, sizeof(*grown));
	if (!grown)
		return -1;
	*list = grown;
	grown[(*count)++] = *feature;
	return 0;
}

/* Sorts by call, with the whole call before its operations. */
static int compare_features(const void *left, const void *right)
{
	const struct systally_feature *a = left, *b = right;
	int order = strcmp(a->call, b->call);

	if (order)
		return order;
	if (a->part != b->part)
		return a->part ? 1 : -1;
	return strcmp(a->label, b->label);
}

int systally_used_features(const struct systally_used *used,
			   const struct systally_names *names,
			   const struct systally_set *set, bool parts,
			   struct systally_feature **features, size_t *count)
{
	struct systally_feature feature;
	unsigned int abi;
	size_t i;
	int nr;

	*features = NULL;
	*count = 0;
	for (abi = 0; abi < SYSTALLY_ABIS; abi++) {
		/* SYSTALLY_NR_MAX: all numbers that no kernel could have */
		for (nr = 0; nr <= SYSTALLY_NR_MAX; nr++) {
			if (!used->count[abi][nr] ||
			    !systally_set_has(set, abi, nr))
				continue;
			memset(&feature, 0, sizeof(feature));
			feature.nr =
				systally_names_known(names, abi, nr) ? -1 : nr;
			feature.count = used->count[abi][nr];
			systally_names_call(names, abi,
					    nr < SYSTALLY_NR_MAX ?
						    nr :
						    SYSTALLY_NR_OUT_OF_RANGE,
					    feature.call);
			strcpy(feature.label, feature.call);
			if (add_feature(features, count, &feature))
				goto err_free;
		}
	}
	for (i = 0; parts && i < used->part_count; i++) {
		const struct systally_used_part *u = &used->parts[i];
		const struct systally_part *part = used->part_of[u->abi][u->nr];

		if (!part || !systally_set_has(set, u->abi, u->nr))
			continue;
		memset(&feature, 0, sizeof(feature));
		feature.nr = -1;
		feature.part = true;
		feature.argument = part->argument;
		feature.mask = part->mask;
		feature.value = u->value;
		feature.count = u->count;
		systally_names_call(names, u->abi, u->nr, feature.call);
		systally_part_label(part, feature.call, u->value, feature.label,
				    sizeof(feature.label));
		if (add_feature(features, count, &feature))
			goto err_free;
	}
	if (*count)
		qsort(*features, *count, sizeof(**features), compare_features);
	return 0;

err_free:
	free(*features);
	*features = NULL;
	return -1;
}
