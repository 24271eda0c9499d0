// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reads the facts of processes, for handlers.
 */
#include <linux/dcache.h>
#include <linux/fs.h>
#include <linux/mm_types.h>
#include <linux/rcupdate.h>
#include <linux/sched/signal.h>
#include <linux/string.h>

#include "compat/cgroup.h"
#include "cpu_tables.h"
#include "facts.h"
#include "master.h"
#include "name.h"
#include "rules.h"
#include "session.h"

static u64 group_id(const struct name *name)
{
	return name ? name->id : 0;
}

/*
 * The last part of the path of current's executable. Without the lock of the entry,
 * which sleeps on a kernel with real-time locks. The pointer to the name is read once:
 * a long name does not change, and is freed after a grace period. A short one is within
 * the entry, and may be a mix of two names while the file is renamed.
 */
static struct name *read_exe(const struct task_struct *task)
{
	const struct mm_struct *mm = task->mm;
	const struct dentry *dentry;
	const unsigned char *name;
	const struct file *file;
	char text[NAME_EXE_LEN];
	unsigned int i;

	file = mm ? rcu_dereference_raw(mm->exe_file) : NULL;
	dentry = file ? READ_ONCE(file->f_path.dentry) : NULL;
	if (!dentry)
		return NULL;
	name = READ_ONCE(dentry->d_name.name);
	for (i = 0; i < sizeof(text) - 1; i++) {
		text[i] = READ_ONCE(name[i]);
		if (!text[i])
			break;
	}
	text[i] = '\0';
	return systally_name_exe(text);
}

void systally_facts_read(struct task_struct *task, struct table_who *facts)
{
	struct task_struct *leader = task->group_leader;
	const struct task_struct *parent;
	struct rules_subject subject;

	rcu_read_lock();
	subject = rules_subject(leader);
	parent = rcu_dereference(leader->real_parent);
	facts->uid = subject.uid;
	facts->cgroup = systally_name_cgroup(subject.group);
	facts->exe = read_exe(task);
	facts->parent = parent ? parent->tgid : 0;
	facts->exec = leader->self_exec_id;
	facts->exited = false;
	rcu_read_unlock();
}

static bool is_stale(const struct task_struct *leader,
		     const struct table_who *facts, u32 uid)
{
	const struct cgroup *group = compat_cgroup_of(leader);

	return facts->uid != uid ||
	       group_id(facts->cgroup) != (group ? compat_cgroup_id(group) : 0);
}

bool systally_facts_stale(const struct task_struct *task,
			  const struct table_who *facts)
{
	const struct task_struct *leader = task->group_leader;
	bool stale;

	rcu_read_lock();
	stale = is_stale(leader, facts, rules_subject(leader).uid);
	rcu_read_unlock();
	return stale;
}

/* Whose rows are closed, and when */
struct closing {
	struct task_struct *leader;
	bool always; /* else if they do not have the group of now and @uid */
	u32 uid;
};

/* Closes the rows of a process, or of a thread, in one table. */
static void close_in(struct table *table, const struct closing *closing,
		     const struct task_struct *owner, u32 tid)
{
	u64 key = key_make(ROW_WHO, tid, owner->tgid, 0, 0);
	u64 start = owner->start_boottime;
	const struct table_row *row =
		data_race(table_lookup(table, key, start));

	if (row && (closing->always ||
		    is_stale(closing->leader, &row->who, closing->uid)))
		table_close(table, key, start);
}

static void close_rows(const struct closing *closing)
{
	const struct task_struct *thread;
	unsigned long flags;
	int cpu_nr;

	rcu_read_lock();
	raw_spin_lock_irqsave(&systally_move_lock, flags);
	for_each_tally_cpu(cpu_nr) {
		/* Other tables have no writer: their rows are of before. */
		struct table *table =
			READ_ONCE(per_cpu(systally_tally_cpu, cpu_nr).active);

		close_in(table, closing, closing->leader, 0);
		if (!READ_ONCE(systally_sessions_threaded))
			continue;
		for_each_thread(closing->leader, thread)
			close_in(table, closing, thread, thread->pid);
	}
	raw_spin_unlock_irqrestore(&systally_move_lock, flags);
	rcu_read_unlock();
}

void systally_facts_changed(struct task_struct *leader, u32 uid)
{
	const struct closing closing = { .leader = leader, .uid = uid };

	close_rows(&closing);
}

void systally_facts_close(struct task_struct *leader)
{
	const struct closing closing = { .leader = leader, .always = true };

	close_rows(&closing);
}
