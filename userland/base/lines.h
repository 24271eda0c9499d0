/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reads a file of JSON, one object per line, and the values in these objects.
 * The file may come from anywhere, so nothing in it is trusted. Each error
 * names the file, the line, what is wrong and what to do.
 */
#ifndef SYSTALLY_LINES_H
#define SYSTALLY_LINES_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

#include "base/error.h"

/* A kind of file. The first three are parts of messages. */
struct systally_lines_kind {
	const char *noun;   /* "a recording" */
	const char *maker;  /* "`systally record -o FILE` makes one" */
	const char *remedy; /* "record it again" */
	const char *key;    /* of the version, in the first line */
	uint64_t version;
	/*
	 * The file grows by whole lines. A last line without a line feed was
	 * cut by a crash, so it is left out. In other kinds of files it counts.
	 */
	bool appended;
};

struct systally_lines {
	const struct systally_lines_kind *kind;
	const char *path;
	struct systally_error *error;
	FILE *file;
	struct json_tokener *tokener;
	char block[65536]; /* what was read of the file */
	size_t block_at, block_end;
	char *line;  /* the bytes, without the line feed, and a NUL */
	char *ascii; /* the same, with \uXXXX for what is not ASCII */
	size_t ascii_length;
	size_t room;		    /* of @line */
	size_t length;		    /* of @line */
	size_t number;		    /* of the line, from 1 */
	off_t whole_bytes;	    /* up to the end of the last whole line */
	bool ended;		    /* there is no further line */
	bool cut;		    /* @ended, and @line is what was left out */
	struct json_object *object; /* of the line */
	struct json_object *inner;  /* what the values are read from */
};

/*
 * Opens @path; `-` is standard input, unless such a file is appended to. Returns
 * 0, and the caller closes it; or -1 with @error. @path,
 * @kind and @error must live as long as @lines; @error takes all later errors.
 */
int systally_lines_open(struct systally_lines *lines, const char *path,
			const struct systally_lines_kind *kind,
			struct systally_error *error);
void systally_lines_close(struct systally_lines *lines);

/*
 * Reads the next line into lines->object, or sets lines->ended if there is
 * none. The object is freed with the next call; json_object_get() keeps it.
 * Returns 0; or -1 with an error: the file cannot be read, or the line is not
 * UTF-8, not one JSON object, or longer than 16 MiB.
 */
int systally_lines_next(struct systally_lines *lines);

/*
 * Reads the next line into lines->line without parsing it, or sets lines->ended
 * if there is none. Returns 0; or -1 with an error: the file cannot be read, or
 * the line is not UTF-8, or longer than 16 MiB.
 */
int systally_lines_read(struct systally_lines *lines);

/*
 * Reads the first line as systally_lines_next() does and checks the version in
 * it. Returns 0, also if the file has no line; or -1 with an error.
 */
int systally_lines_first(struct systally_lines *lines);

/*
 * The functions below find the value of @key in the line's object, or in
 * @object after systally_lines_enter(). They fail with an error if there is no
 * such key, or if its value is not what is asked for.
 */

/* Returns the value, or NULL with an error. It lives as long as the line. */
struct json_object *systally_lines_find(struct systally_lines *lines,
					const char *key, enum json_type type);

/* Returns the text, or NULL with an error. A text with a NUL is an error. */
const char *systally_lines_text(struct systally_lines *lines, const char *key);

/* Reads an integer from 0 to @max. Returns 0, or -1 with an error. */
int systally_lines_count(struct systally_lines *lines, const char *key,
			 uint64_t max, uint64_t *count);

/* Reads a number with or without a fraction. Returns 0, or -1 with an error. */
int systally_lines_double(struct systally_lines *lines, const char *key,
			  double *number);

/* Returns 0, or -1 with an error. */
int systally_lines_bool(struct systally_lines *lines, const char *key,
			bool *value);

/* Return true if there is such a key; and if its value is null. */
bool systally_lines_has(const struct systally_lines *lines, const char *key);
bool systally_lines_null(const struct systally_lines *lines, const char *key);

/*
 * Makes the functions above read from @object, which is part of the line and
 * belongs to @key. The next line, or NULL for @object, ends that. Returns 0,
 * or -1 with an error if @object is not an object.
 */
int systally_lines_enter(struct systally_lines *lines, const char *key,
			 struct json_object *object);

/* Reads @value, an element of @key, as systally_lines_count() does. */
int systally_lines_count_of(struct systally_lines *lines, const char *key,
			    struct json_object *value, uint64_t max,
			    uint64_t *count);

/* Sets an error: what is wrong in this line. Always returns -1. */
int systally_lines_damaged(struct systally_lines *lines, const char *format,
			   ...) __attribute__((format(printf, 2, 3)));

/* Sets an error: there is no such value. @what it is. Always returns -1. */
int systally_lines_missing(struct systally_lines *lines, const char *key,
			   const char *what);

/* Sets an error: there is no memory. Always returns -1. */
int systally_lines_no_memory(struct systally_lines *lines);

#endif /* SYSTALLY_LINES_H */
