/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The memory that the command and the processes that it counts with
 * --in-process share: a file, which the command makes and removes. The library
 * libsystally-probe.so maps it in each of these processes, of either width.
 *
 *   +-----------------------------------+ 0
 *   | struct systally_probe_header      |
 *   +-----------------------------------+ functions_at
 *   | systally_probe_function x number  |  what is counted, sorted by file
 *   +-----------------------------------+ names_at
 *   | systally_probe_name x number      |  their names, sorted by hash
 *   +-----------------------------------+ texts_at
 *   | names of symbols, each with a NUL |
 *   +-----------------------------------+ slots_at
 *   | slot_bytes: a thread's counters   |
 *   | slot_bytes: another thread's      |
 *   | ...                               |  up to limit; unused ones are holes
 *   +-----------------------------------+
 *
 * A slot:
 *
 *   +-----------------------------------+ 0
 *   | struct systally_probe_slot        |
 *   +-----------------------------------+ counts_at
 *   | u64 x functions                   |  calls
 *   +-----------------------------------+ times_at, from SYSTALLY_COLLECT_TIME on
 *   | systally_probe_times x functions  |
 *   +-----------------------------------+ hists_at, with SYSTALLY_COLLECT_HIST
 *   | u64 x SYSTALLY_PROBE_BUCKETS      |
 *   |   x functions                     |
 *   +-----------------------------------+
 *
 * Concurrency: the command writes all but the fields that say otherwise, before
 * the first process starts. A slot is written by its own thread only, without
 * locks or atomic instructions. When a thread has ended, another one of its
 * process may go on with its slot. The command reads slots at the end, or while
 * threads still count; each of its numbers is then right for some moment.
 *
 * A library refuses memory of another version.
 */
#ifndef SYSTALLY_PROBE_H
#define SYSTALLY_PROBE_H

#include <stdint.h>

#define SYSTALLY_PROBE_MAGIC   "sysprobe" /* 8 bytes, no NUL */
#define SYSTALLY_PROBE_VERSION 1

/* The environment variable that has the path of the shared memory. */
#define SYSTALLY_PROBE_VARIABLE "SYSTALLY_PROBE"

#define SYSTALLY_PROBE_LIBRARY "libsystally-probe.so"

/* SYSTALLY_HIST_OCTAVES x SYSTALLY_HIST_BUCKETS of systally.h */
#define SYSTALLY_PROBE_BUCKETS 252

/* What times are measured with. */
enum systally_probe_clock {
	SYSTALLY_PROBE_CLOCK_CYCLES,	/* the CPU's counter of cycles */
	SYSTALLY_PROBE_CLOCK_MONOTONIC, /* CLOCK_MONOTONIC, in ns */
};

/* systally_probe_header.flags */
#define SYSTALLY_PROBE_THREADS 0x1 /* a slot is never another thread's */

struct systally_probe_header {
	char magic[8];	    /* SYSTALLY_PROBE_MAGIC */
	uint32_t version;   /* SYSTALLY_PROBE_VERSION */
	uint32_t collect;   /* enum systally_collect */
	uint32_t clock;	    /* enum systally_probe_clock */
	uint32_t flags;	    /* SYSTALLY_PROBE_THREADS */
	uint32_t functions; /* how many there are */
	uint32_t names;
	uint64_t functions_at, names_at, texts_at, slots_at;
	uint32_t slot_bytes;
	uint32_t counts_at, times_at, hists_at; /* 0: the slots have none */
	uint64_t limit;				/* bytes of the file */

	/* Written by processes, with atomic additions: */
	uint32_t used;	       /* slots that were given away, or wanted */
	uint32_t processes;    /* that have loaded the library */
	uint32_t refused;      /* that have not: their C library is too old */
	uint32_t lost_threads; /* that have no slot: no room */
	uint32_t unseen; /* files whose calls are not all seen: no rights */
	uint32_t reserved;
};

/* systally_probe_function.flags */
#define SYSTALLY_PROBE_COUNT_ONLY 0x1 /* must not be timed */
#define SYSTALLY_PROBE_RESTORES	  0x2 /* looks at return addresses of others */

/* A function: a symbol of a file. Several names may be at its address. */
struct systally_probe_function {
	uint64_t
		device; /* of the file: its major number << 32 | its minor one */
	uint64_t inode;
	uint64_t address; /* as the file's symbols have it */
	uint32_t flags;
	uint32_t reserved;
};

/* A name of a function that the dynamic linker looks up. */
struct systally_probe_name {
	uint32_t hash; /* as DT_GNU_HASH has it */
	uint32_t text; /* where it begins, after texts_at */
};

struct systally_probe_times {
	uint64_t
		returns; /* calls that have returned, and whose time is known */
	uint64_t total;	 /* in units of the clock */
	uint64_t longest;
};

struct systally_probe_slot {
	uint64_t start;	 /* of the process, in clock ticks after the boot */
	uint64_t thread; /* of the thread, the same; 0: not by thread */
	uint32_t tgid;	 /* written last; 0: the slot is not in use */
	uint32_t tid;	 /* 0: not by thread */
	char comm[16];
	uint64_t reserved[3];
};

/* Returns the hash of a symbol's name, as DT_GNU_HASH has it. */
static inline uint32_t systally_probe_hash(const char *name)
{
	uint32_t hash = 5381;

	while (*name)
		hash = hash * 33 + (unsigned char)*name++;
	return hash;
}

#endif /* SYSTALLY_PROBE_H */
