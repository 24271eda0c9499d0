// SPDX-License-Identifier: GPL-2.0-only
/*
 * One thread that makes known numbers of calls:
 *	calls [-t] [-s] MODE
 * MODE says how: in its own ABI (plain), by int 0x80, as x32 or through the
 * vsyscall page from 64-bit code, failing, unknown to the kernel, or sleeping.
 */
#include "workload.h"

static void plain(char **argv)
{
	long times = argument(argv, 1), i;

	for (i = 0; i < times; i++)
		calls_make(counts_many);
	calls_expect(ABI, counts_many, times);
}

/* Tens of thousands of calls of the same number, in a short time */
static void ppid(char **argv)
{
	long times = argument(argv, 10007), i;

	for (i = 0; i < times; i++)
		kind_call(GETPPID);
	expect(ABI, "getppid", times);
}

#ifdef __x86_64__
static long int80(long nr, long a, long b, long c)
{
	long result;

	asm volatile("int $0x80"
		     : "=a"(result)
		     : "a"(nr), "b"(a), "c"(b), "d"(c)
		     : "memory", "r8", "r9", "r10", "r11");
	return result;
}

static void int80_mode(char **argv unused)
{
	int kind, i;

	old_select[4] = (unsigned int)(unsigned long)&no_time;
	for (kind = 0; kind < KINDS; kind++) {
		long a = kind == CLOSE ? -1 : 0;

		if (kind == SELECT)
			a = (long)old_select;
		for (i = 0; i < counts_many[kind]; i++)
			int80(kind_i386[kind], a, 0, 0);
	}
	/* And a few calls of the native ABI: one process, two ABIs */
	calls_make(counts_some);
	calls_expect("i386", counts_many, 1);
	calls_expect("x86-64", counts_some, 1);
}

/* Kernels may have x32 compiled out or switched off: ENOSYS, after entry */
static void x32_mode(char **argv unused)
{
	int kind, i, works;

	works = syscall(X32_BIT | kind_x86_64[GETPPID]) != -1;
	for (kind = 0; kind < KINDS; kind++) {
		/* one getppid has been made above */
		for (i = kind == GETPPID; i < counts_many[kind]; i++)
			syscall(X32_BIT | kind_x86_64[kind],
				kind == CLOSE ? -1 : 0, 0, 0, 0, &no_time);
	}
	calls_make(counts_some);
	calls_expect("x86-64", counts_some, 1);
	if (works) {
		calls_expect("x32", counts_many, 1);
		return;
	}
	for (kind = 0; kind < KINDS; kind++) {
		printf("entry x32 %s %d\n", kind_names[kind],
		       counts_many[kind]);
		expect_error("x32", kind_names[kind], ENOSYS,
			     counts_many[kind]);
	}
}

/*
 * The three functions of the vsyscall page (emulate_vsyscall() in
 * arch/x86/entry/vsyscall/vsyscall_64.c). The kernel runs the calls' functions,
 * but no call is made. Without the page this is killed: boot with
 * vsyscall=xonly.
 */
static void vsyscall_mode(char **argv unused)
{
	static const struct {
		const char *name;
		long (*function)(void *, void *, void *);
		int count;
	} functions[] = {
		{ "gettimeofday", (void *)0xffffffffff600000, 101 },
		{ "time", (void *)0xffffffffff600400, 103 },
		{ "getcpu", (void *)0xffffffffff600800, 107 },
	};
	unsigned int i;
	int j;

	for (i = 0; i < sizeof(functions) / sizeof(*functions); i++) {
		for (j = 0; j < functions[i].count; j++)
			if (functions[i].function(NULL, NULL, NULL) < 0)
				die("vsyscall %s", functions[i].name);
		expect(ABI, functions[i].name, 0);
	}
	/* A call of the same function, which is counted */
	syscall(SYS_time, NULL);
	expect(ABI, "time", 1);
	calls_make(counts_some);
	calls_expect(ABI, counts_some, 1);
}
#endif

/* Several errnos of several calls, and several of one call */
static void errors(char **argv unused)
{
	static const struct {
		int kind;
		int argument;
		int error;
		int count;
	} failing[] = {
		{ CLOSE, -1, EBADF, 1009 },
		{ CLOSE, 1 << 20, EBADF, 13 },
		{ GETPGID, -1, ESRCH, 503 },
		{ GETSID, -1, ESRCH, 307 },
		{ GETPRIORITY, 99, EINVAL, 211 },
		{ GETPRIORITY, 1, ESRCH, 101 }, /* no such process group */
		{ POLL, 0, EINVAL, 53 },	/* more than RLIMIT_NOFILE */
	};
	unsigned int i;
	int j;

	for (i = 0; i < sizeof(failing) / sizeof(*failing); i++) {
		int kind = failing[i].kind, second = 0;

		if (failing[i].error == ESRCH && kind == GETPRIORITY)
			second = 0x7ffffff;
		if (kind == POLL)
			second = 0x7fffffff;
		for (j = 0; j < failing[i].count; j++) {
			errno = 0;
			if (syscall(kind_native[kind], failing[i].argument,
				    second, 0) != -1 ||
			    errno != failing[i].error)
				die("%s: not errno %d", kind_names[kind],
				    failing[i].error);
		}
	}
	/* The same calls, succeeding: errors must not be counts */
	for (j = 0; j < 17; j++) {
		kind_call(GETPGID);
		kind_call(GETSID);
		kind_call(GETPRIORITY);
		kind_call(POLL);
	}
	expect(ABI, "close", 1009 + 13);
	expect(ABI, "getpgid", 503 + 17);
	expect(ABI, "getsid", 307 + 17);
	expect(ABI, "getpriority", 211 + 101 + 17);
	expect(ABI, "poll", 53 + 17);
	expect_error(ABI, "close", EBADF, 1009 + 13);
	expect_error(ABI, "getpgid", ESRCH, 503);
	expect_error(ABI, "getsid", ESRCH, 307);
	expect_error(ABI, "getpriority", EINVAL, 211);
	expect_error(ABI, "getpriority", ESRCH, 101);
	expect_error(ABI, "poll", EINVAL, 53);
}

/*
 * Numbers that no kernel has: one that a newer kernel may have, and others, in a
 * row's range, at its border, and beyond
 */
static void unknown(char **argv unused)
{
	int i;

	for (i = 0; i < 101; i++)
		syscall(500);
	for (i = 0; i < 13; i++)
		syscall(600);
	for (i = 0; i < 53; i++)
		syscall(1022);
	for (i = 0; i < 29; i++)
		syscall(1023);
	for (i = 0; i < 17; i++)
		syscall(5000 + i);
	for (i = 0; i < 7; i++)
		syscall(0x3fffffff);
	for (i = 0; i < 3; i++)
		syscall(0x80000000);
	/* Looks as if a tracer had skipped the call: must not be counted */
	for (i = 0; i < 11; i++)
		syscall(-1);
	printf("entry %s syscall_500 101\n", ABI);
	printf("entry %s out_of_range %d\n", ABI, 13 + 53 + 29 + 17 + 7 + 3);
	/* SystemTap's scripts tell these numbers apart */
	printf("number %s 600 13\n", ABI);
	printf("number %s 1022 53\n", ABI);
	/* -1 looks like a call that a tracer has skipped */
	printf("denied %s out_of_range 11\n", ABI);
	expect_error(ABI, "syscall_500", ENOSYS, 101);
	expect_error(ABI, "out_of_range", ENOSYS, 13 + 53 + 29 + 17 + 7 + 3);
}

/* TIMES sleeps of MS milliseconds */
static void sleeps(char **argv)
{
	long times = argument(argv, 7), ms, i;
	struct timespec time;

	ms = argument(*argv ? argv + 1 : argv, 20);
	time.tv_sec = ms / 1000;
	time.tv_nsec = ms % 1000 * 1000000;
	for (i = 0; i < times; i++)
		syscall(SYS_nanosleep, &time, NULL);
	expect(ABI, "nanosleep", times);
}

int main(int argc unused, char **argv)
{
	static const struct {
		const char *name;
		void (*run)(char **argv);
	} modes[] = {
		{ "plain", plain },
		{ "ppid", ppid },
#ifdef __x86_64__
		{ "int80", int80_mode },
		{ "x32", x32_mode },
		{ "vsyscall", vsyscall_mode },
#endif
		{ "errors", errors },
		{ "unknown", unknown },
		{ "sleeps", sleeps },
	};
	unsigned int i;

	argv = start(argv);
	for (i = 0; *argv && i < sizeof(modes) / sizeof(*modes); i++)
		if (!strcmp(modes[i].name, *argv)) {
			modes[i].run(argv + 1);
			return 0;
		}
	fprintf(stderr,
		"usage: calls [-t] [-s] plain|ppid|int80|x32|vsyscall|errors|unknown|sleeps [N [MS]]\n");
	return 2;
}
