// SPDX-License-Identifier: GPL-2.0-only
/*
 * Calls every number that no kernel has, in all ABIs, so that one process's
 * rows fill a table:
 *	sweep [-t] [-s] ROUNDS [LAST]
 * LAST: the last of these numbers, if not all
 */
#include "workload.h"

#define FIRST 550
#define LAST  1022
#define X32   0x40000000

int main(int argc unused, char **argv)
{
	long rounds, last, nr;

	argv = start(argv);
	last = argument(*argv ? argv + 1 : argv, LAST);
	for (rounds = argument(argv, 0); rounds > 0; rounds--) {
		for (nr = FIRST; nr <= last; nr++) {
			long result = nr;

			syscall(nr);
			syscall(nr | X32);
			__asm__ volatile("int $0x80"
					 : "+a"(result)
					 :
					 : "memory", "r8", "r9", "r10", "r11");
		}
	}
	return 0;
}
