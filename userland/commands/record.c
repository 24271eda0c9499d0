// SPDX-License-Identifier: GPL-2.0-only
/*
 * `systally record`: counts one command, or processes that run already, and
 * writes the counters to a file.
 */
#include <string.h>
#include <sys/utsname.h>
#include <time.h>

#include "base/text.h"
#include "commands/commands.h"
#include "commands/launch.h"
#include "commands/observe.h"
#include "stats/record.h"
#include "render/formats.h"

struct recorder {
	const struct systally_request *request;
	const struct systally_names *names;
};

static int write_record(void *context, const struct systally_launched *launched,
			struct systally_error *error)
{
	const struct recorder *recorder = context;
	const struct systally_request *request = recorder->request;
	char release[] = SYSTALLY_VERSION;
	struct systally_record record = {
		.systally = release,
		.command = request->argv,
		.command_count = (size_t)request->argc,
		.syscalls = (char *)request->syscalls,
		.duration_ns = launched->duration_ns,
		.limit_ns = request->duration_ns,
		.missed = launched->missed,
		.ended = launched->status >= 0,
		.status = launched->status,
		.snapshot = *launched->snapshot,
	};
	struct utsname kernel;
	struct timespec now;
	char date[32];
	size_t i;

	if (uname(&kernel))
		strcpy(kernel.release, "unknown");
	clock_gettime(CLOCK_REALTIME, &now);
	systally_text_time(&now, date);
	record.kernel = kernel.release;
	record.date = date;
	/* two recordings of the same calls can be compared line by line */
	systally_snapshot_sort(&record.snapshot);
	for (i = 0; launched->notes && i < launched->notes->count; i++)
		systally_notes_print(stderr, "%s", launched->notes->text[i]);
	if (systally_record_write(launched->out, &record, recorder->names))
		return systally_error_set(error, "no memory for the recording");
	return 0;
}

int systally_cmd_record(const struct systally_request *request,
			struct systally_error *error)
{
	struct systally_set set = { .all = true };
	struct recorder recorder = { .request = request };
	struct systally_names *names = systally_names_new();
	int status = SYSTALLY_EXIT_USAGE;

	if (!names)
		return systally_error_set(error, "out of memory"), 1;
	recorder.names = names;
	if (!request->syscalls ||
	    !systally_set_parse(&set, names, request->syscalls, error))
		status = request->argc ?
				 systally_launch(request, &set, write_record,
						 &recorder, error) :
				 systally_observe(request, &set, write_record,
						  &recorder, error);
	systally_names_free(names);
	return status;
}
