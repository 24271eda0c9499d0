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
#include "units/facts.h"

/* The order of systally_dimensions[]. */
enum systally_dimension_id {
	SYSTALLY_BY_SYSCALL,
	SYSTALLY_BY_PROCESS,
	SYSTALLY_BY_THREAD,
	SYSTALLY_BY_COMMAND,
	SYSTALLY_BY_ERRNO,
	SYSTALLY_BY_SUBSYSTEM,
	SYSTALLY_BY_ABI,
	SYSTALLY_BY_UNIT,
	SYSTALLY_BY_CONTAINER,
	SYSTALLY_BY_CGROUP,
	SYSTALLY_BY_USER,
	SYSTALLY_BY_EXE,
	SYSTALLY_BY_PARENT,
	SYSTALLY_DIMENSIONS,
};

/* Room for the text of any field. */
#define SYSTALLY_FIELD_LEN 80

/*
 * One value of a group's key. A field of text has @text, which returns a string
 * that lives as long as @names and @buffer; NULL: not known, or there is none. A
 * field of a number has @number, and @known if it may not be known.
 */
struct systally_field {
	const char *key;     /* in JSON and CSV; NULL: in tables only */
	const char *heading; /* in tables; NULL: in JSON and CSV only */
	const char *(*text)(const struct systally_names *names,
			    const struct systally_group *group,
			    char buffer[SYSTALLY_FIELD_LEN]);
	int64_t (*number)(const struct systally_group *group);
	bool (*known)(const struct systally_group *group);
};

static inline bool systally_field_known(const struct systally_field *field,
					const struct systally_group *group)
{
	return !field->known || field->known(group);
}

#define SYSTALLY_FIELDS_MAX 4 /* of one dimension */

/* What the key of a row's group is taken from */
struct systally_taken {
	const struct systally_row *row;
	const struct systally_facts *facts; /* never NULL */
	bool threads;			    /* counters are kept by thread */
};

struct systally_dimension {
	const char *word; /* as -b takes it */
	bool process;	  /* tells processes apart; tgid 0: folded ones */
	bool errors;	  /* groups error rows, which have counts only */
	bool numbers;	  /* by process numbers, which differ from run to run */
	bool threads;	  /* needs counters that are kept by thread */
	const struct systally_field *fields[SYSTALLY_FIELDS_MAX];
	/* Copies the key. */
	void (*take)(struct systally_group *group,
		     const struct systally_taken *from);
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

#endif /* SYSTALLY_DIMENSION_H */
