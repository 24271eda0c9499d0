/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The stubs of the direct hooks. ftrace patches a call of one over the no-op at
 * the start of a function: of x64_sys_call(regs, nr) and its siblings
 * (arch_direct.h), or of the functions of the calls, such as
 * __x64_sys_getppid(regs).
 *
 * At that point the one or two arguments are the only live registers that C code
 * may change, so only these are saved. The stub returns to the function and does
 * not call it, so no task sleeps with the module's code on its stack.
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

.macro STUB name handler
SYM_START(\name, SYM_L_GLOBAL, SYM_A_ALIGN)
	ENDBR
	CALL_DEPTH_ACCOUNT
	FRAME_BEGIN
	pushq	%rdi
	pushq	%rsi
	call	\handler
	popq	%rsi
	popq	%rdi
	FRAME_END
	RET
SYM_FUNC_END(\name)
.endm

	.text
STUB arch_direct_stub systally_direct_handler
STUB arch_direct_sites_stub systally_sites_handler
