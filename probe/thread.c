// SPDX-License-Identifier: GPL-2.0-only
/*
 * Threads and their slots.
 *
 * A process has an area of cells, one for each thread. The kernel wipes it in
 * the child of a fork (MADV_WIPEONFORK). So the child has no slot, and gets one
 * of its own with its first call; nothing has to notice the fork.
 */
#include "systally.h"
#include "thread.h"

#define CELLS	 65536 /* threads of a process at a time; 1.5 MB, untouched */
#define TAKEN_AT 8     /* cells that a new thread tries to take over */

struct cell {
	struct systally_probe_slot *slot; /* first: see probe_cell */
	struct frames *frames;
	uint32_t tid; /* of its thread; 0: none, or not known */
	uint32_t reserved;
};

/* All of it is wiped in the child of a fork. */
struct area {
	uint64_t start; /* of the process */
	uint32_t tgid;	/* written last; 0: not known yet */
	char comm[16];
	struct cell cells[CELLS];
};

/* The cell of all threads that have none. Never written. */
static struct systally_probe_slot *no_slot;

__thread struct systally_probe_slot **probe_cell = &no_slot;
__thread struct frames *probe_frames;

static struct area *area;

/*
 * Cells that were given away. Not wiped: the child of a fork must not give away
 * the cell that its own thread still points to.
 */
static uint32_t cells_used;
static uint32_t hand; /* the next cell that is looked at */

/* Where threads count that have no slot: nobody reads it. */
static struct systally_probe_slot *waste;
static struct cell lost;

/* Returns the field number @field of /proc/PID/stat, after the name. */
static uint64_t stat_field(const char *text, int field)
{
	uint64_t value = 0;

	for (; field > 0 && *text; text++)
		field -= *text == ' ';
	for (; *text >= '0' && *text <= '9'; text++)
		value = value * 10 + (uint64_t)(*text - '0');
	return value;
}

struct stat_line {
	uint64_t start;
	char comm[16];
};

/* `7 (comm) S ...`: the name may have anything in it; it ends at the last `)`. */
static int on_stat(void *context, const char *line)
{
	struct stat_line *stat = context;
	const char *open = line, *close = NULL, *at;
	unsigned int i;

	while (*open && *open != '(')
		open++;
	for (at = open; *at; at++)
		close = *at == ')' ? at : close;
	if (!close)
		return 1;
	for (i = 0; i < 15 && open + 1 + i < close; i++)
		stat->comm[i] = open[1 + i];
	stat->start = stat_field(close, 20);
	return 1;
}

/* Fills in what all slots of the process have. */
static void know_process(uint32_t tgid)
{
	struct stat_line stat = { 0 };

	probe_lines("/proc/self/stat", '\0', on_stat, &stat);
	area->start = stat.start;
	__builtin_memcpy(area->comm, stat.comm, sizeof(area->comm));
	barrier();
	area->tgid = tgid;
}

int probe_threads_begin(void)
{
	area = system_memory(sizeof(*area));
	waste = system_memory(BYTES_TO_PAGE(probe_shared->slot_bytes));
	if (!area || !waste ||
	    system_call(ARCH_MADVISE, area, BYTES_TO_PAGE(sizeof(*area)),
			MADV_WIPEONFORK))
		return -1;
	lost.slot = waste;
	know_process((uint32_t)system_call(ARCH_GETPID, 0));
	return 0;
}

static struct systally_probe_slot *lose(void)
{
	__atomic_add_fetch(&probe_shared->lost_threads, 1, __ATOMIC_RELAXED);
	return waste;
}

/* Returns a new slot, or that of lost threads if there is no room. */
static struct systally_probe_slot *new_slot(uint32_t tid)
{
	const uint64_t bytes = probe_shared->slot_bytes;
	struct systally_probe_slot *slot;
	uint64_t offset = probe_shared->slots_at;
	uintptr_t from, to;
	long failed;

	if (offset + bytes * ((uint64_t)probe_shared->used + 1) > probe_mapped)
		return lose();
	offset += bytes *
		  __atomic_fetch_add(&probe_shared->used, 1, __ATOMIC_RELAXED);
	if (offset + bytes > probe_mapped)
		return lose();
	from = (uintptr_t)probe_shared + (uintptr_t)offset;
	slot = (void *)from;
	to = BYTES_TO_PAGE(from + (uintptr_t)bytes);
	from &= -PAGE_BYTES;
	/* a write to a full file system would end the program by SIGBUS */
	failed =
		system_call(ARCH_MADVISE, from, to - from, MADV_POPULATE_WRITE);
	if (failed && failed != -EINVAL)
		return lose();
	slot->start = area->start;
	__builtin_memcpy(slot->comm, area->comm, sizeof(slot->comm));
	if (probe_shared->flags & SYSTALLY_PROBE_THREADS) {
		struct stat_line stat = { 0 };

		probe_lines("/proc/thread-self/stat", '\0', on_stat, &stat);
		slot->thread = stat.start ? stat.start : area->start;
		slot->tid = tid;
	}
	barrier();
	slot->tgid = area->tgid;
	return slot;
}

static bool is_dead(uint32_t tid)
{
	return tid && system_call(ARCH_TGKILL, area->tgid, tid, 0) == -ESRCH;
}

/*
 * Takes over the cell of a thread that has ended. Not one with calls in flight:
 * another thread may go on with a coroutine's. Returns NULL if there is none.
 */
static struct cell *take_over(uint32_t tid)
{
	const uint32_t used = __atomic_load_n(&cells_used, __ATOMIC_RELAXED);
	struct cell *cell;
	uint32_t tries, dead;

	for (tries = 0; tries < TAKEN_AT && tries < used; tries++) {
		cell = &area->cells[__atomic_fetch_add(&hand, 1,
						       __ATOMIC_RELAXED) %
				    (used < CELLS ? used : CELLS)];
		dead = __atomic_load_n(&cell->tid, __ATOMIC_ACQUIRE);
		if (!is_dead(dead) ||
		    (cell->frames && !frames_are_empty(cell->frames)))
			continue;
		if (__atomic_compare_exchange_n(&cell->tid, &dead, tid, false,
						__ATOMIC_ACQ_REL,
						__ATOMIC_RELAXED))
			return cell;
	}
	return NULL;
}

static struct cell *find_cell(uint32_t tid)
{
	struct cell *cell = take_over(tid);
	uint32_t number;

	if (cell)
		return cell;
	number = __atomic_fetch_add(&cells_used, 1, __ATOMIC_RELAXED);
	if (number >= CELLS) {
		__atomic_sub_fetch(&cells_used, 1, __ATOMIC_RELAXED);
		return NULL;
	}
	cell = &area->cells[number];
	__atomic_store_n(&cell->tid, tid, __ATOMIC_RELEASE);
	return cell;
}

/* Returns an empty stack of calls, or NULL without memory. */
static struct frames *make_frames(void)
{
	struct frames *frames =
		system_memory(BYTES_TO_PAGE(sizeof(struct frames)));

	if (!frames)
		return NULL;
	frames->frame[0].place = FRAMES_BOTTOM;
	frames->top = &frames->frame[1];
	return frames;
}

void probe_attach(void)
{
	struct cell *cell = (struct cell *)probe_cell;
	const uint32_t tgid = (uint32_t)system_call(ARCH_GETPID, 0);
	uint32_t tid = (uint32_t)system_call(ARCH_GETTID, 0);
	struct systally_probe_slot *slot;

	if (!area->tgid)
		know_process(tgid);
	/* the child of vfork() counts for its parent, whose memory it uses */
	if (area->tgid != tgid)
		tid = 0;
	if (probe_cell == &no_slot || cell == &lost)
		cell = find_cell(tid);
	else
		cell->tid = tid; /* after a fork */
	if (!cell) {
		lose();
		barrier();
		probe_cell = &lost.slot;
		return;
	}
	slot = cell->slot;
	if (!slot || slot == waste ||
	    probe_shared->flags & SYSTALLY_PROBE_THREADS)
		slot = new_slot(tid);
	if (probe_shared->collect >= SYSTALLY_COLLECT_TIME &&
	    !arch_guards_returns()) {
		if (!probe_frames)
			probe_frames = cell->frames;
		if (!probe_frames)
			probe_frames = make_frames();
		cell->frames = probe_frames;
	}
	barrier();
	cell->slot = slot;
	barrier();
	probe_cell = &cell->slot;
}

struct frames *probe_thread_frames(uint32_t number, bool *end)
{
	*end = number >= cells_used || number >= CELLS;
	return *end ? NULL : area->cells[number].frames;
}
