/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The memory that the command shares with the processes that it counts in
 * process (systally_probe.h), from its making to its end.
 */
#ifndef SYSTALLY_PROBE_MEMORY_H
#define SYSTALLY_PROBE_MEMORY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/process.h"
#include "functions/functions.h"
#include "probe/table.h"
#include "systally_probe.h"

struct systally_probe {
	char path[64]; /* of the shared memory; empty: there is none */
	struct systally_probe_header *shared;
	struct systally_probe_header
		layout; /* a copy that nobody else writes */
	struct systally_probe_table table;
	char *library; /* what LD_AUDIT gets */
	char *before;  /* LD_AUDIT as it was, or NULL */
	uint64_t began_ns, began_units;
};

/* What is collected. */
struct systally_probe_wants {
	unsigned int collect;			    /* enum systally_collect */
	bool threads;				    /* rows per thread */
	const struct systally_functions *functions; /* borrowed until the end */
	const struct systally_user *user; /* who may open it; NULL: this user */
};

/*
 * Makes the memory. Returns 0, and the caller calls systally_probe_end(); or -1
 * with @error: there is no library, no room, or what
 * systally_probe_table_make() says.
 */
int systally_probe_begin(struct systally_probe *probe,
			 const struct systally_probe_wants *wants,
			 struct systally_error *error);

/*
 * Sets the environment that makes a program count itself, and what it runs;
 * takes that back. Returns 0, or -1 without memory.
 */
int systally_probe_set_environment(struct systally_probe *probe);
void systally_probe_unset_environment(const struct systally_probe *probe);

/* Removes the memory. Does nothing if @probe is all zero. */
void systally_probe_end(struct systally_probe *probe);

/* Returns the time now, in units of the clock that the library uses. */
uint64_t systally_probe_units(const struct systally_probe *probe);

#endif /* SYSTALLY_PROBE_MEMORY_H */
