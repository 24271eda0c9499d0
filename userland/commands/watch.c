// SPDX-License-Identifier: GPL-2.0-only
/*
 * The controls that `top` sets and restores.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands/watch.h"

/* Writes the pids with @sign before each: `+1,+2`, `-1,-2` or `1,2`. */
static void write_pids(const uint32_t *pids, size_t count, const char *sign,
		       char text[SYSTALLY_CONTROL_BYTES_MAX])
{
	size_t i, used = 0;

	text[0] = '\0';
	for (i = 0; i < count; i++) {
		int length =
			snprintf(text + used, SYSTALLY_CONTROL_BYTES_MAX - used,
				 "%s%s%u", i ? "," : "", sign, pids[i]);

		used += (size_t)length;
		if (used >= SYSTALLY_CONTROL_BYTES_MAX)
			return;
	}
}

static bool is_listed(const char *targets, uint32_t pid)
{
	char *end;

	while (*targets) {
		if (strtoul(targets, &end, 10) == pid)
			return true;
		if (end == targets)
			return false;
		targets = end;
	}
	return false;
}

/* There are no targets: takes the controls until the watch ends. */
static int begin_own(struct systally_watch *watch,
		     const struct systally_request *request,
		     const struct systally_set *set,
		     struct systally_error *error)
{
	const struct systally_session_wants wants = {
		.collect = request->collect,
		.threads = request->threads,
		.calls = set,
	};
	char targets[SYSTALLY_CONTROL_BYTES_MAX] = "all";

	watch->own = true;
	if (systally_control_is(watch->control, "enabled", "0"))
		return systally_error_set(
			error,
			"counting is switched off; switch it on with `echo 1 > %s/enabled`",
			watch->control->directory);
	if (request->pid_count)
		write_pids(request->pids, request->pid_count, "", targets);
	/* as perf stat -p: also count children that start from now on */
	if (systally_session_prepare(&watch->session, &wants, error) ||
	    systally_session_set(&watch->session, "follow", "1", error) ||
	    systally_session_set(&watch->session, "targets", targets, error))
		return -1;
	if (request->pid_count)
		snprintf(watch->what, sizeof(watch->what),
			 "%zu process%s and what they start",
			 request->pid_count,
			 request->pid_count == 1 ? "" : "es");
	else
		snprintf(watch->what, sizeof(watch->what), "all processes");
	return 0;
}

/* There are targets already: adds those of -p that are not among them. */
static int begin_added(struct systally_watch *watch,
		       const struct systally_request *request,
		       const char *targets, struct systally_error *error)
{
	char text[SYSTALLY_CONTROL_BYTES_MAX];
	size_t i;

	watch->filter = true;
	watch->added = calloc(request->pid_count, sizeof(*watch->added));
	if (!watch->added)
		return systally_error_set(error, "out of memory");
	for (i = 0; i < request->pid_count; i++) {
		if (!is_listed(targets, request->pids[i]))
			watch->added[watch->added_count++] = request->pids[i];
	}
	snprintf(watch->what, sizeof(watch->what), "%zu process%s",
		 request->pid_count, request->pid_count == 1 ? "" : "es");
	if (!watch->added_count)
		return 0;
	write_pids(watch->added, watch->added_count, "+", text);
	/* more targets would change the counts of a `run` that holds the lock */
	if (!systally_session_begin(&watch->session, watch->control, error) &&
	    !systally_control_write(watch->control, "targets", text, error))
		return 0;
	watch->added_count = 0; /* all of them or none */
	return -1;
}

int systally_watch_begin(struct systally_watch *watch,
			 const struct systally_control *control,
			 const struct systally_request *request,
			 const struct systally_set *set,
			 struct systally_error *error)
{
	char *targets = systally_control_read(control, "targets", NULL, error);
	int result = 0;
	bool none;

	watch->control = control;
	if (!targets)
		return -1;
	none = !strcmp(targets, "none");
	if (none) {
		result =
			systally_session_begin(&watch->session, control, error);
		if (!result)
			result = begin_own(watch, request, set, error);
		goto out;
	}
	if (request->collect >= SYSTALLY_COLLECT_TIME &&
	    systally_control_is(control, "collect", "count")) {
		result = systally_error_set(
			error,
			"others are being counted without times and errors, which -L, -x, --by errno and such need; write `time` to %s/collect, or leave these out",
			control->directory);
	} else if (request->collect == SYSTALLY_COLLECT_HIST &&
		   !systally_control_is(control, "collect", "hist")) {
		result = systally_error_set(
			error,
			"others are being counted without histograms, which -P and -H need; write `hist` to %s/collect, or leave these out",
			control->directory);
	} else if (request->threads &&
		   systally_control_is(control, "threads", "0")) {
		result = systally_error_set(
			error,
			"others are being counted, and not by thread; write 1 to %s/threads, or leave --by thread out",
			control->directory);
	} else if (!request->pid_count) {
		snprintf(watch->what, sizeof(watch->what),
			 "what is being counted");
	} else if (!strcmp(targets, "all")) {
		watch->filter = true;
		snprintf(watch->what, sizeof(watch->what), "%zu of all",
			 request->pid_count);
	} else {
		result = begin_added(watch, request, targets, error);
	}
out:
	free(targets);
	return result;
}

int systally_watch_end(struct systally_watch *watch,
		       struct systally_error *error)
{
	char text[SYSTALLY_CONTROL_BYTES_MAX];
	int result = 0;
	size_t i;

	/* one by one: the module refuses pids of processes that have ended */
	for (i = 0; i < watch->added_count; i++) {
		struct systally_error refused = { "" };
		int removed;

		write_pids(&watch->added[i], 1, "-", text);
		removed = systally_control_write(watch->control, "targets",
						 text, &refused);
		if (removed && removed != -ESRCH)
			result = systally_error_set(error, "%s", refused.text);
	}
	free(watch->added);
	watch->added = NULL;
	watch->added_count = 0;
	if (systally_session_end(&watch->session, error))
		result = -1;
	return result;
}
