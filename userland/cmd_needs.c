// SPDX-License-Identifier: GPL-2.0-only
/*
 * `systally needs`: which system calls a command cannot do without. Called by
 * main.c.
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "commands.h"
#include "needs_measure.h"
#include "needs_plan.h"
#include "needs_profile.h"
#include "needs_render.h"
#include "output.h"

static int write_result(const struct systally_plan *plan,
			struct systally_error *error)
{
	const char *path = plan->options->output;
	FILE *out = systally_output_open(path, stdout, error);
	int result = 0;

	if (!out)
		return -1;
	if (systally_needs_render(out, plan))
		result = systally_error_set(error, "no memory for the report");
	if (systally_output_close(out, path, error))
		result = -1;
	return result;
}

static int write_profile(const struct systally_plan *plan,
			 struct systally_error *error)
{
	size_t unnamed;

	if (!plan->options->profile)
		return 0;
	if (systally_needs_profile(plan->options->profile, plan->used,
				   plan->names, &unnamed, error))
		return -1;
	if (unnamed)
		fprintf(stderr,
			"systally: note: %zu calls that libseccomp has no name for are not in %s\n",
			unnamed, plan->options->profile);
	return 0;
}

static int finish(const struct systally_plan *plan, int status,
		  struct systally_error *error)
{
	const struct systally_outcome *failed;
	unsigned int count, passed;

	if (status == SYSTALLY_NEEDS_INTERRUPTED) {
		systally_error_set(error, plan->options->state ?
				   "interrupted after %zu of %zu runs; the same command line goes on from there" :
				   "interrupted after %zu of %zu runs; with --state FILE they would be kept, to go on from there",
				   plan->progress.done, plan->progress.total);
		return status;
	}
	if (status)
		return status;
	if (!plan->count)
		fprintf(stderr,
			"systally: note: of the calls that -e names, the command makes none\n");
	count = systally_measure_untouched(plan, &passed, &failed);
	if (failed)
		fprintf(stderr,
			"systally: note: it flaps: %u of %u untouched runs did not pass (%s)\n",
			count - passed, count, failed->why);
	if (write_result(plan, error) || write_profile(plan, error))
		return SYSTALLY_NEEDS_TROUBLE;
	return 0;
}

static void ignore(int number)
{
	(void)number;
}

/*
 * Programs signal their parent, to say that they are ready: no such signal is
 * to end us. By a handler, for what is ignored would be so for children, too.
 */
static void ignore_others(void)
{
	static const int numbers[] = {
		SIGUSR1, SIGUSR2, SIGALRM, SIGVTALRM, SIGPROF, SIGIO,
	};
	struct sigaction action;
	size_t i;

	for (i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		if (sigaction(numbers[i], NULL, &action) ||
		    action.sa_handler != SIG_DFL)
			continue;
		action.sa_handler = ignore;
		action.sa_flags = SA_RESTART;
		sigaction(numbers[i], &action, NULL);
	}
}

int systally_cmd_needs(int argc, char **argv, struct systally_error *error)
{
	struct systally_needs_options options;
	struct systally_signals signals;
	struct systally_names *names;
	struct systally_plan plan;
	int status;

	if (systally_needs_options_parse(&options, argc, argv, 0))
		return SYSTALLY_NEEDS_UNFIT;
	names = systally_names_new();
	if (!names) {
		systally_error_set(error, "out of memory");
		return SYSTALLY_NEEDS_TROUBLE;
	}
	if (systally_signals_open(&signals, error)) {
		systally_names_free(names);
		return SYSTALLY_NEEDS_TROUBLE;
	}
	ignore_others();
	if (systally_output_check(options.output, error) ||
	    systally_output_check(options.profile, error)) {
		systally_signals_close(&signals);
		systally_names_free(names);
		return SYSTALLY_NEEDS_UNFIT;
	}
	status = systally_plan_run(&plan, &options, names, &signals, error);
	status = finish(&plan, status, error);
	systally_plan_free(&plan);
	systally_signals_close(&signals);
	systally_names_free(names);
	return status;
}
