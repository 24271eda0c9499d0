// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reads and writes the file of --state.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/json.h"
#include "base/lines.h"
#include "calls/abi.h"
#include "needs/state.h"

static const struct systally_lines_kind kind = {
	.noun = "a state file of `systally needs`",
	.maker = "give another file to --state",
	.remedy = "remove it to start again",
	.key = "systally_needs",
	.version = 3,
	.appended = true,
};

static const char *const phase_keys[SYSTALLY_PHASES] = {
	"work_ns",
	"test_ns",
	"bench_ns",
};

/* A finished run. */
struct run {
	const char *key;
	struct systally_outcome outcome;
	char text[]; /* the key */
};

/* --- the runs in memory --- */

static int compare_runs(const void *left, const void *right)
{
	const struct run *a = left, *b = right;

	return strcmp(a->key, b->key);
}

/* Returns NULL if there is no memory. The caller frees the run. */
static struct run *new_run(const char *key)
{
	size_t size = strlen(key) + 1;
	struct run *run = calloc(1, sizeof(*run) + size);

	if (run)
		run->key = memcpy(run->text, key, size);
	return run;
}

/* Keeps @run, and owns it from here on. Returns -1 if there is no memory. */
static int keep_run(struct systally_state *state, struct run *run)
{
	struct run **kept = tsearch(run, &state->runs, compare_runs);

	if (kept && *kept == run)
		return 0;
	if (kept)
		(*kept)->outcome = run->outcome;
	free(run);
	return kept ? 0 : -1;
}

/* --- writing --- */

/* A line that is being made. */
struct line {
	char *text;
	size_t length;
	FILE *out;
	struct systally_json *json;
};

/* Returns 0, or -1 if there is no memory; then nothing is left to free. */
static int begin_line(struct line *line)
{
	line->out = open_memstream(&line->text, &line->length);
	if (!line->out)
		return -1;
	line->json = systally_json_new(line->out);
	if (!line->json) {
		fclose(line->out);
		free(line->text);
		return -1;
	}
	systally_json_object(line->json, NULL);
	return 0;
}

/*
 * Returns 0 and the line's text, which the caller frees; or -1 if there was no
 * memory.
 */
static int end_line(struct line *line)
{
	int result;

	systally_json_end(line->json);
	systally_json_line(line->json);
	result = systally_json_free(line->json);
	if (fclose(line->out))
		result = -1;
	if (result)
		free(line->text);
	return result;
}

/* Leaves the member out if there is no @text. */
static void put_text(struct line *line, const char *key, const char *text)
{
	if (text && *text)
		systally_json_text(line->json, key, text);
}

/* Writes a whole line. One write(), so that only the last line can be cut. */
static int write_text(const struct systally_state *state, const char *text,
		      size_t length, struct systally_error *error)
{
	errno = 0;
	if (state->fd < 0 || write(state->fd, text, length) == (ssize_t)length)
		return 0;
	return systally_error_set(error, "cannot write to %s: %s", state->path,
				  strerror(errno ?: ENOSPC));
}

/* Ends @line, writes it and frees it. */
static int write_line(const struct systally_state *state, struct line *line,
		      struct systally_error *error)
{
	int result;

	if (end_line(line))
		return systally_error_set(error, "out of memory");
	result = write_text(state, line->text, line->length, error);
	free(line->text);
	return result;
}

/*
 * Begins the first line: all that outcomes depend on. How they are shown and
 * which calls are tried is not part of it. Returns -1 if there is no memory.
 */
static int begin_first_line(struct line *line, const struct systally_request *o)
{
	char folder[PATH_MAX];
	struct utsname kernel;

	if (begin_line(line))
		return -1;
	put_text(line, "kernel", uname(&kernel) ? NULL : kernel.release);
	put_text(line, "folder",
		 getcwd(folder, sizeof(folder)) ? folder : NULL);
	systally_json_count(line->json, kind.key, kind.version);
	systally_json_words(line->json, "command", o->argv, (size_t)o->argc);
	systally_json_text(line->json, "test", o->test);
	if (o->bench)
		systally_json_text(line->json, "bench", o->bench);
	if (o->ready)
		systally_json_text(line->json, "ready", o->ready);
	if (o->stop)
		systally_json_text(line->json, "stop", o->stop);
	systally_json_count(line->json, "server", o->server);
	systally_json_count(line->json, "sub", o->sub);
	systally_json_count(line->json, "replicas", o->replicas);
	systally_json_count(line->json, "timeout_ns", o->timeout_ns);
	systally_json_text(line->json, "discover",
			   systally_needs_discover_name(o->discover));
	return 0;
}

int systally_state_add(struct systally_state *state, const char *key,
		       const struct systally_outcome *o,
		       struct systally_error *error)
{
	struct run *run = new_run(key);
	struct line line;
	int phase;

	if (run)
		run->outcome = *o;
	if (!run || keep_run(state, run) || begin_line(&line))
		return systally_error_set(error, "out of memory");
	systally_json_text(line.json, "key", key);
	systally_json_bool(line.json, "passed", o->passed);
	put_text(&line, "why", o->why);
	put_text(&line, "said", o->said);
	if (o->benched)
		systally_json_double(line.json, "performance", o->performance);
	systally_json_count(line.json, "fds", o->peak.fds);
	systally_json_count(line.json, "memory_kb", o->peak.memory_kb);
	systally_json_count(line.json, "samples", o->peak.samples);
	for (phase = 0; phase < SYSTALLY_PHASES; phase++)
		systally_json_count(line.json, phase_keys[phase],
				    o->phase_ns[phase]);
	return write_line(state, &line, error);
}

/* One call, or with @value one operation of a call. */
static void put_call(struct systally_json *json, unsigned int abi, int nr,
		     const uint32_t *value, uint64_t count)
{
	systally_json_object(json, NULL);
	systally_json_text(json, "abi", systally_abi_name(abi));
	systally_json_number(json, "nr", nr);
	if (value)
		systally_json_count(json, "value", *value);
	systally_json_count(json, "count", count);
	systally_json_end(json);
}

int systally_state_add_used(struct systally_state *state,
			    enum systally_needs_discover how,
			    const struct systally_used *used,
			    struct systally_error *error)
{
	const struct systally_used_part *part;
	struct line line;
	unsigned int abi;
	size_t i;
	int nr;

	if (begin_line(&line))
		return systally_error_set(error, "out of memory");
	systally_json_text(line.json, "key", "used");
	systally_json_text(line.json, "by", systally_needs_discover_name(how));
	systally_json_array(line.json, "calls");
	for (abi = 0; abi < SYSTALLY_ABIS; abi++) {
		for (nr = 0; nr <= SYSTALLY_NR_MAX; nr++) {
			if (used->count[abi][nr])
				put_call(line.json, abi, nr, NULL,
					 used->count[abi][nr]);
		}
	}
	for (i = 0; i < used->part_count; i++) {
		part = &used->parts[i];
		put_call(line.json, part->abi, part->nr, &part->value,
			 part->count);
	}
	systally_json_end(line.json);
	return write_line(state, &line, error);
}

/* --- reading --- */

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
		if (systally_lines_count(lines, phase_keys[phase], UINT64_MAX,
					 &o->phase_ns[phase]))
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
static int read_how(struct systally_lines *lines, struct systally_state *state)
{
	const char *name = systally_lines_text(lines, "by");
	unsigned int how;

	if (!name)
		return -1;
	for (how = SYSTALLY_DISCOVER_MODULE; how <= SYSTALLY_DISCOVER_PTRACE;
	     how++) {
		state->how = (enum systally_needs_discover)how;
		if (!strcmp(systally_needs_discover_name(state->how), name))
			return 0;
	}
	return systally_lines_damaged(lines, "`by` is '%s', which is not known",
				      name);
}

static int read_used(struct systally_lines *lines, struct systally_state *state,
		     struct systally_used *used)
{
	struct json_object *calls;
	size_t count, i;

	if (state->how != SYSTALLY_DISCOVER_AUTO)
		return systally_lines_damaged(lines, "a second line of `used`");
	calls = systally_lines_find(lines, "calls", json_type_array);
	if (!calls || read_how(lines, state))
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

/* Reads all lines but the first one. */
static int read_lines(struct systally_lines *lines,
		      struct systally_state *state, struct systally_used *used)
{
	const char *key;
	struct run *run;

	for (;;) {
		if (systally_lines_next(lines))
			return -1;
		if (lines->ended)
			return 0;
		state->resumed++;
		key = systally_lines_text(lines, "key");
		if (!key)
			return -1;
		if (!strcmp(key, "used")) {
			if (read_used(lines, state, used))
				return -1;
			continue;
		}
		run = new_run(key);
		if (!run)
			return systally_lines_no_memory(lines);
		if (read_outcome(lines, &run->outcome)) {
			free(run);
			return -1;
		}
		if (keep_run(state, run))
			return systally_lines_no_memory(lines);
	}
}

/*
 * Reads the file and removes a line that was cut short at its end. A file
 * without lines gets the first one, @wanted.
 */
static int read_file(struct systally_state *state, struct systally_used *used,
		     const char *wanted, struct systally_error *error)
{
	struct systally_lines lines;
	int result;

	if (systally_lines_open(&lines, state->path, &kind, error))
		return -1;
	result = read_first_line(&lines, wanted);
	if (!result && !lines.ended)
		result = read_lines(&lines, state, used);
	if (!result && ftruncate(state->fd, lines.whole_bytes))
		result = systally_error_set(error, "cannot write to %s: %s",
					    state->path, strerror(errno));
	if (!result && !lines.whole_bytes)
		result = write_text(state, wanted, strlen(wanted), error);
	systally_lines_close(&lines);
	return result;
}

/* Opens the file, for this process alone. Returns 0, or -1 with @error. */
static int open_file(struct systally_state *state, struct systally_error *error)
{
	struct stat status;

	state->fd = open(state->path,
			 O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NONBLOCK,
			 0644);
	if (state->fd < 0)
		return systally_error_set(error, "cannot open %s: %s",
					  state->path, strerror(errno));
	if (!fstat(state->fd, &status) && !S_ISREG(status.st_mode))
		return systally_error_set(error, "%s is not a regular file",
					  state->path);
	if (flock(state->fd, LOCK_EX | LOCK_NB))
		return systally_error_set(
			error,
			"another systally uses %s; wait for it, or give another file to --state",
			state->path);
	return 0;
}

int systally_state_open(struct systally_state *state,
			const struct systally_request *request,
			struct systally_used *used,
			struct systally_error *error)
{
	struct line first;
	int result;

	memset(state, 0, sizeof(*state));
	state->fd = -1;
	state->path = request->state;
	if (!state->path)
		return 0;
	if (begin_first_line(&first, request) || end_line(&first))
		return systally_error_set(error, "out of memory");
	result = open_file(state, error);
	if (!result)
		result = read_file(state, used, first.text, error);
	free(first.text);
	if (result)
		systally_state_close(state);
	return result;
}

void systally_state_close(struct systally_state *state)
{
	if (state->fd >= 0)
		close(state->fd);
	state->fd = -1;
	tdestroy(state->runs, free);
	state->runs = NULL;
}

bool systally_state_find(const struct systally_state *state, const char *key,
			 struct systally_outcome *outcome)
{
	const struct run wanted = { .key = key };
	struct run *const *found = tfind(&wanted, &state->runs, compare_runs);

	if (found)
		*outcome = (*found)->outcome;
	return found;
}
