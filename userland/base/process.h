/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Processes: looks up pids and commands, and starts a child that waits at a
 * gate just before its exec.
 */
#ifndef SYSTALLY_PROCESS_H
#define SYSTALLY_PROCESS_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"
#include "base/signals.h"

/* The exit statuses of a shell for a command it cannot run, or not find */
#define SYSTALLY_NOT_EXECUTABLE 126
#define SYSTALLY_NOT_FOUND	127

/*
 * Replaces each tid in @pids by the pid of its process. A number without a
 * process stays as it is, and all do if /proc is of another pid namespace.
 */
void systally_process_tgids(uint32_t *pids, size_t count);

/*
 * Returns true if this process is not in the initial pid namespace, whose numbers
 * the module shows: a process has another number here.
 */
bool systally_process_is_inside(void);

/*
 * Returns 0 if each of the @count processes exists, or -1 with @error, which
 * names the first one that does not. Needs neither rights nor /proc.
 */
int systally_process_check(const uint32_t *pids, size_t count,
			   struct systally_error *error);

/*
 * Finds @command, in PATH if it has no slash, and checks that it can be
 * executed. Returns 0 and its @path; or the exit status for this failure, and
 * @error.
 */
int systally_process_find(const char *command, char path[PATH_MAX],
			  struct systally_error *error);

/* The ids of a user, for a child. */
struct systally_user {
	const char *name;
	uid_t uid;
	gid_t gid;
};

/*
 * Finds @name in the user database. Returns 0, or -1 with @error: there is no
 * such user, or this process is not root and cannot become another user.
 */
int systally_process_user(struct systally_user *user, const char *name,
			  struct systally_error *error);

struct systally_child {
	pid_t pid;
	int gate;    /* a byte written here releases the child */
	int failure; /* the errno of a failed exec can be read here */
};

/*
 * Forks a child that waits at its gate, with all signals as they were before
 * @signals. Its first system call after the release is the execve of @path, so
 * that counting can begin with it. It has the ids and groups of @user, but for
 * NULL. Returns 0, or -1 with @error.
 */
int systally_process_start(struct systally_child *child, const char *path,
			   char **argv, const struct systally_user *user,
			   const struct systally_signals *signals,
			   struct systally_error *error);

/*
 * Releases the child, and waits for its exec. Returns 0, or the errno of the
 * exec; then the child has ended or is about to, and the caller reaps it.
 */
int systally_process_release(struct systally_child *child);

/*
 * Writes to @error why the exec of @path, which systally_process_find() had
 * found, failed with the errno @why. Returns -1.
 */
int systally_process_explain(const char *path, int why,
			     struct systally_error *error);

/* Ends a child that was not released, and waits for it. */
void systally_process_cancel(struct systally_child *child);

/*
 * The parts of systally_process_start(), for a child that has more to do before
 * its exec:
 *
 * Makes both pipes, which an exec closes. Returns 0, or -1 with errno.
 */
int systally_process_pipes(int gate[2], int failure[2]);

/*
 * In the child: waits for the release with one read() and no other call. Ends
 * the process if the gate is closed instead.
 */
void systally_process_wait(int gate);

/* In the child: writes the errno @why of its exec to @failure, and ends. */
void systally_process_fail(int failure, int why) __attribute__((noreturn));

/* Waits for a child that has ended, or is about to, and drops its status. */
void systally_process_reap(pid_t pid);

/*
 * Writes the command line of a process that lives, with a blank between its words.
 * @start_ns: when it started, on CLOCK_BOOTTIME; a later process of the same number is
 * another one
 *
 * Returns 0, or -1: it has ended, it has none (a thread of the kernel), or /proc is of
 * another pid namespace.
 */
int systally_process_line(uint32_t pid, uint64_t start_ns, char *line,
			  size_t size);

/* Returns the exit status that a shell gives for a wait status. */
int systally_process_status(int wait_status);

#endif /* SYSTALLY_PROCESS_H */
