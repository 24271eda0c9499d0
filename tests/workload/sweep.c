// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tries every number in all ABIs, as any user can, so that one process has as
 * many rows as one can have:
 *	sweep [-t] [-s] ROUNDS [LAST [deny]]
 * LAST: the last of these numbers, 1022 if not given. With `deny`, a seccomp
 * filter answers all even numbers.
 *
 * Each argument is -1, which hardly any call accepts. Calls that end, stop,
 * copy or signal the caller are left out, and those that wait for disks. Prints
 * `made N`, the number of calls, and with `deny` also `denied N`.
 */
#include <grp.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/prctl.h>

#include "workload.h"

#define LAST   1022
#define NOBODY 65534

/* exit, fork, vfork, clone, clone3, exit_group, pause, kill, sigreturn, alarm,
 * vhangup, sync; uretprobe and uprobe, which kill who is not in a trampoline of
 * the kernel's; x32 has another number for rt_sigreturn
 */
static const int not_64[] = { 15,  34,	37,  56,  57,  58,  60, 62,
			      153, 162, 231, 335, 336, 435, 513 };
/* the same, and nice, ssetmask, sigsuspend, waitpid */
static const int not_i386[] = { 1,  2,	 7,   27,  29,	34,  36,  37, 69,
				72, 111, 119, 120, 173, 190, 252, 435 };

static bool is_in(const int *list, size_t count, int nr)
{
	while (count--)
		if (list[count] == nr)
			return true;
	return false;
}

#define IN(list, nr) is_in(list, sizeof(list) / sizeof(*(list)), nr)

static void call_64(long nr)
{
	syscall(nr, -1L, -1L, -1L, -1L, -1L, -1L);
}

static void call_i386(long nr)
{
	__asm__ volatile(
		"push %%rbp\n\tmov $-1, %%ebp\n\tint $0x80\n\tpop %%rbp"
		: "+a"(nr)
		: "b"(-1), "c"(-1), "d"(-1), "S"(-1), "D"(-1)
		: "memory", "r8", "r9", "r10", "r11");
}

/* The last calls of this program have odd numbers: write, exit_group. */
static void deny_even(void)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, 1, 1, 0),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { sizeof(code) / sizeof(*code), code };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program))
		die("seccomp");
}

int main(int argc unused, char **argv)
{
	long rounds, last, nr, made = 0, denied = 0;
	char text[64];
	int bytes;
	bool deny;

	argv = start(argv);
	if (setgroups(0, NULL) || setgid(NOBODY) || setuid(NOBODY))
		die("setuid");
	last = argument(*argv ? argv + 1 : argv, LAST);
	deny = *argv && argv[1] && argv[2];
	if (deny)
		deny_even();
	for (rounds = argument(argv, 0); rounds > 0; rounds--) {
		for (nr = 0; nr <= last; nr++) {
			if (!IN(not_64, nr)) {
				call_64(nr);
				call_64(nr | X32_BIT);
				made += 2;
				denied += nr % 2 ? 0 : 2;
			}
			if (!IN(not_i386, nr)) {
				call_i386(nr);
				made++;
				denied += nr % 2 ? 0 : 1;
			}
		}
	}
	/* By write() alone: some calls may have changed what stdout needs, and
	 * denied ones must not be made here.
	 */
	bytes = sprintf(text, "made %ld\n", made);
	if (deny)
		bytes += sprintf(text + bytes, "denied %ld\n", denied);
	return write(1, text, bytes) != bytes;
}
