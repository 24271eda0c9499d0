// SPDX-License-Identifier: GPL-2.0-only
/*
 * A function that begins as Go's compiler begins functions: it looks whether the
 * stack has room, and if not, it makes some and begins again.
 *	gocalls
 * Prints how often it is called:
 *	function NAME N
 * The section .gopclntab makes it a program in Go for those who look at the file.
 */
#include "workload.h"

#define CALLS	   1009
#define GROWS_EACH 7 /* calls from one that finds no room to the next */

/* Go's g, to which r14 points: the guard is at 16 bytes. */
static struct {
	unsigned long other[2], guard, grown;
} g;

extern void grows(void);

__asm__(".section .gopclntab, \"a\"\n"
	".byte 0\n"
	".text\n"
	".globl grows\n"
	".type grows, @function\n"
	"grows:\n"
	"	cmp 16(%r14), %rsp\n"
	"	jbe 1f\n"
	"	sub $8, %rsp\n"
	"	add $8, %rsp\n"
	"	ret\n"
	"1:	movq $0, 16(%r14)\n"
	"	incq 24(%r14)\n"
	"	jmp grows\n"
	".size grows, . - grows\n");

int main(void)
{
	long i;

	for (i = 0; i < CALLS; i++) {
		g.guard = i % GROWS_EACH ? 0 : ~0UL;
		__asm__ volatile("mov %0, %%r14\n\t"
				 "call grows"
				 :
				 : "r"(&g)
				 : "r14", "memory", "cc");
	}
	if (g.grown != (CALLS + GROWS_EACH - 1) / GROWS_EACH)
		die("%lu grew", g.grown);
	printf("function grows %d\n", CALLS);
	return 0;
}
