/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From generated code to C and back. The C code is compiled to use general
 * registers only, so vector and x87 registers stay as they are. The flags are
 * free at a call and at a return.
 */

	.section .note.GNU-stack, "", @progbits
	.text

#ifdef __x86_64__

/* Registers of arguments, al (the number of vector arguments), and r10. */
.macro save
	push	%rax
	push	%rcx
	push	%rdx
	push	%rsi
	push	%rdi
	push	%r8
	push	%r9
	push	%r10
.endm

.macro restore
	pop	%r10
	pop	%r9
	pop	%r8
	pop	%rdi
	pop	%rsi
	pop	%rdx
	pop	%rcx
	pop	%rax
.endm

/* Called: gives the thread a slot. */
	.globl	arch_attach
	.hidden	arch_attach
	.type	arch_attach, @function
arch_attach:
	save
	call	probe_attach
	restore
	ret
	.size	arch_attach, . - arch_attach

/* Called: gives callers their own return addresses back. */
	.globl	arch_restore
	.hidden	arch_restore
	.type	arch_restore, @function
arch_restore:
	save
	push	%r11
	call	probe_restore
	pop	%r11
	restore
	ret
	.size	arch_restore, . - arch_restore

/*
 * Jumped to: index, function and return address are on the stack. Goes on with the
 * function.
 */
	.globl	arch_enter
	.hidden	arch_enter
	.type	arch_enter, @function
arch_enter:
	push	%rdi
	lea	24(%rsp), %rdi
	call	probe_enter	/* keeps all other registers */
	pop	%rdi
	mov	8(%rsp), %r11
	add	$16, %rsp
	jmp	*%r11
	.size	arch_enter, . - arch_enter

/*
 * What a timed call returns to. The registers of a result are rax, rdx, xmm0,
 * xmm1, st0 and st1. An unwinder that comes here finds a frame of size zero whose
 * return address is where the function's was. Before it reads that, it asks
 * probe_personality, which puts the caller's own address there.
 */
	.globl	arch_return
	.hidden	arch_return
	.type	arch_return, @function
	.cfi_startproc
	.cfi_personality 0x1b, probe_personality
	.cfi_def_cfa_offset 0
	nop		/* unwinders look up the byte before */
arch_return:
	push	%rax
	push	%rdx
	lea	8(%rsp), %rdi
	call	probe_leave
	mov	%rax, %r11
	pop	%rdx
	pop	%rax
	jmp	*%r11
	.cfi_endproc
	.size	arch_return, . - arch_return

#else

.macro save
	push	%eax
	push	%ecx
	push	%edx
.endm

.macro restore
	pop	%edx
	pop	%ecx
	pop	%eax
.endm

	.globl	arch_attach
	.hidden	arch_attach
	.type	arch_attach, @function
arch_attach:
	save
	call	probe_attach
	restore
	ret
	.size	arch_attach, . - arch_attach

	.globl	arch_restore
	.hidden	arch_restore
	.type	arch_restore, @function
arch_restore:
	save
	call	probe_restore
	restore
	ret
	.size	arch_restore, . - arch_restore

	.globl	arch_enter
	.hidden	arch_enter
	.type	arch_enter, @function
arch_enter:
	push	%eax
	lea	12(%esp), %eax
	call	probe_enter
	pop	%eax
	lea	4(%esp), %esp	/* the function is on top */
	ret
	.size	arch_enter, . - arch_enter

/* The registers of a result are eax, edx and st0. */
	.globl	arch_return
	.hidden	arch_return
	.type	arch_return, @function
	.cfi_startproc
	.cfi_personality 0x1b, probe_personality
	.cfi_def_cfa_offset 0
	nop
arch_return:
	sub	$4, %esp	/* for the address */
	push	%eax
	push	%edx
	lea	8(%esp), %eax
	call	probe_leave
	mov	%eax, 8(%esp)
	pop	%edx
	pop	%eax
	ret
	.cfi_endproc
	.size	arch_return, . - arch_return

#endif
