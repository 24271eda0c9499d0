/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Dimensions: what rows can be grouped by. One table says of each its word for
 * -b, its key, and how it is shown; all that group, sort and render read it.
 */
#ifndef SYSTALLY_DIMENSION_H
#define SYSTALLY_DIMENSION_H

#include "base/request.h"
#include "calls/names.h"
#include "stats/group.h"

/* The order of systally_dimensions[]. */
enum systally_dimension_id {
	SYSTALLY_BY_SYSCALL,
	SYSTALLY_BY_PROCESS,
	SYSTALLY_BY_THREAD,
	SYSTALLY_BY_COMMAND,
	SYSTALLY_BY_ERRNO,
	SYSTALLY_BY_SUBSYSTEM,
	SYSTALLY_BY_ABI,
	SYSTALLY_DIMENSIONS,
};

/* Room for the text of any field. */
#define SYSTALLY_FIELD_LEN 80

/*
 * One value of a group's key. A field of text has @text, which returns a string
 * that lives as long as @names and @buffer. A field of a number has @number.
 */
struct systally_field {
	const char *key;     /* in JSON and CSV; NULL: in tables only */
	const char *heading; /* in tables; NULL: in JSON and CSV only */
	const char *(*text)(const struct systally_names *names,
			    const struct systally_group *group,
			    char buffer[SYSTALLY_FIELD_LEN]);
	int64_t (*number)(const struct systally_group *group);
};

#define SYSTALLY_FIELDS_MAX 4 /* of one dimension */

struct systally_dimension {
	const char *word; /* as -b takes it */
	bool process;	  /* tells processes apart; tgid 0: folded ones */
	bool errors;	  /* groups error rows, which have counts only */
	bool threads;	  /* needs counters that are kept by thread */
	const struct systally_field *fields[SYSTALLY_FIELDS_MAX];
	/* Copies the key from @row; @threads: counters are kept by thread. */
	void (*take)(struct systally_group *group,
		     const struct systally_row *row, bool threads);
	/* Compares the keys, as strcmp() does. */
	int (*compare)(const struct systally_group *a,
		       const struct systally_group *b);
	/* Mixes the key into @hash; equal keys have equal hashes. */
	uint64_t (*hash)(uint64_t hash, const struct systally_group *group);
	/* The name that -s name sorts by, as systally_field's @text. */
	const char *(*name)(const struct systally_names *names,
			    const struct systally_group *group,
			    char buffer[SYSTALLY_FIELD_LEN]);
	/* Compares by @name, then by @compare. */
	int (*compare_names)(const struct systally_names *names,
			     const struct systally_group *a,
			     const struct systally_group *b);
};

extern const struct systally_dimension systally_dimensions[SYSTALLY_DIMENSIONS];

/* Returns the dimension that -b calls @word, or NULL. */
const struct systally_dimension *systally_dimension_find(const char *word,
							 size_t length);

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

#endif /* SYSTALLY_DIMENSION_H */
