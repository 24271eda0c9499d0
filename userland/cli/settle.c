// SPDX-License-Identifier: GPL-2.0-only
/*
 * What depends on more than one option: defaults, and what does not go
 * together. Called by options.c.
 */
#include <errno.h>

#include "cli/settle.h"
#include "cli/usage.h"

/* strace's table is by call and has no percentiles; its default is time. */
static int settle_strace(struct argp_state *state, struct systally_parse *parse)
{
	struct systally_options *options = parse->options;

	if (options->by == SYSTALLY_BY_ROW)
		options->by = SYSTALLY_BY_SYSCALL;
	if (options->by != SYSTALLY_BY_SYSCALL ||
	    systally_options_need_hist(options)) {
		systally_usage(state,
			       "--format strace is by call and has no percentiles, so neither --by, -P nor -H goes with it");
		return EINVAL;
	}
	if (!parse->sort_given && !options->failed)
		options->sort = SYSTALLY_SORT_TIME;
	options->latency = true;
	return 0;
}

/* The guide's table is by call, and has counts only. */
static int settle_workload(struct argp_state *state,
			   struct systally_parse *parse)
{
	struct systally_options *options = parse->options;

	if (options->by == SYSTALLY_BY_ROW)
		options->by = SYSTALLY_BY_SYSCALL;
	if (options->by != SYSTALLY_BY_SYSCALL || options->latency ||
	    systally_options_need_hist(options)) {
		systally_usage(state,
			       "--format workload is by call and has no times, so neither --by, -L, -P nor -H nor a sort by time goes with it");
		return EINVAL;
	}
	return 0;
}

static int settle_record(struct argp_state *state, struct systally_parse *parse)
{
	struct systally_options *options = parse->options;

	if (!options->output) {
		systally_usage(state, "where to? Give -o FILE");
		return EINVAL;
	}
	if (parse->by_given && options->by != SYSTALLY_BY_THREAD) {
		systally_usage(state,
			       "a recording can be grouped by anything afterwards, by `systally report`; only --by thread must be known before");
		return EINVAL;
	}
	return 0;
}

static int settle_compare(struct argp_state *state, struct systally_parse *parse)
{
	struct systally_options *options = parse->options;

	if (options->file_count != 2) {
		systally_usage(state, "compares two recordings, A and B");
		return EINVAL;
	}
	/* processes of two runs have nothing but their names in common */
	if (options->by == SYSTALLY_BY_PROCESS)
		options->by = SYSTALLY_BY_COMMAND;
	if (options->by == SYSTALLY_BY_ROW)
		options->by = SYSTALLY_BY_SYSCALL;
	if (options->by != SYSTALLY_BY_SYSCALL &&
	    options->by != SYSTALLY_BY_COMMAND) {
		systally_usage(state,
			       "compares by syscall, or by process or command");
		return EINVAL;
	}
	if (options->sort == SYSTALLY_SORT_MAX ||
	    options->sort > SYSTALLY_SORT_NAME) {
		systally_usage(state,
			       "sorts by count, errors, time, avg or name");
		return EINVAL;
	}
	if (options->time_threshold_given)
		options->latency = true;
	return 0;
}

int systally_options_settle(struct argp_state *state,
			    struct systally_parse *parse)
{
	struct systally_options *options = parse->options;

	if (!parse->by_given && options->format == SYSTALLY_TEXT)
		options->by = SYSTALLY_BY_SYSCALL;
	if (!options->limit_given && options->format == SYSTALLY_TEXT &&
	    options->command != SYSTALLY_RUN &&
	    options->command != SYSTALLY_COMPARE)
		options->limit = 10;
	if (!parse->sort_given && (options->failed ||
				   options->by == SYSTALLY_BY_ERRNO))
		options->sort = SYSTALLY_SORT_ERRORS;
	if (options->sort == SYSTALLY_SORT_TIME ||
	    options->sort == SYSTALLY_SORT_AVG ||
	    options->sort == SYSTALLY_SORT_MAX)
		options->latency = true;
	if (options->sort >= SYSTALLY_SORT_P50)
		options->percentiles = true;
	if (options->by == SYSTALLY_BY_ERRNO &&
	    (options->latency || systally_options_need_hist(options))) {
		systally_usage(state,
			       "--by errno has no times, so neither -L, -P or -H nor a sort by time, avg, max or a percentile goes with it");
		return EINVAL;
	}
	if (options->histogram &&
	    (options->syscalls || options->failed ||
	     options->by == SYSTALLY_BY_THREAD)) {
		systally_usage(state,
			       "-H draws all calls of the name that it is given, so neither -e, -x nor --by thread goes with it");
		return EINVAL;
	}
	if (options->histogram)
		options->syscalls = options->histogram;
	if ((options->command == SYSTALLY_RUN ||
	     options->command == SYSTALLY_RECORD) && !options->rest_count) {
		systally_usage(state, "no command to run was given");
		return EINVAL;
	}
	if (options->file_count && options->duration_ns) {
		systally_usage(state,
			       "-d is for what is counted now, not for a file");
		return EINVAL;
	}
	if (options->format >= SYSTALLY_STRACE &&
	    options->command != SYSTALLY_RUN &&
	    options->command != SYSTALLY_REPORT) {
		systally_usage(state, "--format %s is for run and report",
			       options->format == SYSTALLY_STRACE ? "strace" :
								    "workload");
		return EINVAL;
	}
	if (options->format == SYSTALLY_STRACE)
		return settle_strace(state, parse);
	if (options->format == SYSTALLY_WORKLOAD)
		return settle_workload(state, parse);
	if (options->command == SYSTALLY_RECORD)
		return settle_record(state, parse);
	if (options->command == SYSTALLY_COMPARE)
		return settle_compare(state, parse);
	return 0;
}
