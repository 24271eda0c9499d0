/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The module's memory and its cap: all that grows is charged here first.
 * Used by tally.c, target.c and inflight.c.
 */
#ifndef SYSTALLY_MEMORY_H
#define SYSTALLY_MEMORY_H

#include <linux/numa.h>
#include <linux/types.h>

/* The cap in bytes. Set before anything is charged, constant afterwards. */
extern unsigned long systally_memory_max_bytes;

/*
 * systally_memory_alloc - zeroed whole pages, charged to the cap
 * @node: NUMA node, or NUMA_NO_NODE
 *
 * Process context, sleeps. Returns NULL if the cap, less what is reserved, or
 * the memory is reached.
 */
void *systally_memory_alloc(size_t bytes, int node);

/*
 * systally_memory_reserve - keep @bytes below the cap for what comes next
 *
 * Allocations leave so much room from now on, until another value is set. For
 * the master table alone, which could otherwise not be folded at the cap.
 */
void systally_memory_reserve(size_t bytes);

/* systally_memory_free - give back @bytes from systally_memory_alloc, or NULL */
void systally_memory_free(void *memory, size_t bytes);

/* systally_memory_charge - count @bytes that are not from here; at load */
void systally_memory_charge(size_t bytes);

/* systally_memory_bytes - bytes charged now; any context */
unsigned long systally_memory_bytes(void);

/* systally_memory_room - whether @bytes more would stay below the cap */
bool systally_memory_room(size_t bytes);

#endif /* SYSTALLY_MEMORY_H */
