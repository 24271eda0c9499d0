// SPDX-License-Identifier: GPL-2.0-only
/*
 * Makes the lines of the file of --state, as texts.
 */
#define _GNU_SOURCE
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/json.h"
#include "calls/abi.h"
#include "needs/state_line.h"

const char *const systally_state_phase_keys[SYSTALLY_PHASES] = {
	"work_ns",
	"test_ns",
	"bench_ns",
};

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

/* Returns the line's text, which the caller frees; NULL if there is no memory. */
static char *end_line(struct line *line)
{
	int result;

	systally_json_end(line->json);
	systally_json_line(line->json);
	result = systally_json_free(line->json);
	if (fclose(line->out))
		result = -1;
	if (!result)
		return line->text;
	free(line->text);
	return NULL;
}

/* Leaves the member out if there is no @text. */
static void put_text(struct line *line, const char *key, const char *text)
{
	if (text && *text)
		systally_json_text(line->json, key, text);
}

char *systally_state_line_first(const struct systally_request *o)
{
	char folder[PATH_MAX];
	struct utsname kernel;
	struct line line;

	if (begin_line(&line))
		return NULL;
	put_text(&line, "kernel", uname(&kernel) ? NULL : kernel.release);
	put_text(&line, "folder",
		 getcwd(folder, sizeof(folder)) ? folder : NULL);
	systally_json_count(line.json, SYSTALLY_STATE_KEY,
			    SYSTALLY_STATE_VERSION);
	systally_json_words(line.json, "command", o->argv, (size_t)o->argc);
	systally_json_text(line.json, "test", o->test);
	if (o->bench)
		systally_json_text(line.json, "bench", o->bench);
	if (o->ready)
		systally_json_text(line.json, "ready", o->ready);
	if (o->stop)
		systally_json_text(line.json, "stop", o->stop);
	systally_json_count(line.json, "server", o->server);
	systally_json_count(line.json, "sub", o->sub);
	systally_json_count(line.json, "replicas", o->replicas);
	systally_json_count(line.json, "timeout_ns", o->timeout_ns);
	systally_json_text(line.json, "discover",
			   systally_needs_discover_name(o->discover));
	return end_line(&line);
}

char *systally_state_line_run(const char *key, const struct systally_outcome *o)
{
	struct line line;
	int phase;

	if (begin_line(&line))
		return NULL;
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
		systally_json_count(line.json, systally_state_phase_keys[phase],
				    o->phase_ns[phase]);
	return end_line(&line);
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

char *systally_state_line_used(enum systally_needs_discover how,
			       const struct systally_used *used)
{
	const struct systally_used_part *part;
	struct line line;
	unsigned int abi;
	size_t i;
	int nr;

	if (begin_line(&line))
		return NULL;
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
	return end_line(&line);
}
