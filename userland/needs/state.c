// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reads and writes --state. Called by needs_plan.c and needs_try.c.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "calls/names.h"
#include "needs/state.h"

#define VERSION	3
#define LINE_MAX_BYTES	(16 << 20)

/* Adds @text; leaves it out if there is none. */
static bool put_text(struct json_object *object, const char *key,
		     const char *text)
{
	return !text || systally_put_text(object, key, text);
}

/* All that outcomes depend on; not how they are shown, nor which are wanted. */
static struct json_object *make_asked(const struct systally_needs_options *o)
{
	struct json_object *asked = json_object_new_object();
	char folder[PATH_MAX];
	struct utsname kernel;

	if (asked && !uname(&kernel) &&
	    put_text(asked, "kernel", kernel.release) &&
	    put_text(asked, "folder",
		     getcwd(folder, sizeof(folder)) ? folder : NULL) &&
	    systally_put_count(asked, "systally_needs", VERSION) &&
	    systally_put_words(asked, "command", o->command) &&
	    put_text(asked, "test", o->test) &&
	    put_text(asked, "bench", o->bench) &&
	    put_text(asked, "ready", o->ready) &&
	    put_text(asked, "stop", o->stop) &&
	    systally_put_count(asked, "server", o->server) &&
	    systally_put_count(asked, "sub", o->sub) &&
	    systally_put_count(asked, "replicas", o->replicas) &&
	    systally_put_count(asked, "timeout_ns", o->timeout_ns) &&
	    put_text(asked, "discover",
		     systally_needs_discover_name(o->discover)))
		return asked;
	json_object_put(asked);
	return NULL;
}

/* Returns the first key in which the two differ, or NULL. */
static const char *find_difference(struct json_object *a,
				   struct json_object *b)
{
	struct json_object *other;

	json_object_object_foreach(a, key, value) {
		if (!json_object_object_get_ex(b, key, &other) ||
		    !json_object_equal(value, other))
			return key;
	}
	json_object_object_foreach(b, key2, value2) {
		(void)value2;
		if (!json_object_object_get_ex(a, key2, NULL))
			return key2;
	}
	return NULL;
}

static int write_line(struct systally_state *state, struct json_object *line,
		      struct systally_error *error)
{
	const char *text = line ? systally_json_object_line(line) : NULL;
	char *copy = NULL;
	ssize_t size;

	size = text ? asprintf(&copy, "%s\n", text) : -1;
	if (size < 0)
		return systally_error_set(error, "out of memory");
	/* in one piece, so that only the last line can be cut short */
	errno = 0;
	if (write(state->fd, copy, (size_t)size) != size)
		systally_error_set(error, "cannot write to %s: %s",
				   state->path, strerror(errno ?: ENOSPC));
	free(copy);
	return error->text[0] ? -1 : 0;
}

/* Keeps @line in memory under its key; owns it from here on. */
static int keep_line(struct systally_state *state, struct json_object *line)
{
	struct json_object *key;

	if (json_object_object_get_ex(line, "key", &key) &&
	    systally_json_put(state->lines, json_object_get_string(key), line))
		return 0;
	return -1;
}

static int read_lines(struct systally_state *state, FILE *file,
		      struct json_object *asked, struct systally_error *error)
{
	struct json_object *line;
	const char *other;
	char *text = NULL;
	size_t room = 0, number = 0;
	off_t whole = 0;
	ssize_t got;
	int result = 0;

	while (!result && (got = getline(&text, &room, file)) > 0) {
		if (text[got - 1] != '\n' && !number &&
		    strncmp(text, systally_json_object_line(asked), (size_t)got)) {
			result = systally_error_set(error,
				"%s is not what `systally needs --state` writes; give another file",
				state->path);
			break;
		}
		if (text[got - 1] != '\n')
			break;
		number++;
		line = got < LINE_MAX_BYTES ? json_tokener_parse(text) : NULL;
		if (!line || !json_object_is_type(line, json_type_object) ||
		    (number == 1 && !json_object_object_get_ex(line,
						"systally_needs", NULL))) {
			json_object_put(line);
			result = systally_error_set(error,
				"%s, line %zu, is not what `systally needs --state` writes; give another file",
				state->path, number);
		} else if (number == 1) {
			other = find_difference(asked, line);
			if (other)
				result = systally_error_set(error,
					"%s is of something else (`%s` differs); give another --state, or remove that file to begin anew",
					state->path, other);
			json_object_put(line);
		} else if (keep_line(state, line)) {
			result = systally_error_set(error,
				"%s, line %zu, has no key; give another file",
				state->path, number);
		}
		whole += got;
	}
	free(text);
	state->resumed = number ? number - 1 : 0;
	if (!result && ftruncate(state->fd, whole))
		result = systally_error_set(error, "cannot write to %s: %s",
					    state->path, strerror(errno));
	if (!result && !number)
		result = write_line(state, asked, error);
	return result;
}

int systally_state_open(struct systally_state *state,
			const struct systally_needs_options *options,
			struct systally_error *error)
{
	struct json_object *asked = make_asked(options);
	struct stat status;
	FILE *file = NULL;
	int result = -1;

	memset(state, 0, sizeof(*state));
	state->fd = -1;
	state->path = options->state;
	state->lines = json_object_new_object();
	if (!asked || !state->lines) {
		systally_error_set(error, "out of memory");
		goto out;
	}
	if (!state->path) {
		result = 0;
		goto out;
	}
	state->fd = open(state->path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC |
			 O_NONBLOCK, 0644);
	if (state->fd >= 0 && !fstat(state->fd, &status) &&
	    !S_ISREG(status.st_mode)) {
		systally_error_set(error, "%s is not a regular file",
				   state->path);
		goto out;
	}
	file = state->fd < 0 ? NULL : fopen(state->path, "re");
	if (!file) {
		systally_error_set(error, "cannot open %s: %s", state->path,
				   strerror(errno));
		goto out;
	}
	if (flock(state->fd, LOCK_EX | LOCK_NB)) {
		systally_error_set(error,
			"another systally is at work on %s; wait for it or give another --state",
			state->path);
		goto out;
	}
	result = read_lines(state, file, asked, error);
out:
	if (file)
		fclose(file);
	json_object_put(asked);
	if (result)
		systally_state_close(state);
	return result;
}

void systally_state_close(struct systally_state *state)
{
	if (state->fd >= 0)
		close(state->fd);
	state->fd = -1;
	json_object_put(state->lines);
	state->lines = NULL;
}

static uint64_t get_number(struct json_object *object, const char *key)
{
	struct json_object *value;

	return json_object_object_get_ex(object, key, &value) ?
	       json_object_get_uint64(value) : 0;
}

static void get_text(struct json_object *object, const char *key, char *text,
		     size_t size)
{
	struct json_object *value;

	text[0] = '\0';
	if (json_object_object_get_ex(object, key, &value))
		snprintf(text, size, "%s", json_object_get_string(value));
}

bool systally_state_find(const struct systally_state *state, const char *key,
			 struct systally_outcome *outcome)
{
	static const char *const phases[SYSTALLY_PHASES] = {
		"work_ns", "test_ns", "bench_ns",
	};
	struct json_object *line, *value;
	int phase;

	if (!json_object_object_get_ex(state->lines, key, &line))
		return false;
	memset(outcome, 0, sizeof(*outcome));
	outcome->passed = get_number(line, "passed");
	get_text(line, "why", outcome->why, sizeof(outcome->why));
	get_text(line, "said", outcome->said, sizeof(outcome->said));
	outcome->peak.fds = get_number(line, "fds");
	outcome->peak.memory_kb = get_number(line, "memory_kb");
	outcome->peak.samples = get_number(line, "samples");
	for (phase = 0; phase < SYSTALLY_PHASES; phase++)
		outcome->phase_ns[phase] = get_number(line, phases[phase]);
	if (json_object_object_get_ex(line, "performance", &value)) {
		outcome->benched = true;
		outcome->performance = json_object_get_double(value);
	}
	return true;
}

/* Keeps and writes @line, and owns it from here on. */
static int add_line(struct systally_state *state, struct json_object *line,
		    struct systally_error *error)
{
	int result = 0;

	if (state->fd >= 0)
		result = write_line(state, line, error);
	if (keep_line(state, line))
		return systally_error_set(error, "out of memory");
	return result;
}

int systally_state_add(struct systally_state *state, const char *key,
		       const struct systally_outcome *o,
		       struct systally_error *error)
{
	struct json_object *line = json_object_new_object();

	if (line && put_text(line, "key", key) &&
	    systally_json_put(line, "passed",
			      json_object_new_boolean(o->passed)) &&
	    put_text(line, "why", o->why[0] ? o->why : NULL) &&
	    put_text(line, "said", o->said[0] ? o->said : NULL) &&
	    (!o->benched || systally_json_put(line, "performance",
				json_object_new_double(o->performance))) &&
	    systally_put_count(line, "fds", o->peak.fds) &&
	    systally_put_count(line, "memory_kb", o->peak.memory_kb) &&
	    systally_put_count(line, "samples", o->peak.samples) &&
	    systally_put_count(line, "work_ns",
			       o->phase_ns[SYSTALLY_PHASE_WORK]) &&
	    systally_put_count(line, "test_ns",
			       o->phase_ns[SYSTALLY_PHASE_TEST]) &&
	    systally_put_count(line, "bench_ns",
			       o->phase_ns[SYSTALLY_PHASE_BENCH]))
		return add_line(state, line, error);
	json_object_put(line);
	return systally_error_set(error, "out of memory");
}

/* One call, or one command of a call, that was used. */
static bool put_used(struct json_object *list, unsigned int abi, int nr,
		     const uint32_t *value, uint64_t count)
{
	struct json_object *one = json_object_new_object();

	if (one && put_text(one, "abi", systally_names_abi(abi)) &&
	    systally_put_count(one, "nr", (uint64_t)nr) &&
	    (!value || systally_put_count(one, "value", *value)) &&
	    systally_put_count(one, "count", count) &&
	    !json_object_array_add(list, one))
		return true;
	json_object_put(one);
	return false;
}

int systally_state_add_used(struct systally_state *state,
			    enum systally_needs_discover how,
			    const struct systally_used *used,
			    struct systally_error *error)
{
	struct json_object *line = json_object_new_object();
	struct json_object *list = json_object_new_array();
	bool good = line && list && put_text(line, "key", "used") &&
		    put_text(line, "by", systally_needs_discover_name(how));
	unsigned int abi;
	size_t i;
	int nr;

	for (abi = 0; good && abi < SYSTALLY_ABIS; abi++) {
		for (nr = 0; good && nr <= SYSTALLY_NR_MAX; nr++) {
			if (used->count[abi][nr])
				good = put_used(list, abi, nr, NULL,
						used->count[abi][nr]);
		}
	}
	for (i = 0; good && i < used->part_count; i++)
		good = put_used(list, used->parts[i].abi, used->parts[i].nr,
				&used->parts[i].value, used->parts[i].count);
	if (good && systally_json_put(line, "calls", list))
		return add_line(state, line, error);
	if (!good)
		json_object_put(list);
	json_object_put(line);
	return systally_error_set(error, "out of memory");
}

enum systally_needs_discover
systally_state_find_used(const struct systally_state *state,
			 struct systally_used *used)
{
	struct json_object *line, *list, *one, *value;
	char name[16];
	unsigned int how;
	size_t i, count;
	uint64_t nr;
	int abi;

	if (!json_object_object_get_ex(state->lines, "used", &line) ||
	    !json_object_object_get_ex(line, "calls", &list) ||
	    !json_object_is_type(list, json_type_array))
		return SYSTALLY_DISCOVER_AUTO;
	count = json_object_array_length(list);
	for (i = 0; i < count; i++) {
		one = json_object_array_get_idx(list, i);
		get_text(one, "abi", name, sizeof(name));
		abi = systally_names_abi_number(name, strlen(name));
		nr = get_number(one, "nr");
		/* the last one is the bucket of all others, without parts */
		if (abi < 0 || nr > SYSTALLY_NR_MAX)
			continue;
		if (nr < SYSTALLY_NR_MAX &&
		    json_object_object_get_ex(one, "value", &value))
			systally_used_add_part(used, (unsigned int)abi,
				(int)nr, (uint32_t)json_object_get_uint64(value),
				get_number(one, "count"));
		else
			systally_used_add(used, (unsigned int)abi, (int)nr,
					  NULL, get_number(one, "count"));
	}
	get_text(line, "by", name, sizeof(name));
	for (how = SYSTALLY_DISCOVER_PTRACE; how > SYSTALLY_DISCOVER_AUTO;
	     how--) {
		if (!strcmp(systally_needs_discover_name(how), name))
			break;
	}
	return how ? (enum systally_needs_discover)how :
		     SYSTALLY_DISCOVER_SECCOMP;
}
