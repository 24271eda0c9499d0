/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Processes: finding out about others, and starting one that waits at a gate
 * just before its exec.
 */
#ifndef SYSTALLY_PROCESS_H
#define SYSTALLY_PROCESS_H

#include <limits.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"
#include "base/signals.h"

/* What a shell returns for a command it cannot run, or cannot find. */
#define SYSTALLY_NOT_EXECUTABLE	126
#define SYSTALLY_NOT_FOUND	127

/*
 * Replaces each thread's number by that of its process; numbers of nobody
 * are left as they are.
 */
void systally_process_tgids(uint32_t *pids, size_t count);

/*
 * Finds @command, by PATH if there is no slash in it, and checks that it can
 * be executed. Returns 0 and its @path, or the exit status to fail with, and
 * @error.
 */
int systally_process_find(const char *command, char path[PATH_MAX],
			  struct systally_error *error);

struct systally_child {
	pid_t pid;
	int gate;	/* a byte written here lets it go on */
	int failure;	/* gives the errno of a failed exec */
};

/*
 * Forks a child that waits, with all signals as they were before @signals,
 * and whose first system call once let go is the execve of @path.
 * Returns 0, or -1 with @error.
 */
int systally_process_start(struct systally_child *child, const char *path,
			   char **argv, const struct systally_signals *signals,
			   struct systally_error *error);

/*
 * Lets the child go, and waits until it has done its exec. Returns 0, or the
 * errno that the exec failed with; then the child has ended, or will at once.
 */
int systally_process_release(struct systally_child *child);

/* Ends a child that was not released, and waits for it. */
void systally_process_cancel(struct systally_child *child);

/*
 * What such a child is made of, for one that has more to do before its exec.
 *
 * Makes both pipes, which an exec closes. Returns 0, or -1 with errno.
 */
int systally_process_pipes(int gate[2], int failure[2]);

/*
 * In the child: waits until the gate opens, by one read() and no other call;
 * ends the process if it is closed instead.
 */
void systally_process_wait(int gate);

/* In the child: tells by @failure the errno @why of its exec, and ends. */
void systally_process_fail(int failure, int why) __attribute__((noreturn));

/* Waits for a child that has ended, or is about to. */
void systally_process_reap(pid_t pid);

/* Returns the exit status a shell would give for a wait status. */
int systally_process_status(int wait_status);

#endif /* SYSTALLY_PROCESS_H */
