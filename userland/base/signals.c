// SPDX-License-Identifier: GPL-2.0-only
/*
 * Receives signals through a signalfd.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/signals.h"

#define SIGNALS 64 /* of the kernel, numbered from 1 */

/* The signal that ended the command; 0: none. main() raises it at the end. */
static int ended_by;

/*
 * glibc's sigset_t and sigprocmask() leave out 32 and 33, which it uses for
 * threads. Their default action ends the process, too, and there are no
 * threads.
 */
static int set_mask(int how, const uint64_t *mask, uint64_t *old)
{
	return (int)syscall(SYS_rt_sigprocmask, how, mask, old, sizeof(*mask));
}

static uint64_t bit(int number)
{
	return UINT64_C(1) << (number - 1);
}

/* Does the signal not end the process: is it ignored, a stop or a continue? */
static bool is_harmless(int number)
{
	switch (number) {
	case SIGCHLD:
	case SIGCONT:
	case SIGSTOP:
	case SIGTSTP:
	case SIGTTIN:
	case SIGTTOU:
	case SIGURG:
	case SIGWINCH:
		return true;
	default:
		return false;
	}
}

/* Is it the signal of a crash? These end a process even if it blocks them. */
static bool is_crash(int number)
{
	switch (number) {
	case SIGABRT:
	case SIGBUS:
	case SIGFPE:
	case SIGILL:
	case SIGSEGV:
	case SIGSYS:
	case SIGTRAP:
		return true;
	default:
		return false;
	}
}

int systally_signals_open(struct systally_signals *signals,
			  struct systally_error *error)
{
	uint64_t mask = bit(SIGCHLD) | bit(SIGWINCH);
	struct sigaction action;
	int number;

	for (number = 1; number <= SIGNALS; number++) {
		if (is_harmless(number) || is_crash(number) ||
		    number == SIGKILL || number == SIGPIPE)
			continue;
		/* nohup, and `&` in a shell, ignore signals on purpose */
		if (sigaction(number, NULL, &action) ||
		    action.sa_handler != SIG_IGN)
			mask |= bit(number);
	}
	signals->fd = (int)syscall(SYS_signalfd4, -1, &mask, sizeof(mask),
				   SFD_CLOEXEC | SFD_NONBLOCK);
	if (signals->fd < 0)
		return systally_error_set(error, "cannot wait for signals: %s",
					  systally_error_meaning(errno));
	set_mask(SIG_BLOCK, &mask, &signals->old_mask);
	memset(&action, 0, sizeof(action));
	action.sa_handler = SIG_IGN;
	sigaction(SIGPIPE, &action, &signals->old_pipe);
	/* if it were ignored, waitpid() would not find ended children */
	action.sa_handler = SIG_DFL;
	sigaction(SIGCHLD, &action, &signals->old_child);
	return 0;
}

void systally_signals_restore(const struct systally_signals *signals)
{
	sigaction(SIGPIPE, &signals->old_pipe, NULL);
	sigaction(SIGCHLD, &signals->old_child, NULL);
	set_mask(SIG_SETMASK, &signals->old_mask, NULL);
}

void systally_signals_close(struct systally_signals *signals)
{
	close(signals->fd);
	signals->fd = -1;
}

uint64_t systally_signals_now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

enum systally_event
systally_signals_wait(const struct systally_signals *signals, uint64_t until_ns,
		      int input, struct signalfd_siginfo *info)
{
	struct pollfd fds[2] = {
		{ .fd = signals->fd, .events = POLLIN },
		{ .fd = input, .events = POLLIN },
	};
	struct timespec left = { 0 };
	uint64_t now;

	for (;;) {
		now = systally_signals_now_ns();
		left.tv_sec = until_ns > now ?
				      (time_t)((until_ns - now) / 1000000000) :
				      0;
		left.tv_nsec = until_ns > now ?
				       (long)((until_ns - now) % 1000000000) :
				       0;
		if (ppoll(fds, input < 0 ? 1 : 2, until_ns ? &left : NULL,
			  NULL) < 0 &&
		    errno != EINTR)
			return SYSTALLY_EVENT_ERROR;
		if (read(signals->fd, info, sizeof(*info)) == sizeof(*info))
			return SYSTALLY_EVENT_SIGNAL;
		if (input >= 0 && fds[1].revents)
			return SYSTALLY_EVENT_INPUT;
		if (until_ns && systally_signals_now_ns() >= until_ns)
			return SYSTALLY_EVENT_TIME;
	}
}

bool systally_signals_ends(const struct signalfd_siginfo *info)
{
	return !is_harmless((int)info->ssi_signo);
}

bool systally_signals_asks(const struct signalfd_siginfo *info)
{
	return info->ssi_signo == SIGINT || info->ssi_signo == SIGTERM ||
	       info->ssi_signo == SIGHUP || info->ssi_signo == SIGQUIT;
}

void systally_signals_end_by(const struct signalfd_siginfo *info)
{
	if (!ended_by)
		ended_by = (int)info->ssi_signo;
}

bool systally_signals_ended(void)
{
	return ended_by;
}

int systally_signals_raise(int status)
{
	/* the kernel's struct sigaction, with all its members 0: SIG_DFL */
	static const uint64_t by_default[4];
	uint64_t mask;

	if (!ended_by)
		return status;
	/* no core: it has not crashed */
	prctl(PR_SET_DUMPABLE, 0);
	mask = bit(ended_by);
	/*
	 * glibc's sigaction() refuses 32 and 33, which its posix_spawn() leaves
	 * ignored in the child, for example in what make starts.
	 */
	syscall(SYS_rt_sigaction, ended_by, by_default, NULL, sizeof(mask));
	set_mask(SIG_UNBLOCK, &mask, NULL);
	kill(getpid(), ended_by);
	/* the signal does not end the first process of a pid namespace */
	return 128 + ended_by;
}
