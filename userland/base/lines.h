/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reads a file of one JSON object per line that may come from anywhere, and
 * finds in them what must be there. Errors name the file and the line.
 */
#ifndef SYSTALLY_LINES_H
#define SYSTALLY_LINES_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/error.h"

struct systally_lines {
	const char *path;
	struct systally_error *error;
	FILE *file;
	struct json_tokener *tokener;
	char *line;
	size_t room;		/* of @line */
	size_t length;
	size_t number;		/* of the line, from 1 */
	bool ended;		/* there was no more line */
	struct json_object *object;	/* the line's */
};

/*
 * Opens @path. Returns 0, and the caller closes it; or -1 with @error, which
 * takes all later errors, too.
 */
int systally_lines_open(struct systally_lines *lines, const char *path,
			struct systally_error *error);
void systally_lines_close(struct systally_lines *lines);

/*
 * Reads the next line into lines->object, or sets lines->ended if there is
 * none. Returns 0, or -1 with an error: nothing that is JSON, cut short, or
 * longer than any line of ours.
 */
int systally_lines_next(struct systally_lines *lines);

/*
 * Finds what is under @key in the line's object; it must be of that type.
 * Returns it, or NULL with an error. It lives as long as the line.
 */
struct json_object *systally_lines_find(struct systally_lines *lines,
					const char *key, enum json_type type);

/* The same, for a text without a NUL. */
const char *systally_lines_text(struct systally_lines *lines, const char *key);

/* The same, for a number from 0 to @max. Returns 0, or -1 with an error. */
int systally_lines_amount(struct systally_lines *lines, const char *key,
			  uint64_t max, uint64_t *number);

/* The same, of a @value that has been found and is a number. */
int systally_lines_check(struct systally_lines *lines, const char *key,
			 struct json_object *value, uint64_t max,
			 uint64_t *number);

/* Is there a null under @key? */
bool systally_lines_null(struct systally_lines *lines, const char *key);

/* Says what is wrong in this line. Always returns -1. */
int systally_lines_damaged(struct systally_lines *lines,
			   const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Says that there is no memory. Always returns -1. */
int systally_lines_no_memory(struct systally_lines *lines);

#endif /* SYSTALLY_LINES_H */
