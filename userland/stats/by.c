// SPDX-License-Identifier: GPL-2.0-only
/*
 * Lists of dimensions.
 */
#include <string.h>

#include "stats/by.h"

struct systally_by systally_by_one(enum systally_dimension_id id)
{
	return (struct systally_by){
		.list = { &systally_dimensions[id] },
		.count = 1,
	};
}

struct systally_by systally_by_two(enum systally_dimension_id first,
				   enum systally_dimension_id second)
{
	return (struct systally_by){
		.list = { &systally_dimensions[first],
			  &systally_dimensions[second] },
		.count = 2,
	};
}

bool systally_by_has(const struct systally_by *by,
		     enum systally_dimension_id id)
{
	unsigned int i;

	for (i = 0; i < by->count; i++) {
		if (by->list[i] == &systally_dimensions[id])
			return true;
	}
	return false;
}

bool systally_by_only(const struct systally_by *by,
		      enum systally_dimension_id id)
{
	return by->count == 1 && systally_by_has(by, id);
}

bool systally_by_errors(const struct systally_by *by)
{
	unsigned int i;

	for (i = 0; i < by->count; i++) {
		if (by->list[i]->errors)
			return true;
	}
	return false;
}

bool systally_by_threads(const struct systally_by *by)
{
	unsigned int i;

	for (i = 0; i < by->count; i++) {
		if (by->list[i]->threads)
			return true;
	}
	return false;
}

int systally_by_compare(const struct systally_by *by,
			const struct systally_group *a,
			const struct systally_group *b)
{
	unsigned int i;
	int order = 0;

	for (i = 0; !order && i < by->count; i++)
		order = by->list[i]->compare(a, b);
	return order;
}

uint64_t systally_by_hash(const struct systally_by *by, uint64_t seed,
			  const struct systally_group *group)
{
	uint64_t hash = seed;
	unsigned int i;

	for (i = 0; i < by->count; i++)
		hash = by->list[i]->hash(hash, group);
	return hash;
}

int systally_by_compare_names(const struct systally_by *by,
			      const struct systally_names *names,
			      const struct systally_group *a,
			      const struct systally_group *b)
{
	unsigned int i;
	int order = 0;

	for (i = 0; !order && i < by->count; i++)
		order = by->list[i]->compare_names(names, a, b);
	return order;
}

unsigned int
systally_by_fields(const struct systally_by *by, bool keys,
		   const struct systally_field *list[SYSTALLY_BY_FIELDS_MAX])
{
	unsigned int count = 0, i, f, seen;

	for (i = 0; i < by->count; i++) {
		for (f = 0; f < SYSTALLY_FIELDS_MAX; f++) {
			const struct systally_field *field =
				by->list[i]->fields[f];

			if (!field || !(keys ? field->key : field->heading))
				continue;
			for (seen = 0; seen < count; seen++) {
				if (!strcmp(keys ? list[seen]->key :
						   list[seen]->heading,
					    keys ? field->key : field->heading))
					break;
			}
			if (seen == count)
				list[count++] = field;
		}
	}
	return count;
}
