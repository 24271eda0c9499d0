// SPDX-License-Identifier: GPL-2.0-only
/*
 * Threads whose ids are far from each other, as on a machine that has run for
 * long:
 *	spread THREADS STEP
 * Each thread's id is STEP more than the last one's, from STEP on. The caller has
 * raised pid_max. Prints `spread THREADS` when all of them sleep, and ends when
 * its input does.
 */
#include <pthread.h>

#include "workload.h"

static void *sleeper(void *unused_arg unused)
{
	for (;;)
		syscall(SYS_pause);
	return NULL;
}

int main(int argc unused, char **argv)
{
	long threads = argument(argv + 1, 0), step = argument(argv + 2, 0), i;
	pthread_attr_t attr;
	pthread_t thread;
	char text[24];
	int fd;

	fd = open("/proc/sys/kernel/ns_last_pid", O_WRONLY);
	if (fd < 0)
		die("ns_last_pid");
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, 16384);
	for (i = 1; i <= threads; i++) {
		int bytes = sprintf(text, "%ld", i * step - 1);

		if (pwrite(fd, text, bytes, 0) != bytes)
			die("write to ns_last_pid");
		errno = pthread_create(&thread, &attr, sleeper, NULL);
		if (errno)
			die("thread %ld", i);
	}
	printf("spread %ld\n", threads);
	fflush(stdout);
	while (read(0, text, sizeof(text)) > 0)
		;
	return 0;
}
