// SPDX-License-Identifier: GPL-2.0-only
/*
 * The module's memory and its cap.
 */
#include <linux/atomic.h>
#include <linux/mm.h>
#include <linux/vmalloc.h>

#include "memory.h"

unsigned long systally_memory_max_bytes = 64ul << 20;

/* Written atomically in process context, read in any context. */
static atomic_long_t charged_bytes;

/* Written under the tally's mutex, read by all allocations without a lock. */
static size_t reserved_bytes;

void *systally_memory_alloc(size_t bytes, int node)
{
	long charge = PAGE_ALIGN(bytes), charged;
	void *memory;

	charged = atomic_long_read(&charged_bytes);
	do {
		if (charged + charge + READ_ONCE(reserved_bytes) >
		    systally_memory_max_bytes)
			return NULL;
	} while (!atomic_long_try_cmpxchg(&charged_bytes, &charged,
					  charged + charge));
	memory = vzalloc_node(bytes, node);
	if (!memory)
		atomic_long_sub(charge, &charged_bytes);
	return memory;
}

void systally_memory_reserve(size_t bytes)
{
	WRITE_ONCE(reserved_bytes, PAGE_ALIGN(bytes));
}

void systally_memory_free(void *memory, size_t bytes)
{
	if (!memory)
		return;
	vfree(memory);
	atomic_long_sub(PAGE_ALIGN(bytes), &charged_bytes);
}

void systally_memory_charge(size_t bytes)
{
	atomic_long_add(PAGE_ALIGN(bytes), &charged_bytes);
}

unsigned long systally_memory_bytes(void)
{
	return atomic_long_read(&charged_bytes);
}

bool systally_memory_room(size_t bytes)
{
	return systally_memory_bytes() + PAGE_ALIGN(bytes) <=
	       systally_memory_max_bytes;
}
