/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Calls that block until a signal comes, and what the kernel returns from them
 * then, before it becomes EINTR. For workloads that are interrupted or killed
 * in such a call.
 */
#ifndef BLOCKING_H
#define BLOCKING_H

#include <poll.h>

#include "workload.h"

/* From the kernel's own errno.h; user space never sees them */
#define ERESTARTSYS	      512
#define ERESTARTNOHAND	      514
#define ERESTART_RESTARTBLOCK 516

static int quiet[2]; /* a pipe in which nothing ever comes */
static int futex_word;

static void block_read(void)
{
	char byte;

	syscall(SYS_read, quiet[0], &byte, 1);
}

static void block_futex(void)
{
	syscall(SYS_futex, &futex_word, FUTEX_WAIT, 0, NULL, NULL, 0);
}

static void block_poll(void)
{
	static struct pollfd pollfd;

	pollfd.fd = quiet[0];
	pollfd.events = POLLIN;
	syscall(SYS_poll, &pollfd, 1, -1);
}

static void block_nanosleep(void)
{
	static const struct timespec long_time = { 100000, 0 };

	syscall(SYS_nanosleep, &long_time, NULL);
}

static void block_pause(void)
{
	syscall(SYS_pause);
}

static const struct {
	const char *name;
	long nr;
	void (*block)(void);
	int error;
} sleepers[] = {
	{ "read", SYS_read, block_read, ERESTARTSYS },
	{ "futex", SYS_futex, block_futex, ERESTARTSYS },
	{ "poll", SYS_poll, block_poll, ERESTART_RESTARTBLOCK },
	{ "nanosleep", SYS_nanosleep, block_nanosleep, ERESTART_RESTARTBLOCK },
	{ "pause", SYS_pause, block_pause, ERESTARTNOHAND },
};

#define SLEEPERS (int)(sizeof(sleepers) / sizeof(*sleepers))

#endif /* BLOCKING_H */
