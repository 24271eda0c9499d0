// SPDX-License-Identifier: GPL-2.0-only
/*
 * The calls whose operations `--sub` tries, with names for the common ones.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/futex.h>
#include <linux/membarrier.h>
#include <linux/seccomp.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "needs/part.h"

/* Not every architecture has arch_prctl. */
#if __has_include(<asm/prctl.h>)
#include <asm/prctl.h>
#endif

#define N(name) { (uint32_t)(name), #name }
#define END	{ 0, NULL }

static const struct systally_part_name ioctls[] = { N(TCGETS),
						    N(TCSETS),
						    N(TCSETSW),
						    N(TCSETSF),
						    N(TCSBRK),
						    N(TCFLSH),
						    N(TIOCGWINSZ),
						    N(TIOCSWINSZ),
						    N(TIOCGPGRP),
						    N(TIOCSPGRP),
						    N(TIOCSCTTY),
						    N(TIOCNOTTY),
						    N(TIOCGSID),
						    N(TIOCGPTN),
						    N(TIOCSPTLCK),
						    N(FIONREAD),
						    N(FIONBIO),
						    N(FIOASYNC),
						    N(FIOCLEX),
						    N(FIONCLEX),
						    N(SIOCGIFCONF),
						    N(SIOCGIFFLAGS),
						    N(SIOCGIFADDR),
						    N(SIOCGIFINDEX),
						    N(SIOCGIFNAME),
						    N(SIOCGIFHWADDR),
						    N(SIOCGIFMTU),
						    N(SIOCETHTOOL),
						    END };

#ifndef F_DUPFD_QUERY
#define F_DUPFD_QUERY 1027
#endif

static const struct systally_part_name fcntls[] = {
	N(F_DUPFD),	    N(F_GETFD),	     N(F_SETFD),
	N(F_GETFL),	    N(F_SETFL),	     N(F_GETLK),
	N(F_SETLK),	    N(F_SETLKW),     N(F_SETOWN),
	N(F_GETOWN),	    N(F_SETSIG),     N(F_GETSIG),
	N(F_SETOWN_EX),	    N(F_GETOWN_EX),  N(F_OFD_GETLK),
	N(F_OFD_SETLK),	    N(F_OFD_SETLKW), N(F_SETLEASE),
	N(F_GETLEASE),	    N(F_NOTIFY),     N(F_DUPFD_QUERY),
	N(F_DUPFD_CLOEXEC), N(F_SETPIPE_SZ), N(F_GETPIPE_SZ),
	N(F_ADD_SEALS),	    N(F_GET_SEALS),  N(F_SETLK64),
	N(F_SETLKW64),	    N(F_GETLK64),    END
};

static const struct systally_part_name prctls[] = { N(PR_SET_PDEATHSIG),
						    N(PR_GET_PDEATHSIG),
						    N(PR_GET_DUMPABLE),
						    N(PR_SET_DUMPABLE),
						    N(PR_GET_KEEPCAPS),
						    N(PR_SET_KEEPCAPS),
						    N(PR_SET_TIMING),
						    N(PR_SET_NAME),
						    N(PR_GET_NAME),
						    N(PR_GET_SECCOMP),
						    N(PR_SET_SECCOMP),
						    N(PR_CAPBSET_READ),
						    N(PR_CAPBSET_DROP),
						    N(PR_GET_SECUREBITS),
						    N(PR_SET_SECUREBITS),
						    N(PR_SET_TIMERSLACK),
						    N(PR_GET_TIMERSLACK),
						    N(PR_MCE_KILL),
						    N(PR_SET_MM),
						    N(PR_SET_CHILD_SUBREAPER),
						    N(PR_GET_CHILD_SUBREAPER),
						    N(PR_SET_NO_NEW_PRIVS),
						    N(PR_GET_NO_NEW_PRIVS),
						    N(PR_SET_THP_DISABLE),
						    N(PR_GET_THP_DISABLE),
						    N(PR_CAP_AMBIENT),
						    N(PR_GET_SPECULATION_CTRL),
						    N(PR_SET_SPECULATION_CTRL),
						    N(PR_SET_VMA),
						    N(PR_SET_PTRACER),
						    N(PR_SET_IO_FLUSHER),
						    END };

#ifdef ARCH_SET_FS
static const struct systally_part_name arch_prctls[] = {
	N(ARCH_SET_GS),
	N(ARCH_SET_FS),
	N(ARCH_GET_FS),
	N(ARCH_GET_GS),
	N(ARCH_GET_CPUID),
	N(ARCH_SET_CPUID),
	{ 0x3001, "ARCH_CET_STATUS" },
	{ 0x1021, "ARCH_GET_XCOMP_SUPP" },
	{ 0x1022, "ARCH_GET_XCOMP_PERM" },
	{ 0x1023, "ARCH_REQ_XCOMP_PERM" },
	{ 0x5001, "ARCH_SHSTK_ENABLE" },
	{ 0x5002, "ARCH_SHSTK_DISABLE" },
	{ 0x5003, "ARCH_SHSTK_LOCK" },
	{ 0x5005, "ARCH_SHSTK_STATUS" },
	END
};
#endif

static const struct systally_part_name madvises[] = {
	N(MADV_NORMAL),		N(MADV_RANDOM),
	N(MADV_SEQUENTIAL),	N(MADV_WILLNEED),
	N(MADV_DONTNEED),	N(MADV_FREE),
	N(MADV_REMOVE),		N(MADV_DONTFORK),
	N(MADV_DOFORK),		N(MADV_MERGEABLE),
	N(MADV_UNMERGEABLE),	N(MADV_HUGEPAGE),
	N(MADV_NOHUGEPAGE),	N(MADV_DONTDUMP),
	N(MADV_DODUMP),		N(MADV_WIPEONFORK),
	N(MADV_KEEPONFORK),	N(MADV_COLD),
	N(MADV_PAGEOUT),	N(MADV_POPULATE_READ),
	N(MADV_POPULATE_WRITE), END
};

static const struct systally_part_name futexes[] = { N(FUTEX_WAIT),
						     N(FUTEX_WAKE),
						     N(FUTEX_FD),
						     N(FUTEX_REQUEUE),
						     N(FUTEX_CMP_REQUEUE),
						     N(FUTEX_WAKE_OP),
						     N(FUTEX_LOCK_PI),
						     N(FUTEX_UNLOCK_PI),
						     N(FUTEX_TRYLOCK_PI),
						     N(FUTEX_WAIT_BITSET),
						     N(FUTEX_WAKE_BITSET),
						     N(FUTEX_WAIT_REQUEUE_PI),
						     N(FUTEX_CMP_REQUEUE_PI),
						     { 13, "FUTEX_LOCK_PI2" },
						     END };

static const struct systally_part_name epolls[] = { N(EPOLL_CTL_ADD),
						    N(EPOLL_CTL_DEL),
						    N(EPOLL_CTL_MOD), END };

static const struct systally_part_name sockets[] = {
	N(AF_UNIX),    N(AF_INET),	N(AF_INET6),
	N(AF_NETLINK), N(AF_PACKET),	N(AF_VSOCK),
	N(AF_ALG),     N(AF_BLUETOOTH), END
};

static const struct systally_part_name resources[] = { N(RLIMIT_CPU),
						       N(RLIMIT_FSIZE),
						       N(RLIMIT_DATA),
						       N(RLIMIT_STACK),
						       N(RLIMIT_CORE),
						       N(RLIMIT_RSS),
						       N(RLIMIT_NPROC),
						       N(RLIMIT_NOFILE),
						       N(RLIMIT_MEMLOCK),
						       N(RLIMIT_AS),
						       N(RLIMIT_LOCKS),
						       N(RLIMIT_SIGPENDING),
						       N(RLIMIT_MSGQUEUE),
						       N(RLIMIT_NICE),
						       N(RLIMIT_RTPRIO),
						       N(RLIMIT_RTTIME),
						       END };

static const struct systally_part_name clocks[] = { N(CLOCK_REALTIME),
						    N(CLOCK_MONOTONIC),
						    N(CLOCK_PROCESS_CPUTIME_ID),
						    N(CLOCK_THREAD_CPUTIME_ID),
						    N(CLOCK_MONOTONIC_RAW),
						    N(CLOCK_REALTIME_COARSE),
						    N(CLOCK_MONOTONIC_COARSE),
						    N(CLOCK_BOOTTIME),
						    N(CLOCK_TAI),
						    END };

static const struct systally_part_name hows[] = { N(SIG_BLOCK), N(SIG_UNBLOCK),
						  N(SIG_SETMASK), END };

static const struct systally_part_name whences[] = { N(SEEK_SET),  N(SEEK_CUR),
						     N(SEEK_END),  N(SEEK_DATA),
						     N(SEEK_HOLE), END };

static const struct systally_part_name advices[] = { N(POSIX_FADV_NORMAL),
						     N(POSIX_FADV_RANDOM),
						     N(POSIX_FADV_SEQUENTIAL),
						     N(POSIX_FADV_WILLNEED),
						     N(POSIX_FADV_DONTNEED),
						     N(POSIX_FADV_NOREUSE),
						     END };

static const struct systally_part_name seccomps[] = {
	N(SECCOMP_SET_MODE_STRICT), N(SECCOMP_SET_MODE_FILTER),
	N(SECCOMP_GET_ACTION_AVAIL), N(SECCOMP_GET_NOTIF_SIZES), END
};

static const struct systally_part_name membarriers[] = {
	N(MEMBARRIER_CMD_QUERY), N(MEMBARRIER_CMD_GLOBAL),
	N(MEMBARRIER_CMD_PRIVATE_EXPEDITED),
	N(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED), END
};

static const struct systally_part_name none[] = { END };

#define ALL UINT32_MAX

static const struct systally_part parts[] = {
	{ "ioctl", 1, ALL, ioctls },
	{ "fcntl", 1, ALL, fcntls },
	{ "fcntl64", 1, ALL, fcntls },
	{ "prctl", 0, ALL, prctls },
#ifdef ARCH_SET_FS
	{ "arch_prctl", 0, ALL, arch_prctls },
#endif
	{ "madvise", 2, ALL, madvises },
	{ "futex", 1, (uint32_t)FUTEX_CMD_MASK, futexes },
	{ "futex_time64", 1, (uint32_t)FUTEX_CMD_MASK, futexes },
	{ "epoll_ctl", 1, ALL, epolls },
	{ "socket", 0, ALL, sockets },
	{ "socketpair", 0, ALL, sockets },
	{ "prlimit64", 1, ALL, resources },
	{ "getrlimit", 0, ALL, resources },
	{ "setrlimit", 0, ALL, resources },
	{ "clock_gettime", 0, ALL, clocks },
	{ "clock_getres", 0, ALL, clocks },
	{ "clock_nanosleep", 0, ALL, clocks },
	{ "timerfd_create", 0, ALL, clocks },
	{ "rt_sigprocmask", 0, ALL, hows },
	{ "lseek", 2, ALL, whences },
	{ "fadvise64", 3, ALL, advices },
	{ "seccomp", 0, ALL, seccomps },
	{ "membarrier", 0, ALL, membarriers },
	{ "bpf", 0, ALL, none },
	{ "keyctl", 0, ALL, none },
	{ "io_uring_register", 1, ALL, none },
	{ "socketcall", 0, ALL, none },
};

const struct systally_part *systally_part_find(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		if (!strcmp(parts[i].call, name))
			return &parts[i];
	}
	return NULL;
}

void systally_part_label(const struct systally_part *part, const char *call,
			 uint32_t value, char *label, size_t size)
{
	const struct systally_part_name *name;

	for (name = part->names; name->name; name++) {
		if (name->value == value) {
			snprintf(label, size, "%s(%s)", call, name->name);
			return;
		}
	}
	snprintf(label, size, "%s(0x%x)", call, value);
}
