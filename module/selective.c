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

#include "compat/task_flag.h"
#include "compat/workqueue.h"
#include "guard.h"
#include "selective.h"
#include "target_set.h"
#include "tracepoint.h"

enum flag_mode {
	FLAG_KEPT,	/* the kernel's business, and inherited */
	FLAG_ALL,	/* on every task */
	FLAG_CHECKING,	/* the same; but FLAG_TARGETS is about to come */
	FLAG_TARGETS,	/* on targets, off all others */
};

bool systally_selective_allowed = true;

/*
 * Written under the mutex; by newcomer() as well, to FLAG_ALL from what is
 * below that, in the handler of a kprobe, which takes no lock.
 */
static enum flag_mode mode;

/* In FLAG_ALL: a walk is complete. Set after one, cleared under the mutex. */
static bool all_flagged;

/*
 * Who changes a task's flag to what befits it does so under this lock, which
 * thus is what the targets said last. Raw: also taken in handlers with
 * preemption off, though never from irq. A fork takes it for a moment, which
 * is nothing beside the kernel's own tasklist_lock.
 */
static DEFINE_RAW_SPINLOCK(flag_lock);

/* Odd while a flag is being cleared. Written under the lock above. */
static unsigned int clearings;

/* Protects what follows. Nests in the control mutex. */
static DEFINE_MUTEX(selective_mutex);
static bool wanted;
static const char *why_not = "no targets";

static void look_again(struct work_struct *work);
static DECLARE_DELAYED_WORK(look_work, look_again);

/*
 * Clear a flag, unless newcomer() has come: it waits until we are done, and
 * then sets it. Under the lock.
 */
static void clear_flag(struct task_struct *task)
{
	WRITE_ONCE(clearings, clearings + 1);
	/* Pairs with the cmpxchg() in newcomer(). */
	smp_mb();
	if (READ_ONCE(mode) == FLAG_TARGETS)
		compat_task_flag_clear(task);
	/* Pairs with the acquires in newcomer(). */
	smp_store_release(&clearings, clearings + 1);
}

/* A task gets what befits it now. Any context but irq and kprobes. */
static void apply(struct task_struct *task)
{
	enum flag_mode now;
	bool carry;

	raw_spin_lock(&flag_lock);
	now = READ_ONCE(mode);
	carry = now != FLAG_TARGETS || systally_target_has(task->tgid);
	if (now != FLAG_KEPT && compat_task_flag(task) != carry) {
		if (carry)
			compat_task_flag_set(task);
		else
			clear_flag(task);
	}
	raw_spin_unlock(&flag_lock);
}

/* The walk of whoever has set FLAG_ALL. Any context. */
static void flag_all(void)
{
	struct task_struct *leader, *task;

	/* The mode comes before the walk: a task that is not found sees it
	 * when it is forked. Pairs with systally_selective_forked().
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
 * context: with preemption off, and only for the first one as long as it takes
 * to walk all tasks, as the kernel does for a first handler.
 */
static void newcomer(void)
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
	/* Pairs with the release below: that walk is enough. */
	if (smp_load_acquire(&all_flagged))
		return;
	/* A few instructions on another CPU: tasks that register handlers can
	 * sleep, so it is not this one that is in the middle of it.
	 */
	before = smp_load_acquire(&clearings);
	/* Pairs with the release in clear_flag(), as above. */
	while (before & 1 && smp_load_acquire(&clearings) == before)
		cpu_relax();
	flag_all();
	/* Pairs with the acquire above: the walk is complete. */
	smp_store_release(&all_flagged, true);
}
NOKPROBE_SYMBOL(newcomer);

/* What stands in the way, or NULL */
static const char *obstacle(void)
{
	const char *blind = systally_guard_blind();

	if (blind)
		return blind;
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
	WRITE_ONCE(all_flagged, false);
	/* Who is busy from here on finds this mode and changes it: full
	 * barriers here and in the guard. If nobody is busy now and nobody on
	 * the tracepoints, nobody has passed the guard before.
	 */
	xchg(&mode, FLAG_CHECKING);
	why_not = obstacle();
	if (why_not)
		newcomer();
	else if (cmpxchg(&mode, FLAG_CHECKING, FLAG_TARGETS) == FLAG_CHECKING)
		systally_selective_update_all();
}

/* Every task gets the flag, and keeps it until the kernel takes it away. */
static void leave(void)
{
	lockdep_assert_held(&selective_mutex);
	if (READ_ONCE(mode) == FLAG_KEPT)
		return;
	WRITE_ONCE(mode, FLAG_ALL);
	flag_all();
	/* Forks that copied an old flag did so in a read side of RCU (under
	 * tasklist_lock) that is over then. Their children are in the list;
	 * later forks copy new ones.
	 */
	synchronize_rcu();
	flag_all();
	WRITE_ONCE(mode, FLAG_KEPT);
	WRITE_ONCE(all_flagged, false);
	/* Nobody sets one any more, in a fork's handler or in newcomer(). */
	synchronize_rcu();
}

/* Under the mutex: see to it that things are as they should be. */
static void look(void)
{
	if (READ_ONCE(mode) != FLAG_TARGETS) {
		enter();
		return;
	}
	why_not = obstacle();
	/* It came past the guard, or the guard has been turned off. */
	if (why_not)
		newcomer();
}

static void look_again(struct work_struct *work)
{
	systally_guard_settle();
	mutex_lock(&selective_mutex);
	if (wanted) {
		look();
		queue_delayed_work(compat_unbound_wq, &look_work, HZ);
	}
	mutex_unlock(&selective_mutex);
}

void systally_selective_want(const char *reason)
{
	mutex_lock(&selective_mutex);
	if (!reason && !systally_selective_allowed)
		reason = "forbidden by selective=0";
	wanted = !reason;
	if (reason) {
		leave();
		why_not = reason;
	} else {
		look();
		/* At once, if the guard needs time */
		mod_delayed_work(compat_unbound_wq, &look_work,
				 systally_selective_on() ? HZ : 0);
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

void systally_selective_init(void)
{
	if (!systally_selective_allowed || systally_guard_arm(newcomer))
		return;
	/* To be ready when targets come, but not before we are to stay */
	queue_delayed_work(compat_unbound_wq, &look_work, HZ);
}

void systally_selective_exit(void)
{
	cancel_delayed_work_sync(&look_work);
	systally_guard_disarm();
}
