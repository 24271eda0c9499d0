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
 * Written under both locks, or by newcomer() under the raw one alone, and then
 * only from FLAG_TARGETS to FLAG_ALL. Whoever changes one task's flag holds the
 * raw lock, so that it is what the mode and the targets say at that moment;
 * but for setting it while the mode is FLAG_ALL, and leaving that takes the
 * mutex and that nobody is busy in the guard.
 */
static enum flag_mode mode;

/*
 * Raw: taken in handlers, with preemption off. Never from irq. A fork takes it
 * for a moment, which is nothing beside the kernel's own tasklist_lock.
 */
static DEFINE_RAW_SPINLOCK(mode_lock);

/* Protects what follows. Nests in the control mutex. */
static DEFINE_MUTEX(selective_mutex);
static bool wanted;
static const char *why_not = "no targets";

static void look_again(struct work_struct *work);
static DECLARE_DELAYED_WORK(look_work, look_again);

/* Under the raw lock */
static void apply(struct task_struct *task)
{
	bool carry = mode == FLAG_ALL || systally_target_has(task->tgid);

	if (mode == FLAG_KEPT || compat_task_flag(task) == carry)
		return;
	if (carry)
		compat_task_flag_set(task);
	else
		compat_task_flag_clear(task);
}

static void set_mode(enum flag_mode new)
{
	raw_spin_lock(&mode_lock);
	WRITE_ONCE(mode, new);
	raw_spin_unlock(&mode_lock);
	/* The new mode comes before the walk that follows: a task that the
	 * walk does not find sees it when it is forked. Pairs with the
	 * barrier in systally_selective_forked().
	 */
	smp_mb();
}

/* The walk of whoever has set FLAG_ALL. Any context. */
static void flag_all(void)
{
	struct task_struct *leader, *task;

	rcu_read_lock();
	for_each_process_thread(leader, task)
		if (!compat_task_flag(task))
			compat_task_flag_set(task);
	rcu_read_unlock();
}

void systally_selective_update(struct task_struct *leader)
{
	struct task_struct *task;

	/* The bit of the target comes first, as the mode does above. */
	smp_mb();
	if (READ_ONCE(mode) == FLAG_KEPT)
		return;
	for_each_thread(leader, task) {
		raw_spin_lock(&mode_lock);
		apply(task);
		raw_spin_unlock(&mode_lock);
	}
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
	/* The child is in the list of tasks since before this. */
	smp_mb();
	if (READ_ONCE(mode) == FLAG_KEPT)
		return;
	/* While it was made, copy_process() may have copied an old flag over
	 * what a walk had set.
	 */
	raw_spin_lock(&mode_lock);
	apply(child);
	raw_spin_unlock(&mode_lock);
}

/*
 * Another tracer is about to register a handler. In a kprobe's handler, in its
 * context: with preemption off, as long as the kernel's own such walk takes
 * with a first handler. If two come at once, each makes sure for itself.
 */
static void newcomer(void)
{
	bool walk;

	raw_spin_lock(&mode_lock);
	walk = mode != FLAG_KEPT;
	if (walk)
		WRITE_ONCE(mode, FLAG_ALL);
	raw_spin_unlock(&mode_lock);
	/* As in set_mode() */
	smp_mb();
	if (walk)
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
	bool entered = false;

	lockdep_assert_held(&selective_mutex);
	why_not = obstacle();
	if (why_not)
		return;
	raw_spin_lock(&mode_lock);
	/* Who is busy from here on finds the new mode. Nobody busy, nobody
	 * found: nobody is there.
	 */
	if (!systally_guard_busy() && !systally_tracepoint_foreign()) {
		WRITE_ONCE(mode, FLAG_TARGETS);
		entered = true;
	}
	raw_spin_unlock(&mode_lock);
	if (!entered) {
		why_not = "another tracer is being registered";
		return;
	}
	systally_selective_update_all();
}

/* Every task gets the flag, and keeps it until the kernel takes it away. */
static void leave(void)
{
	lockdep_assert_held(&selective_mutex);
	if (mode == FLAG_KEPT)
		return;
	set_mode(FLAG_ALL);
	flag_all();
	/* Forks that copied an old flag, with interrupts off, are over then.
	 * Their children are in the list; later forks copy new ones.
	 */
	synchronize_rcu();
	flag_all();
	set_mode(FLAG_KEPT);
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
