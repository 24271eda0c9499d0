// SPDX-License-Identifier: GPL-2.0-only
/*
 * Calls whose return value needs a second look:
 *	returns [-t] [-s]
 * On i386 modify_ldt() and sigreturn() return negative values that are not
 * extended to 64 bits. mmap() returns addresses with the top bit set, which are
 * no errors. On x86-64 modify_ldt() returns its error as an unsigned int, too:
 * neither libc nor the tracepoint sees an error there.
 */
#include "workload.h"

#define LDT_CALLS 7
#define MAPS	  13

#ifdef __i386__
#define SIGRETURN "sigreturn"
#define MMAP_NAME "mmap2"
#define MMAP	  SYS_mmap2
#else
#define SIGRETURN "rt_sigreturn"
#define MMAP_NAME "mmap"
#define MMAP	  SYS_mmap
#endif

#define ERESTARTNOHAND 514

static void handler(int signal unused)
{
}

int main(int argc unused, char **argv)
{
	struct sigaction action = { .sa_handler = handler };
	struct timespec soon = { 0, 20000000 };
	struct itimerspec once = { .it_value = soon };
	timer_t timer;
	int i;

	start(argv);
	for (i = 0; i < LDT_CALLS; i++)
		syscall(SYS_modify_ldt, 99, NULL, 0);
	for (i = 0; i < MAPS; i++)
		if (syscall(MMAP, NULL, 4096, PROT_READ,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == -1)
			die("mmap");
	sigaction(SIGUSR1, &action, NULL);
	if (timer_create(CLOCK_MONOTONIC,
			 &(struct sigevent){ .sigev_notify = SIGEV_SIGNAL,
					     .sigev_signo = SIGUSR1 },
			 &timer) ||
	    timer_settime(timer, 0, &once, NULL))
		die("timer");
	if (syscall(SYS_pause) != -1 || errno != EINTR)
		die("pause");
	expect(ABI, "modify_ldt", LDT_CALLS);
#ifdef __i386__
	expect_error(ABI, "modify_ldt", ENOSYS, LDT_CALLS);
#endif
	expect(ABI, MMAP_NAME, MAPS);
	expect(ABI, "pause", 1);
	expect_error(ABI, "pause", ERESTARTNOHAND, 1);
	expect(ABI, SIGRETURN, 1);
	expect_error(ABI, SIGRETURN, EINTR, 1);
	return 0;
}
