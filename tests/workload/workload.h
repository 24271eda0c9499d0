/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the workloads, the programs of this folder, share: the calls that they
 * make, which libc itself never makes, and the lines that they print about
 * these calls. The guest tests compare the lines with what systally counted:
 *
 *	count ABI NAME N	N calls of NAME
 *	entry ABI NAME N	N calls that reach no function of the kernel:
 *				the tracepoints count them, kprobes cannot
 *	error ABI NAME ERRNO N	N of these calls failed with ERRNO
 *	denied ABI NAME N	N calls that seccomp or a tracer answered
 *	number ABI NR N		N of the calls out of range had this number
 */
#ifndef WORKLOAD_H
#define WORKLOAD_H

#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#ifdef __i386__
#define ABI "i386"
#else
#define ABI "x86-64"
#endif

#define CONTROLS "/sys/kernel/debug/systally/"
#define X32_BIT	 0x40000000
#define unused	 __attribute__((unused))

enum kind { GETPPID, GETPGID, GETSID, GETPRIORITY, CLOSE, POLL, SELECT, KINDS };

static const char *const kind_names[KINDS] unused = {
	"getppid", "getpgid", "getsid", "getpriority", "close", "poll", "select"
};

/* The numbers are written out: i386 and x32 are also called from 64-bit code */
static const int kind_x86_64[KINDS] unused = { 110, 121, 124, 140, 3, 7, 23 };
static const int kind_i386[KINDS] unused = { 64, 132, 147, 96, 6, 168, 82 };

#ifdef __i386__
#define kind_native kind_i386
#else
#define kind_native kind_x86_64
#endif

/* Different primes, so that counts that are mixed up are noticed */
static const int counts_many[KINDS] unused = { 10007, 5003, 2003, 1009,
					       503,   307,  211 };
static const int counts_some[KINDS] unused = { 101, 53, 29, 17, 11, 7, 5 };
static const int counts_few[KINDS] unused = { 7, 5, 3, 2, 1, 1, 1 };

static void unused __attribute__((noreturn, format(printf, 1, 2)))
die(const char *format, ...)
{
	int error = errno;
	va_list args;

	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fprintf(stderr, ": %s\n", strerror(error));
	exit(1);
}

/*
 * select() on i386 takes one pointer to all five. In static data, which a
 * static program has below 4 GiB: int 0x80 cuts pointers off there.
 */
static struct timeval no_time;
static unsigned int old_select[5] unused;

static long unused kind_call(enum kind kind)
{
	long nr = kind_native[kind];

	switch (kind) {
	case GETPPID:
		return syscall(nr);
	case GETPGID:
	case GETSID:
		return syscall(nr, 0);
	case GETPRIORITY:
		return syscall(nr, 0, 0);
	case CLOSE:
		return syscall(nr, -1);
	case POLL:
		return syscall(nr, 0, 0, 0);
	default:
		break;
	}
#ifdef __i386__
	old_select[4] = (unsigned int)&no_time;
	return syscall(nr, old_select);
#else
	return syscall(nr, 0, 0, 0, 0, &no_time);
#endif
}

static void unused calls_make(const int *counts)
{
	int kind, i;

	for (kind = 0; kind < KINDS; kind++)
		for (i = 0; i < counts[kind]; i++)
			kind_call(kind);
}

static void unused expect(const char *abi, const char *name, long count)
{
	printf("count %s %s %ld\n", abi, name, count);
}

static void unused expect_error(const char *abi, const char *name, int error,
				long count)
{
	printf("error %s %s %d %ld\n", abi, name, error, count);
}

/* @times as often as @counts, close() of -1 failing each time */
static void unused calls_expect(const char *abi, const int *counts, long times)
{
	int kind;

	for (kind = 0; kind < KINDS; kind++)
		expect(abi, kind_names[kind], counts[kind] * times);
	expect_error(abi, "close", EBADF, counts[CLOSE] * times);
}

/*
 * Make the caller a target. The file stays open, as close() is one of the
 * counted calls; it does not survive exec, and so holds the module only as
 * long as the caller runs.
 */
static void unused target_self(void)
{
	char token[16];
	int fd, bytes;

	fd = open(CONTROLS "targets", O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		die("open targets");
	bytes = sprintf(token, "+%d", getpid());
	if (write(fd, token, bytes) != bytes)
		die("write %s to targets", token);
}

/*
 * The words before a workload's own arguments: -t targets itself, -s stops
 * itself until someone continues it. Returns the arguments that are left.
 */
static char unused **start(char **argv)
{
	for (argv++; *argv && **argv == '-'; argv++) {
		if (!strcmp(*argv, "-t"))
			target_self();
		else if (!strcmp(*argv, "-s"))
			raise(SIGSTOP);
		else
			break;
	}
	return argv;
}

static long unused argument(char **argv, long otherwise)
{
	return *argv ? atol(*argv) : otherwise;
}

/*
 * Numbers above all calls of the kernels that systally knows, of which each has
 * a row of its own: systally_syscall_limit() in module/syscalls.h
 */
#define FREE_FROM 475
#define FREE_NRS  40

#ifdef __x86_64__
/* Makes @count different calls, none of which exists: x86-64's, then i386's */
static void unused distinct_calls(long count)
{
	long i, nr;

	if (count > 2 * FREE_NRS)
		die("%ld distinct calls", count);
	for (i = 0; i < count && i < FREE_NRS; i++)
		syscall(FREE_FROM + i);
	for (; i < count; i++) {
		nr = FREE_FROM + i - FREE_NRS;
		asm volatile("int $0x80"
			     : "+a"(nr)
			     :
			     : "r8", "r9", "r10", "r11", "memory");
	}
}
#endif

static void unused *shared_alloc(size_t bytes)
{
	void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (memory == MAP_FAILED)
		die("mmap");
	return memory;
}

static void unused futex_wait(int *word, int value)
{
	syscall(SYS_futex, word, FUTEX_WAIT, value, NULL, NULL, 0);
}

static void unused futex_wake(int *word)
{
	syscall(SYS_futex, word, FUTEX_WAKE, 1 << 30, NULL, NULL, 0);
}

static void unused nap(void)
{
	struct timespec ms = { 0, 1000000 };

	nanosleep(&ms, NULL);
}

/* Where /proc says whether a thread sleeps, and in which call */
struct sleeper {
	int stat_fd;
	int syscall_fd;
};

static int unused proc_open(int pid, int tid, const char *file)
{
	char path[64];
	int fd;

	sprintf(path, "/proc/%d/task/%d/%s", pid, tid, file);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		die("%s", path);
	return fd;
}

static struct sleeper unused sleeper_open(int pid, int tid)
{
	struct sleeper sleeper = { proc_open(pid, tid, "stat"),
				   proc_open(pid, tid, "syscall") };

	return sleeper;
}

/*
 * Wait until the thread sleeps inside call @nr. `syscall` alone does not tell:
 * a stopped thread that was woken and has not run yet still shows its call.
 * pread, because read is a call that workloads count, and no close, for the
 * same reason.
 */
static void unused wait_blocked(const struct sleeper *sleeper, long nr)
{
	char text[512], *end;
	ssize_t bytes;

	for (;; nap()) {
		bytes = pread(sleeper->stat_fd, text, sizeof(text) - 1, 0);
		if (bytes <= 0)
			continue;
		text[bytes] = '\0';
		end = strrchr(text, ')');
		if (!end || end[1] != ' ' || end[2] != 'S')
			continue;
		bytes = pread(sleeper->syscall_fd, text, sizeof(text) - 1, 0);
		if (bytes <= 0)
			continue;
		text[bytes] = '\0';
		if (strtol(text, &end, 10) == nr && end != text)
			return;
	}
}

static void unused reap(pid_t pid)
{
	int status;

	if (waitpid(pid, &status, 0) != pid)
		die("waitpid");
	if (status) {
		fprintf(stderr, "child %d: wait status %#x\n", pid, status);
		exit(1);
	}
}

#endif /* WORKLOAD_H */
