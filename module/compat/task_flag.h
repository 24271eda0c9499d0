/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The flag of a task that sends its system calls through the tracepoints
 * sys_enter and sys_exit. Used by selective.c.
 */
#ifndef SYSTALLY_COMPAT_TASK_FLAG_H
#define SYSTALLY_COMPAT_TASK_FLAG_H

#include <linux/sched.h>
#include <linux/thread_info.h>
#include <linux/version.h>

/* Any context; the flags are changed atomically, by the kernel as well. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(5, 11, 0)
static inline bool compat_task_flag(const struct task_struct *task)
{
	return test_bit(SYSCALL_WORK_BIT_SYSCALL_TRACEPOINT,
			&task->thread_info.syscall_work);
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
static inline bool compat_task_flag(const struct task_struct *task)
{
	return test_bit(TIF_SYSCALL_TRACEPOINT, &task->thread_info.flags);
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
