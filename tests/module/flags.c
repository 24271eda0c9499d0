// SPDX-License-Identifier: GPL-2.0-only
/*
 * An independent check of the flags that systally sets on tasks, and a second
 * tracer. It shares no code with systally. It shows which tasks have the flag
 * that sends their system calls through the tracepoints, and registers its own
 * probes on these. The guest tests load it and use its files in debugfs, in
 * systally_test_flags/:
 *
 *	tasks	TGID TID FLAG COMM of every task, FLAG being 0 or 1
 *	probes	the number of probes on each tracepoint, of all tracers; then
 *		`TRACEPOINT FUNCTION CALLS` for each of its own. Write
 *		`+TRACEPOINT FUNCTION` to add a probe, `-TRACEPOINT FUNCTION` to
 *		remove it. TRACEPOINT is sys_enter or sys_exit. FUNCTION is the
 *		kernel's function that registers the probe: register, prio or
 *		may_exist. CALLS starts at 0.
 *	watch	write `TGID NR`: from then on its probes count calls of that
 *		number by that process
 */
#include <linux/debugfs.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/sched/signal.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/tracepoint.h>
#include <linux/uaccess.h>
#include <asm/syscall.h>

/* From 5.11 on; x86 uses another flag from then on. */
#ifdef test_task_syscall_work
#define has_flag(task) test_task_syscall_work(task, SYSCALL_TRACEPOINT)
#else
#define has_flag(task) test_tsk_thread_flag(task, TIF_SYSCALL_TRACEPOINT)
#endif

enum { ENTER, EXIT, POINTS };
enum { REGISTER, PRIO, MAY_EXIST, FUNCTIONS };

static const char *const point_names[POINTS] = { "sys_enter", "sys_exit" };
static const char *const function_names[FUNCTIONS] = { "register", "prio",
						       "may_exist" };

/*
 * One probe for each tracepoint and function; the probe's data tells them
 * apart. `on` is protected by the mutex. `calls` is written by the probe, on
 * any CPU.
 */
static struct slot {
	bool on;
	atomic_long_t calls;
} slots[POINTS][FUNCTIONS];

static DEFINE_MUTEX(mutex);
static struct tracepoint *points[POINTS]; /* set once, at load */
/* Which calls of which process are counted. Read by the probes at any time. */
static int watch_tgid;
static int watch_nr = -1;

static void count(struct slot *slot, int nr)
{
	if (current->tgid == READ_ONCE(watch_tgid) && nr == READ_ONCE(watch_nr))
		atomic_long_inc(&slot->calls);
}

static void on_enter(void *data, struct pt_regs *regs, long nr)
{
	count(data, nr);
}

static void on_exit(void *data, struct pt_regs *regs, long ret)
{
	count(data, syscall_get_nr(current, regs));
}

static void *const handlers[POINTS] = { on_enter, on_exit };

static int probe_add(int point, int function)
{
	struct tracepoint *tp = points[point];
	struct slot *slot = &slots[point][function];
	void *handler = handlers[point];
	int err = -EINVAL;

	lockdep_assert_held(&mutex);
	if (slot->on)
		return -EEXIST;
	atomic_long_set(&slot->calls, 0);
	switch (function) {
	case REGISTER:
		err = tracepoint_probe_register(tp, handler, slot);
		break;
	case PRIO:
		err = tracepoint_probe_register_prio(tp, handler, slot, 20);
		break;
	case MAY_EXIST:
		err = tracepoint_probe_register_prio_may_exist(tp, handler,
							       slot, 5);
		break;
	}
	if (!err)
		slot->on = true;
	return err;
}

static int probe_remove(int point, int function)
{
	struct slot *slot = &slots[point][function];
	int err;

	lockdep_assert_held(&mutex);
	if (!slot->on)
		return -ENOENT;
	err = tracepoint_probe_unregister(points[point], handlers[point], slot);
	if (!err)
		slot->on = false;
	return err;
}

static unsigned int probes_on(struct tracepoint *tp)
{
	struct tracepoint_func *func;
	unsigned int number = 0;

	/* The array is freed after an RCU-sched grace period. */
	preempt_disable();
	func = rcu_dereference_sched(tp->funcs);
	for (; func && func->func; func++)
		number++;
	preempt_enable();
	return number;
}

static int probes_show(struct seq_file *seq, void *v)
{
	int point, function;

	mutex_lock(&mutex);
	for (point = 0; point < POINTS; point++)
		seq_printf(seq, "%s %u\n", point_names[point],
			   probes_on(points[point]));
	for (point = 0; point < POINTS; point++)
		for (function = 0; function < FUNCTIONS; function++) {
			struct slot *slot = &slots[point][function];

			if (slot->on)
				seq_printf(seq, "%s %s %ld\n",
					   point_names[point],
					   function_names[function],
					   atomic_long_read(&slot->calls));
		}
	mutex_unlock(&mutex);
	return 0;
}

static int probes_command(const char *text)
{
	char sign, point_name[16], function_name[16];
	int point, function, err;

	if (sscanf(text, "%c%15s %15s", &sign, point_name, function_name) != 3)
		return -EINVAL;
	point = match_string(point_names, POINTS, point_name);
	function = match_string(function_names, FUNCTIONS, function_name);
	if (point < 0 || function < 0 || (sign != '+' && sign != '-'))
		return -EINVAL;
	mutex_lock(&mutex);
	if (sign == '+')
		err = probe_add(point, function);
	else
		err = probe_remove(point, function);
	mutex_unlock(&mutex);
	return err;
}

static int watch_command(const char *text)
{
	int tgid, nr;

	if (sscanf(text, "%d %d", &tgid, &nr) != 2)
		return -EINVAL;
	WRITE_ONCE(watch_tgid, tgid);
	WRITE_ONCE(watch_nr, nr);
	return 0;
}

static ssize_t command_write(const char __user *from, size_t bytes,
			     int (*command)(const char *text))
{
	char *text;
	int err;

	if (bytes > PAGE_SIZE)
		return -E2BIG;
	text = memdup_user_nul(from, bytes);
	if (IS_ERR(text))
		return PTR_ERR(text);
	err = command(text);
	kfree(text);
	return err ?: bytes;
}

static ssize_t probes_write(struct file *file, const char __user *from,
			    size_t bytes, loff_t *pos)
{
	return command_write(from, bytes, probes_command);
}

static ssize_t watch_write(struct file *file, const char __user *from,
			   size_t bytes, loff_t *pos)
{
	return command_write(from, bytes, watch_command);
}

static int probes_open(struct inode *inode, struct file *file)
{
	return single_open(file, probes_show, NULL);
}

static const struct file_operations probes_fops = {
	.owner = THIS_MODULE,
	.open = probes_open,
	.read = seq_read,
	.write = probes_write,
	.llseek = seq_lseek,
	.release = single_release,
};

static const struct file_operations watch_fops = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.write = watch_write,
};

static int tasks_show(struct seq_file *seq, void *v)
{
	struct task_struct *process, *task;

	rcu_read_lock();
	for_each_process_thread(process, task)
		seq_printf(seq, "%d %d %d %s\n", task->tgid, task->pid,
			   !!has_flag(task), task->comm);
	rcu_read_unlock();
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(tasks);

static void match(struct tracepoint *tp, void *unused)
{
	int point = match_string(point_names, POINTS, tp->name);

	if (point >= 0)
		points[point] = tp;
}

static struct dentry *directory;

static int __init flags_init(void)
{
	for_each_kernel_tracepoint(match, NULL);
	if (!points[ENTER] || !points[EXIT])
		return -ENOENT;
	directory = debugfs_create_dir("systally_test_flags", NULL);
	debugfs_create_file("tasks", 0400, directory, NULL, &tasks_fops);
	debugfs_create_file("probes", 0600, directory, NULL, &probes_fops);
	debugfs_create_file("watch", 0200, directory, NULL, &watch_fops);
	return 0;
}

static void __exit flags_exit(void)
{
	int point, function;

	debugfs_remove(directory);
	mutex_lock(&mutex);
	for (point = 0; point < POINTS; point++)
		for (function = 0; function < FUNCTIONS; function++)
			if (slots[point][function].on)
				probe_remove(point, function);
	mutex_unlock(&mutex);
	/* On 7.x the first does not imply the second. */
	tracepoint_synchronize_unregister();
	synchronize_rcu();
}

module_init(flags_init);
module_exit(flags_exit);
MODULE_DESCRIPTION("Independent check of the flags in systally's tests");
MODULE_AUTHOR("The systally authors");
MODULE_LICENSE("GPL");
