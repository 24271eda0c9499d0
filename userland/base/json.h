/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Writes JSON to a stream, one value after the other. What is kept in memory
 * does not grow with the document, so it may have any number of rows. Write
 * nothing else to the stream before systally_json_free(), or
 * systally_json_line().
 *
 * The caller opens objects and arrays, adds their members in order and ends
 * them. @key is the member's name; it is NULL for an element of an array and
 * for a value at the top level. It is written as it is, so it must be ASCII that
 * needs no escape, unless systally_json_any_keys() was called.
 *
 * Errors are sticky: after the first one the functions write nothing more, and
 * systally_json_free() reports it. Failures to write are not among them; they
 * stay in the stream, where systally_output_flush() finds them.
 */
#ifndef SYSTALLY_JSON_H
#define SYSTALLY_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct systally_json;

/*
 * Returns a writer to @out, which stays the caller's. Returns NULL if there is
 * no memory.
 */
struct systally_json *systally_json_new(FILE *out);

/*
 * Makes @json write one member per line, indented by two spaces, and a line
 * feed after each document. Call it before the first value; without it there
 * is no white space. Do not call systally_json_line() then.
 */
void systally_json_pretty(struct systally_json *json);

/* Lets keys be any UTF-8 from now on; they are escaped then. */
void systally_json_any_keys(struct systally_json *json);

/*
 * Frees @json, which may be NULL. Returns 0, or -1 if something failed: @json
 * is NULL, there was no memory, an object or array was not ended, or a value
 * had a key where none belongs, or none where one does.
 */
int systally_json_free(struct systally_json *json);

/* Begins an object or an array, which systally_json_end() ends. */
void systally_json_object(struct systally_json *json, const char *key);
void systally_json_array(struct systally_json *json, const char *key);

/* Ends the innermost object or array. */
void systally_json_end(struct systally_json *json);

/*
 * Writes a text. It may hold any bytes: those that are not UTF-8 become \xHH as
 * SYSTALLY_ESCAPE_UTF8 has it, and characters that act \uXXXX. A reader of JSON
 * gets the text back by systally_unescape(). NULL becomes null.
 */
void systally_json_text(struct systally_json *json, const char *key,
			const char *text);

/* Writes a text as SYSTALLY_ESCAPE_ASCII has it. */
void systally_json_ascii(struct systally_json *json, const char *key,
			 const char *text);

/* Writes an integer. */
void systally_json_count(struct systally_json *json, const char *key,
			 uint64_t count);
void systally_json_number(struct systally_json *json, const char *key,
			  int64_t number);

/*
 * Writes @number with @digits digits after the decimal point. Infinity and
 * NaN become null.
 */
void systally_json_decimal(struct systally_json *json, const char *key,
			   double number, int digits);

/*
 * Writes @number so that reading it returns the same double. Infinity and NaN
 * become null.
 */
void systally_json_double(struct systally_json *json, const char *key,
			  double number);

void systally_json_bool(struct systally_json *json, const char *key,
			bool value);
void systally_json_null(struct systally_json *json, const char *key);

/* Writes an array of @count texts. */
void systally_json_words(struct systally_json *json, const char *key,
			 char *const *words, size_t count);

/*
 * Ends the line after a value at the top level. The next value begins a new
 * document.
 */
void systally_json_line(struct systally_json *json);

#endif /* SYSTALLY_JSON_H */
