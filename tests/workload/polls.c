// SPDX-License-Identifier: GPL-2.0-only
/*
 * Known numbers of waits for files, by every call of the poll family: some find
 * a file ready, some end by time-out, some return at once:
 *	polls [-t] [-s] [x32]
 * Prints for each call
 *
 *	waits ABI NAME READY TIMED_OUT SPUN
 *
 * and workload.h's line for all three together.
 */
#include <poll.h>
#include <sys/epoll.h>

#include "workload.h"

enum how { MS, TIMESPEC, TIMEVAL, TIMESPEC64, TIMEVAL_OLD };

struct call {
	const char *name;
	int nr;
	enum { POLL_CALL, SELECT_CALL, EPOLL_CALL } what;
	enum how how;
	int ready, timed_out, spun;
};

/* All prime, no two alike */
static const struct call calls[] = {
#ifdef __i386__
	{ "poll", 168, POLL_CALL, MS, 101, 3, 211 },
	{ "ppoll", 309, POLL_CALL, TIMESPEC, 103, 5, 223 },
	{ "ppoll_time64", 414, POLL_CALL, TIMESPEC64, 107, 7, 227 },
	{ "select", 82, SELECT_CALL, TIMEVAL_OLD, 109, 11, 229 },
	{ "_newselect", 142, SELECT_CALL, TIMEVAL, 113, 13, 233 },
	{ "pselect6", 308, SELECT_CALL, TIMESPEC, 127, 17, 239 },
	{ "pselect6_time64", 413, SELECT_CALL, TIMESPEC64, 131, 19, 241 },
	{ "epoll_wait", 256, EPOLL_CALL, MS, 137, 23, 251 },
	{ "epoll_pwait", 319, EPOLL_CALL, MS, 139, 29, 257 },
	{ "epoll_pwait2", 441, EPOLL_CALL, TIMESPEC64, 149, 31, 263 },
#else
	{ "poll", 7, POLL_CALL, MS, 101, 3, 211 },
	{ "ppoll", 271, POLL_CALL, TIMESPEC, 103, 5, 223 },
	{ "select", 23, SELECT_CALL, TIMEVAL, 109, 11, 229 },
	{ "pselect6", 270, SELECT_CALL, TIMESPEC, 127, 17, 239 },
	{ "epoll_wait", 232, EPOLL_CALL, MS, 137, 23, 251 },
	{ "epoll_pwait", 281, EPOLL_CALL, MS, 139, 29, 257 },
	{ "epoll_pwait2", 441, EPOLL_CALL, TIMESPEC64, 149, 31, 263 },
#endif
};

static long bit; /* X32_BIT or 0 */
static int ready_fd, idle_fd;
static int ready_epoll, idle_epoll;

/* One call that waits for @ms. In static data, for it to be in memory. */
static long wait_once(const struct call *call, int ready, int ms)
{
	static struct timespec spec;
	static struct timeval val;
	static long long spec64[2];
	static unsigned int old[5];
	static struct pollfd pollfd;
	static struct epoll_event event[5];
	static fd_set set;
	long nr = call->nr | bit;
	int fd = ready ? ready_fd : idle_fd;
	void *time;

	spec.tv_sec = val.tv_sec = spec64[0] = ms / 1000;
	spec.tv_nsec = spec64[1] = ms % 1000 * 1000000;
	val.tv_usec = ms % 1000 * 1000;
	time = call->how == TIMESPEC   ? (void *)&spec :
	       call->how == TIMESPEC64 ? (void *)spec64 :
					 (void *)&val;
	switch (call->what) {
	case POLL_CALL:
		pollfd.fd = fd;
		pollfd.events = POLLIN;
		if (call->how == MS)
			return syscall(nr, &pollfd, 1, ms);
		return syscall(nr, &pollfd, 1, time, NULL, 8);
	case SELECT_CALL:
		FD_ZERO(&set);
		FD_SET(fd, &set);
		if (call->how != TIMEVAL_OLD)
			return syscall(nr, fd + 1, &set, NULL, NULL, time,
				       NULL);
		old[0] = fd + 1;
		old[1] = (unsigned long)&set;
		old[4] = (unsigned long)&val;
		return syscall(nr, old);
	default:
		fd = ready ? ready_epoll : idle_epoll;
		if (call->how == MS)
			return syscall(nr, fd, event, 5, ms, NULL, 8);
		return syscall(nr, fd, event, 5, time, NULL, 8);
	}
}

static void make(const struct call *call, int ready, int ms, int times)
{
	int i;

	for (i = 0; i < times; i++)
		if (wait_once(call, ready, ms) != ready)
			die("%s: not %d", call->name, ready);
}

static int epoll_of(int fd)
{
	struct epoll_event event = { .events = EPOLLIN };
	int epoll = epoll_create1(0);

	if (epoll < 0 || epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event))
		die("epoll");
	return epoll;
}

int main(int argc unused, char **argv)
{
	const char *abi = ABI;
	int ends[2], i;

	argv = start(argv);
	if (*argv && !strcmp(*argv, "x32")) {
		bit = X32_BIT;
		abi = "x32";
	}
	if (pipe(ends))
		die("pipe");
	idle_fd = ends[0];
	if (pipe(ends) || write(ends[1], "x", 1) != 1)
		die("pipe");
	ready_fd = ends[0];
	ready_epoll = epoll_of(ready_fd);
	idle_epoll = epoll_of(idle_fd);
	for (i = 0; i < (int)(sizeof(calls) / sizeof(*calls)); i++) {
		const struct call *call = &calls[i];

		make(call, 1, i % 2 ? 1000 : 0, call->ready);
		make(call, 0, 1, call->timed_out);
		make(call, 0, 0, call->spun);
		expect(abi, call->name,
		       call->ready + call->timed_out + call->spun);
		printf("waits %s %s %d %d %d\n", abi, call->name, call->ready,
		       call->timed_out, call->spun);
	}
	return 0;
}
