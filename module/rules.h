/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Rules: which processes are targets of a session without being listed. They hold
 * for processes that live already, and at each fork, exec, change of user and change
 * of control group.
 *
 * Concurrency: the rules of a session are replaced as a whole under the control mutex,
 * and read by handlers with preemption off (RCU).
 */
#ifndef SYSTALLY_RULES_H
#define SYSTALLY_RULES_H

#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/seq_file.h>

#include "parse.h"

struct cgroup;

struct rule {
	enum rule_kind kind;
	u32 uid;
	struct cgroup *group; /* with a reference */
	char comm[RULE_COMM_MAX + 1];
	char *path; /* of the group, as it was given */
};

struct rules {
	unsigned int count;
	struct rule rule[];
};

/* What rules ask of a process */
struct rules_subject {
	const char *comm;
	u32 uid;
	struct cgroup *group; /* NULL: none */
};

/*
 * rules_subject - a process as it is now
 * @leader: its group leader
 *
 * Any context, under RCU; the group is valid as long.
 */
struct rules_subject rules_subject(const struct task_struct *leader);

/* rules_match - whether a process is asked for; any context. @rules may be NULL. */
bool rules_match(const struct rules *rules,
		 const struct rules_subject *subject);

/*
 * rules_make - the rules after a request
 * @old: those of before, or NULL
 * @made: set to the new ones, or NULL if there are none
 *
 * Process context, sleeps. A group is looked up in current's cgroup namespace.
 * Returns 0, -ENOENT if a control group does not exist or a rule to remove is not
 * there, -E2BIG if there are too many, or -ENOMEM.
 */
int __must_check rules_make(const struct rules *old,
			    const struct targets_request *request,
			    struct rules **made);

/* rules_free - free rules that no handler reads, or NULL; process context */
void rules_free(struct rules *rules);

/* rules_show - print them as `targets` takes them, one in a line */
void rules_show(const struct rules *rules, struct seq_file *seq);

#endif /* SYSTALLY_RULES_H */
