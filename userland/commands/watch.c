// SPDX-License-Identifier: GPL-2.0-only
/*
 * The controls that `top` and `record -p` set and restore.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/process.h"
#include "commands/watch.h"

/*
 * Writes as many of the pids as the module takes at once, with @sign before
 * each: `+1,+2`, `-1,-2` or `1,2`. Returns how many there are in @text.
 */
static size_t write_pids(const uint32_t *pids, size_t count, const char *sign,
			 char text[SYSTALLY_CONTROL_BYTES_MAX])
{
	size_t i, used = 0;
	char pid[16];
	int length;

	for (i = 0; i < count; i++) {
		length = snprintf(pid, sizeof(pid), "%s%s%u", i ? "," : "",
				  sign, pids[i]);
		if (used + (size_t)length >= SYSTALLY_CONTROL_BYTES_MAX)
			break;
		memcpy(text + used, pid, (size_t)length);
		used += (size_t)length;
	}
	text[used] = '\0';
	return i;
}

/*
 * Adds all pids to the targets. Returns how many it has added: less than @count
 * with @error.
 */
static size_t add_pids(const struct systally_watch *watch, const uint32_t *pids,
		       size_t count, struct systally_error *error)
{
	char text[SYSTALLY_CONTROL_BYTES_MAX];
	size_t some, added;

	for (added = 0; added < count; added += some) {
		some = write_pids(pids + added, count - added, "+", text);
		if (systally_control_write(watch->control, "targets", text,
					   error))
			break;
	}
	return added;
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
		     const struct systally_functions *functions,
		     struct systally_error *error)
{
	const struct systally_session_wants wants = {
		.collect = request->collect,
		.threads = request->threads,
		.calls = set,
		.functions = functions,
	};
	char targets[SYSTALLY_CONTROL_BYTES_MAX] = "all";
	const size_t count = request->pid_count;
	size_t first = 0;

	watch->own = true;
	if (systally_control_is(watch->control, "enabled", "0"))
		return systally_error_set(
			error,
			"counting is switched off; switch it on with `echo 1 > %s/enabled`",
			watch->control->directory);
	if (count)
		first = write_pids(request->pids, count, "", targets);
	/*
	 * As perf stat -p: also count children that start from now on. As `run`:
	 * begin at zero, or `report` would show the calls of two sessions as one.
	 */
	if (systally_session_prepare(&watch->session, &wants, error) ||
	    systally_session_set(&watch->session, "follow", "1", error) ||
	    systally_control_write(watch->control, "reset", "1", error) ||
	    systally_control_snapshot(watch->control, &watch->before, error) ||
	    systally_session_set(&watch->session, "targets", targets, error) ||
	    add_pids(watch, request->pids + first, count - first, error) !=
		    count - first)
		return -1;
	if (count)
		snprintf(watch->what, sizeof(watch->what),
			 "%zu process%s and what they start", count,
			 count == 1 ? "" : "es");
	else
		snprintf(watch->what, sizeof(watch->what), "all processes");
	return 0;
}

/* There are targets already: adds those of -p that are not among them. */
static int begin_added(struct systally_watch *watch,
		       const struct systally_request *request,
		       const char *targets, struct systally_error *error)
{
	size_t i, count = 0;
	char undo[16];

	watch->filter = true;
	watch->added = calloc(request->pid_count, sizeof(*watch->added));
	if (!watch->added)
		return systally_error_set(error, "out of memory");
	for (i = 0; i < request->pid_count; i++) {
		if (!is_listed(targets, request->pids[i]))
			watch->added[count++] = request->pids[i];
	}
	snprintf(watch->what, sizeof(watch->what), "%zu process%s",
		 request->pid_count, request->pid_count == 1 ? "" : "es");
	if (!count)
		return 0;
	/* more targets would change the counts of a `run` that holds the lock */
	if (systally_session_begin(&watch->session, watch->control, error))
		return -1;
	for (i = 0; i < count; i++) {
		snprintf(undo, sizeof(undo), "-%u", watch->added[i]);
		if (systally_session_note(&watch->session, "targets", undo,
					  error))
			return -1;
	}
	watch->added_count = add_pids(watch, watch->added, count, error);
	return watch->added_count == count ? 0 : -1;
}

/* Makes watch->ends. Returns 0, or -1 with @error. */
static int await_ends(struct systally_watch *watch,
		      const struct systally_request *request,
		      struct systally_error *error)
{
	struct epoll_event event = { .events = EPOLLIN };
	size_t i;

	if (!request->pid_count)
		return 0;
	watch->ends = epoll_create1(EPOLL_CLOEXEC);
	for (i = 0; watch->ends >= 0 && i < request->pid_count; i++) {
		event.data.fd = (int)syscall(SYS_pidfd_open,
					     (pid_t)request->pids[i], 0);
		if (event.data.fd < 0 && errno == ESRCH)
			continue; /* it has ended already */
		if (event.data.fd < 0 || epoll_ctl(watch->ends, EPOLL_CTL_ADD,
						   event.data.fd, &event))
			break;
		watch->alive++;
	}
	if (i < request->pid_count)
		return systally_error_set(
			error, "cannot wait for the end of process %u: %s",
			request->pids[i], strerror(errno));
	return 0;
}

bool systally_watch_over(struct systally_watch *watch)
{
	struct epoll_event event;

	if (watch->ends < 0)
		return false;
	while (epoll_wait(watch->ends, &event, 1, 0) > 0) {
		epoll_ctl(watch->ends, EPOLL_CTL_DEL, event.data.fd, NULL);
		close(event.data.fd);
		watch->alive--;
	}
	return !watch->alive &&
	       (watch->filter ||
		systally_control_is(watch->control, "targets", "none"));
}

/* Says what of @request the module does not keep, as it counts for others. */
static int check_others(const struct systally_control *control,
			const struct systally_request *request,
			struct systally_error *error)
{
	if (request->collect >= SYSTALLY_COLLECT_TIME &&
	    systally_control_is(control, "collect", "count"))
		return systally_error_set(
			error,
			"others are being counted without times and errors, which record, -L, -x, --by errno and such need; write `time` to %s/collect, or leave these out",
			control->directory);
	if (request->collect == SYSTALLY_COLLECT_HIST &&
	    !systally_control_is(control, "collect", "hist"))
		return systally_error_set(
			error,
			"others are being counted without histograms, which -P and -H need; write `hist` to %s/collect, or leave these out",
			control->directory);
	if (request->threads && systally_control_is(control, "threads", "0"))
		return systally_error_set(
			error,
			"others are being counted, and not by thread; write 1 to %s/threads, or leave --by thread out",
			control->directory);
	if (request->pid_count && systally_process_is_inside())
		return systally_error_set(
			error,
			"others are being counted, and -p cannot be told from them, because the module shows the process numbers of the initial pid namespace, and this is another one; run it there, or end the other counting with `echo none > %s/targets`",
			control->directory);
	return 0;
}

/* Finds the functions of -f, in the first process of -p or anywhere. */
static int begin_with_functions(struct systally_watch *watch,
				const struct systally_request *request,
				const struct systally_set *set,
				struct systally_error *error)
{
	const struct systally_library_scope scope = {
		.pid = request->pid_count ? request->pids[0] : 0,
	};
	struct systally_functions functions = { NULL, 0 };
	int result = 0;

	if (request->functions)
		result = systally_functions_find(&functions, request->functions,
						 &scope, error);
	if (!result)
		result = begin_own(watch, request, set, &functions, error);
	systally_functions_free(&functions);
	return result;
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
			result = begin_with_functions(watch, request, set,
						      error);
		goto out;
	}
	if (request->functions) {
		result = systally_error_set(
			error,
			"processes are being counted already, and -f would change what is counted; write `none` to %s/targets first",
			control->directory);
		goto out;
	}
	if (check_others(control, request, error) ||
	    systally_control_snapshot(control, &watch->before, error)) {
		result = -1;
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
	return result ? result : await_ends(watch, request, error);
}

void systally_watch_before(struct systally_watch *watch,
			   struct systally_snapshot *before)
{
	*before = watch->before;
	memset(&watch->before, 0, sizeof(watch->before));
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
	/* those of processes that still live stay open until the command ends */
	if (watch->ends >= 0)
		close(watch->ends);
	watch->ends = -1;
	systally_snapshot_free(&watch->before);
	free(watch->added);
	watch->added = NULL;
	watch->added_count = 0;
	if (systally_session_end(&watch->session, error))
		result = -1;
	return result;
}
