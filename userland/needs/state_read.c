// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reads the file of --state.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <string.h>

#include "base/lines.h"
#include "calls/abi.h"
#include "needs/state_line.h"
#include "needs/state_read.h"

static const struct systally_lines_kind kind = {
	.noun = "a state file of `systally needs`",
	.maker = "give another file to --state",
	.remedy = "remove it to start again",
	.key = SYSTALLY_STATE_KEY,
	.version = SYSTALLY_STATE_VERSION,
	.appended = true,
};

/* Returns the first key in which the two differ, or NULL. */
static const char *find_difference(struct json_object *a, struct json_object *b)
{
	struct json_object *other;

	json_object_object_foreach(a, key, value)
	{
		if (!json_object_object_get_ex(b, key, &other) ||
		    !json_object_equal(value, other))
			return key;
	}
	json_object_object_foreach(b, key2, value2)
	{
		(void)value2;
		if (!json_object_object_get_ex(a, key2, NULL))
			return key2;
	}
	return NULL;
}

/*
 * Reads the first line, if the file has one, and compares it with @wanted, the
 * one that this command line makes.
 */
static int read_first_line(struct systally_lines *lines, const char *wanted)
{
	struct json_object *object;
	const char *different;

	if (systally_lines_first(lines))
		return -1;
	/* cut short: is it the beginning of what would be there? */
	if (lines->cut)
		return strncmp(wanted, lines->line, lines->length) ?
			       systally_error_set(
				       lines->error, "%s is not %s; %s",
				       lines->path, kind.noun, kind.maker) :
			       0;
	if (lines->ended)
		return 0;
	object = json_tokener_parse(wanted);
	if (!object)
		return systally_lines_no_memory(lines);
	different = find_difference(object, lines->object);
	if (different)
		systally_error_set(
			lines->error,
			"%s belongs to another command line, folder or kernel (`%s` differs); give another file to --state, or remove this one to start again",
			lines->path, different);
	json_object_put(object);
	return different ? -1 : 0;
}

/* Reads a text that may be missing; it is cut to fit @text. */
static int read_text(struct systally_lines *lines, const char *key, char *text,
		     size_t size)
{
	const char *value;

	if (!systally_lines_has(lines, key))
		return 0;
	value = systally_lines_text(lines, key);
	if (!value)
		return -1;
	snprintf(text, size, "%s", value);
	return 0;
}

static int read_outcome(struct systally_lines *lines,
			struct systally_outcome *o)
{
	int phase;

	if (systally_lines_bool(lines, "passed", &o->passed) ||
	    read_text(lines, "why", o->why, sizeof(o->why)) ||
	    read_text(lines, "said", o->said, sizeof(o->said)) ||
	    systally_lines_count(lines, "fds", UINT64_MAX, &o->peak.fds) ||
	    systally_lines_count(lines, "memory_kb", UINT64_MAX,
				 &o->peak.memory_kb) ||
	    systally_lines_count(lines, "samples", UINT64_MAX,
				 &o->peak.samples))
		return -1;
	o->benched = systally_lines_has(lines, "performance");
	if (o->benched &&
	    systally_lines_double(lines, "performance", &o->performance))
		return -1;
	for (phase = 0; phase < SYSTALLY_PHASES; phase++) {
		if (systally_lines_count(lines,
					 systally_state_phase_keys[phase],
					 UINT64_MAX, &o->phase_ns[phase]))
			return -1;
	}
	return 0;
}

/* Reads one element of `calls`. */
static int read_call(struct systally_lines *lines, struct systally_used *used)
{
	const char *name = systally_lines_text(lines, "abi");
	uint64_t nr, count, value = 0;
	int abi;

	if (!name)
		return -1;
	abi = systally_abi_find(name, strlen(name));
	if (abi < 0)
		return systally_lines_damaged(lines, "ABI '%s' is not known",
					      name);
	if (systally_lines_count(lines, "nr", SYSTALLY_NR_MAX, &nr) ||
	    systally_lines_count(lines, "count", UINT64_MAX, &count))
		return -1;
	if (!systally_lines_has(lines, "value")) {
		systally_used_add(used, (unsigned int)abi, (int)nr, NULL,
				  count);
		return 0;
	}
	/* SYSTALLY_NR_MAX stands for many calls, which have no operations */
	if (systally_lines_count(lines, "value", UINT32_MAX, &value))
		return -1;
	if (nr == SYSTALLY_NR_MAX)
		return systally_lines_damaged(
			lines, "`value` with a `nr` of %d", SYSTALLY_NR_MAX);
	systally_used_add_part(used, (unsigned int)abi, (int)nr,
			       (uint32_t)value, count);
	return 0;
}

/* Reads how the calls were found. */
static int read_how(struct systally_lines *lines,
		    struct systally_state_content *content)
{
	const char *name = systally_lines_text(lines, "by");
	unsigned int how;

	if (!name)
		return -1;
	for (how = SYSTALLY_DISCOVER_MODULE; how <= SYSTALLY_DISCOVER_PTRACE;
	     how++) {
		content->how = (enum systally_needs_discover)how;
		if (!strcmp(systally_needs_discover_name(content->how), name))
			return 0;
	}
	return systally_lines_damaged(lines, "`by` is '%s', which is not known",
				      name);
}

static int read_used(struct systally_lines *lines,
		     struct systally_state_content *content,
		     struct systally_used *used)
{
	struct json_object *calls;
	size_t count, i;

	if (content->how != SYSTALLY_DISCOVER_AUTO)
		return systally_lines_damaged(lines, "a second line of `used`");
	calls = systally_lines_find(lines, "calls", json_type_array);
	if (!calls || read_how(lines, content))
		return -1;
	count = json_object_array_length(calls);
	for (i = 0; i < count; i++) {
		if (systally_lines_enter(lines, "calls",
					 json_object_array_get_idx(calls, i)) ||
		    read_call(lines, used))
			return -1;
	}
	return used->lost ? systally_lines_no_memory(lines) : 0;
}

/* Reads the line of a run whose name is @key. */
static int read_run(struct systally_lines *lines, const char *key,
		    struct systally_state_content *content)
{
	struct systally_outcome outcome = {};

	if (read_outcome(lines, &outcome))
		return -1;
	if (systally_finished_add(&content->runs, key, &outcome))
		return systally_lines_no_memory(lines);
	return 0;
}

/* Reads all lines but the first one. */
static int read_lines(struct systally_lines *lines,
		      struct systally_state_content *content,
		      struct systally_used *used)
{
	const char *key;

	for (;;) {
		if (systally_lines_next(lines))
			return -1;
		if (lines->ended)
			return 0;
		content->resumed++;
		key = systally_lines_text(lines, "key");
		if (!key)
			return -1;
		if (strcmp(key, "used") ? read_run(lines, key, content) :
					  read_used(lines, content, used))
			return -1;
	}
}

int systally_state_read(const char *path, const char *wanted,
			struct systally_state_content *content,
			struct systally_used *used, off_t *whole_bytes,
			struct systally_error *error)
{
	struct systally_lines lines;
	int result;

	if (systally_lines_open(&lines, path, &kind, error))
		return -1;
	result = read_first_line(&lines, wanted);
	if (!result && !lines.ended)
		result = read_lines(&lines, content, used);
	*whole_bytes = lines.whole_bytes;
	systally_lines_close(&lines);
	return result;
}
