// SPDX-License-Identifier: GPL-2.0-only
/*
 * Processes that are killed, and the calls that they have made until then; with
 * `follow` set:
 *	victims [-t] [-s] SEED SECONDS
 * One after the other, chosen by SEED: killed while all threads are blocked in
 * calls, or while they run; killed by a seccomp filter, or denied a call by it;
 * traced, and killed at the entry or exit of a call, or detached there, or with
 * calls that the tracer changes or skips. Prints `# victims N` besides what is
 * to be counted. A call that seccomp denies or a tracer skips is not counted, but
 * known as such, if the caller lives to see its end.
 */
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/user.h>
#include <sys/utsname.h>

#include "blocking.h"

#ifdef __i386__
#define NR_OFFSET offsetof(struct user_regs_struct, orig_eax)
#else
#define NR_OFFSET offsetof(struct user_regs_struct, orig_rax)
#endif

#define THREADS 3

/* What a child says to its parent */
static struct shared {
	int tids[THREADS]; /* written by each thread, before it blocks */
	int over;	   /* written by the parent: end by yourself */
} *shared;

static long made[KINDS], blocked[SLEEPERS];
static long answered[KINDS], skipped; /* by seccomp or a tracer; by number -1 */
static unsigned int dice;

static int roll(int sides)
{
	return rand_r(&dice) % sides;
}

static void made_some(const int *counts)
{
	int kind;

	for (kind = 0; kind < KINDS; kind++)
		made[kind] += counts[kind];
}

static pid_t child(void)
{
	pid_t pid;

	memset(shared, 0, sizeof(*shared));
	fflush(stdout);
	pid = fork();
	if (pid < 0)
		die("fork");
	if (!pid)
		prctl(PR_SET_PDEATHSIG, SIGKILL);
	return pid;
}

/* Waits until the child has died of @signal, or has exited if it is 0. */
static void ended(pid_t pid, int signal)
{
	int status;

	if (waitpid(pid, &status, __WALL) != pid)
		die("waitpid");
	if ((signal ? !WIFSIGNALED(status) || WTERMSIG(status) != signal :
		      status)) {
		fprintf(stderr, "victim: wait status %#x, not by signal %d\n",
			status, signal);
		exit(1);
	}
}

/* ---- Killed while blocked ----------------------------------------------- */

static int first_sleeper;

static void *block(void *argument)
{
	long thread = (long)argument;

	calls_make(counts_few);
	__atomic_store_n(&shared->tids[thread], (int)syscall(SYS_gettid),
			 __ATOMIC_SEQ_CST);
	sleepers[(first_sleeper + thread) % SLEEPERS].block();
	return NULL;
}

static void sleeper_close(struct sleeper *sleeper)
{
	/* close() is counted */
	syscall(SYS_close_range, sleeper->stat_fd, sleeper->stat_fd, 0);
	syscall(SYS_close_range, sleeper->syscall_fd, sleeper->syscall_fd, 0);
}

static void killed_blocked(void)
{
	long threads = 1 + roll(THREADS), i;
	struct sleeper sleeper;
	pthread_t thread;
	pid_t pid;

	first_sleeper = roll(SLEEPERS);
	pid = child();
	if (!pid) {
		for (i = 1; i < threads; i++)
			if (pthread_create(&thread, NULL, block, (void *)i))
				die("pthread_create");
		block(NULL);
		_exit(1);
	}
	for (i = 0; i < threads; i++) {
		int *tid = &shared->tids[i], s = (first_sleeper + i) % SLEEPERS;

		while (!__atomic_load_n(tid, __ATOMIC_SEQ_CST))
			sched_yield();
		sleeper = sleeper_open(pid, *tid);
		wait_blocked(&sleeper, sleepers[s].nr);
		sleeper_close(&sleeper);
		made_some(counts_few);
		blocked[s]++;
	}
	kill(pid, SIGKILL);
	ended(pid, SIGKILL);
}

/* ---- Killed at any moment ----------------------------------------------- */

static void killed_anywhere(void)
{
	pid_t pid = child();

	if (!pid) {
		calls_make(counts_some);
		shared->tids[0] = 1;
		/* a call that no tracer is told of */
		for (;;)
			sched_yield();
	}
	while (!__atomic_load_n(&shared->tids[0], __ATOMIC_SEQ_CST))
		sched_yield();
	usleep(roll(3000));
	kill(pid, SIGKILL);
	made_some(counts_some);
	ended(pid, SIGKILL);
}

/* ---- Seccomp ------------------------------------------------------------ */

static const struct {
	unsigned int action;
	int signal; /* it dies of; 0: the call fails */
} verdicts[] = {
	{ SECCOMP_RET_KILL_PROCESS, SIGSYS },
	{ SECCOMP_RET_KILL_THREAD, SIGSYS },
	{ SECCOMP_RET_TRAP, SIGSYS },
	{ SECCOMP_RET_ERRNO | EPERM, 0 },
	{ SECCOMP_RET_TRACE, 0 }, /* no tracer: ENOSYS */
};

static void filter_install(unsigned int action)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, kind_native[GETSID], 0, 1),
		BPF_STMT(BPF_RET | BPF_K, action),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { sizeof(code) / sizeof(*code), code };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program))
		die("seccomp");
}

/*
 * Whether a process that seccomp kills leaves the call before it dies: from 5.16
 * on, __seccomp_filter() in kernel/seccomp.c sends a signal
 */
static bool killed_leave;

static void find_kernel(void)
{
	int version = 0, patchlevel = 0;
	struct utsname kernel;

	if (uname(&kernel) ||
	    sscanf(kernel.release, "%d.%d", &version, &patchlevel) != 2)
		die("uname");
	killed_leave = version > 5 || (version == 5 && patchlevel >= 16);
}

static void denied(void)
{
	int v = roll(sizeof(verdicts) / sizeof(*verdicts));
	pid_t pid = child();

	if (!pid) {
		calls_make(counts_some);
		filter_install(verdicts[v].action);
		kind_call(GETPGID);
		kind_call(GETSID);
		kind_call(GETPPID);
		_exit(0);
	}
	made_some(counts_some);
	made[GETPGID]++;
	if (!verdicts[v].signal)
		made[GETPPID]++;
	if (killed_leave || (verdicts[v].action != SECCOMP_RET_KILL_PROCESS &&
			     verdicts[v].action != SECCOMP_RET_KILL_THREAD))
		answered[GETSID]++;
	ended(pid, verdicts[v].signal);
}

/* ---- Traced ------------------------------------------------------------- */

static void __attribute__((noreturn)) body_traced(unsigned int first)
{
	unsigned int i;

	if (ptrace(PTRACE_TRACEME, 0, 0, 0))
		die("PTRACE_TRACEME");
	raise(SIGSTOP);
	for (i = first; !__atomic_load_n(&shared->over, __ATOMIC_SEQ_CST); i++)
		kind_call(i % KINDS);
	_exit(0);
}

/* Lets it run to the next stop at a call's entry or exit. */
static void next_stop(pid_t pid, int request)
{
	int status;

	if (ptrace(request, pid, 0, 0))
		die("ptrace");
	if (waitpid(pid, &status, __WALL) != pid)
		die("waitpid");
	if (!WIFSTOPPED(status) || WSTOPSIG(status) != (SIGTRAP | 0x80)) {
		fprintf(stderr, "traced: wait status %#x\n", status);
		exit(1);
	}
}

static void nr_set(pid_t pid, long nr)
{
	if (ptrace(PTRACE_POKEUSER, pid, NR_OFFSET, nr))
		die("PTRACE_POKEUSER");
}

static long nr_get(pid_t pid)
{
	return ptrace(PTRACE_PEEKUSER, pid, NR_OFFSET, 0);
}

static void count_nr(long *counts, long nr)
{
	int kind;

	for (kind = 0; kind < KINDS; kind++)
		if (nr == kind_native[kind])
			counts[kind]++;
}

/*
 * A tracee that is killed at a call's entry does not make the call, but leaves
 * it: syscall_trace_enter() in kernel/entry/common.c
 */
static void kill_at_entry(pid_t pid)
{
	count_nr(answered, nr_get(pid));
	kill(pid, SIGKILL);
	ended(pid, SIGKILL);
}

static void traced(void)
{
	enum { AT_ENTRY, AT_EXIT, LET_GO, EMULATED, ENDS } end = roll(ENDS);
	int calls = roll(20), first = roll(KINDS), status, i;
	pid_t pid = child();

	if (!pid)
		body_traced(first);
	if (waitpid(pid, &status, __WALL) != pid || !WIFSTOPPED(status))
		die("waitpid: no stop");
	if (ptrace(PTRACE_SETOPTIONS, pid, 0,
		   PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL))
		die("PTRACE_SETOPTIONS");
	for (i = 0; i < calls; i++) {
		next_stop(pid, PTRACE_SYSCALL);
		switch (roll(4)) {
		case 0: /* no call */
			nr_set(pid, -1);
			skipped++;
			break;
		case 1: /* another one */
			nr_set(pid, kind_native[GETPPID]);
			made[GETPPID]++;
			break;
		default:
			count_nr(made, nr_get(pid));
		}
		next_stop(pid, PTRACE_SYSCALL);
	}
	if (end == EMULATED) {
		for (i = 0; i < 5; i++) {
			next_stop(pid, PTRACE_SYSEMU);
			if (i < 4)
				count_nr(answered, nr_get(pid));
		}
	} else {
		next_stop(pid, PTRACE_SYSCALL);
	}
	if (end == AT_EXIT) {
		count_nr(made, nr_get(pid));
		next_stop(pid, PTRACE_SYSCALL);
		kill(pid, SIGKILL);
		ended(pid, SIGKILL);
		return;
	}
	if (end == LET_GO) {
		/* A call that waits would be interrupted by this, and made
		 * again: __ptrace_unlink(), kernel/ptrace.c
		 */
		nr_set(pid, kind_native[GETPPID]);
		made[GETPPID]++;
		__atomic_store_n(&shared->over, 1, __ATOMIC_SEQ_CST);
		if (ptrace(PTRACE_DETACH, pid, 0, 0))
			die("PTRACE_DETACH");
		ended(pid, 0);
		return;
	}
	kill_at_entry(pid);
}

/* ------------------------------------------------------------------------- */

int main(int argc unused, char **argv)
{
	static void (*const ways[])(void) = { killed_blocked, killed_anywhere,
					      denied, traced };
	long victims, seconds;
	time_t end;
	int i;

	if (pipe(quiet))
		die("pipe");
	shared = shared_alloc(sizeof(*shared));
	find_kernel();
	argv = start(argv);
	dice = argument(argv, 1);
	seconds = argument(*argv ? argv + 1 : argv, 1);
	end = time(NULL) + seconds;
	for (victims = 0; time(NULL) < end; victims++)
		ways[roll(sizeof(ways) / sizeof(*ways))]();

	for (i = 0; i < KINDS; i++)
		expect(ABI, kind_names[i], made[i]);
	for (i = 0; i < KINDS; i++)
		printf("denied %s %s %ld\n", ABI, kind_names[i], answered[i]);
	printf("denied %s out_of_range %ld\n", ABI, skipped);
	expect_error(ABI, "close", EBADF, made[CLOSE]);
	for (i = 0; i < SLEEPERS; i++) {
		expect(ABI, sleepers[i].name, blocked[i]);
		if (blocked[i])
			expect_error(ABI, sleepers[i].name, sleepers[i].error,
				     blocked[i]);
	}
	printf("# victims %ld\n", victims);
	return 0;
}
