/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Lists of dimensions, as -b takes them: what groups are made, compared and
 * named by.
 */
#ifndef SYSTALLY_BY_H
#define SYSTALLY_BY_H

#include "stats/dimension.h"

/* Returns a grouping by one dimension, or by two. */
struct systally_by systally_by_one(enum systally_dimension_id id);
struct systally_by systally_by_two(enum systally_dimension_id first,
				   enum systally_dimension_id second);

/* Is @id one of the dimensions of @by? Is it the only one? */
bool systally_by_has(const struct systally_by *by,
		     enum systally_dimension_id id);
bool systally_by_only(const struct systally_by *by,
		      enum systally_dimension_id id);

/* Does a dimension of @by group error rows? Does one need threads? */
bool systally_by_errors(const struct systally_by *by);
bool systally_by_threads(const struct systally_by *by);

/* Compares the keys of two groups, dimension by dimension. */
int systally_by_compare(const struct systally_by *by,
			const struct systally_group *a,
			const struct systally_group *b);

/* Returns a hash of @seed and the group's key; its high bits are the best. */
uint64_t systally_by_hash(const struct systally_by *by, uint64_t seed,
			  const struct systally_group *group);

/* Compares by name first, in each dimension: the order of -s name. */
int systally_by_compare_names(const struct systally_by *by,
			      const struct systally_names *names,
			      const struct systally_group *a,
			      const struct systally_group *b);

/*
 * Lists the fields of @by in the order of its dimensions, each once: those that
 * have a key if @keys, those that have a heading otherwise. Returns how many.
 */
#define SYSTALLY_BY_FIELDS_MAX (SYSTALLY_BY_MAX * SYSTALLY_FIELDS_MAX)
unsigned int
systally_by_fields(const struct systally_by *by, bool keys,
		   const struct systally_field *list[SYSTALLY_BY_FIELDS_MAX]);

/* The fields that make the key of each row, for all rows of a document. */
struct systally_fields {
	const struct systally_names *names;
	const struct systally_field *list[SYSTALLY_BY_FIELDS_MAX];
	unsigned int count;
};

/* Lists them once, since a document may have millions of rows. */
static inline struct systally_fields
systally_fields_of(const struct systally_names *names,
		   const struct systally_by *by)
{
	struct systally_fields fields = { .names = names };

	fields.count = systally_by_fields(by, true, fields.list);
	return fields;
}

#endif /* SYSTALLY_BY_H */
