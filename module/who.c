// SPDX-License-Identifier: GPL-2.0-only
/*
 * The processes and threads that have rows, with their facts.
 */
#include <linux/jhash.h>
#include <linux/mm.h>
#include <linux/pid.h>
#include <linux/pid_namespace.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "compat/cgroup.h"
#include "lock.h"
#include "memory.h"
#include "name.h"
#include "path.h"
#include "who.h"

static const struct rhashtable_params params = {
	.head_offset = offsetof(struct who, node),
	.key_offset = offsetof(struct who, key),
	.key_len = sizeof(struct who_key),
	.automatic_shrinking = true,
};

static struct rhltable table;

/* Under the tally's mutex */
static struct who *all;
static size_t count;

/* With what the hash table takes for it */
#define WHO_BYTES (sizeof(struct who) + 2 * sizeof(void *))

/*
 * How many whos there is memory for that tables cannot take. When half of it is used,
 * the rows of processes that have exited are folded, so that their whos can be freed.
 * Set at load.
 */
static size_t reserved;
#define RESERVED_MIN 256

static struct rhlist_head *find(const struct who_key *key)
{
	return rhltable_lookup(&table, key, params);
}

struct rhlist_head *systally_who_find(u32 tgid, u64 start)
{
	struct who_key key = { .start = start, .tgid = tgid };

	return find(&key);
}

/* Charges one more who to the cap. Returns false if there is no room. */
static bool charge(void)
{
	if (count < reserved)
		systally_memory_take_reserved(WHO_BYTES);
	else if (!systally_memory_take(WHO_BYTES))
		return false;
	count++;
	return true;
}

static void uncharge(void)
{
	if (--count < reserved)
		systally_memory_give_reserved(WHO_BYTES);
	else
		systally_memory_give(WHO_BYTES);
}

static struct who *make(const struct who *like)
{
	struct who *who;

	if (!charge())
		return NULL;
	who = kmalloc(sizeof(*who), GFP_KERNEL | __GFP_NOWARN);
	if (!who) {
		uncharge();
		return NULL;
	}
	*who = *like;
	if (rhltable_insert(&table, &who->node, params)) {
		kfree(who);
		uncharge();
		return NULL;
	}
	who->next = all;
	all = who;
	return who;
}

/*
 * The who with the key, group and user of @like, which is made if there is none
 * @shared: with its comm and executable, too
 */
static struct who *take(const struct who *like, bool shared)
{
	struct rhlist_head *list, *at;
	struct who *who;

	lockdep_assert_held(&systally_tally_mutex);
	rcu_read_lock();
	list = find(&like->key);
	rhl_for_each_entry_rcu(
		who, at, list,
		node) if (who->uid == like->uid &&
			  who->cgroup == like->cgroup &&
			  (!shared || (who->exe == like->exe &&
				       !memcmp(who->comm, like->comm,
					       sizeof(who->comm))))) break;
	rcu_read_unlock();
	return at ? who : make(like);
}

/* Takes over what a row knows later than a who. */
static void update(struct who *who, const struct who *later)
{
	bool is_later =
		later->exited || (!who->exited && later->exec >= who->exec);

	if (later->exe && (!who->exe || later->exec >= who->exec))
		who->exe = later->exe;
	if (is_later)
		memcpy(who->comm, later->comm, sizeof(who->comm));
	who->exec = max(who->exec, later->exec);
	who->exited |= later->exited;
}

struct who *systally_who_take(const struct table_row *row)
{
	const struct table_who *facts = &row->who;
	struct who like = {
		.key = { .start = row->start,
			 .tgid = key_tgid(row->key),
			 .tid = key_sub(row->key) },
		.cgroup = facts->cgroup,
		.uid = facts->uid,
		.exe = facts->exe,
		.exec = facts->exec,
		.parent = facts->parent,
		.exited = facts->exited,
	};
	struct who *who;

	strscpy_pad(like.comm, row->comm, sizeof(like.comm));
	who = take(&like, false);
	if (who)
		update(who, &like);
	return who;
}

/* The task of a who, the leader of a process; NULL if it is gone. Under RCU. */
static struct task_struct *task_of(const struct who *who)
{
	struct task_struct *task = pid_task(
		find_pid_ns(who->key.tid ?: who->key.tgid, &init_pid_ns),
		PIDTYPE_PID);

	return task && task->start_boottime == who->key.start ? task : NULL;
}

bool systally_who_alive(const struct who *who, char *comm)
{
	const struct task_struct *task;
	bool alive = false;
	u32 tid = who->key.tid;

	if (!who->key.tgid)
		return false;
	rcu_read_lock();
	task = task_of(who);
	if (task)
		alive = tid ? !(READ_ONCE(task->flags) & PF_EXITING) :
			      atomic_read(&task->signal->live) > 0;
	if (alive && comm)
		memcpy(comm, task->comm, SYSTALLY_COMM_LEN);
	rcu_read_unlock();
	return alive;
}

u32 systally_who_hash(const struct who *who)
{
	u64 id = who->cgroup ? who->cgroup->id : 0;

	/* Those that share rows are told apart by their executables, too. */
	return jhash_3words(who->uid, (u32)id, (u32)(id >> 32),
			    who->key.tgid || !who->exe ? 0 : who->exe->id);
}

/*
 * Whether the exit handler has run for all threads of a who: do_exit() calls it before
 * it sets exit_state or removes the thread from the list (kernel/exit.c).
 */
static bool has_exited(const struct who *who)
{
	struct task_struct *task;
	bool exited;

	rcu_read_lock();
	task = task_of(who);
	exited = !task || (READ_ONCE(task->exit_state) &&
			   (who->key.tid || thread_group_empty(task)));
	rcu_read_unlock();
	return exited;
}

void systally_who_mark_dead(void)
{
	struct who *who;

	lockdep_assert_held(&systally_tally_mutex);
	for (who = all; who; who = who->next) {
		who->dead = who->key.tgid && has_exited(who);
		cond_resched();
	}
}

/* The who whose rows an exited process shares, or NULL if there is no memory */
static struct who *shared_by(const struct who *who, bool comm_only)
{
	struct who like = {
		.key.start = jhash(who->comm, sizeof(who->comm), 0),
		.uid = comm_only ? SYSTALLY_UID_UNKNOWN : who->uid,
		.cgroup = comm_only ? NULL : who->cgroup,
		.exe = comm_only ? NULL : who->exe,
		.exited = true,
	};

	memcpy(like.comm, who->comm, sizeof(like.comm));
	return take(&like, true);
}

void systally_who_share(bool comm_only)
{
	struct who *who;

	lockdep_assert_held(&systally_tally_mutex);
	/* New ones come before the first. */
	for (who = all; who; who = who->next) {
		who->shared = NULL;
		if (who->dead || (comm_only && !who->key.tgid))
			who->shared = shared_by(who, comm_only);
		if (who->shared == who)
			who->shared = NULL;
		cond_resched();
	}
}

void systally_who_sweep(void)
{
	struct who *who, **at = &all;

	lockdep_assert_held(&systally_tally_mutex);
	while ((who = *at)) {
		cond_resched();
		if (who->used) {
			who->used = false;
			if (who->cgroup)
				who->cgroup->used = true;
			if (who->exe)
				who->exe->used = true;
			at = &who->next;
			continue;
		}
		*at = who->next;
		rhltable_remove(&table, &who->node, params);
		kfree_rcu(who, rcu);
		uncharge();
	}
	systally_name_sweep();
}

void systally_who_begin_view(struct who_view *view)
{
	/* Too large for the stack; under the tally's mutex, as the rest */
	static char root[PATH_MAX];
	static u32 serial;

	lockdep_assert_held(&systally_tally_mutex);
	strscpy(root, "/", sizeof(root));
	if (!compat_cgroup_root_path(root))
		strscpy(root, "/", sizeof(root));
	*view = (struct who_view){ .serial = ++serial,
				   .text_bytes = 1,
				   .root = root };
}

/* Gives the text of a name a place. */
static void number_text(struct who_view *view, struct name *name)
{
	const char *text = name ? systally_name_text(name) : NULL;

	if (!text || name->view == view->serial)
		return;
	name->view = view->serial;
	name->number = view->text_bytes;
	view->text_bytes += name->kind == NAME_CGROUP ?
				    path_below(view->root, text, NULL) :
				    strlen(text) + 1;
}

void systally_who_number(struct who_view *view, struct who *who)
{
	if (who->view == view->serial)
		return;
	who->view = view->serial;
	who->number = ++view->processes;
	number_text(view, who->cgroup);
	number_text(view, who->exe);
	/* A thread that execs takes the id and the start of its leader, which
	 * has exited: only a process's exit is final.
	 */
	if (!who->exited || who->key.tid)
		systally_who_alive(who, who->comm);
}

/* Copies a name's text to its place, which is returned; 0: it is not known. */
static u32 export_text(const struct who_view *view, const struct name *name,
		       char *text)
{
	const char *from = name ? systally_name_text(name) : NULL;

	if (!from)
		return 0;
	if (name->kind == NAME_CGROUP)
		path_below(view->root, from, text + name->number);
	else
		strcpy(text + name->number, from);
	return name->number;
}

/* The number of a who's process in current's pid namespace, or 0 */
static u32 pid_of(const struct who *who)
{
	struct task_struct *task;
	u32 pid = 0;

	if (!who->key.tgid)
		return 0;
	rcu_read_lock();
	task = task_of(who);
	if (task)
		pid = task_tgid_nr_ns(task, task_active_pid_ns(current));
	rcu_read_unlock();
	return pid;
}

void systally_who_export(const struct who_view *view,
			 struct systally_process *to, char *text)
{
	const struct who *who;

	lockdep_assert_held(&systally_tally_mutex);
	text[0] = '\0';
	for (who = all; who; who = who->next) {
		cond_resched();
		if (who->view != view->serial)
			continue;
		to[who->number - 1] = (struct systally_process){
			.start_ns = who->key.start,
			.cgroup_id = who->cgroup ? who->cgroup->id : 0,
			.tgid = who->key.tgid,
			.tid = who->key.tid,
			.uid = who->uid,
			.parent = who->parent,
			.cgroup = export_text(view, who->cgroup, text),
			.exe = export_text(view, who->exe, text),
			.pid = pid_of(who),
		};
	}
}

bool systally_who_crowded(void)
{
	return count * WHO_BYTES + systally_name_bytes() >
	       reserved * WHO_BYTES / 2;
}

int systally_who_init(void (*work_soon)(void))
{
	int err = systally_name_init(work_soon);

	if (!err)
		err = rhltable_init(&table, &params);
	if (err) {
		systally_name_exit();
		return err;
	}
	reserved = max_t(size_t, systally_memory_max_bytes / 64 / WHO_BYTES,
			 RESERVED_MIN);
	systally_memory_reserve_exactly(reserved * WHO_BYTES);
	return 0;
}

static void free_who(void *who, void *unused)
{
	uncharge();
	kfree(who);
}

void systally_who_exit(void)
{
	rhltable_free_and_destroy(&table, free_who, NULL);
	systally_memory_reserve_exactly(-(long)(reserved * WHO_BYTES));
	systally_name_exit();
}
