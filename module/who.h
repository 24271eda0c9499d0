/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Who makes the calls of a row: the processes and threads that have rows in the
 * sessions' tables, each with its facts. A process whose facts change is another
 * `who` from then on; if they change back, it is the first one again.
 *
 * Concurrency: everything is under the tally's mutex, with one exception: query.c
 * finds the whos of a process under RCU, in any context.
 */
#ifndef SYSTALLY_WHO_H
#define SYSTALLY_WHO_H

#include <linux/rcupdate.h>
#include <linux/rhashtable.h>
#include <linux/types.h>

#include "table.h"

/* Of a process, tid is 0. Of processes that have exited and share rows, all are. */
struct who_key {
	u64 start; /* start_boottime */
	u32 tgid;
	u32 tid;
};

struct who {
	struct rhlist_head node;
	struct who_key key;
	struct who *next; /* of all */

	/* These and the key tell whos apart. */
	struct name *cgroup; /* NULL: not known */
	u32 uid;	     /* effective, in the init user namespace */

	u32 parent;	  /* tgid, in the init pid namespace */
	struct name *exe; /* the last one; NULL: not known */
	u32 exec;	  /* as in struct table_who */

	bool exited; /* comm is the last one; a thread may be alive again */
	bool dead;   /* from systally_who_mark_dead() */
	bool used;   /* a row refers to it; for the sweep */
	struct who *shared; /* from systally_who_share(), or NULL */
	u32 view;	    /* the view that has it last */
	u32 number;	    /* in that view */
	union {
		char comm[SYSTALLY_COMM_LEN]; /* the last one that is known */
		struct rcu_head rcu;	      /* while it is freed */
	};
};

/*
 * systally_who_take - the who of a row of ROW_WHO
 * @row: of a CPU's table; its start is that of the process or thread
 *
 * Process context, sleeps. Returns NULL if there is no memory.
 */
struct who *systally_who_take(const struct table_row *row);

/* The who of a row of a session's table that has one */
static inline struct who *systally_who_of(const struct table_row *row)
{
	return (struct who *)(unsigned long)row->start;
}

/*
 * systally_who_alive - whether the process or thread can still make calls
 * @comm: set to its name if it can; may be NULL
 */
bool systally_who_alive(const struct who *who, char *comm);

/* systally_who_hash - a hash of the user and the group of a who; any context */
u32 systally_who_hash(const struct who *who);

/*
 * systally_who_mark_dead - mark those that cannot make calls any more
 * systally_who_share - say which whos are to share rows, by `shared`: those that
 * were marked, by comm, user, group and executable
 * @comm_only: by comm only, also those that share rows already
 *
 * Process context; sleep. Call them in this order, with a fold of all CPUs' tables
 * between them: then the sessions' tables have all rows of a process that was
 * marked, and its last comm is known.
 */
void systally_who_mark_dead(void);
void systally_who_share(bool comm_only);

/*
 * systally_who_sweep - free those of which `used` is not set, and then names that
 * nothing refers to; clears it
 *
 * Process context, sleeps. No CPU's table is being folded, and no rebuild goes on.
 */
void systally_who_sweep(void);

/* The whos that a view has, and the texts of their names */
struct who_view {
	u32 serial;    /* of the view */
	u32 processes; /* whos that have a number */
	u32 text_bytes;
	const char *root; /* of the reader's cgroup namespace */
};

/*
 * systally_who_begin_view - begin to number whos
 * systally_who_number - give a who a number in the view, from 1, unless it has one
 * systally_who_export - copy the facts of those that have one
 * @to: room for view->processes
 * @text: room for view->text_bytes
 *
 * The comm of a who that has a number is the current one if it is alive. Process
 * context; the first and the last sleep.
 */
void systally_who_begin_view(struct who_view *view);
void systally_who_number(struct who_view *view, struct who *who);
void systally_who_export(const struct who_view *view,
			 struct systally_process *to, char *text);

/* systally_who_crowded - whether whos and names take more memory than they should */
bool systally_who_crowded(void);

/*
 * systally_who_find - the list of the whos of a process
 *
 * Any context, under RCU. For rhl_for_each_entry_rcu().
 */
struct rhlist_head *systally_who_find(u32 tgid, u64 start);

/*
 * systally_who_init - at load; returns 0 or -ENOMEM
 * @work_soon: has systally_name_work() called soon; any context
 * systally_who_exit - free all; no table refers to any
 */
int __must_check systally_who_init(void (*work_soon)(void));
void systally_who_exit(void);

#endif /* SYSTALLY_WHO_H */
