// SPDX-License-Identifier: GPL-2.0-only
/*
 * `systally doctor`: prints what the checks found. Called by main.c.
 */
#include <json-c/json.h>
#include <stdio.h>

#include "doctor/checks.h"
#include "commands/commands.h"
#include "base/output.h"
#include "base/text.h"
#include "render/render.h"

static void print_text(FILE *out, const struct systally_checkup *checkup)
{
	const struct systally_finding *f;
	size_t i;

	for (i = 0; i < checkup->count; i++) {
		f = &checkup->findings[i];
		fprintf(out, "%-4s  %s: %s%s%s\n",
			systally_findings_verdict_name(f->verdict), f->what,
			f->finding, f->remedy ? "; " : "",
			f->remedy ? f->remedy : "");
	}
}

static void print_csv(FILE *out, const struct systally_checkup *checkup)
{
	const struct systally_finding *f;
	size_t i;

	fputs("result,check,finding,remedy\n", out);
	for (i = 0; i < checkup->count; i++) {
		f = &checkup->findings[i];
		fprintf(out, "%s,", systally_findings_verdict_name(f->verdict));
		systally_text_csv(out, f->what);
		putc(',', out);
		systally_text_csv(out, f->finding);
		putc(',', out);
		systally_text_csv(out, f->remedy ? f->remedy : "");
		putc('\n', out);
	}
}

static void print_json(FILE *out, const struct systally_checkup *checkup)
{
	struct json_object *object = json_object_new_object();
	struct json_object *list = json_object_new_array();
	const struct systally_finding *f;
	size_t i;

	for (i = 0; i < checkup->count; i++) {
		struct json_object *one = json_object_new_object();

		f = &checkup->findings[i];
		json_object_object_add(one, "result",
			json_object_new_string(
				systally_findings_verdict_name(f->verdict)));
		json_object_object_add(one, "check",
				       json_object_new_string(f->what));
		json_object_object_add(one, "finding",
				       json_object_new_string(f->finding));
		json_object_object_add(one, "remedy", f->remedy ?
				       json_object_new_string(f->remedy) :
				       NULL);
		json_object_array_add(list, one);
	}
	json_object_object_add(object, "format", json_object_new_int(1));
	json_object_object_add(object, "kernel",
		json_object_new_string(checkup->kernel.release));
	json_object_object_add(object, "checks", list);
	fprintf(out, "%s\n", json_object_to_json_string_ext(object,
			JSON_C_TO_STRING_PLAIN |
			JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(object);
}

int systally_cmd_doctor(const struct systally_options *options,
			struct systally_error *error)
{
	struct systally_checkup checkup;
	int status = 0;
	FILE *out;

	out = systally_output_open(options->output, stdout, error);
	if (!out)
		return 1;
	systally_checks_run(&checkup);
	switch (options->format) {
	case SYSTALLY_JSON:
		print_json(out, &checkup);
		break;
	case SYSTALLY_CSV:
		print_csv(out, &checkup);
		break;
	case SYSTALLY_TEXT:
	case SYSTALLY_STRACE:	/* these two: refused by options_settle.c */
	case SYSTALLY_WORKLOAD:
		print_text(out, &checkup);
		break;
	}
	if (systally_findings_fail(&checkup))
		status = 1;
	systally_findings_free(&checkup);
	if (systally_output_close(out, options->output, error))
		status = 1;
	return status;
}
