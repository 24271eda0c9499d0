// SPDX-License-Identifier: GPL-2.0-only
/*
 * What depends on more than one option: defaults, and what does not go
 * together.
 */
#include <errno.h>
#include <string.h>

#include "cli/settle.h"
#include "functions/functions.h"
#include "functions/words.h"
#include "stats/by.h"
#include "stats/sort.h"
#include "systally.h"
#include "units/scope.h"

static bool needs_hist(const struct systally_request *request)
{
	return request->percentiles || request->histogram;
}

static void set_defaults(struct systally_request *request)
{
	const struct systally_command *command = request->command;
	const struct systally_format *format = request->format;
	const struct systally_sort_key *sort;

	if (!request->by.count && format->all_rows &&
	    command->view == SYSTALLY_VIEW_REPORT)
		request->by = systally_by_two(SYSTALLY_BY_PROCESS,
					      SYSTALLY_BY_SYSCALL);
	if (!request->by.count)
		request->by = systally_by_one(SYSTALLY_BY_SYSCALL);
	if (!(request->given & SYSTALLY_GIVEN_LIMIT) && !format->all_rows &&
	    !format->limits)
		request->limit = command->rows;
	if (!(request->given & SYSTALLY_GIVEN_SORT)) {
		if (request->failed || systally_by_errors(&request->by))
			request->sort = SYSTALLY_SORT_ERRORS;
		else if (format->times)
			request->sort = SYSTALLY_SORT_TIME;
	}
	sort = &systally_sorts[request->sort];
	request->latency |= sort->times || format->times;
	request->percentiles |= sort->percentiles;
}

/* How the module has to count. */
static void set_collect(struct systally_request *request)
{
	request->threads = systally_by_threads(&request->by);
	request->collect = request->command->collect;
	if (request->latency || request->failed ||
	    request->sort == SYSTALLY_SORT_ERRORS ||
	    systally_by_errors(&request->by))
		request->collect = SYSTALLY_COLLECT_TIME;
	/* bytes are known when a function returns */
	if (request->functions && !request->in_process &&
	    request->collect < SYSTALLY_COLLECT_TIME &&
	    systally_words_have_tls(request->functions))
		request->collect = SYSTALLY_COLLECT_TIME;
	if (needs_hist(request))
		request->collect = SYSTALLY_COLLECT_HIST;
}

/* What --session of a command that counts cannot have */
static int check_watched(const struct systally_usage *usage,
			 const struct systally_request *request)
{
	if (!request->session)
		return 0;
	if (request->functions)
		return systally_usage(
			usage,
			"-f counts in a session of its own, so --session does not go with it");
	if (request->argc)
		return systally_usage(
			usage,
			"--session is for processes that run already, so no command goes with it");
	return 0;
}

/* What a report by error, a histogram and a format cannot have. */
static int check_report(const struct systally_usage *usage,
			const struct systally_request *request)
{
	const struct systally_format *format = request->format;

	if (systally_by_errors(&request->by) &&
	    (request->latency || needs_hist(request)))
		return systally_usage(
			usage,
			"--by errno has no times, so neither -L, -P or -H nor a sort by time, avg, max or a percentile goes with it");
	if (request->histogram && (request->syscalls || request->failed ||
				   systally_by_threads(&request->by)))
		return systally_usage(
			usage,
			"-H draws all calls of the name that it is given, so neither -e, -x nor --by thread goes with it");
	if (format->by_call &&
	    (!systally_by_only(&request->by, SYSTALLY_BY_SYSCALL) ||
	     needs_hist(request) || (format->counts && request->latency)))
		return systally_usage(usage, "--format %s %s", format->word,
				      format->limits);
	if (request->command->series && check_watched(usage, request))
		return EINVAL;
	if (request->file_count && request->session)
		return systally_usage(
			usage,
			"--session is for what is counted now, not for a file");
	if (request->file_count && request->duration_ns)
		return systally_usage(
			usage, "-d is for what is counted now, not for a file");
	return 0;
}

int systally_settle(const struct systally_usage *usage,
		    struct systally_request *request)
{
	const struct systally_command *command = request->command;

	set_defaults(request);
	if (command->view == SYSTALLY_VIEW_REPORT &&
	    check_report(usage, request))
		return EINVAL;
	set_collect(request);
	if (request->histogram)
		request->syscalls = request->histogram;
	return command->settle ? command->settle(usage, request) : 0;
}

/* What --in-process does not have */
static int check_in_process(const struct systally_usage *usage,
			    const struct systally_request *request)
{
	if (!request->in_process)
		return 0;
	if (!request->functions)
		return systally_usage(
			usage,
			"--in-process counts user functions; name them by -f LIB:SYMBOL");
	if (request->syscalls)
		return systally_usage(
			usage,
			"--in-process counts no system calls, so neither -e nor -H goes with it");
	if (!request->argc)
		return systally_usage(
			usage,
			"--in-process counts a command from its start, and none was given");
	return 0;
}

int systally_settle_run(const struct systally_usage *usage,
			struct systally_request *request)
{
	if (!request->argc)
		return systally_usage(usage, "no command to run was given");
	return check_in_process(usage, request);
}

int systally_settle_record(const struct systally_usage *usage,
			   struct systally_request *request)
{
	if (!request->argc && !systally_scope_any(&request->scope) &&
	    !request->duration_ns)
		return systally_usage(
			usage,
			"no command to run was given; -p PID, --unit UNIT and such, or -d TIME record what runs already");
	if (request->argc && systally_scope_any(&request->scope))
		return systally_usage(
			usage,
			"%s is for processes that run already, so no command goes with it",
			request->scope.pid_count ? "-p" : "--unit and such");
	if (check_watched(usage, request))
		return EINVAL;
	if (!request->argc && request->user)
		return systally_usage(usage, "-u goes with a command to run");
	if (!request->output)
		return systally_usage(
			usage, "no file to write to was given; use -o FILE");
	if (request->given & SYSTALLY_GIVEN_BY &&
	    !systally_by_only(&request->by, SYSTALLY_BY_THREAD))
		return systally_usage(
			usage,
			"a recording can be grouped later, by `systally report FILE --by`; only --by thread has to be given before");
	return check_in_process(usage, request);
}

int systally_settle_compare(const struct systally_usage *usage,
			    struct systally_request *request)
{
	unsigned int i;

	if (request->file_count != 2)
		return systally_usage(
			usage,
			"two recordings are needed, A and B; `systally record -o FILE` makes one");
	if (!strcmp(request->files[0], "-") && !strcmp(request->files[1], "-"))
		return systally_usage(
			usage,
			"standard input (-) can be A or B, but not both");
	for (i = 0; i < request->by.count; i++) {
		const struct systally_dimension *dimension =
			request->by.list[i];

		if (dimension->numbers)
			return systally_usage(
				usage,
				"process numbers differ from run to run; use --by command");
		if (dimension->errors)
			return systally_usage(
				usage,
				"errors are compared for every group, so --by errno does not go with compare");
	}
	if (!systally_sorts[request->sort].compare)
		return systally_usage(
			usage,
			"changes are sorted by count, errors, time, avg or name");
	if (request->given & SYSTALLY_GIVEN_TIME_THRESHOLD)
		request->latency = true;
	return 0;
}

static bool is_same(const char *a, const char *b)
{
	return a && b && !strcmp(a, b);
}

int systally_settle_needs(const struct systally_usage *usage,
			  struct systally_request *request)
{
	const char *output = request->output ? request->output : "-";

	if (!request->test || !*request->test)
		return systally_usage(
			usage,
			"no command that tells whether COMMAND works was given; use -t TEST");
	if (!request->argc)
		return systally_usage(usage, "no command to run was given");
	if (!request->server && (request->ready || request->stop))
		return systally_usage(usage,
				      "--ready and --stop go with --server");
	if (is_same(output, request->profile) ||
	    is_same(output, request->state) ||
	    is_same(request->profile, request->state))
		return systally_usage(
			usage,
			"-o, --seccomp and --state have to be different files");
	if (request->less_is_better && !request->bench)
		return systally_usage(usage,
				      "--less-is-better goes with --bench");
	if (request->sub && request->discover == SYSTALLY_DISCOVER_MODULE)
		return systally_usage(
			usage,
			"the module does not see arguments, so --sub does not go with --discover=module");
	return 0;
}
