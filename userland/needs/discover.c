// SPDX-License-Identifier: GPL-2.0-only
/*
 * Three ways to find the calls of a command: module, ptrace, seccomp.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "calls/abi.h"
#include "needs/discover.h"

const char *systally_needs_discover_name(enum systally_needs_discover how)
{
	static const char *const names[] = {
		[SYSTALLY_DISCOVER_AUTO] = "auto",
		[SYSTALLY_DISCOVER_MODULE] = "module",
		[SYSTALLY_DISCOVER_SECCOMP] = "seccomp",
		[SYSTALLY_DISCOVER_PTRACE] = "ptrace",
	};

	return names[how];
}

void systally_discovery_init(struct systally_discovery *discovery,
			     enum systally_needs_discover how,
			     struct systally_used *used)
{
	memset(discovery, 0, sizeof(*discovery));
	discovery->how = how;
	discovery->used = used;
	discovery->listener = -1;
	discovery->session = (struct systally_session)SYSTALLY_SESSION_NONE;
}

/* --- the module --- */

int systally_discovery_take_module(struct systally_discovery *discovery,
				   struct systally_error *error)
{
	const struct systally_set all = { .all = true };
	const struct systally_session_wants wants = {
		.collect = SYSTALLY_COLLECT_COUNT,
		.calls = &all,
		.follow = true,
	};
	struct systally_control control;

	if (systally_control_open(&control, error) ||
	    systally_session_begin(&discovery->session, &control, error))
		return -1;
	if (!systally_session_prepare(&discovery->session, &wants, error))
		return 0;
	systally_session_end(&discovery->session);
	return -1;
}

static int end_module(struct systally_discovery *discovery,
		      struct systally_error *error)
{
	const struct systally_control *control = &discovery->session.control;
	struct systally_snapshot snapshot = { 0 };
	const struct systally_row *row;
	int result = -1;
	size_t i;

	systally_control_write(control, "targets", "none", error);
	if (!systally_control_snapshot(control, &snapshot, error)) {
		for (i = 0; i < snapshot.header.call_rows; i++) {
			row = &snapshot.calls[i];
			systally_used_add(discovery->used, row->abi, row->nr,
					  NULL, row->count);
		}
		result = 0;
		if (snapshot.header.unattributed)
			result = systally_error_set(
				error,
				"the module ran out of memory for rows, so not all calls are known; load it with a greater memory_max_bytes, or try --discover=seccomp");
	}
	systally_snapshot_free(&snapshot);
	systally_session_end(&discovery->session);
	return result;
}

/* --- ptrace --- */

/*
 * Reads what a stopped process does. Returns 0, or -1 with errno: ESRCH if it was
 * killed, EIO before Linux 5.3.
 */
static int get_call(pid_t pid, struct __ptrace_syscall_info *call)
{
	return ptrace(PTRACE_GET_SYSCALL_INFO, pid, (void *)sizeof(*call),
		      call) < 0 ?
		       -1 :
		       0;
}

static int attach_ptrace(pid_t pid, struct systally_error *error)
{
	long options = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACECLONE |
		       PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK |
		       PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL;
	struct __ptrace_syscall_info call;
	int status;

	if (ptrace(PTRACE_SEIZE, pid, NULL, options) ||
	    ptrace(PTRACE_INTERRUPT, pid, NULL, NULL) ||
	    waitpid(pid, &status, __WALL) != pid || !WIFSTOPPED(status))
		return systally_error_set(
			error,
			"cannot trace the command with ptrace: %s; another tracer or kernel.yama.ptrace_scope may forbid it",
			strerror(errno));
	/* the command is not at a call; this only tries whether it works */
	if (get_call(pid, &call))
		return systally_error_set(
			error,
			"cannot read calls with ptrace: %s; --discover=ptrace needs Linux 5.3",
			strerror(errno));
	return ptrace(PTRACE_SYSCALL, pid, NULL, NULL) ?
		       systally_error_set(
			       error,
			       "cannot trace the command with ptrace: %s",
			       strerror(errno)) :
		       0;
}

/* Counts the call at whose entry a process is stopped. */
static void count_call(struct systally_discovery *discovery, pid_t pid)
{
	struct __ptrace_syscall_info call;
	uint64_t arguments[6];
	int abi, nr, i;

	/* fails if the process was killed meanwhile */
	if (get_call(pid, &call) || call.op != PTRACE_SYSCALL_INFO_ENTRY)
		return;
	nr = (int)call.entry.nr;
	abi = systally_abi_decode(call.arch, &nr);
	for (i = 0; i < 6; i++)
		arguments[i] = call.entry.args[i];
	if (abi >= 0)
		systally_used_add(discovery->used, (unsigned int)abi, nr,
				  arguments, 1);
}

/*
 * Counts the exec that starts the command. Its entry was not counted, because
 * the child's calls before it are not the command's.
 */
static void count_first_exec(struct systally_discovery *discovery)
{
	discovery->executed = true;
	/* in the ABI of this program, which made the call */
	systally_used_add(discovery->used, systally_abi_native(), SYS_execve,
			  NULL, 1);
}

void systally_discovery_stopped(struct systally_discovery *discovery, pid_t pid,
				int wait_status)
{
	int signal = WSTOPSIG(wait_status);
	int event = wait_status >> 16;

	if (signal == (SIGTRAP | 0x80)) {
		if (discovery->executed)
			count_call(discovery, pid);
		signal = 0;
	} else if (event == PTRACE_EVENT_STOP) {
		/* SIGTRAP: a new process; else a signal that stops it */
		if (signal != SIGTRAP) {
			ptrace(PTRACE_LISTEN, pid, NULL, NULL);
			return;
		}
		signal = 0;
	} else if (event) {
		if (event == PTRACE_EVENT_EXEC && !discovery->executed)
			count_first_exec(discovery);
		signal = 0;
	}
	/* fails only if the process was killed meanwhile */
	ptrace(PTRACE_SYSCALL, pid, NULL, (long)signal);
}

/* --- seccomp --- */

static void close_listener(struct systally_discovery *discovery)
{
	if (discovery->listener >= 0)
		close(discovery->listener);
	discovery->listener = -1;
}

/*
 * Counts one notified call and lets the kernel do it. The buffers are new each
 * time, because the kernel wants a zeroed one and only libseccomp knows how
 * large the kernel's is. Returns -1 if there is no memory.
 */
static int answer_call(struct systally_discovery *discovery)
{
	struct seccomp_notif_resp *answer;
	struct seccomp_notif *call;
	uint64_t arguments[6];
	int abi, nr, i;

	if (seccomp_notify_alloc(&call, &answer))
		return -1;
	/* fails if the caller was killed meanwhile */
	if (!seccomp_notify_receive(discovery->listener, call)) {
		nr = call->data.nr;
		abi = systally_abi_decode(call->data.arch, &nr);
		for (i = 0; i < 6; i++)
			arguments[i] = call->data.args[i];
		if (abi >= 0)
			systally_used_add(discovery->used, (unsigned int)abi,
					  nr, arguments, 1);
		answer->id = call->id;
		answer->flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
		seccomp_notify_respond(discovery->listener, answer);
	}
	seccomp_notify_free(call, answer);
	return 0;
}

void systally_discovery_serve(struct systally_discovery *discovery)
{
	struct pollfd waiting = { .events = POLLIN };

	waiting.fd = discovery->listener;
	while (poll(&waiting, 1, 0) > 0) {
		/* without POLLIN: all processes with the filter have ended */
		if (!(waiting.revents & POLLIN)) {
			close_listener(discovery);
			return;
		}
		if (answer_call(discovery)) {
			/* all further calls fail, so that the run ends */
			discovery->used->lost = true;
			close_listener(discovery);
			return;
		}
	}
}

/* --- all three --- */

int systally_discovery_attach(struct systally_discovery *discovery,
			      const struct systally_started *started,
			      struct systally_error *error)
{
	char pid[16];

	if (discovery->how == SYSTALLY_DISCOVER_PTRACE)
		return attach_ptrace(started->pid, error);
	if (discovery->how != SYSTALLY_DISCOVER_MODULE)
		return 0;
	snprintf(pid, sizeof(pid), "%d", started->pid);
	return systally_control_write(&discovery->session.control, "targets",
				      pid, error) ?
		       -1 :
		       0;
}

int systally_discovery_end(struct systally_discovery *discovery,
			   struct systally_error *error)
{
	close_listener(discovery);
	if (discovery->how == SYSTALLY_DISCOVER_MODULE)
		return end_module(discovery, error);
	if (discovery->used->lost)
		return systally_error_set(error, "out of memory");
	return 0;
}
