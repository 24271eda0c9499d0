/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The flag of a task that sends its system calls through the tracepoints
 * sys_enter and sys_exit.
 *
 * Since 5.11 it is a bit of syscall_work on architectures with generic entry
 * code, and one of the thread's flags on others. Macros of the kernel hide the
 * difference (include/linux/thread_info.h). Before, it was always one of the
 * thread's flags.
 *
 * All functions: any context. The kernel changes these flags as well, always
 * atomically.
 */
#ifndef SYSTALLY_COMPAT_TASK_FLAG_H
#define SYSTALLY_COMPAT_TASK_FLAG_H

#include <linux/sched.h>
#include <linux/thread_info.h>

#ifdef set_task_syscall_work
static inline bool compat_task_flag(struct task_struct *task)
{
	return test_task_syscall_work(task, SYSCALL_TRACEPOINT);
}

static inline void compat_task_flag_set(struct task_struct *task)
{
	set_task_syscall_work(task, SYSCALL_TRACEPOINT);
}

static inline void compat_task_flag_clear(struct task_struct *task)
{
	clear_task_syscall_work(task, SYSCALL_TRACEPOINT);
}
#else
static inline bool compat_task_flag(struct task_struct *task)
{
	return test_tsk_thread_flag(task, TIF_SYSCALL_TRACEPOINT);
}

static inline void compat_task_flag_set(struct task_struct *task)
{
	set_tsk_thread_flag(task, TIF_SYSCALL_TRACEPOINT);
}

static inline void compat_task_flag_clear(struct task_struct *task)
{
	clear_tsk_thread_flag(task, TIF_SYSCALL_TRACEPOINT);
}
#endif

#endif /* SYSTALLY_COMPAT_TASK_FLAG_H */
