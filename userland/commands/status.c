// SPDX-License-Identifier: GPL-2.0-only
/*
 * `systally status`: what the module says of itself, and the check of its sums.
 */
#define _GNU_SOURCE
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "base/output.h"
#include "commands/commands.h"
#include "device/control.h"
#include "device/session.h"
#include "render/formats.h"

/* Keys and values, one after the other. */
struct pairs {
	const char **cells; /* on the heap */
	size_t count;
	bool incomplete; /* there was no memory for a pair */
};

/* @value NULL: there is none. */
static void add(struct pairs *pairs, const char *key, const char *value)
{
	const char **cells = reallocarray(pairs->cells, pairs->count + 1,
					  2 * sizeof(*cells));

	if (!cells) {
		pairs->incomplete = true;
		return;
	}
	cells[2 * pairs->count] = key;
	cells[2 * pairs->count + 1] = value;
	pairs->cells = cells;
	pairs->count++;
}

static void write_line(FILE *out, const char *const *cells)
{
	fprintf(out, "%s: %s\n", cells[0], cells[1]);
}

/* Writes the pairs and frees them. Returns 0, or -1 when there is no memory. */
static int write_pairs(FILE *out, const struct systally_format *format,
		       struct pairs *pairs, const char *sentence)
{
	static const char *const keys[] = { "key", "value" };
	struct systally_list list = {
		.keys = keys,
		.columns = 2,
		.cells = pairs->cells,
		.rows = pairs->count,
		.sentence = sentence,
		.line = write_line,
	};
	struct utsname kernel;
	int result = -1;

	if (!uname(&kernel))
		list.kernel = kernel.release;
	if (!pairs->incomplete)
		result = format->list(out, &list);
	free(pairs->cells);
	return result;
}

/* Splits the lines of @status, which it changes. */
static void split(struct pairs *pairs, char *status)
{
	char *line, *rest, *value;

	for (line = strtok_r(status, "\n", &rest); line;
	     line = strtok_r(NULL, "\n", &rest)) {
		/* keys of unattributed calls have colons of their own */
		value = strstr(line, ": ");
		if (value) {
			*value = '\0';
			value += 2;
			value += strspn(value, " ");
		}
		add(pairs, line, value ? value : "");
	}
}

/* The sessions of others, as pairs; and the texts that these point to */
struct others {
	struct pairs *pairs;
	bool lines; /* one line for each, not a pair for each fact */
	char **texts;
	size_t count; /* of texts */
	size_t sessions;
};

/* Adds a pair, and keeps its texts. Frees them and notes it if it cannot. */
static void add_texts(struct others *others, char *key, char *value)
{
	char **texts =
		reallocarray(others->texts, others->count + 2, sizeof(*texts));

	if (texts)
		others->texts = texts;
	if (!texts || !key || !value) {
		free(key);
		free(value);
		others->pairs->incomplete = true;
		return;
	}
	texts[others->count++] = key;
	texts[others->count++] = value;
	add(others->pairs, key, value);
}

static char *make(const char *format, ...)
{
	va_list arguments;
	char *text;
	int length;

	va_start(arguments, format);
	length = vasprintf(&text, format, arguments);
	va_end(arguments);
	return length < 0 ? NULL : text;
}

/* What `status` tells of each session, in the order of a line */
static const char *const facts[] = {
	"owner_pid", "owner_comm", "targets",
	"collect",   "since_ns",   "session_bytes"
};
#define FACTS (sizeof(facts) / sizeof(facts[0]))

/* Finds the values of facts in a session's status, which it changes. */
static void find_facts(char *status, const char *value[FACTS])
{
	char *line, *rest, *colon;
	size_t i;

	for (line = strtok_r(status, "\n", &rest); line;
	     line = strtok_r(NULL, "\n", &rest)) {
		colon = strstr(line, ": ");
		if (!colon)
			continue;
		*colon = '\0';
		for (i = 0; i < FACTS; i++) {
			if (!strcmp(line, facts[i]))
				value[i] = colon + 2;
		}
	}
}

static int see(const struct systally_control *session, const char *name,
	       void *context)
{
	const char *value[FACTS] = { "-", "-", "-", "-", "-", "-" };
	struct systally_error ignored = { "" };
	struct others *others = context;
	char *status = systally_control_read(session, "status", NULL, &ignored);
	size_t i;

	/* it has ended meanwhile */
	if (!status)
		return 0;
	others->sessions++;
	find_facts(status, value);
	for (i = 0; !others->lines && i < FACTS; i++)
		add_texts(others, make("session.%s.%s", name, facts[i]),
			  strdup(value[i]));
	if (others->lines)
		add_texts(
			others, make("session.%s", name),
			make("%s (%s) counts %s process%s, level %s, %.1f s, %s bytes",
			     value[0], value[1], value[2],
			     strcmp(value[2], "1") ? "es" : "", value[3],
			     strtod(value[4], NULL) / 1e9, value[5]));
	free(status);
	return 0;
}

/* Adds the sessions of others. Returns 0, or -1 with @error. */
static int add_others(struct others *others,
		      const struct systally_control *control,
		      struct systally_error *error)
{
	struct pairs *pairs = others->pairs, of_sessions = { 0 };
	char *count;
	size_t i;
	int result;

	/* their number comes first */
	others->pairs = &of_sessions;
	result = systally_session_each(control, see, others, error);
	others->pairs = pairs;
	count = make("%zu", others->sessions);
	add_texts(others, strdup("sessions"), count);
	for (i = 0; i < of_sessions.count; i++)
		add(pairs, of_sessions.cells[2 * i],
		    of_sessions.cells[2 * i + 1]);
	pairs->incomplete |= of_sessions.incomplete;
	free(of_sessions.cells);
	return result;
}

/*
 * Shows the status of a session.
 * @control: of the default session, to list the others, too; else NULL
 */
static int show(const struct systally_control *session,
		const struct systally_control *control, FILE *out,
		const struct systally_format *format,
		struct systally_error *error)
{
	char *status = systally_control_read(session, "status", NULL, error);
	struct pairs pairs = { 0 };
	struct others others = {
		.pairs = &pairs,
		.lines = format == &systally_format_text,
	};
	int result = 0;

	if (!status)
		return -1;
	split(&pairs, status);
	if (control)
		result = add_others(&others, control, error);
	if (!result && write_pairs(out, format, &pairs, NULL))
		result = systally_error_set(error, "no memory for the status");
	while (others.count)
		free(others.texts[--others.count]);
	free(others.texts);
	free(status);
	return result;
}

/*
 * Returns 0, 1 if the sums differ, -1 with @error. Where no call was counted,
 * 0 == 0 proves nothing: `verified` has no value then.
 */
static int verify(const struct systally_control *control, FILE *out,
		  const struct systally_format *format,
		  struct systally_error *error)
{
	char numbers[3][24], sentence[320];
	unsigned long long entered, tallied, unattributed;
	struct systally_snapshot snapshot;
	struct pairs pairs = { 0 };
	bool same, empty;

	if (systally_control_snapshot(control, &snapshot, error))
		return -1;
	entered = snapshot.header.entered;
	unattributed = snapshot.header.unattributed;
	tallied = systally_snapshot_tallied(&snapshot);
	systally_snapshot_free(&snapshot);
	same = entered == systally_sum(tallied, unattributed);
	empty = same && !entered;
	snprintf(numbers[0], sizeof(numbers[0]), "%llu", entered);
	snprintf(numbers[1], sizeof(numbers[1]), "%llu", tallied);
	snprintf(numbers[2], sizeof(numbers[2]), "%llu", unattributed);
	add(&pairs, "verified", empty ? NULL : same ? "true" : "false");
	add(&pairs, "entered", numbers[0]);
	add(&pairs, "tallied", numbers[1]);
	add(&pairs, "unattributed", numbers[2]);
	if (empty)
		strcpy(sentence,
		       "not verified: this session has counted no call since its last reset; write `all` to its control `targets`, or name another session (`systally status`) by --session");
	else if (same)
		snprintf(
			sentence, sizeof(sentence),
			"verified: entered %llu == tallied %llu + unattributed %llu",
			entered, tallied, unattributed);
	else
		snprintf(
			sentence, sizeof(sentence),
			"differs: entered %llu != tallied %llu + unattributed %llu, by %lld; this is a fault of the module, please report it with `systally status` and the kernel log",
			entered, tallied, unattributed,
			(long long)(entered - tallied - unattributed));
	if (write_pairs(out, format, &pairs, sentence))
		return systally_error_set(error, "no memory for the status");
	return same ? 0 : 1;
}

int systally_cmd_status(const struct systally_request *request,
			struct systally_error *error)
{
	const char *name = request->session ? request->session : "default";
	struct systally_control control, session;
	struct systally_output output;
	FILE *out;
	int result;

	if (systally_control_open(&control, error) ||
	    systally_session_find(&session, &control, name, error) ||
	    systally_output_prepare(&output, request->output, error))
		return 1;
	out = systally_output_begin(&output, stdout);
	if (request->verify)
		result = verify(&session, out, request->format, error);
	else
		result = show(&session, request->session ? NULL : &control, out,
			      request->format, error);
	/* sums that differ are a result, too */
	if (result >= 0 && systally_output_end(&output, out, error))
		result = -1;
	systally_output_cancel(&output);
	return result ? 1 : 0;
}
