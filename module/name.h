/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Names that many processes share: of their control groups and of their
 * executables. Handlers find them or make them; rows and struct who refer to
 * them.
 *
 * Concurrency: names are found under RCU. A lock serialises the making, which
 * takes memory that the worker has allocated before. All else is under the
 * tally's mutex. A name is unlisted when nothing refers to it, and freed two
 * flushes later if nothing refers to it then: the handler that found it just
 * before may have put it into a row of its CPU's table.
 */
#ifndef SYSTALLY_NAME_H
#define SYSTALLY_NAME_H

#include <linux/cgroup.h>
#include <linux/list.h>
#include <linux/rcupdate.h>
#include <linux/types.h>

enum name_kind {
	NAME_CGROUP, /* id: of the group */
	NAME_EXE,    /* id: a hash of the name */
};

#define NAME_EXE_LEN 64 /* longer names of executables are cut */

struct name {
	struct hlist_node node; /* by id; RCU */
	u64 id;
	enum name_kind kind;
	u32 flush;		/* number of the flush after its last use */
	struct cgroup *cgroup;	/* with a reference, until the path is known */
	char *path;		/* of a group; NULL: not known yet */
	char exe[NAME_EXE_LEN]; /* of an executable */

	/* Under the tally's mutex */
	struct name *next; /* all, or those that are unlisted */
	bool used;	   /* something refers to it */
	u32 unlisted;	   /* number of the flush; 0: it is listed */
	u32 view;	   /* the last view that has it */
	u32 number;	   /* in that view */
	struct rcu_head rcu;
};

/*
 * systally_name_cgroup - the name of a group
 * systally_name_exe - the name of a text
 *
 * Any context but irq and NMI, with preemption off: handlers. Both return NULL if
 * there is no memory at hand; `status` counts that.
 */
struct name *systally_name_cgroup(struct cgroup *group);
struct name *systally_name_exe(const char *text);

/* How often a name was not made for lack of memory; any context */
unsigned long systally_name_lost(void);

/*
 * The text of a name, NULL if it is not known; process context, under the tally's
 * mutex
 */
static inline const char *systally_name_text(const struct name *name)
{
	return name->kind == NAME_CGROUP ? name->path : name->exe;
}

/*
 * systally_name_work - find the paths of new groups, and allocate memory for the
 * next names; process context, sleeps; under the tally's mutex
 */
void systally_name_work(void);

/* systally_name_flushing - a flush begins; under the tally's mutex */
void systally_name_flushing(void);

/*
 * systally_name_sweep - free names that nothing refers to, after `used` of all
 * others was set; clears it; under the tally's mutex
 */
void systally_name_sweep(void);

/* systally_name_bytes - the memory of all names; any context */
size_t systally_name_bytes(void);

/*
 * systally_name_init - at load; returns 0 or -ENOMEM
 * @work_soon: has systally_name_work() called soon; any context
 * systally_name_exit - free all; after the last handler has ended
 */
int __must_check systally_name_init(void (*work_soon)(void));
void systally_name_exit(void);

#endif /* SYSTALLY_NAME_H */
