/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What x64_sys_call(regs, nr) and the like call before they do anything, when
 * hook_direct.c has hooked them: ftrace has put a call of this into the place
 * of their no-op.
 *
 * The two arguments are all that these functions have in registers that C code
 * may change; the others of that sort are theirs to fill. Nothing of them is
 * called from here, so no task sleeps with the module's code on its stack.
 */
#include <linux/linkage.h>
#include <asm/frame.h>
#include <asm/nospec-branch.h>

/* From 5.18 on: where the CPU may come to by an indirect branch. Up to 6.14
 * SYM_FUNC_START() has one, later it has not; SYM_START() never has.
 */
#ifndef ENDBR
#define ENDBR
#endif

/* From 6.2 on: on some CPUs the kernel counts calls, against ret's guessing. */
#ifndef CALL_DEPTH_ACCOUNT
#define CALL_DEPTH_ACCOUNT
#endif

	.text
SYM_START(arch_direct_stub, SYM_L_GLOBAL, SYM_A_ALIGN)
	ENDBR
	CALL_DEPTH_ACCOUNT
	FRAME_BEGIN
	pushq	%rdi
	pushq	%rsi
	call	systally_direct_handler
	popq	%rsi
	popq	%rdi
	FRAME_END
	RET
SYM_FUNC_END(arch_direct_stub)
