// SPDX-License-Identifier: GPL-2.0-only
/*
 * Adds text from outside to a tree of json-c's objects.
 */
#include <stdlib.h>

#include "base/json_object.h"
#include "base/text.h"

/* Returns NULL when out of memory. */
static struct json_object *new_text(const char *text)
{
	char *escaped = systally_text_escape_word(text);
	struct json_object *value = escaped ? json_object_new_string(escaped) :
					      NULL;

	free(escaped);
	return value;
}

bool systally_put_text(struct json_object *object, const char *key,
			    const char *text)
{
	return systally_json_put(object, key, new_text(text));
}

bool systally_put_words(struct json_object *object, const char *key,
			     char *const *words)
{
	struct json_object *list = json_object_new_array();
	struct json_object *word;

	for (; list && *words; words++) {
		word = new_text(*words);
		if (!word || json_object_array_add(list, word)) {
			json_object_put(word);
			json_object_put(list);
			return false;
		}
	}
	return systally_json_put(object, key, list);
}
