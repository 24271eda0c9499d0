// SPDX-License-Identifier: GPL-2.0-only
/*
 * The module's memory and its cap.
 */
#include <linux/atomic.h>
#include <linux/bug.h>
#include <linux/cpumask.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "memory.h"

unsigned long systally_memory_max_bytes;

/* Written atomically in process context, read in any context. */
static atomic_long_t charged_bytes;

/* What is reserved for rebuilds; written and read as that is */
static atomic_long_t reserved_bytes;

/* What an allocation of @bytes is charged: whole pages, if it takes any */
static size_t charge_of(size_t bytes)
{
	return bytes < PAGE_SIZE ? bytes : PAGE_ALIGN(bytes);
}

unsigned long systally_memory_max_default(void)
{
	return max(64ul << 20, (unsigned long)num_online_cpus() << 21);
}

/* Without the OOM killer: all callers can do without the memory. */
static void *alloc(size_t bytes, int node)
{
	return kvmalloc_node(bytes,
			     GFP_KERNEL | __GFP_ZERO | __GFP_RETRY_MAYFAIL |
				     __GFP_NOWARN,
			     node);
}

void *systally_memory_alloc_beyond(size_t bytes, int node)
{
	void *memory = alloc(bytes, node);

	if (memory)
		atomic_long_add(charge_of(bytes), &charged_bytes);
	return memory;
}

bool systally_memory_take(size_t bytes)
{
	long charge = charge_of(bytes), charged;

	charged = atomic_long_read(&charged_bytes);
	do {
		if (charged + charge + atomic_long_read(&reserved_bytes) >
		    systally_memory_max_bytes)
			return false;
	} while (!atomic_long_try_cmpxchg(&charged_bytes, &charged,
					  charged + charge));
	return true;
}

void systally_memory_give(size_t bytes)
{
	atomic_long_sub(charge_of(bytes), &charged_bytes);
}

/* Small numbers of bytes, which charge_of() does not round */
void systally_memory_take_reserved(size_t bytes)
{
	atomic_long_add(bytes, &charged_bytes);
	atomic_long_sub(bytes, &reserved_bytes);
}

void systally_memory_give_reserved(size_t bytes)
{
	atomic_long_add(bytes, &reserved_bytes);
	atomic_long_sub(bytes, &charged_bytes);
}

void *systally_memory_alloc_taken(size_t bytes, int node)
{
	void *memory = alloc(bytes, node);

	if (!memory)
		systally_memory_give(bytes);
	return memory;
}

void *systally_memory_alloc(size_t bytes, int node)
{
	return systally_memory_take(bytes) ?
		       systally_memory_alloc_taken(bytes, node) :
		       NULL;
}

void systally_memory_reserve(long bytes)
{
	long charge = charge_of(abs(bytes));

	atomic_long_add(bytes < 0 ? -charge : charge, &reserved_bytes);
}

void systally_memory_reserve_exactly(long bytes)
{
	atomic_long_add(bytes, &reserved_bytes);
}

bool systally_memory_fits(size_t bytes)
{
	return systally_memory_bytes() + charge_of(bytes) +
		       atomic_long_read(&reserved_bytes) <=
	       systally_memory_max_bytes;
}

void systally_memory_free(void *memory, size_t bytes)
{
	if (!memory)
		return;
	kvfree(memory);
	systally_memory_give(bytes);
}

/* Written at load only */
static long charged_at_load;

void systally_memory_charge(size_t bytes)
{
	charged_at_load += PAGE_ALIGN(bytes);
	atomic_long_add(PAGE_ALIGN(bytes), &charged_bytes);
}

void systally_memory_exit(void)
{
	WARN(atomic_long_read(&charged_bytes) != charged_at_load ||
		     atomic_long_read(&reserved_bytes),
	     "%ld bytes are still charged, %ld reserved\n",
	     atomic_long_read(&charged_bytes) - charged_at_load,
	     atomic_long_read(&reserved_bytes));
}

unsigned long systally_memory_bytes(void)
{
	return atomic_long_read(&charged_bytes);
}

bool systally_memory_room(size_t bytes)
{
	return systally_memory_bytes() + charge_of(bytes) <=
	       systally_memory_max_bytes;
}
