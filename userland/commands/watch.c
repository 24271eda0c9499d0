// SPDX-License-Identifier: GPL-2.0-only
/*
 * The session that `top` and `record` watch.
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
#include "cli/command.h"
#include "commands/watch.h"

/*
 * Writes as many of the pids as the module takes at once: `+1,+2`. Returns how
 * many there are in @text.
 */
static size_t write_pids(const uint32_t *pids, size_t count,
			 char text[SYSTALLY_CONTROL_BYTES_MAX])
{
	size_t i, used = 0;
	char pid[16];
	int length;

	for (i = 0; i < count; i++) {
		length = snprintf(pid, sizeof(pid), "%s+%u", i ? "," : "",
				  pids[i]);
		if (used + (size_t)length >= SYSTALLY_CONTROL_BYTES_MAX)
			break;
		memcpy(text + used, pid, (size_t)length);
		used += (size_t)length;
	}
	text[used] = '\0';
	return i;
}

/* Adds all pids to the targets. Returns 0, or -1 with @error. */
static int add_pids(const struct systally_watch *watch, const uint32_t *pids,
		    size_t count, struct systally_error *error)
{
	char text[SYSTALLY_CONTROL_BYTES_MAX];
	size_t some, added;

	for (added = 0; added < count; added += some) {
		some = write_pids(pids + added, count - added, text);
		if (systally_control_write(&watch->control, "targets", text,
					   error))
			return -1;
	}
	return 0;
}

/* A rule on its way to the control `targets` */
struct rule_writer {
	const struct systally_watch *watch;
	struct systally_error *error;
};

static int write_rule(const char *rule, void *context)
{
	const struct rule_writer *writer = context;

	return systally_control_write(&writer->watch->control, "targets", rule,
				      writer->error);
}

/* Adds the rules for --unit and such. Returns 0, or -1 with @error. */
static int add_rules(const struct systally_watch *watch,
		     const struct systally_scope *scope,
		     struct systally_error *error)
{
	struct rule_writer writer = { watch, error };

	return systally_scope_rules(scope, write_rule, &writer, error);
}

/* What is watched, for the title: as much of it as there is room for */
static void write_terms(struct systally_watch *watch,
			const struct systally_scope *scope)
{
	size_t i, used = 0;

	for (i = 0; i < scope->term_count && used < sizeof(watch->what); i++)
		used += (size_t)snprintf(watch->what + used,
					 sizeof(watch->what) - used, "%s%s",
					 i ? ", " : "", scope->terms[i].text);
	if (scope->pid_count && used < sizeof(watch->what))
		snprintf(watch->what + used, sizeof(watch->what) - used,
			 ", %zu process%s", scope->pid_count,
			 scope->pid_count == 1 ? "" : "es");
}

/* Begins a session with all processes, or with those that are asked for. */
static int begin_own(struct systally_watch *watch,
		     const struct systally_control *control,
		     const struct systally_request *request,
		     const struct systally_session_wants *wants,
		     struct systally_error *error)
{
	const struct systally_scope *scope = &request->scope;
	const size_t count = scope->pid_count;

	watch->own = true;
	if (systally_session_begin(&watch->session, control, error))
		return -1;
	watch->control = watch->session.control;
	/* as perf stat -p: also count children that start from now on */
	if (systally_session_prepare(&watch->session, wants, error) ||
	    systally_control_snapshot(&watch->control, &watch->before, error) ||
	    add_pids(watch, scope->pids, count, error) ||
	    add_rules(watch, scope, error) ||
	    (!systally_scope_any(scope) &&
	     systally_control_write(&watch->control, "targets", "all", error)))
		return -1;
	if (scope->term_count)
		write_terms(watch, scope);
	else if (count)
		snprintf(watch->what, sizeof(watch->what),
			 "%zu process%s and what they start", count,
			 count == 1 ? "" : "es");
	else
		snprintf(watch->what, sizeof(watch->what), "all processes");
	return 0;
}

/* Finds the functions of -f, in the first process of -p or anywhere. */
static int begin_with_functions(struct systally_watch *watch,
				const struct systally_control *control,
				const struct systally_request *request,
				const struct systally_set *set,
				struct systally_error *error)
{
	const struct systally_library_scope scope = {
		.pid = request->scope.pid_count ? request->scope.pids[0] : 0,
	};
	struct systally_functions functions = { NULL, 0 };
	const struct systally_session_wants wants = {
		.collect = request->collect,
		.threads = request->threads,
		.calls = set,
		.functions = &functions,
		.follow = !request->scope.term_count,
	};
	int result = 0;

	if (request->functions)
		result = systally_functions_find(&functions, request->functions,
						 &scope, error);
	if (!result)
		result = begin_own(watch, control, request, &wants, error);
	systally_functions_free(&functions);
	return result;
}

const char *systally_watch_lacks(const struct systally_control *session,
				 const struct systally_request *request)
{
	if (request->collect >= SYSTALLY_COLLECT_TIME &&
	    systally_control_is(session, "collect", "count"))
		return "counts without times and errors, which record, -L, -x, --by errno and such need";
	if (request->collect == SYSTALLY_COLLECT_HIST &&
	    !systally_control_is(session, "collect", "hist"))
		return "counts without histograms, which -P and -H need";
	if (request->threads && systally_control_is(session, "threads", "0"))
		return "does not count by thread";
	return NULL;
}

/*
 * What the default session lacks: as systally_watch_lacks(), and calls that may be
 * asked for.
 */
static const char *default_lacks(const struct systally_control *control,
				 const struct systally_request *request)
{
	const char *lacking = systally_watch_lacks(control, request);

	if (lacking || systally_control_is(control, "syscalls", "all") ||
	    (request->command->series && !request->syscalls))
		return lacking;
	return "does not count all calls";
}

/* Watches a session that is there already. */
static int follow(struct systally_watch *watch,
		  const struct systally_request *request,
		  struct systally_error *error)
{
	watch->filter = systally_scope_any(&request->scope);
	return systally_control_snapshot(&watch->control, &watch->before,
					 error);
}

/* --session */
static int follow_named(struct systally_watch *watch,
			const struct systally_control *control,
			const struct systally_request *request,
			struct systally_error *error)
{
	const char *lacking;

	if (systally_session_find(&watch->control, control, request->session,
				  error))
		return -1;
	lacking = systally_watch_lacks(&watch->control, request);
	if (lacking)
		return systally_error_set(
			error,
			"session %s %s; leave --session out, for a session of its own",
			request->session, lacking);
	snprintf(watch->what, sizeof(watch->what), "session %s",
		 request->session);
	return follow(watch, request, error);
}

/* Makes watch->ends. Returns 0, or -1 with @error. */
static int await_ends(struct systally_watch *watch,
		      const struct systally_request *request,
		      struct systally_error *error)
{
	struct epoll_event event = { .events = EPOLLIN };
	size_t i;

	/* what rules ask for may begin at any time */
	if (!request->scope.pid_count || request->scope.term_count)
		return 0;
	watch->ends = epoll_create1(EPOLL_CLOEXEC);
	for (i = 0; watch->ends >= 0 && i < request->scope.pid_count; i++) {
		event.data.fd = (int)syscall(SYS_pidfd_open,
					     (pid_t)request->scope.pids[i], 0);
		if (event.data.fd < 0 && errno == ESRCH)
			continue; /* it has ended already */
		if (event.data.fd < 0 || epoll_ctl(watch->ends, EPOLL_CTL_ADD,
						   event.data.fd, &event))
			break;
		watch->alive++;
	}
	if (i < request->scope.pid_count)
		return systally_error_set(
			error, "cannot wait for the end of process %u: %s",
			request->scope.pids[i], strerror(errno));
	return 0;
}

int systally_watch_begin(struct systally_watch *watch,
			 const struct systally_control *control,
			 const struct systally_request *request,
			 const struct systally_set *set,
			 struct systally_error *error)
{
	bool own = systally_scope_any(&request->scope) || request->functions ||
		   systally_control_is(control, "targets", "none");
	int result;

	watch->control = *control;
	watch->own = false;
	watch->filter = false;
	watch->why = NULL;
	if (!own && !request->session)
		watch->why = default_lacks(control, request);
	if (request->session) {
		result = follow_named(watch, control, request, error);
	} else if (own || watch->why) {
		result = begin_with_functions(watch, control, request, set,
					      error);
	} else {
		snprintf(watch->what, sizeof(watch->what),
			 "the default session");
		result = follow(watch, request, error);
	}
	return result ? result : await_ends(watch, request, error);
}

bool systally_watch_gone(const struct systally_watch *watch)
{
	return !watch->own && access(watch->control.directory, F_OK);
}

void systally_watch_note(const struct systally_watch *watch,
			 struct systally_notes *notes)
{
	if (watch->why)
		systally_notes_add(
			notes,
			"the default session %s, so these are all processes; --session default is for that session",
			watch->why);
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
		systally_control_is(&watch->control, "targets", "none"));
}

void systally_watch_before(struct systally_watch *watch,
			   struct systally_snapshot *before)
{
	*before = watch->before;
	memset(&watch->before, 0, sizeof(watch->before));
}

void systally_watch_end(struct systally_watch *watch)
{
	/* those of processes that still live stay open until the command ends */
	if (watch->ends >= 0)
		close(watch->ends);
	watch->ends = -1;
	systally_snapshot_free(&watch->before);
	systally_session_end(&watch->session);
}
