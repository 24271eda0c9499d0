/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The module's memory and its cap: everything that grows is charged here first.
 */
#ifndef SYSTALLY_MEMORY_H
#define SYSTALLY_MEMORY_H

#include <linux/numa.h>
#include <linux/types.h>

/* The cap. Set at load before anything is charged; constant afterwards. */
extern unsigned long systally_memory_max_bytes;

/*
 * systally_memory_max_default - the cap of a machine where none is asked for
 *
 * 64 MiB, or 2 MiB for each CPU that is online if that is more: then tables of
 * 1,024 rows for all CPUs fit in an eighth of it (cpu_tables.c). Any context.
 */
unsigned long systally_memory_max_default(void);

/*
 * systally_memory_alloc - allocate zeroed memory, charged to the cap
 * @node: NUMA node, or NUMA_NO_NODE
 *
 * Process context, sleeps. Returns NULL if the cap without its reserve would be
 * exceeded, or there is no memory.
 */
void *systally_memory_alloc(size_t bytes, int node);

/*
 * systally_memory_take - charge @bytes to the cap, for memory that another
 * thread will allocate; any context. Returns false if the cap without its
 * reserve would be exceeded.
 * systally_memory_give - undo that, or charge no longer for memory that was freed
 * otherwise; any context
 * systally_memory_alloc_taken - allocate that memory, zeroed; process context,
 * sleeps. Returns NULL if there is none; then it is no longer charged.
 */
bool systally_memory_take(size_t bytes);
void systally_memory_give(size_t bytes);
void *systally_memory_alloc_taken(size_t bytes, int node);

/*
 * systally_memory_reserve_exactly - as systally_memory_reserve(), for what is taken in
 * pieces that are smaller than a page
 */
void systally_memory_reserve_exactly(long bytes);

/*
 * systally_memory_take_reserved - charge @bytes that were reserved in this way, and
 * reserve them no longer; any context
 * systally_memory_give_reserved - undo that
 */
void systally_memory_take_reserved(size_t bytes);
void systally_memory_give_reserved(size_t bytes);

/*
 * systally_memory_alloc_beyond - the same, but the cap may be exceeded
 *
 * Only for the tables of a CPU that comes online: without them it cannot.
 */
void *systally_memory_alloc_beyond(size_t bytes, int node);

/*
 * systally_memory_reserve - reserve @bytes more of the cap; less if negative
 *
 * All allocations leave room for what is reserved. Only for the rebuilds of
 * masters, which would otherwise be impossible at the cap. Any context.
 */
void systally_memory_reserve(long bytes);

/*
 * systally_memory_fits - whether @bytes can be allocated now; any context
 */
bool systally_memory_fits(size_t bytes);

/*
 * systally_memory_free - free @bytes from systally_memory_alloc(), or NULL
 *
 * Process context, may sleep.
 */
void systally_memory_free(void *memory, size_t bytes);

/*
 * systally_memory_charge - charge @bytes that were not allocated here; at load
 */
void systally_memory_charge(size_t bytes);

/*
 * systally_memory_exit - warn in the kernel log if anything but that is still
 * charged, or reserved; at unload, when all has been freed
 */
void systally_memory_exit(void);

/* systally_memory_bytes - bytes charged now; any context */
unsigned long systally_memory_bytes(void);

/*
 * systally_memory_room - whether @bytes more would fit below the cap; any
 * context
 */
bool systally_memory_room(size_t bytes);

#endif /* SYSTALLY_MEMORY_H */
