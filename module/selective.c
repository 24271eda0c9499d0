// SPDX-License-Identifier: GPL-2.0-only
/*
 * The flag of the tasks that pass sys_enter and sys_exit: who has it, and when
 * that changes. selective.h explains the flag.
 */
#include <linux/kprobes.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/sched/signal.h>
#include <linux/spinlock.h>

#include "compat/task_flag.h"
#include "compat/workqueue.h"
#include "guard.h"
#include "selective.h"
#include "target_set.h"
#include "tasks.h"
#include "tracepoint.h"

enum flag_mode {
	FLAG_KEPT,     /* the kernel manages it; forks copy it */
	FLAG_ALL,      /* set on every task */
	FLAG_CHECKING, /* set on every task; FLAG_TARGETS comes next */
	FLAG_TARGETS,  /* set on targets, clear on all others */
};

/*
 * on_tracer() walks all threads with preemption off. The kernel does the same
 * walk, but a real-time kernel can be preempted in it. So there must not be more
 * threads than this on such a kernel.
 */
#define RT_THREADS_MAX 1000

bool systally_selective_allowed = true;
DEFINE_STATIC_KEY_TRUE(systally_bystanders_key);

/*
 * Written under selective_mutex. on_tracer() writes it as well, without a lock
 * because it runs in a kprobe's handler: by cmpxchg(), from FLAG_CHECKING or
 * FLAG_TARGETS to FLAG_ALL only. Read in any context.
 */
static enum flag_mode mode;

/*
 * In FLAG_ALL: a walk over all tasks is complete. Set after a walk, cleared
 * under selective_mutex.
 */
static bool all_flagged;

/*
 * Serialises flag updates, so that the last target state wins. Raw, because
 * handlers take it with preemption off; never taken from irq. A fork takes it
 * only if the child has the wrong flag.
 */
static DEFINE_RAW_SPINLOCK(flag_lock);

/* Odd while a flag is being cleared. Written under flag_lock. */
static unsigned int clearings;

/* Protects what follows. Taken inside the control mutex. */
static DEFINE_MUTEX(selective_mutex);
static bool wanted;
static bool divided; /* as systally_selective_divide() said */
static const char *why_not = "no targets";

/* Jiffies after which FLAG_TARGETS is tried again while it is not possible */
#define RETRY (HZ / 5)

static void check_again(struct work_struct *work);
static DECLARE_DELAYED_WORK(check_work, check_again);

/*
 * Clears a flag, unless on_tracer() has changed the mode. on_tracer() waits
 * until this is done, and sets the flag again. Under flag_lock.
 */
static void clear_flag(struct task_struct *task)
{
	WRITE_ONCE(clearings, clearings + 1);
	/* Pairs with the cmpxchg() in on_tracer(). */
	smp_mb();
	if (READ_ONCE(mode) == FLAG_TARGETS)
		compat_task_flag_clear(task);
	/* Pairs with the acquires in on_tracer(). */
	smp_store_release(&clearings, clearings + 1);
}

/* Whether a task's flag is as the mode and the targets want it now */
static bool is_applied(struct task_struct *task)
{
	enum flag_mode now = READ_ONCE(mode);
	bool flagged =
		now != FLAG_TARGETS || systally_target_traced(task->tgid);

	return now == FLAG_KEPT || compat_task_flag(task) == flagged;
}

/*
 * Sets or clears a task's flag, as the mode and the targets are now. Any
 * context but irq and kprobe handlers.
 */
static void apply(struct task_struct *task)
{
	raw_spin_lock(&flag_lock);
	if (!is_applied(task)) {
		if (compat_task_flag(task))
			clear_flag(task);
		else
			compat_task_flag_set(task);
	}
	raw_spin_unlock(&flag_lock);
}

/*
 * Sets the flag on every task, after the mode was set to FLAG_ALL. Any context.
 */
static void flag_all(void)
{
	struct task_struct *leader, *task;

	/* The mode is written before the walk: a fork that the walk misses
	 * reads the new mode. Pairs with systally_selective_forked().
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

	/* The target's bit, or the mode, is written before the walk. Pairs with
	 * systally_selective_forked().
	 */
	smp_mb();
	if (READ_ONCE(mode) == FLAG_KEPT)
		return;
	for_each_thread(leader, task)
		apply(task);
}

static void update_one(struct task_struct *task, void *unused)
{
	if (!is_applied(task))
		apply(task);
}

void systally_selective_update_all(void)
{
	/* As in systally_selective_update() */
	smp_mb();
	if (READ_ONCE(mode) != FLAG_KEPT)
		systally_tasks_walk(update_one, NULL);
}

void systally_selective_forked(struct task_struct *child)
{
	/* The child has its id and is on the list of tasks by now. A walk that
	 * did not find it there wrote its mode, or its target's bit, before: we
	 * read that. Pairs with flag_all(), systally_selective_update() and
	 * systally_selective_update_all(). An exec is the same: the thread has
	 * its leader's id by now.
	 */
	smp_mb();
	/* copy_process() may have copied an old flag over one that a walk has
	 * set on the parent since. Most children have the right flag, and take
	 * no lock: a later change of the mode or of a target's bit is followed
	 * by a walk, which finds the child.
	 */
	if (!is_applied(child))
		apply(child);
}

/*
 * Another tracer is about to register a handler: sets the flag on every task.
 * Runs in the registering task, in a kprobe's handler, with preemption off. The
 * first tracer waits as long as a walk over all tasks takes; the kernel does
 * the same walk for the first handler.
 */
static void on_tracer(void)
{
	enum flag_mode now = READ_ONCE(mode);
	unsigned int before;

	while (now != FLAG_ALL) {
		enum flag_mode old = now;

		if (now == FLAG_KEPT)
			return;
		now = cmpxchg(&mode, old, FLAG_ALL);
		if (now == old)
			break;
	}
	/* A walk is complete already. Pairs with the release below. */
	if (smp_load_acquire(&all_flagged))
		return;
	/* Wait while another CPU clears a flag, which takes a few instructions.
	 * It cannot be this CPU: tasks that register handlers can sleep, and
	 * clear_flag() runs with preemption off.
	 */
	before = smp_load_acquire(&clearings);
	/* Pairs with the release in clear_flag(). */
	while (before & 1 && smp_load_acquire(&clearings) == before)
		cpu_relax();
	flag_all();
	/* The walk is complete. Pairs with the acquire above. */
	smp_store_release(&all_flagged, true);
}
NOKPROBE_SYMBOL(on_tracer);

/* Why FLAG_TARGETS is not possible now, or NULL. Under selective_mutex. */
static const char *obstacle(void)
{
	const char *blind = systally_guard_blind();

	if (blind)
		return blind;
	if (systally_guard_busy())
		return "another tracer is being registered";
	if (systally_tracepoint_foreign())
		return "another tracer is on sys_enter or sys_exit";
	if (IS_ENABLED(CONFIG_PREEMPT_RT) &&
	    systally_tasks_count() > RT_THREADS_MAX)
		return "a real-time kernel with more than " __stringify(
			RT_THREADS_MAX) " threads";
	return NULL;
}

/* Sets the key to what the mode and the targets are now. Sleeps. */
static void set_bystanders(void)
{
	lockdep_assert_held(&selective_mutex);
	if (!divided &&
	    (systally_selective_on() || systally_target_traces_all()))
		static_branch_disable(&systally_bystanders_key);
	else
		static_branch_enable(&systally_bystanders_key);
}

/* From FLAG_KEPT or FLAG_ALL to FLAG_TARGETS, unless there is an obstacle. */
static void enter(void)
{
	lockdep_assert_held(&selective_mutex);
	why_not = obstacle();
	if (why_not)
		return;
	WRITE_ONCE(all_flagged, false);
	/* A registration that the guard counts from here on finds this mode and
	 * changes it: full barriers here and in the guard. If the guard is not
	 * busy now and no other handler is there, no registration is left from
	 * before.
	 */
	xchg(&mode, FLAG_CHECKING);
	why_not = obstacle();
	if (why_not)
		on_tracer();
	else if (cmpxchg(&mode, FLAG_CHECKING, FLAG_TARGETS) == FLAG_CHECKING)
		systally_selective_update_all();
}

/* Sets the flag on every task and leaves it to the kernel. */
static void leave(void)
{
	lockdep_assert_held(&selective_mutex);
	if (READ_ONCE(mode) == FLAG_KEPT)
		return;
	WRITE_ONCE(mode, FLAG_ALL);
	systally_selective_update_all();
	/* A fork copies the flag and adds the child to the list of tasks within
	 * one RCU read side (under tasklist_lock). After this, children with an
	 * old flag are on the list, and later forks copy a new flag.
	 */
	synchronize_rcu();
	systally_selective_update_all();
	WRITE_ONCE(mode, FLAG_KEPT);
	WRITE_ONCE(all_flagged, false);
	/* No fork handler and no on_tracer() sets a flag after this. */
	synchronize_rcu();
}

/* Enters FLAG_TARGETS if it is possible, leaves it if it is no longer. */
static void check(void)
{
	if (systally_selective_on()) {
		why_not = obstacle();
		/* A tracer bypassed the guard, or the guard was turned off. */
		if (why_not)
			on_tracer();
	} else {
		enter();
	}
	set_bystanders();
}

static void check_again(struct work_struct *work)
{
	systally_guard_settle();
	mutex_lock(&selective_mutex);
	if (wanted) {
		check();
		queue_delayed_work(compat_unbound_wq, &check_work,
				   systally_selective_on() ? HZ : RETRY);
	}
	mutex_unlock(&selective_mutex);
}

void systally_selective_want(const char *reason)
{
	mutex_lock(&selective_mutex);
	if (!reason && !systally_selective_allowed)
		reason = "the module was loaded with selective=0";
	wanted = !reason;
	if (reason) {
		leave();
		set_bystanders();
		why_not = reason;
	} else {
		check();
		/* At once if it is not on: the guard may need to settle. */
		mod_delayed_work(compat_unbound_wq, &check_work,
				 systally_selective_on() ? HZ : 0);
	}
	mutex_unlock(&selective_mutex);
}

void systally_selective_divide(bool is)
{
	mutex_lock(&selective_mutex);
	divided = is;
	set_bystanders();
	mutex_unlock(&selective_mutex);
}

void systally_selective_release(void)
{
	mutex_lock(&selective_mutex);
	wanted = false;
	leave();
	set_bystanders();
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
		seq_printf(
			seq, "no (%s)\n",
			why_not ?:
				  "another tracer is on sys_enter or sys_exit");
	mutex_unlock(&selective_mutex);
}

void systally_selective_init(void)
{
	if (systally_selective_allowed)
		systally_guard_arm(on_tracer);
}

void systally_selective_loaded(void)
{
	if (systally_selective_allowed)
		queue_delayed_work(compat_unbound_wq, &check_work, 0);
}

void systally_selective_exit(void)
{
	cancel_delayed_work_sync(&check_work);
	systally_guard_disarm();
}
