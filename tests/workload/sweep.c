// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tries every number in all ABIs, as any user can, so that one process has as
 * many rows as one can have:
 *	sweep [-t] [-s] ROUNDS [LAST]
 * LAST: the last of these numbers, 1022 if not given
 *
 * Each argument is -1, which hardly any call accepts. Calls that end, stop,
 * copy or signal the caller are left out, and those that wait for disks. Prints
 * `made N`, the number of calls.
 */
#include <grp.h>
#include <stdbool.h>

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

int main(int argc unused, char **argv)
{
	long rounds, last, nr, made = 0;

	argv = start(argv);
	if (setgroups(0, NULL) || setgid(NOBODY) || setuid(NOBODY))
		die("setuid");
	last = argument(*argv ? argv + 1 : argv, LAST);
	for (rounds = argument(argv, 0); rounds > 0; rounds--) {
		for (nr = 0; nr <= last; nr++) {
			if (!IN(not_64, nr)) {
				call_64(nr);
				call_64(nr | X32_BIT);
				made += 2;
			}
			if (!IN(not_i386, nr)) {
				call_i386(nr);
				made++;
			}
		}
	}
	/* Some calls may have changed what stdout needs. */
	dprintf(1, "made %ld\n", made);
	return 0;
}
