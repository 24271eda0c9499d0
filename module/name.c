// SPDX-License-Identifier: GPL-2.0-only
/*
 * Names of control groups and executables.
 */
#include <linux/atomic.h>
#include <linux/hash.h>
#include <linux/hashtable.h>
#include <linux/limits.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>

#include "compat/cgroup.h"
#include "lock.h"
#include "memory.h"
#include "name.h"

/* Names that can be made before the worker has to run */
#define POOL 64

static DEFINE_HASHTABLE(listed, 12);

/* Raw, because handlers take it with preemption off. */
static DEFINE_RAW_SPINLOCK(names_lock);

/* Under the lock: names that are made, and those that have to get a path */
static struct name *pool;
static unsigned int pooled;
static struct name *fresh;

/* Set at load. */
static void (*work_soon)(void);

static atomic_long_t lost;
static atomic_long_t bytes;

/* Under the tally's mutex; handlers read the number. */
static struct name *all, *unlisted;
static u32 flush_number = 1;

static void use(struct name *name)
{
	u32 now = READ_ONCE(flush_number);

	if (READ_ONCE(name->flush) != now)
		WRITE_ONCE(name->flush, now);
}

static struct name *find(enum name_kind kind, u64 id, const char *text)
{
	struct name *name;

	hash_for_each_possible_rcu(
		listed, name, node, id,
		lockdep_is_held(&names_lock)) if (name->id == id &&
						  name->kind == kind &&
						  (kind == NAME_CGROUP ||
						   !strcmp(name->exe, text)))
	{
		use(name);
		return name;
	}
	return NULL;
}

/* Makes a name, unless another CPU has just done so. */
static struct name *make(enum name_kind kind, u64 id, struct cgroup *group,
			 const char *text)
{
	struct name *name;
	unsigned long flags;

	raw_spin_lock_irqsave(&names_lock, flags);
	name = find(kind, id, text);
	if (!name && pool && (!group || compat_cgroup_get(group))) {
		name = pool;
		pool = name->next;
		pooled--;
		name->id = id;
		name->kind = kind;
		name->cgroup = group;
		if (text)
			strscpy(name->exe, text, sizeof(name->exe));
		name->next = fresh;
		fresh = name;
		use(name);
		hash_add_rcu(listed, &name->node, id);
	}
	raw_spin_unlock_irqrestore(&names_lock, flags);
	if (!name)
		atomic_long_inc(&lost);
	work_soon();
	return name;
}

struct name *systally_name_cgroup(struct cgroup *group)
{
	u64 id;

	if (!group)
		return NULL;
	id = compat_cgroup_id(group);
	return find(NAME_CGROUP, id, NULL) ?:
					     make(NAME_CGROUP, id, group, NULL);
}

/* FNV-1a (draft-eastlake-fnv), 64 bits */
static u64 text_hash(const char *text)
{
	u64 hash = 0xcbf29ce484222325ull;

	while (*text)
		hash = (hash ^ (unsigned char)*text++) * 0x100000001b3ull;
	return hash;
}

struct name *systally_name_exe(const char *text)
{
	u64 id = text_hash(text);

	return find(NAME_EXE, id, text) ?: make(NAME_EXE, id, NULL, text);
}

unsigned long systally_name_lost(void)
{
	return atomic_long_read(&lost);
}

size_t systally_name_bytes(void)
{
	return atomic_long_read(&bytes);
}

static void *alloc(size_t size)
{
	void *memory = systally_memory_alloc(size, NUMA_NO_NODE);

	if (memory)
		atomic_long_add(size, &bytes);
	return memory;
}

static void release(void *memory, size_t size)
{
	if (!memory)
		return;
	systally_memory_free(memory, size);
	atomic_long_sub(size, &bytes);
}

/* Fills the pool. */
static void fill(void)
{
	while (READ_ONCE(pooled) < POOL) {
		struct name *name = alloc(sizeof(*name));

		if (!name)
			return;
		raw_spin_lock_irq(&names_lock);
		name->next = pool;
		pool = name;
		WRITE_ONCE(pooled, pooled + 1);
		raw_spin_unlock_irq(&names_lock);
	}
}

/* Finds the path of a new name's group. */
static void find_path(struct name *name, char *buffer)
{
	size_t size;

	if (compat_cgroup_path(name->cgroup, buffer)) {
		size = strlen(buffer) + 1;
		name->path = alloc(size);
		if (name->path)
			memcpy(name->path, buffer, size);
	}
	compat_cgroup_put(name->cgroup);
	name->cgroup = NULL;
}

void systally_name_work(void)
{
	/* Too large for the stack */
	static char buffer[PATH_MAX];
	struct name *name, *next;

	lockdep_assert_held(&systally_tally_mutex);
	raw_spin_lock_irq(&names_lock);
	name = fresh;
	fresh = NULL;
	raw_spin_unlock_irq(&names_lock);
	for (; name; name = next) {
		next = name->next;
		if (name->cgroup)
			find_path(name, buffer);
		name->next = all;
		all = name;
	}
	if (READ_ONCE(pooled) < POOL / 2)
		fill();
}

void systally_name_flushing(void)
{
	lockdep_assert_held(&systally_tally_mutex);
	WRITE_ONCE(flush_number, flush_number + 1);
}

static void free_name(struct name *name)
{
	if (name->path)
		release(name->path, strlen(name->path) + 1);
	release(name, sizeof(*name));
}

/* Removes those from the names that handlers find that nothing refers to. */
static void unlist(void)
{
	struct name *name, **at = &all;

	while ((name = *at)) {
		bool old = READ_ONCE(name->flush) + 1 < flush_number;

		if (name->used || !old) {
			name->used = false;
			at = &name->next;
			continue;
		}
		raw_spin_lock_irq(&names_lock);
		hash_del_rcu(&name->node);
		raw_spin_unlock_irq(&names_lock);
		name->unlisted = flush_number;
		*at = name->next;
		name->next = unlisted;
		unlisted = name;
	}
}

/* Frees unlisted names that no row can refer to any more. */
static void free_unlisted(void)
{
	struct name *name, **at = &unlisted;

	while ((name = *at)) {
		if (name->used || name->unlisted + 2 > flush_number) {
			name->used = false;
			at = &name->next;
			continue;
		}
		*at = name->next;
		/* A handler may still be looking at it in its list. */
		free_name(name);
	}
}

void systally_name_sweep(void)
{
	lockdep_assert_held(&systally_tally_mutex);
	free_unlisted();
	unlist();
}

int systally_name_init(void (*soon)(void))
{
	work_soon = soon;
	fill();
	return pooled == POOL ? 0 : -ENOMEM;
}

static void free_list(struct name *name)
{
	struct name *next;

	for (; name; name = next) {
		next = name->next;
		if (name->cgroup)
			compat_cgroup_put(name->cgroup);
		free_name(name);
	}
}

void systally_name_exit(void)
{
	free_list(pool);
	free_list(fresh);
	free_list(all);
	free_list(unlisted);
}
