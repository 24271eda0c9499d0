// SPDX-License-Identifier: GPL-2.0-only
/*
 * Calls that signals interrupt and the kernel restarts, which enters them again
 * each time; with `follow` set:
 *	signals [-t] [-s] [TIMES]
 * One child reads a pipe and is interrupted by a handler with SA_RESTART;
 * one sleeps and is stopped and continued, which re-enters the sleep as
 * restart_syscall; one has a handler without SA_RESTART.
 */
#include "workload.h"

#define ERESTARTSYS	      512
#define ERESTARTNOHAND	      514
#define ERESTART_RESTARTBLOCK 516

static int *handled; /* shared; the present child writes it */
static int times = 11;

static void handler(int signal unused)
{
	__atomic_add_fetch(handled, 1, __ATOMIC_SEQ_CST);
}

static void handle(int flags)
{
	struct sigaction action = { .sa_handler = handler, .sa_flags = flags };

	sigaction(SIGUSR1, &action, NULL);
	*handled = 0;
}

static void wait_handled(int count)
{
	while (__atomic_load_n(handled, __ATOMIC_SEQ_CST) < count)
		nap();
}

static pid_t child(void (*body)(void))
{
	pid_t pid = fork();

	if (pid < 0)
		die("fork");
	if (!pid) {
		body();
		_exit(0);
	}
	return pid;
}

static int fds[2];

static void body_read(void)
{
	char byte;

	if (syscall(SYS_read, fds[0], &byte, 1) != 1)
		die("read");
}

static void restarted(void)
{
	struct sleeper sleeper;
	pid_t pid;
	int i;

	handle(SA_RESTART);
	if (pipe(fds))
		die("pipe");
	pid = child(body_read);
	sleeper = sleeper_open(pid, pid);
	for (i = 0; i < times; i++) {
		wait_blocked(&sleeper, SYS_read);
		kill(pid, SIGUSR1);
		wait_handled(i + 1);
	}
	wait_blocked(&sleeper, SYS_read);
	if (write(fds[1], "x", 1) != 1)
		die("write");
	reap(pid);
	expect(ABI, "read", times + 1);
	expect_error(ABI, "read", ERESTARTSYS, times);
}

static void body_sleep(void)
{
	struct timespec long_time = { 100000, 0 };

	if (syscall(SYS_nanosleep, &long_time, &long_time) != -1 ||
	    errno != EINTR)
		die("nanosleep");
}

static void stopped(void)
{
	struct sleeper sleeper;
	pid_t pid;
	int i, status;

	handle(0);
	pid = child(body_sleep);
	sleeper = sleeper_open(pid, pid);
	wait_blocked(&sleeper, SYS_nanosleep);
	for (i = 0; i < times; i++) {
		kill(pid, SIGSTOP);
		if (waitpid(pid, &status, WUNTRACED) != pid)
			die("waitpid");
		kill(pid, SIGCONT);
		wait_blocked(&sleeper, SYS_restart_syscall);
	}
	kill(pid, SIGUSR1);
	reap(pid);
	expect(ABI, "nanosleep", 1);
	expect_error(ABI, "nanosleep", ERESTART_RESTARTBLOCK, 1);
	expect(ABI, "restart_syscall", times);
	expect_error(ABI, "restart_syscall", ERESTART_RESTARTBLOCK, times);
}

static void body_pause(void)
{
	while (__atomic_load_n(handled, __ATOMIC_SEQ_CST) < times)
		syscall(SYS_pause);
}

static void interrupted(void)
{
	struct sleeper sleeper;
	pid_t pid;
	int i;

	handle(0);
	pid = child(body_pause);
	sleeper = sleeper_open(pid, pid);
	for (i = 0; i < times; i++) {
		wait_blocked(&sleeper, SYS_pause);
		kill(pid, SIGUSR1);
		wait_handled(i + 1);
	}
	reap(pid);
	expect(ABI, "pause", times);
	expect_error(ABI, "pause", ERESTARTNOHAND, times);
}

int main(int argc unused, char **argv)
{
	handled = shared_alloc(sizeof(*handled));
	argv = start(argv);
	times = argument(argv, times);
	/* Each parent's nap is a clock_nanosleep, its reading pread64 */
	restarted();
	stopped();
	interrupted();
	return 0;
}
