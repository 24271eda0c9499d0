// SPDX-License-Identifier: GPL-2.0-only
/*
 * `systally status`: the module's own words, and the check of its sums.
 * Called by main.c.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "commands/commands.h"
#include "device/control.h"
#include "base/output.h"
#include "base/text.h"
#include "render/render.h"

/* A number as a number, true and false as such, all else as text. */
static struct json_object *make_value(const char *text)
{
	char *end;
	unsigned long long number;

	if (!strcmp(text, "true") || !strcmp(text, "false"))
		return json_object_new_boolean(*text == 't');
	errno = 0;
	number = strtoull(text, &end, 10);
	if (*text >= '0' && *text <= '9' && !*end && !errno)
		return json_object_new_uint64(number);
	return json_object_new_string(text);
}

/* Adds or prints one `key: value`. */
static void put(FILE *out, enum systally_format format,
		struct json_object *object, const char *key, const char *value)
{
	switch (format) {
	case SYSTALLY_JSON:
		json_object_object_add(object, key, make_value(value));
		break;
	case SYSTALLY_CSV:
		systally_text_csv(out, key);
		putc(',', out);
		systally_text_csv(out, value);
		putc('\n', out);
		break;
	case SYSTALLY_TEXT:
	case SYSTALLY_STRACE:	/* these two: refused by options_settle.c */
	case SYSTALLY_WORKLOAD:
		fprintf(out, "%s: %s\n", key, value);
		break;
	}
}

static void put_status(FILE *out, enum systally_format format,
		       struct json_object *object, char *status)
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
		put(out, format, object, line, value ? value : "");
	}
}

static void put_number(FILE *out, enum systally_format format,
		       struct json_object *object, const char *key,
		       uint64_t number)
{
	char text[24];

	snprintf(text, sizeof(text), "%llu", (unsigned long long)number);
	put(out, format, object, key, text);
}

/* Returns 0, 1 if the sums differ, -1 with @error. */
static int verify(const struct systally_control *control, FILE *out,
		  enum systally_format format, struct json_object *object,
		  struct systally_error *error)
{
	struct systally_snapshot snapshot;
	unsigned long long entered, tallied, unattributed;
	bool same;

	if (systally_control_snapshot(control, &snapshot, error))
		return -1;
	entered = snapshot.header.entered;
	unattributed = snapshot.header.unattributed;
	tallied = systally_snapshot_tallied(&snapshot);
	systally_snapshot_free(&snapshot);
	same = entered == systally_sum(tallied, unattributed);
	if (format != SYSTALLY_TEXT) {
		put(out, format, object, "verified",
		    same ? "true" : "false");
		put_number(out, format, object, "entered", entered);
		put_number(out, format, object, "tallied", tallied);
		put_number(out, format, object, "unattributed", unattributed);
	} else if (same) {
		fprintf(out,
			"verified: entered %llu == tallied %llu + unattributed %llu\n",
			entered, tallied, unattributed);
	} else {
		fprintf(out,
			"differs: entered %llu != tallied %llu + unattributed %llu, by %lld; this is a fault of the module, please report it with `systally status` and the kernel log\n",
			entered, tallied, unattributed,
			(long long)(entered - tallied - unattributed));
	}
	return same ? 0 : 1;
}

static int print(const struct systally_control *control,
		 const struct systally_options *options, FILE *out,
		 struct systally_error *error)
{
	enum systally_format format = options->format;
	struct json_object *object = json_object_new_object();
	struct utsname kernel;
	char *status;
	int result = 0;

	if (!object)
		return systally_error_set(error, "out of memory");
	if (format == SYSTALLY_CSV)
		fputs("key,value\n", out);
	if (format == SYSTALLY_JSON && !uname(&kernel)) {
		json_object_object_add(object, "format",
				       json_object_new_int(1));
		json_object_object_add(object, "kernel",
			json_object_new_string(kernel.release));
	}
	if (options->verify) {
		result = verify(control, out, format, object, error);
	} else {
		status = systally_control_read(control, "status", NULL, error);
		if (status)
			put_status(out, format, object, status);
		else
			result = -1;
		free(status);
	}
	if (format == SYSTALLY_JSON && result >= 0)
		fprintf(out, "%s\n", json_object_to_json_string_ext(object,
				JSON_C_TO_STRING_PLAIN |
				JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(object);
	return result;
}

int systally_cmd_status(const struct systally_options *options,
			struct systally_error *error)
{
	struct systally_control control;
	FILE *out;
	int result;

	if (systally_control_open(&control, error))
		return 1;
	out = systally_output_open(options->output, stdout, error);
	if (!out)
		return 1;
	result = print(&control, options, out, error);
	if (systally_output_close(out, options->output, error))
		result = -1;
	return result ? 1 : 0;
}
