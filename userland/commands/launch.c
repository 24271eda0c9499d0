// SPDX-License-Identifier: GPL-2.0-only
/*
 * Counts one command from its exec to its end, for `run` and `record`.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "commands/launch.h"
#include "base/process.h"
#include "cli/usage.h"
#include "device/session.h"
#include "probe/rows.h"

struct run {
	const struct systally_request *request;
	struct systally_error *error;
	struct systally_control control;
	struct systally_session session;
	struct systally_signals signals;
	const struct systally_set *set;
	struct systally_functions functions; /* -f */
	struct systally_probe probe;	     /* --in-process, else all zero */
	struct systally_delivery delivery;
	struct systally_user user; /* -u */
	struct systally_child child;
	int status;	   /* the command's; -1: it has not ended */
	uint64_t missed;   /* kprobe_missed at the start */
	uint64_t began_ns; /* when the command could exec */
	bool written;
};

static int begin_session(struct run *run)
{
	const struct systally_session_wants wants = {
		.collect = run->request->collect,
		.threads = run->request->threads,
		.calls = run->set,
		.functions = &run->functions,
		.follow = true,
	};

	if (systally_session_begin(&run->session, &run->control, run->error) ||
	    systally_session_prepare(&run->session, &wants, run->error))
		return -1;
	run->missed = systally_control_missed(&run->session.control);
	return 0;
}

/* Prepares to count. Returns 0, or -1 with an error. */
static int prepare(struct run *run)
{
	const struct systally_probe_wants wants = {
		.collect = run->request->collect,
		.threads = run->request->threads,
		.functions = &run->functions,
		.user = run->request->user ? &run->user : NULL,
	};

	if (!run->request->in_process)
		return begin_session(run);
	return systally_probe_begin(&run->probe, &wants, run->error);
}

/* Passes on a signal that the command has not received itself. */
static void pass_on(const struct run *run, const struct signalfd_siginfo *info)
{
	const bool terminal =
		info->ssi_code == SI_KERNEL &&
		(info->ssi_signo == SIGINT || info->ssi_signo == SIGQUIT);

	if (!terminal && run->status < 0)
		kill(run->child.pid, (int)info->ssi_signo);
}

/* Stops counting, and takes the counters. Returns 0, or -1 with an error. */
static int stop(struct run *run, struct systally_launched *launched,
		struct systally_snapshot *snapshot)
{
	const struct systally_control *control = &run->session.control;
	int result;

	/* first: descendants that are still running are no longer counted */
	systally_control_write(control, "targets", "none", run->error);
	launched->duration_ns = systally_signals_now_ns() - run->began_ns;
	result = systally_control_snapshot(control, snapshot, run->error);
	if (!result)
		launched->missed = snapshot->header.kprobe_missed - run->missed;
	systally_session_end(&run->session);
	return result;
}

/* Another command can reset the session: `systally reset --session`. */
static void note_reset(const struct systally_snapshot *snapshot,
		       struct systally_notes *notes)
{
	if (snapshot->header.generation)
		systally_notes_add(
			notes,
			"the counters were reset meanwhile: %llu more calls are not shown",
			(unsigned long long)snapshot->header.discarded);
}

/* Stops counting, and writes the counters. Returns 0, or -1 with an error. */
static int stop_and_write(struct run *run)
{
	struct systally_snapshot snapshot = { 0 };
	struct systally_notes notes = { 0 };
	struct systally_launched launched = {
		.snapshot = &snapshot,
		.status = run->status,
		.notes = &notes,
	};
	int result;

	run->written = true;
	if (run->request->in_process) {
		launched.duration_ns =
			systally_signals_now_ns() - run->began_ns;
		result = systally_probe_snapshot(&run->probe, &snapshot, &notes,
						 run->error);
	} else {
		result = stop(run, &launched, &snapshot);
		note_reset(&snapshot, &notes);
		if (run->request->collect >= SYSTALLY_COLLECT_TIME)
			systally_functions_note_untimed(&run->functions,
							&notes);
	}
	if (!snapshot.rows ||
	    systally_deliver(&run->delivery, &launched,
			     run->request->output ? stdout : stderr,
			     run->error))
		result = -1;
	if (run->delivery.stalls && run->delivery.info.ssi_signo)
		pass_on(run, &run->delivery.info);
	systally_snapshot_free(&snapshot);
	systally_notes_free(&notes);
	return result;
}

/*
 * Handles a signal. The terminal sends SIGINT and SIGQUIT to the command as
 * well; all others are passed on, as if the command had been started without
 * systally. At the second one that asks for the end, the report is written
 * without waiting for the command. What the command itself sends its parent,
 * for example when it is ready, is not for it.
 */
static int handle_signal(struct run *run, const struct signalfd_siginfo *info,
			 unsigned int *asked)
{
	if (!systally_signals_ends(info) ||
	    (info->ssi_code <= 0 && (pid_t)info->ssi_pid == run->child.pid))
		return 0;
	pass_on(run, info);
	if (systally_signals_asks(info) && ++*asked == 2 && !run->written)
		return stop_and_write(run);
	return 0;
}

/* Waits for the command. Returns its exit status, or 1 if systally failed. */
static int attend(struct run *run)
{
	uint64_t limit = run->request->duration_ns;
	struct signalfd_siginfo info;
	unsigned int asked = 0;
	int wait_status = 0;
	int result = 0;

	if (limit)
		limit += systally_signals_now_ns();
	while (waitpid(run->child.pid, &wait_status, WNOHANG) == 0) {
		switch (systally_signals_wait(
			&run->signals, run->written ? 0 : limit, -1, &info)) {
		case SYSTALLY_EVENT_TIME:
			result |= stop_and_write(run);
			break;
		case SYSTALLY_EVENT_SIGNAL:
			result |= handle_signal(run, &info, &asked);
			break;
		default:
			break;
		}
	}
	run->status = systally_process_status(wait_status);
	if (!run->written)
		result |= stop_and_write(run);
	return result ? 1 : run->status;
}

/* Starts the child behind its gate. Returns 0, or -1 with an error. */
static int start_child(struct run *run, const char *path)
{
	const bool in_process = run->request->in_process;
	int result;

	if (in_process && systally_probe_set_environment(&run->probe))
		return systally_error_set(run->error, "out of memory");
	result = systally_process_start(&run->child, path, run->request->argv,
					run->request->user ? &run->user : NULL,
					&run->signals, run->error);
	if (in_process)
		systally_probe_unset_environment(&run->probe);
	return result;
}

static int start(struct run *run, const char *path)
{
	char pid[16];
	int why;

	if (start_child(run, path))
		return 1;
	snprintf(pid, sizeof(pid), "%d", run->child.pid);
	if (!run->request->in_process &&
	    systally_control_write(&run->session.control, "targets", pid,
				   run->error)) {
		systally_process_cancel(&run->child);
		return 1;
	}
	run->began_ns = systally_signals_now_ns();
	why = systally_process_release(&run->child);
	if (!why)
		return attend(run);
	waitpid(run->child.pid, NULL, 0);
	systally_process_explain(path, why, run->error);
	return SYSTALLY_NOT_EXECUTABLE;
}

int systally_launch(const struct systally_request *request,
		    const struct systally_set *set,
		    systally_launched_function *write, void *context,
		    struct systally_error *error)
{
	struct run run = {
		.request = request,
		.error = error,
		.set = set,
		.session = SYSTALLY_SESSION_NONE,
		.delivery = { .write = write, .context = context },
		.status = -1,
	};
	char path[PATH_MAX];
	int missing;
	int status = 1;

	missing = systally_process_find(request->argv[0], path, error);
	if (missing)
		return missing;
	if (request->functions &&
	    systally_functions_find(
		    &run.functions, request->functions,
		    &(struct systally_library_scope){ .program = path }, error))
		return SYSTALLY_EXIT_USAGE;
	if ((request->user &&
	     systally_process_user(&run.user, request->user, error)) ||
	    (!request->in_process &&
	     systally_control_open(&run.control, error)) ||
	    systally_output_prepare(&run.delivery.output, request->output,
				    error))
		goto out_functions;
	/* before the command starts: a signal must not end systally meanwhile */
	if (systally_signals_open(&run.signals, error))
		goto out;
	run.delivery.signals = &run.signals;
	if (!prepare(&run))
		status = start(&run, path);
	systally_probe_end(&run.probe);
	systally_session_end(&run.session);
	systally_signals_close(&run.signals);
out:
	systally_output_cancel(&run.delivery.output);
out_functions:
	systally_functions_free(&run.functions);
	return status;
}
