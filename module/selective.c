// SPDX-License-Identifier: GPL-2.0-only
/*
 * The flag of the tasks that pass sys_enter and sys_exit. Called by choice.c,
 * hook_tracepoint.c, target.c and lifecycle.c; by guard.c through newcomer().
 */
#include <linux/kprobes.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/sched/signal.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>

#include "compat/task_flag.h"
#include "guard.h"
#include "selective.h"
#include "target.h"
#include "tracepoint.h"

enum flag_mode {
	FLAG_KEPT,	/* the kernel's business, and inherited */
	FLAG_TARGETS,	/* on targets, off all others */
	FLAG_ALL,	/* on every task */
};

bool systally_selective_allowed = true;

/*
 * Written under the mutex; from FLAG_TARGETS to FLAG_ALL by newcomer() as well,
 * in the handler of a kprobe, which takes no lock.
 */
static enum flag_mode mode;

/*
 * Who changes a task's flag to what befits it does so under this lock, which
 * thus is what the targets said last. Raw: also taken in handlers with
 * preemption off, though never from irq. A fork takes it for a moment, which
 * is nothing beside the kernel's own tasklist_lock.
 */
static DEFINE_RAW_SPINLOCK(flag_lock);

/* Protects what follows. Nests in the control mutex. */
static DEFINE_MUTEX(selective_mutex);
static bool wanted;
static const char *why_not = "no targets";

static void look_again(struct work_struct *work);
static DECLARE_DELAYED_WORK(look_work, look_again);

/* A task gets what befits it now. Any context but irq and kprobes. */
static void apply(struct task_struct *task)
{
	enum flag_mode now;

	raw_spin_lock(&flag_lock);
	now = READ_ONCE(mode);
	if (now == FLAG_ALL ||
	    (now == FLAG_TARGETS && systally_target_has(task->tgid))) {
		if (!compat_task_flag(task))
			compat_task_flag_set(task);
	} else if (now == FLAG_TARGETS && compat_task_flag(task)) {
		compat_task_flag_clear(task);
		/* newcomer() may have passed by it just before: then it has
		 * changed the mode, and that can be seen. Pairs with the
		 * barrier in flag_all().
		 */
		smp_mb();
		if (READ_ONCE(mode) == FLAG_ALL)
			compat_task_flag_set(task);
	}
	raw_spin_unlock(&flag_lock);
}

/* The walk of whoever has set FLAG_ALL. Any context. */
static void flag_all(void)
{
	struct task_struct *leader, *task;

	/* The mode comes before the walk: a task that is not found sees it
	 * when it is forked, and one whose flag is being cleared just before
	 * or after we look at it is seen to by who does that. Pairs with the
	 * barriers in apply() and systally_selective_forked().
	 */
	smp_mb();
	rcu_read_lock();
	for_each_process_thread(leader, task)
		if (!compat_task_flag(task))
			compat_task_flag_set(task);
	rcu_read_unlock();
}

void systally_selective_update(struct task_struct *leader)
{
	struct task_struct *task;

	/* The target's bit, or the mode, comes before the walk: as above. */
	smp_mb();
	if (READ_ONCE(mode) == FLAG_KEPT)
		return;
	for_each_thread(leader, task)
		apply(task);
}

void systally_selective_update_all(void)
{
	struct task_struct *leader;

	rcu_read_lock();
	for_each_process(leader)
		systally_selective_update(leader);
	rcu_read_unlock();
}

void systally_selective_forked(struct task_struct *child)
{
	/* The child came to the list of tasks before: a walk that does not
	 * find it there has made its mode, or its target, known to us.
	 */
	smp_mb();
	/* While the child was made, copy_process() may have copied an old
	 * flag over what a walk had set.
	 */
	if (READ_ONCE(mode) != FLAG_KEPT)
		apply(child);
}

/*
 * Another tracer is about to register a handler. In a kprobe's handler, in its
 * context: with preemption off, as long as the kernel's own such walk takes
 * with a first handler. If two come at once, each makes sure for itself.
 */
static void newcomer(void)
{
	if (cmpxchg(&mode, FLAG_TARGETS, FLAG_ALL) != FLAG_KEPT)
		flag_all();
}
NOKPROBE_SYMBOL(newcomer);

/* What stands in the way, or NULL */
static const char *obstacle(void)
{
	if (!systally_guard_works())
		return "kprobes or ftrace are turned off";
	if (systally_guard_busy())
		return "another tracer is being registered";
	if (systally_tracepoint_foreign())
		return "another tracer is on sys_enter or sys_exit";
	return NULL;
}

static void enter(void)
{
	lockdep_assert_held(&selective_mutex);
	why_not = obstacle();
	if (why_not)
		return;
	/* Who is busy from here on finds this mode, and changes it: full
	 * barriers here and in the guard. If nobody is busy now and nobody on
	 * the tracepoints, nobody has passed the guard unseen.
	 */
	xchg(&mode, FLAG_TARGETS);
	why_not = obstacle();
	if (why_not)
		newcomer();
	else
		systally_selective_update_all();
}

/* Every task gets the flag, and keeps it until the kernel takes it away. */
static void leave(void)
{
	lockdep_assert_held(&selective_mutex);
	if (mode == FLAG_KEPT)
		return;
	WRITE_ONCE(mode, FLAG_ALL);
	flag_all();
	/* Forks that copied an old flag, with interrupts off, are over then.
	 * Their children are in the list; later forks copy new ones.
	 */
	synchronize_rcu();
	flag_all();
	WRITE_ONCE(mode, FLAG_KEPT);
	/* No fork's handler sets one any more. */
	synchronize_rcu();
}

/* Under the mutex: find out what should be, and see to it. */
static void settle(void)
{
	const char *obstructed;

	if (!wanted)
		return;
	if (READ_ONCE(mode) != FLAG_TARGETS) {
		enter();
	} else {
		obstructed = obstacle();
		if (obstructed) {
			/* It came past the guard, or after it was disabled. */
			newcomer();
			why_not = obstructed;
		}
	}
	schedule_delayed_work(&look_work, HZ);
}

static void look_again(struct work_struct *work)
{
	mutex_lock(&selective_mutex);
	settle();
	mutex_unlock(&selective_mutex);
}

void systally_selective_want(const char *reason)
{
	mutex_lock(&selective_mutex);
	if (!reason && !systally_selective_allowed)
		reason = "forbidden by selective=0";
	if (!reason && systally_guard_arm(newcomer))
		reason = systally_guard_why();
	wanted = !reason;
	if (reason) {
		leave();
		why_not = reason;
	} else {
		settle();
	}
	mutex_unlock(&selective_mutex);
}

void systally_selective_release(void)
{
	mutex_lock(&selective_mutex);
	wanted = false;
	leave();
	mutex_unlock(&selective_mutex);
}

bool systally_selective_on(void)
{
	return READ_ONCE(mode) == FLAG_TARGETS;
}

void systally_selective_show(struct seq_file *seq)
{
	mutex_lock(&selective_mutex);
	if (systally_selective_on())
		seq_puts(seq, "yes\n");
	else
		seq_printf(seq, "no (%s)\n", why_not ?:
			   "another tracer is on sys_enter or sys_exit");
	mutex_unlock(&selective_mutex);
}

void systally_selective_exit(void)
{
	cancel_delayed_work_sync(&look_work);
	systally_guard_disarm();
}
