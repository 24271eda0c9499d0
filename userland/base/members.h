/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reads the members of an object from a line of JSON, without a tree: for files
 * with a million lines of the same keys. The caller lists the keys. Members
 * with other keys are checked and ignored. Of equal keys the last one counts.
 */
#ifndef SYSTALLY_MEMBERS_H
#define SYSTALLY_MEMBERS_H

#include "base/lines.h"

enum systally_member_type {
	SYSTALLY_MEMBER_NONE, /* there is no such key */
	SYSTALLY_MEMBER_NULL,
	SYSTALLY_MEMBER_INTEGER,
	SYSTALLY_MEMBER_TEXT,
	SYSTALLY_MEMBER_ARRAY,
	SYSTALLY_MEMBER_OTHER, /* true, false, a fraction, an object */
};

#define SYSTALLY_MEMBER_TEXT_LEN 80 /* a longer text is cut to this */
#define SYSTALLY_MEMBER_ELEMENTS 4  /* that are kept; others are counted */

struct systally_integer {
	uint64_t size; /* without the sign; UINT64_MAX if it is too large */
	bool negative, too_large;
	bool other; /* it is no integer: an element of an array */
};

struct systally_member {
	enum systally_member_type type;
	struct systally_integer integer;
	size_t length; /* of the text, without its NUL; or of the array */
	char text[SYSTALLY_MEMBER_TEXT_LEN + 1];
	struct systally_integer elements[SYSTALLY_MEMBER_ELEMENTS];
};

/*
 * Reads the next line of @lines into @members, which has one for each of the
 * @count @keys; or sets lines->ended if there is no line. It is fastest if the
 * line has the keys in the order of @keys. Returns 0; or -1 with the errors of
 * systally_lines_next(). It refuses some lines that json-c takes: text in
 * single quotes, control characters in a text, NaN, and numbers such as `1.`.
 */
int systally_members_read(struct systally_lines *lines, const char *const *keys,
			  unsigned int count, struct systally_member *members);

/*
 * Return the value of @key, or fail with an error of @lines, as the functions
 * of the same names in base/lines.h do.
 */
const char *systally_member_text(struct systally_lines *lines, const char *key,
				 const struct systally_member *member);
int systally_member_count(struct systally_lines *lines, const char *key,
			  const struct systally_member *member, uint64_t max,
			  uint64_t *count);

/* The same for element @index of an array. The array must have that element. */
int systally_member_count_of(struct systally_lines *lines, const char *key,
			     const struct systally_member *member,
			     unsigned int index, uint64_t max, uint64_t *count);

#endif /* SYSTALLY_MEMBERS_H */
