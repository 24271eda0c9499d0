/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The stub of the direct hook. ftrace patches a call of it over the no-op at the
 * start of x64_sys_call(regs, nr) and its siblings (arch_direct.h).
 *
 * At that point the two arguments are the only live registers that C code may
 * change, so only these are saved. The stub returns to the function and does not
 * call it, so no task sleeps with the module's code on its stack.
 */
#include <linux/linkage.h>
#include <asm/frame.h>

#include "compat/call_depth.h"

/* From 5.18 on: marks a target of indirect branches (IBT). SYM_FUNC_START() has
 * one up to 6.14 and none later; SYM_START() has none on any kernel.
 */
#ifndef ENDBR
#define ENDBR
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
