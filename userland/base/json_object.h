/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Helpers to build JSON as a tree of json-c's objects. New code writes JSON
 * with base/json.h, which needs no tree.
 */
#ifndef SYSTALLY_JSON_OBJECT_H
#define SYSTALLY_JSON_OBJECT_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>

/*
 * Adds @value under @key, and owns it from here on. NULL is taken for the
 * failure to make a value. Returns whether it was added.
 */
static inline bool systally_json_put(struct json_object *object,
				     const char *key,
				     struct json_object *value)
{
	if (value && !json_object_object_add(object, key, value))
		return true;
	json_object_put(value);
	return false;
}

static inline bool systally_put_count(struct json_object *object,
					   const char *key, uint64_t count)
{
	return systally_json_put(object, key, json_object_new_uint64(count));
}

/*
 * Adds what came from outside, which may be any bytes, escaped: JSON is UTF-8.
 * @words end in NULL, and become an array. Return whether it was added.
 */
bool systally_put_text(struct json_object *object, const char *key,
			    const char *text);
bool systally_put_words(struct json_object *object, const char *key,
			     char *const *words);

/* Returns @object on one line, which it keeps; NULL when out of memory. */
static inline const char *systally_json_object_line(struct json_object *object)
{
	return json_object_to_json_string_ext(object, JSON_C_TO_STRING_PLAIN |
					      JSON_C_TO_STRING_NOSLASHESCAPE);
}

#endif /* SYSTALLY_JSON_OBJECT_H */
