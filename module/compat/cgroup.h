/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The control group of a task, in the hierarchy that services and containers
 * are told apart by.
 */
#ifndef SYSTALLY_COMPAT_CGROUP_H
#define SYSTALLY_COMPAT_CGROUP_H

#include <linux/cgroup.h>
#include <linux/err.h>
#include <linux/kernfs.h>
#include <linux/limits.h>
#include <linux/nsproxy.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/string.h>
#include <linux/version.h>

/*
 * compat_cgroup_of - the control group of a task, or NULL if the kernel has none
 *
 * The one of version 2. If it is the root there, and the controller `pids` or
 * `memory` has a hierarchy of version 1, the one of that: systemd and container
 * runtimes make the same groups in all hierarchies. Any context, under RCU.
 *
 * compat_cgroup_id - a number that no other group has, before the next boot
 * compat_cgroup_get - take a reference; returns false if the group is gone
 * compat_cgroup_put - give it back
 *
 * Any context.
 *
 * compat_cgroup_path - the path of a group from the root of its hierarchy, also
 * after it was removed
 * @path: PATH_MAX bytes
 *
 * Process context. Returns false if the path is too long.
 *
 * compat_cgroup_below - whether a group is another one, or below it; any context
 *
 * compat_cgroup_hold - take one more reference; any context
 *
 * compat_cgroup_find - the group with a path, as current's cgroup namespace has it,
 * with a reference
 * @path: begins with a slash
 *
 * The one of version 2, else the one of compat_cgroup_of()'s hierarchy of version 1.
 * cgroup_get_from_path() knows the former only, and not all kernels' look at the
 * namespace. Process context. Returns NULL if there is none.
 *
 * compat_cgroup_root_path - the path of the root of current's cgroup namespace
 * @path: PATH_MAX bytes
 *
 * Process context. Returns false if there is none, or it is too long.
 */
#ifdef CONFIG_CGROUPS

#if IS_ENABLED(CONFIG_CGROUP_PIDS)
#define COMPAT_CGROUP_V1 pids_cgrp_id
#elif IS_ENABLED(CONFIG_MEMCG)
#define COMPAT_CGROUP_V1 memory_cgrp_id
#endif

static inline struct cgroup *compat_css_set_group(const struct css_set *set)
{
	struct cgroup *group = set->dfl_cgrp;

#ifdef COMPAT_CGROUP_V1
	if (group && !group->level && set->subsys[COMPAT_CGROUP_V1])
		group = set->subsys[COMPAT_CGROUP_V1]->cgroup;
#endif
	return group;
}

static inline struct cgroup *compat_cgroup_of(const struct task_struct *task)
{
	const struct css_set *set = rcu_dereference_raw(task->cgroups);

	return set ? compat_css_set_group(set) : NULL;
}

static inline u64 compat_cgroup_id(const struct cgroup *group)
{
	return group->kn->id;
}

static inline bool compat_cgroup_get(struct cgroup *group)
{
	return css_tryget(&group->self);
}

static inline void compat_cgroup_put(struct cgroup *group)
{
	css_put(&group->self);
}

static inline void compat_cgroup_hold(struct cgroup *group)
{
	css_get(&group->self);
}

/* From 6.15 on, RCU protects the name. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 15, 0)
#define compat_cgroup_name(group) rcu_dereference((group)->kn->name)
#else
#define compat_cgroup_name(group) ((group)->kn->name)
#endif

/* A child that has not been removed, or NULL; under RCU */
static inline struct cgroup *
compat_cgroup_child(struct cgroup *parent, const char *name, size_t length)
{
	struct cgroup *child;

	list_for_each_entry_rcu(child, &parent->self.children, self.sibling)
	{
		const char *its = compat_cgroup_name(child);

		if (child->self.flags & CSS_ONLINE &&
		    !strncmp(its, name, length) && !its[length])
			return child;
	}
	return NULL;
}

static inline struct cgroup *compat_cgroup_walk(struct cgroup *group,
						const char *path)
{
	rcu_read_lock();
	while (group && *path) {
		size_t length = strcspn(path, "/");

		if (length)
			group = compat_cgroup_child(group, path, length);
		path += length + (path[length] == '/');
	}
	if (group && !compat_cgroup_get(group))
		group = NULL;
	rcu_read_unlock();
	return group;
}

static inline struct cgroup *compat_cgroup_find(const char *path)
{
	const struct css_set *root = current->nsproxy->cgroup_ns->root_cset;
	struct cgroup *group = compat_cgroup_walk(root->dfl_cgrp, path);

#ifdef COMPAT_CGROUP_V1
	if (!group && root->subsys[COMPAT_CGROUP_V1])
		group = compat_cgroup_walk(
			root->subsys[COMPAT_CGROUP_V1]->cgroup, path);
#endif
	return group;
}

static inline bool compat_cgroup_path(struct cgroup *group, char *path)
{
	int length = kernfs_path_from_node(group->kn, NULL, path, PATH_MAX);

	return length >= 0 && length < PATH_MAX;
}

static inline bool compat_cgroup_below(struct cgroup *group,
				       struct cgroup *ancestor)
{
	return cgroup_is_descendant(group, ancestor);
}

static inline bool compat_cgroup_root_path(char *path)
{
	/* current cannot lose its namespaces. */
	struct cgroup *group =
		compat_css_set_group(current->nsproxy->cgroup_ns->root_cset);

	return group && compat_cgroup_path(group, path);
}

#else /* CONFIG_CGROUPS */

static inline struct cgroup *compat_cgroup_of(const struct task_struct *task)
{
	return NULL;
}

static inline u64 compat_cgroup_id(const struct cgroup *group)
{
	return 0;
}

static inline bool compat_cgroup_get(struct cgroup *group)
{
	return false;
}

static inline void compat_cgroup_put(struct cgroup *group)
{
}

static inline void compat_cgroup_hold(struct cgroup *group)
{
}

static inline struct cgroup *compat_cgroup_find(const char *path)
{
	return NULL;
}

static inline bool compat_cgroup_path(struct cgroup *group, char *path)
{
	return false;
}

static inline bool compat_cgroup_below(struct cgroup *group,
				       struct cgroup *ancestor)
{
	return false;
}

static inline bool compat_cgroup_root_path(char *path)
{
	return false;
}

#endif /* CONFIG_CGROUPS */

#endif /* SYSTALLY_COMPAT_CGROUP_H */
