/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How a call of x86-64 was made: by which ABI, and by which number. For the
 * hooks' handlers: inline, so that they compile to one straight piece of code.
 *
 * All functions: for the current task in one of its calls, any context, unless
 * their comment says otherwise.
 */
#ifndef SYSTALLY_ARCH_CALL_H
#define SYSTALLY_ARCH_CALL_H

#include <linux/compiler.h>
#include <linux/err.h>
#include <linux/ptrace.h>
#include <linux/sched.h>
#include <linux/uaccess.h>
#include <asm/processor.h>
#include <asm/thread_info.h>
#include <asm/unistd.h>

#include "abi.h"

/*
 * arch_call_is_compat - the number alone does not tell the call from a native
 * one
 *
 * TS_COMPAT is set by both 32-bit entries, also for int 0x80 from 64-bit code
 * (arch/x86/entry/common.c). in_compat_syscall() would be true of x32 as well,
 * whose numbers have a bit that no native number has.
 */
static __always_inline bool arch_call_is_compat(const struct task_struct *task)
{
	return task->thread_info.status & TS_COMPAT;
}

/*
 * arch_call_abi - the ABI that a call was made by
 * @nr: in: the number as the entry code has it; out: the number in that ABI
 */
static __always_inline enum abi arch_call_abi(const struct task_struct *task,
					      u32 *nr)
{
	enum abi abi = ABI_X86_64;

	if (arch_call_is_compat(task)) {
		abi = ABI_I386;
	} else if (*nr & __X32_SYSCALL_BIT && (s32)*nr >= 0) {
		abi = ABI_X32;
		*nr &= ~__X32_SYSCALL_BIT;
	}
	return abi;
}

/*
 * arch_call_nr - the number that the task called, as the entry code has it
 * @user: the registers with which it entered the kernel
 */
static __always_inline u32 arch_call_nr(const struct pt_regs *user)
{
	return (u32)user->orig_ax;
}

/*
 * arch_call_failed - whether a call has failed, and with which errno
 * @abi: that the call was made by
 * @ret: in: what sys_exit has; out: the same as the caller sees it
 *
 * Some calls of i386 return an unsigned int (modify_ldt() in
 * arch/x86/kernel/ldt.c), and sigreturn() the caller's 32-bit register: their
 * negative values reach sys_exit without the upper half. The kernel's own
 * syscall_get_error() extends the sign, too (arch/x86/include/asm/syscall.h).
 */
static __always_inline bool arch_call_failed(u32 abi, long *ret)
{
	if (abi == ABI_I386)
		*ret = (s32)*ret;
	return IS_ERR_VALUE(*ret);
}

/*
 * arch_call_may_have_failed - false: arch_call_failed() is false in all ABIs
 */
static __always_inline bool arch_call_may_have_failed(long ret)
{
	return (u32)ret >= (u32)-MAX_ERRNO;
}

/*
 * arch_returned_sp - the stack pointer that a user function had at its entry
 * @regs: the user's registers after its return, which has taken the return
 * address off the stack
 * @taken: set to at most how many bytes of arguments the return has taken: the
 * stack pointer was lower by so many then
 *
 * A function of i386 that returns a struct takes the pointer to it off the stack
 * (System V ABI, Intel386 supplement, 3-13), one of stdcall all its arguments.
 */
static inline unsigned long arch_returned_sp(struct pt_regs *regs,
					     unsigned long *taken)
{
	bool is_64bit = user_64bit_mode(regs);

	*taken = is_64bit ? 0 : 128;
	return regs->sp - (is_64bit ? sizeof(u64) : sizeof(u32));
}

/*
 * arch_user_word - read a pointer or a size_t of the user's
 *
 * Of x32, which has 32-bit pointers in 64-bit mode, a size_t is read together
 * with the four bytes behind it. May sleep. Returns 0 or -EFAULT.
 */
static inline int arch_user_word(struct pt_regs *regs, unsigned long address,
				 unsigned long *value)
{
	u32 half;
	int err;

	if (user_64bit_mode(regs))
		return get_user(*value, (unsigned long __user *)address);
	err = get_user(half, (u32 __user *)address);
	*value = half;
	return err;
}

/*
 * arch_user_argument - an argument of a user function, at its entry
 * @n: 1 to 4; all before it are integers or pointers
 *
 * By the C calling convention of the mode that the code runs in. May sleep.
 * Returns 0 or -EFAULT.
 */
static inline int arch_user_argument(struct pt_regs *regs, unsigned int n,
				     unsigned long *value)
{
	if (!user_64bit_mode(regs))
		return arch_user_word(regs, regs->sp + n * sizeof(u32), value);
	switch (n) {
	case 1:
		*value = regs->di;
		return 0;
	case 2:
		*value = regs->si;
		return 0;
	case 3:
		*value = regs->dx;
		return 0;
	default:
		*value = regs->cx;
		return 0;
	}
}

#endif /* SYSTALLY_ARCH_CALL_H */
